import { linger, type Lingering } from "./_linger.ts";
import { ListeningSocket } from "./_listening_socket.ts";
import { ignoringOsErrors } from "./_os_error.ts";
import { shorterLimit } from "./_shorter_limit.ts";
import { prepareForStarvation } from "./_starvation.ts";
import { BaseServer, type ShutdownOptions } from "./base_server.ts";
import type { RequestHandlerClass } from "./request_handler.ts";

/** What can be chosen when a stream server is constructed. */
export interface StreamServerOptions {
  /** Whether the constructor binds and listens; else `serverBind()` and `serverActivate()` do. */
  bindAndActivate?: boolean;
  /** Connections that may wait to be accepted. */
  requestQueueSize?: number;
}

/** The part of a listening socket that callers see. */
export interface ServerSocket<Address> {
  /** The address it is bound to. */
  getsockname(): Address;
  /** Its resource id, -1 once closed. */
  fileno(): number;
  /** Seconds that `handleRequest()` waits at most, or `null`. */
  gettimeout(): number | null;
  /** Sets how many seconds `handleRequest()` waits at most. */
  settimeout(seconds: number | null): void;
  /** Stops listening. */
  close(): void | Promise<void>;
}

// Seconds that a server which stops leaves a client that is still sending.
const LAST_LINGER = 0.1;

/**
 * What TCP and Unix stream servers share: accepting connections and closing
 * them so that no answer is lost.
 *
 * @typeParam Address The kind of address.
 */
export abstract class StreamServer<Address extends Deno.Addr>
  extends BaseServer<Deno.Conn, Address> {
  /** The kind of address. */
  static addressFamily: "AF_INET" | "AF_INET6" | "AF_UNIX" = "AF_INET";
  /** The kind of socket. */
  static socketType: "SOCK_STREAM" | "SOCK_DGRAM" = "SOCK_STREAM";
  /** Connections that may wait to be accepted. */
  static requestQueueSize = 5;

  /** Connections that may wait to be accepted. */
  requestQueueSize: number;
  /** The kind of address; may be set before binding. */
  addressFamily: "AF_INET" | "AF_INET6" | "AF_UNIX";
  /** The kind of socket. */
  socketType: "SOCK_STREAM" | "SOCK_DGRAM";
  /**
   * Seconds that a connection is kept for a client that is still sending when
   * its answer is complete. 0 closes at once.
   */
  lingerTime = 2;
  /** Bytes that are read and thrown away meanwhile. */
  lingerBytes: number = 1 << 20;

  #socket: ListeningSocket<Deno.Conn, Address> | undefined;
  #lingering = new Set<Lingering>();

  /**
   * Stores address, handler and options. Opens nothing.
   *
   * @param serverAddress Where to listen.
   * @param RequestHandlerClass Serves each connection.
   * @param options The queue's length.
   */
  constructor(
    serverAddress: Address,
    RequestHandlerClass: RequestHandlerClass<Deno.Conn>,
    options: StreamServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass);
    const Class = new.target;
    this.requestQueueSize = options.requestQueueSize ?? Class.requestQueueSize;
    this.addressFamily = Class.addressFamily;
    this.socketType = Class.socketType;
  }

  /**
   * The listening socket.
   *
   * @throws {TypeError} If the server is not bound.
   */
  get socket(): ServerSocket<Address> {
    return this.#bound();
  }

  #bound(): ListeningSocket<Deno.Conn, Address> {
    if (!this.#socket) {
      throw new TypeError("Cannot use the socket: the server is not bound");
    }
    return this.#socket;
  }

  /** Opens the listener; called by `serverBind`. */
  protected abstract _listen(): Deno.Listener<Deno.Conn, Deno.Addr>;

  /** Binds and listens, and stores the real address; may be extended. */
  serverBind(): void {
    prepareForStarvation();
    this.#socket = new ListeningSocket(
      this._listen() as Deno.Listener<Deno.Conn, Address>,
    );
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

  /** Accepts a connection; may be overridden. */
  override async getRequest(): Promise<
    [request: Deno.Conn, clientAddress: Address]
  > {
    const connection = await this.#bound().accept();
    return [connection, connection.remoteAddr as Address];
  }

  /** The resource id of the listening socket, -1 if there is none. */
  override fileno(): number {
    return this.#socket?.fileno() ?? -1;
  }

  /** Tells a selector whether a connection waits. */
  override whenReadable(): true | Promise<unknown> {
    return this.#bound().whenReadable();
  }

  /** Seconds that `handleRequest` waits: the shorter of the server's and its socket's. */
  protected override _requestTimeout(): number | null {
    return shorterLimit(this.timeout, this.socket.gettimeout());
  }

  /** Ends `serveForever`; see {@linkcode BaseServer.shutdown}. */
  override async shutdown(options?: ShutdownOptions): Promise<void> {
    this.#hurry();
    await super.shutdown(options);
  }

  #hurry(): void {
    for (const lingering of this.#lingering) lingering.hurry(LAST_LINGER);
  }

  /** Closes our side, waits for the client to close its own, and closes; may be overridden. */
  override async shutdownRequest(request: Deno.Conn): Promise<void> {
    try {
      await request.closeWrite();
      if (this.lingerTime > 0) await this.#linger(request);
    } catch {
      // The client is gone, or the handler has closed the connection itself.
    }
    await this.closeRequest(request);
  }

  async #linger(request: Deno.Conn): Promise<void> {
    const lingering = linger(request, {
      time: this.lingerTime,
      bytes: this.lingerBytes,
    });
    this.#lingering.add(lingering);
    if (this._stopping) this.#hurry();
    try {
      await lingering.done;
    } finally {
      this.#lingering.delete(lingering);
    }
  }

  /** Closes a connection; may be overridden. Closing it twice does nothing. */
  override async closeRequest(request: Deno.Conn): Promise<void> {
    await ignoringOsErrors(() => request.close());
  }

  /** Stops listening; running requests go on. Calling it again does nothing. */
  override async serverClose(): Promise<void> {
    const closing = this.#socket?.close();
    this.#hurry();
    await super.serverClose();
    await closing;
  }
}
