import {
  checkPort,
  hostAndPort,
  type ServerAddress,
  type TCPAddress,
} from "./_addresses.ts";
import type { RequestHandlerClass } from "./request_handler.ts";
import { StreamServer, type StreamServerOptions } from "./stream_server.ts";

export type { ServerAddress, TCPAddress };

/** What can be chosen when a {@linkcode TCPServer} is constructed. */
export interface TCPServerOptions extends StreamServerOptions {
  /** Whether an address in use a moment ago can be bound; Deno always allows it. */
  allowReuseAddress?: boolean;
  /** Whether several processes may bind the same port; needs `--unstable-net`. */
  allowReusePort?: boolean;
}

/**
 * Serves TCP connections, Python's `socketserver.TCPServer`: one after the
 * other, unless a mix-in makes it concurrent. Needs `--allow-net`.
 *
 * @example Serves one connection
 * ```ts
 * import { StreamRequestHandler, TCPServer } from "@pystd/server/socketserver";
 * import { assertEquals } from "@std/assert";
 *
 * class Upper extends StreamRequestHandler {
 *   override async handle(): Promise<void> {
 *     const line = new TextDecoder().decode(await this.rfile.readline());
 *     await this.wfile.write(new TextEncoder().encode(line.toUpperCase()));
 *   }
 * }
 *
 * await using server = new TCPServer({ hostname: "127.0.0.1", port: 0 }, Upper);
 * const served = server.handleRequest();
 * using client = await Deno.connect(server.serverAddress);
 * await client.write(new TextEncoder().encode("hello\n"));
 * assertEquals(await new Response(client.readable).text(), "HELLO\n");
 * await served;
 * ```
 */
export class TCPServer extends StreamServer<TCPAddress> {
  /** Whether an address in use a moment ago can be bound; Deno always allows it. */
  static allowReuseAddress = false;
  /** Whether several processes may bind the same port; needs `--unstable-net`. */
  static allowReusePort = false;

  /** Whether an address in use a moment ago can be bound; Deno always allows it. */
  allowReuseAddress: boolean;
  /** Whether several processes may bind the same port; needs `--unstable-net`. */
  allowReusePort: boolean;

  /**
   * Binds to an address and listens, unless told otherwise.
   *
   * @param serverAddress Host and port; an empty host is the wildcard, port 0 a free one.
   * @param RequestHandlerClass Serves each connection.
   * @param options Whether to bind at once, and socket options.
   * @throws {RangeError} If the port is outside 0 to 65535.
   * @throws {Deno.errors.AddrInUse} If the address is taken.
   * @throws {Deno.errors.AddrNotAvailable} If the host is not this machine's.
   * @throws {Deno.errors.NotCapable} Without `--allow-net`.
   */
  constructor(
    serverAddress: ServerAddress,
    RequestHandlerClass: RequestHandlerClass<Deno.Conn>,
    options: boolean | TCPServerOptions = {},
  ) {
    const chosen = typeof options === "boolean"
      ? { bindAndActivate: options }
      : options;
    super(
      { transport: "tcp", ...hostAndPort(serverAddress) },
      RequestHandlerClass,
      chosen,
    );
    const Class = new.target;
    this.allowReuseAddress = chosen.allowReuseAddress ??
      Class.allowReuseAddress;
    this.allowReusePort = chosen.allowReusePort ?? Class.allowReusePort;
    if (chosen.bindAndActivate ?? true) this._bindAndActivate();
  }

  /** Opens the listener; called by `serverBind`. */
  protected override _listen(): Deno.Listener<Deno.Conn, Deno.NetAddr> {
    return Deno.listen(this._listenOptions());
  }

  /** What the listener is opened with. */
  protected _listenOptions(): Deno.ListenOptions & Deno.TcpListenOptions {
    const { hostname, port } = this.serverAddress;
    // Without the flag Deno ends the process, which no caller could catch.
    if (this.allowReusePort && !("listenDatagram" in Deno)) {
      throw new TypeError("Cannot reuse a port: it needs --unstable-net");
    }
    const wildcard = this.addressFamily === "AF_INET6" ? "::" : "0.0.0.0";
    return {
      hostname: hostname || wildcard,
      port: checkPort(port),
      tcpBacklog: this.requestQueueSize,
      ...(this.allowReusePort ? { reusePort: true } : {}),
    };
  }
}
