import type { DatagramRequest } from "./datagram_request_handler.ts";
import {
  DatagramServer,
  type DatagramServerOptions,
  type DatagramServerSocket,
} from "./datagram_server.ts";
import { DatagramQueue } from "./_datagram_queue.ts";
import { announce, resourceId } from "./io/mod.ts";
import type { RequestHandlerClass } from "./request_handler.ts";

/** The part of `Deno.DatagramConn` that is used; its type needs the flag, too. */
interface UnixDatagramConn {
  receive(): Promise<[Uint8Array<ArrayBuffer>, Deno.UnixAddr]>;
  send(data: Uint8Array, address: Deno.UnixAddr): Promise<number>;
  close(): void;
}

/**
 * Serves datagrams over a Unix socket, Python's
 * `socketserver.UnixDatagramServer`. Needs `--unstable-net`, and
 * `--allow-read` and `--allow-write` for the path. A client gets an answer
 * only if its own socket is bound to a path.
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
    const { path } = this.serverAddress;
    return new UnixDatagramSocket(
      listen({ transport: "unixpacket", path }),
      path,
    );
  }
}

/** A bound Unix datagram socket. */
class UnixDatagramSocket implements DatagramServerSocket<Deno.UnixAddr> {
  #socket: UnixDatagramConn;
  #address: Deno.UnixAddr;
  #queue = new DatagramQueue<[Uint8Array<ArrayBuffer>, Deno.UnixAddr]>();
  #closed = false;
  #timeout: number | null = null;

  constructor(socket: UnixDatagramConn, path: string) {
    this.#socket = socket;
    this.#address = { transport: "unixpacket", path };
    this.#receive();
  }

  async #receive(): Promise<void> {
    try {
      while (true) this.#queue.push(await this.#socket.receive());
    } catch (error) {
      this.#queue.fail(error);
    }
  }

  getsockname(): Deno.UnixAddr {
    return this.#address;
  }

  fileno(): number {
    return this.#closed ? -1 : announce(resourceId(this), this);
  }

  gettimeout(): number | null {
    return this.#timeout;
  }

  settimeout(seconds: number | null): void {
    this.#timeout = seconds;
  }

  whenReadable(): true | Promise<unknown> {
    return this.#queue.whenReadable();
  }

  recvfrom(): Promise<[Uint8Array<ArrayBuffer>, Deno.UnixAddr]> {
    return this.#queue.next();
  }

  async sendto(data: Uint8Array, address: Deno.UnixAddr): Promise<void> {
    await this.#socket.send(data, address);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}
