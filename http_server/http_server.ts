import {
  type Constructor,
  type ForkingClass,
  ForkingMixIn,
  type RequestHandlerClass,
  type ServerAddress,
  TCPServer,
  type TCPServerOptions,
  type ThreadingMembers,
  ThreadingMixIn,
} from "../socketserver/mod.ts";
import { isWildcard } from "./address_kind.ts";

/** The members that every HTTP server has beside those of its socket server. */
export interface HTTPServerMembers {
  /** The server's name: as bound, or the machine's name for a wildcard. */
  serverName: string;
  /** The server's port. */
  serverPort: number;
}

/**
 * A `TCPServer` that knows its name and port, Python's
 * `http.server.HTTPServer`. It serves one connection after the other, so a
 * browser that keeps one open keeps everybody else waiting: take
 * {@linkcode ThreadingHTTPServer} unless that is what you want. Needs
 * `--allow-net`.
 *
 * @example Answers a request
 * ```ts
 * import { BaseHTTPRequestHandler, ThreadingHTTPServer } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * class Hello extends BaseHTTPRequestHandler {
 *   async doGET(): Promise<void> {
 *     this.sendResponse(200);
 *     this.sendHeader("Content-Type", "text/plain");
 *     await this.endHeaders();
 *     await this.wfile.write(new TextEncoder().encode("hello"));
 *   }
 *   override logMessage(): void {}
 * }
 *
 * await using server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port: 0 }, Hello);
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/`);
 * assertEquals(await response.text(), "hello");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * ```
 */
export class HTTPServer extends TCPServer implements HTTPServerMembers {
  /** Whether an address in use a moment ago can be bound. */
  static override allowReuseAddress = true;
  /**
   * Connections that may wait to be accepted. Python's 5 loses those of a
   * browser that opens six at once; Linux caps it at `somaxconn`.
   */
  static override requestQueueSize = 511;

  declare serverName: string;
  declare serverPort: number;

  /** Binds, and stores name and port; may be extended. */
  override serverBind(): void {
    super.serverBind();
    const { hostname, port } = this.serverAddress;
    this.serverName = isWildcard(hostname) ? machineName(hostname) : hostname;
    this.serverPort = port;
  }
}

// A name server is never asked: the answer would be late, and a secret told.
function machineName(fallback: string): string {
  const granted = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return granted.state === "granted" ? Deno.hostname() : fallback;
}

/** `ThreadingMixIn` applied to {@linkcode HTTPServer}. */
export const ThreadingHTTPServerBase:
  & typeof HTTPServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(HTTPServer);

/**
 * Serves each connection as a task of its own, Python's
 * `http.server.ThreadingHTTPServer`. Needs `--allow-net`.
 */
export class ThreadingHTTPServer extends ThreadingHTTPServerBase {
  /** Whether nobody waits for running requests; on, as in Python. */
  override daemonThreads = true;
}

/** `ForkingMixIn` applied to {@linkcode HTTPServer}. */
export const ForkingHTTPServerBase: ForkingClass<typeof HTTPServer> =
  ForkingMixIn(HTTPServer);

/**
 * Serves each connection in a process of its own; see `ForkingMixIn`. Needs
 * `--allow-net`, `--allow-run` and `--allow-read`.
 */
export class ForkingHTTPServer extends ForkingHTTPServerBase {}

export type { RequestHandlerClass, ServerAddress, TCPServerOptions };
