import { shorterLimit } from "./_shorter_limit.ts";
import { BaseServer } from "./base_server.ts";
import type {
  DatagramRequest,
  DatagramSender,
} from "./datagram_request_handler.ts";
import type { Selectable } from "./io/mod.ts";
import type { RequestHandlerClass } from "./request_handler.ts";
import type { ServerSocket } from "./stream_server.ts";

/** What can be chosen when a datagram server is constructed. */
export interface DatagramServerOptions {
  /** Whether the constructor binds; else `serverBind()` does. */
  bindAndActivate?: boolean;
  /** The longest datagram in bytes; a longer one is cut. */
  maxPacketSize?: number;
}

/** The socket of a datagram server: it receives, sends and can be waited for. */
export interface DatagramServerSocket<Address>
  extends ServerSocket<Address>, DatagramSender<Address>, Selectable {
  /** Waits for a datagram. */
  recvfrom(): Promise<[packet: Uint8Array<ArrayBuffer>, from: Address]>;
}

/**
 * What UDP and Unix datagram servers share: a request is a packet and the
 * socket to answer on, and there is no connection to close.
 *
 * @typeParam Address The kind of address.
 */
export abstract class DatagramServer<Address extends Deno.Addr>
  extends BaseServer<DatagramRequest<Address>, Address> {
  /** The kind of address. */
  static addressFamily: "AF_INET" | "AF_INET6" | "AF_UNIX" = "AF_INET";
  /** The kind of socket. */
  static socketType: "SOCK_STREAM" | "SOCK_DGRAM" = "SOCK_DGRAM";
  /** The longest datagram in bytes; a longer one is cut. */
  static maxPacketSize = 8192;

  /** The longest datagram in bytes; a longer one is cut. */
  maxPacketSize: number;
  /** The kind of address; may be set before binding. */
  addressFamily: "AF_INET" | "AF_INET6" | "AF_UNIX";
  /** The kind of socket. */
  socketType: "SOCK_STREAM" | "SOCK_DGRAM";

  #socket: DatagramServerSocket<Address> | undefined;

  /**
   * Stores address, handler and options. Opens nothing.
   *
   * @param serverAddress Where to receive.
   * @param RequestHandlerClass Serves each datagram.
   * @param options The longest datagram.
   */
  constructor(
    serverAddress: Address,
    RequestHandlerClass: RequestHandlerClass<DatagramRequest<Address>>,
    options: DatagramServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass);
    const Class = new.target;
    this.maxPacketSize = options.maxPacketSize ?? Class.maxPacketSize;
    this.addressFamily = Class.addressFamily;
    this.socketType = Class.socketType;
  }

  /**
   * The socket that receives and sends.
   *
   * @throws {TypeError} If the server is not bound.
   */
  get socket(): DatagramServerSocket<Address> {
    if (!this.#socket) {
      throw new TypeError("Cannot use the socket: the server is not bound");
    }
    return this.#socket;
  }

  /** Opens the socket; called by `serverBind`. */
  protected abstract _open(): DatagramServerSocket<Address>;

  /** Binds, and stores the real address; may be extended. */
  serverBind(): void {
    this.#socket = this._open();
    this.serverAddress = this.#socket.getsockname();
  }

  /** Binds and activates; if either fails, nothing stays open. For constructors. */
  protected _bindAndActivate(): void {
    try {
      this.serverBind();
      this.serverActivate();
    } catch (error) {
      this.serverClose().catch(() => {}); // the first error is the one to tell
      throw error;
    }
  }

  /** Receives a datagram; may be overridden. */
  override async getRequest(): Promise<[DatagramRequest<Address>, Address]> {
    const [packet, from] = await this.socket.recvfrom();
    const kept = packet.length > this.maxPacketSize
      ? packet.slice(0, this.maxPacketSize)
      : packet;
    return [[kept, this.socket], from];
  }

  /** The resource id of the socket, -1 if there is none. */
  override fileno(): number {
    return this.#socket?.fileno() ?? -1;
  }

  /** Tells a selector whether a datagram waits. */
  override whenReadable(): true | Promise<unknown> {
    return this.socket.whenReadable();
  }

  /** Seconds that `handleRequest` waits: the shorter of the server's and its socket's. */
  protected override _requestTimeout(): number | null {
    return shorterLimit(this.timeout, this.socket.gettimeout());
  }

  /** Stops receiving. Calling it again does nothing. */
  override async serverClose(): Promise<void> {
    this.#socket?.close();
    await super.serverClose();
  }
}
