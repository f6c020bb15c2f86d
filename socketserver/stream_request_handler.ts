import { ignoringOsErrors } from "./_os_error.ts";
import { _SocketWriter } from "./socket_writer.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import {
  type BufferedIOBase,
  BufferedReader,
  CoalescingWriter,
  DEFAULT_BUFFER_SIZE,
  settimeout,
  SocketIO,
} from "./io/mod.ts";

/**
 * Serves a connection through two streams, Python's `StreamRequestHandler`:
 * `rfile` reads what the client sends, `wfile` writes the answer.
 *
 * @typeParam Address Where the connection comes from.
 * @typeParam Server The server's class.
 *
 * @example Answers each line with itself
 * ```ts
 * import { StreamRequestHandler, ThreadingTCPServer } from "@pystd/server/socketserver";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends StreamRequestHandler {
 *   override async handle(): Promise<void> {
 *     for await (const line of this.rfile) await this.wfile.write(line);
 *   }
 * }
 *
 * await using server = new ThreadingTCPServer({ hostname: "127.0.0.1", port: 0 }, Echo);
 * const served = server.handleRequest();
 * using client = await Deno.connect(server.serverAddress);
 * await client.write(new TextEncoder().encode("hello\n"));
 * await client.closeWrite();
 * assertEquals(await new Response(client.readable).text(), "hello\n");
 * await served;
 * ```
 */
export class StreamRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends BaseRequestHandler<Deno.Conn, Address, Server> {
  /** Buffer of `rfile` in bytes; the default size if negative, none if 0. */
  rbufsize: number = -1;
  /**
   * Buffer of `wfile` in bytes; the default size if negative. With 0 each
   * write leaves at once; otherwise writes of one turn leave together.
   */
  wbufsize = 0;
  /** Seconds that each read and each write may take; `null` for no limit. */
  timeout: number | null = null;
  /** Seconds that each write may take beside that; `null` for no limit. */
  writeTimeout: number | null = null;
  /** Whether small writes leave at once (TCP_NODELAY). */
  disableNagleAlgorithm = false;

  /** The connection. */
  connection!: Deno.Conn;
  /** Reads what the client sends. */
  rfile!: BufferedReader;
  /** Writes to the client. */
  wfile!: BufferedIOBase;

  /** Opens the streams; may be extended. */
  override setup(): void | Promise<void> {
    const connection = this.connection = this.request;
    if (this.timeout !== null) settimeout(connection, this.timeout);
    if ("setNoDelay" in connection) {
      (connection as Deno.TcpConn).setNoDelay(this.disableNagleAlgorithm);
    }
    const reads = new SocketIO(connection, "r");
    // Unbuffered means that nothing is read which was not asked for: a buffer of one byte.
    this.rfile = new BufferedReader(reads, bufferSize(this.rbufsize) || 1, {
      initialSize: SHORT,
    });
    const writes = new SocketIO(connection, "w");
    writes.timeout = this.writeTimeout;
    this.wfile = this.wbufsize === 0
      ? new _SocketWriter(writes)
      : new CoalescingWriter(writes, bufferSize(this.wbufsize));
  }

  /** Sends what is buffered and closes the streams; may be extended. */
  override async finish(): Promise<void> {
    if (!this.wfile.closed) await ignoringOsErrors(() => this.wfile.flush());
    await ignoringOsErrors(() => this.wfile.close());
    await this.rfile.close();
  }
}

/** Most requests are shorter; thousands of idle connections save the rest. nginx begins with 1 KiB, too. */
const SHORT = 1024;

function bufferSize(size: number): number {
  return size < 0 ? DEFAULT_BUFFER_SIZE : size;
}
