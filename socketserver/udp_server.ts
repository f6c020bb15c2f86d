import type { Socket } from "node:dgram";
import {
  checkPort,
  hostAndPort,
  type ServerAddress,
  type UDPAddress,
} from "./_addresses.ts";
import { DatagramQueue } from "./_datagram_queue.ts";
import type { DatagramRequest } from "./datagram_request_handler.ts";
import {
  DatagramServer,
  type DatagramServerOptions,
  type DatagramServerSocket,
} from "./datagram_server.ts";
import { announce, resourceId } from "./io/mod.ts";
import type { RequestHandlerClass } from "./request_handler.ts";

export type { UDPAddress };

/**
 * Serves UDP datagrams, Python's `socketserver.UDPServer`. Needs
 * `--allow-net`, and no unstable flag.
 *
 * @example Answers a datagram
 * ```ts
 * import { DatagramRequestHandler, UDPServer } from "@pystd/server/socketserver";
 *
 * class Echo extends DatagramRequestHandler {
 *   override async handle(): Promise<void> {
 *     await this.wfile.write(await this.rfile.read());
 *   }
 * }
 *
 * await using server = new UDPServer({ hostname: "127.0.0.1", port: 0 }, Echo);
 * console.log(server.serverAddress.port);
 * ```
 */
export class UDPServer extends DatagramServer<UDPAddress> {
  /**
   * Binds to an address, unless told otherwise.
   *
   * @param serverAddress Host and port; the host is an IP address or
   * `localhost`, empty for the wildcard; port 0 is a free one.
   * @param RequestHandlerClass Serves each datagram.
   * @param options Whether to bind at once, and the longest datagram.
   * @throws {RangeError} If the port is outside 0 to 65535.
   * @throws {Deno.errors.AddrInUse} If the address is taken.
   * @throws {Deno.errors.NotCapable} Without `--allow-net`.
   */
  constructor(
    serverAddress: ServerAddress,
    RequestHandlerClass: RequestHandlerClass<DatagramRequest<UDPAddress>>,
    options: boolean | DatagramServerOptions = {},
  ) {
    const chosen = typeof options === "boolean"
      ? { bindAndActivate: options }
      : options;
    super(
      { transport: "udp", ...hostAndPort(serverAddress) },
      RequestHandlerClass,
      chosen,
    );
    if (chosen.bindAndActivate ?? true) this._bindAndActivate();
  }

  /** Opens the socket; called by `serverBind`. */
  protected override _open(): DatagramServerSocket<UDPAddress> {
    const { hostname, port } = this.serverAddress;
    const wildcard = this.addressFamily === "AF_INET6" ? "::" : "0.0.0.0";
    return new UDPSocket(hostname || wildcard, checkPort(port));
  }
}

/** A bound UDP socket. */
class UDPSocket implements DatagramServerSocket<UDPAddress> {
  #socket: Socket;
  #address: UDPAddress;
  #queue = new DatagramQueue<UDPAddress>();
  #closed = false;
  #timeout: number | null = null;

  constructor(hostname: string, port: number) {
    const host = hostname === "localhost" ? "127.0.0.1" : hostname;
    let failure: Error | undefined;
    // The wait for a name is what makes `bind` asynchronous. Without one, the
    // outcome is known when it returns, and constructors can tell it.
    const lookup = (
      name: string,
      _options: unknown,
      found: (error: Error | null, address: string, family: number) => void,
    ) => found(null, name, name.includes(":") ? 6 : 4);
    // Loaded here: programs without datagrams start twice as fast.
    const { createSocket } = process.getBuiltinModule("node:dgram");
    this.#socket = createSocket({
      type: host.includes(":") ? "udp6" : "udp4",
      lookup,
    });
    this.#socket.on("error", (error) => {
      failure ??= error;
      this.#queue.fail(error);
    });
    this.#socket.bind({ port, address: host, exclusive: true });
    if (failure) {
      this.close();
      throw denoError(failure, `${host}:${port}`);
    }
    const bound = this.#socket.address();
    this.#address = {
      transport: "udp",
      hostname: bound.address,
      port: bound.port,
    };
    this.#socket.on("message", (packet, from) =>
      this.#queue.push([
        new Uint8Array(packet),
        { transport: "udp", hostname: from.address, port: from.port },
      ]));
  }

  getsockname(): UDPAddress {
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

  recvfrom(): Promise<[Uint8Array<ArrayBuffer>, UDPAddress]> {
    return this.#queue.next();
  }

  sendto(data: Uint8Array, address: UDPAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(
        data,
        address.port,
        address.hostname,
        (error) =>
          error ? reject(denoError(error, address.hostname)) : resolve(),
      );
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.end(
      new Deno.errors.BadResource("Cannot receive: the socket is closed"),
    );
    this.#socket.close();
  }
}

const ERRORS: {
  [code: string]: new (message: string, options?: ErrorOptions) => Error;
} = {
  EADDRINUSE: Deno.errors.AddrInUse,
  EADDRNOTAVAIL: Deno.errors.AddrNotAvailable,
  EACCES: Deno.errors.PermissionDenied,
  ECONNREFUSED: Deno.errors.ConnectionRefused,
};

/** The error that Deno's own sockets would give. */
function denoError(error: Error, subject: string): Error {
  const code = (error as { code?: string }).code ?? "";
  const Class = Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined;
  if (!Class) return error;
  return new Class(`Cannot use "${subject}": ${code}`, { cause: error });
}
