import {
  type UnixDatagramConn,
  UnixDatagramSocket,
} from "./_unix_datagram_socket.ts";
import type { DatagramRequest } from "./datagram_request_handler.ts";
import {
  DatagramServer,
  type DatagramServerOptions,
  type DatagramServerSocket,
} from "./datagram_server.ts";
import type { RequestHandlerClass } from "./request_handler.ts";

/**
 * Serves datagrams over a Unix socket, Python's
 * `socketserver.UnixDatagramServer`. Needs `--unstable-net`, and
 * `--allow-read` and `--allow-write` for the path. A client gets an answer
 * only if its own socket is bound to a path. The socket's file stays when the
 * server closes.
 *
 * To answer while it waits for the next datagram, as the threading server
 * does, it makes a second socket, at the path with `.wake` behind it.
 */
export class UnixDatagramServer extends DatagramServer<Deno.UnixAddr> {
  /** The kind of address. */
  static override addressFamily = "AF_UNIX" as const;

  /**
   * Binds to a path, unless told otherwise.
   *
   * @param serverAddress The path of the socket's file, which must not exist.
   * @param RequestHandlerClass Serves each datagram.
   * @param options Whether to bind at once, and the longest datagram.
   * @throws {TypeError} Without `--unstable-net`.
   * @throws {Deno.errors.AddrInUse} If the file exists.
   * @throws {Deno.errors.NotCapable} Without the permissions.
   */
  constructor(
    serverAddress: { readonly path: string } | string,
    RequestHandlerClass: RequestHandlerClass<DatagramRequest<Deno.UnixAddr>>,
    options: boolean | DatagramServerOptions = {},
  ) {
    const chosen = typeof options === "boolean"
      ? { bindAndActivate: options }
      : options;
    const path = typeof serverAddress === "string"
      ? serverAddress
      : serverAddress.path;
    super({ transport: "unixpacket", path }, RequestHandlerClass, chosen);
    if (chosen.bindAndActivate ?? true) this._bindAndActivate();
  }

  /** Opens the socket; called by `serverBind`. */
  protected override _open(): DatagramServerSocket<Deno.UnixAddr> {
    const listen = (Deno as {
      listenDatagram?: (
        options: Deno.UnixListenOptions & { transport: "unixpacket" },
      ) => UnixDatagramConn;
    }).listenDatagram;
    if (!listen) {
      throw new TypeError(
        "Cannot receive Unix datagrams: it needs --unstable-net",
      );
    }
    return new UnixDatagramSocket(
      this.serverAddress.path,
      (path) => listen({ transport: "unixpacket", path }),
    );
  }
}
