import type { UnixAddress } from "./_addresses.ts";
import type { RequestHandlerClass } from "./request_handler.ts";
import { StreamServer, type StreamServerOptions } from "./stream_server.ts";

export type { UnixAddress };

/**
 * Serves connections over a Unix socket, Python's
 * `socketserver.UnixStreamServer`. Needs `--allow-read` and `--allow-write`
 * for the path. Deno removes the socket's file when the server closes.
 */
export class UnixStreamServer extends StreamServer<UnixAddress> {
  /** The kind of address. */
  static override addressFamily = "AF_UNIX" as const;

  /**
   * Binds to a path and listens, unless told otherwise.
   *
   * @param serverAddress The path of the socket's file, which must not exist.
   * @param RequestHandlerClass Serves each connection.
   * @param options Whether to bind at once, and the queue's length.
   * @throws {Deno.errors.AddrInUse} If the file exists.
   * @throws {Deno.errors.NotCapable} Without the permissions.
   */
  constructor(
    serverAddress: { readonly path: string } | string,
    RequestHandlerClass: RequestHandlerClass<Deno.Conn>,
    options: boolean | StreamServerOptions = {},
  ) {
    const chosen = typeof options === "boolean"
      ? { bindAndActivate: options }
      : options;
    const path = typeof serverAddress === "string"
      ? serverAddress
      : serverAddress.path;
    super({ transport: "unix", path }, RequestHandlerClass, chosen);
    if (chosen.bindAndActivate ?? true) this._bindAndActivate();
  }

  /** Opens the listener; called by `serverBind`. */
  protected override _listen(): Deno.Listener<Deno.UnixConn, Deno.UnixAddr> {
    return Deno.listen({ transport: "unix", path: this.serverAddress.path });
  }
}
