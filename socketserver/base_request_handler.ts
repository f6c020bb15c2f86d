import type { HandlerServer, StoppableHandler } from "./request_handler.ts";

/**
 * Serves one request, Python's `socketserver.BaseRequestHandler`: override
 * `setup`, `handle` and `finish`. The constructor only stores; the work is
 * done by {@linkcode run}.
 *
 * @typeParam Request What the server hands over: a connection, or a datagram.
 * @typeParam Address Where it comes from.
 * @typeParam Server The server's class.
 *
 * @example Serves bytes without streams
 * ```ts
 * import { BaseRequestHandler, TCPServer } from "@pystd/server/socketserver";
 * import { assertEquals } from "@std/assert";
 *
 * class Hello extends BaseRequestHandler<Deno.Conn, Deno.NetAddr> {
 *   override async handle(): Promise<void> {
 *     await this.request.write(new TextEncoder().encode("hello"));
 *   }
 * }
 *
 * await using server = new TCPServer({ hostname: "127.0.0.1", port: 0 }, Hello);
 * const served = server.handleRequest();
 * using client = await Deno.connect(server.serverAddress);
 * assertEquals(await new Response(client.readable).text(), "hello");
 * await served;
 * ```
 */
export class BaseRequestHandler<
  Request = unknown,
  Address = unknown,
  Server extends object = object,
> implements StoppableHandler {
  /** The connection, or the datagram and its socket. */
  readonly request: Request;
  /** Where the request comes from. */
  readonly clientAddress: Address;
  /** The server that received it. */
  readonly server: Server;

  /**
   * Stores what the handler works with, and does nothing else.
   *
   * @param request The connection, or the datagram and its socket.
   * @param clientAddress Where it comes from.
   * @param server The server that received it.
   */
  constructor(request: Request, clientAddress: Address, server: Server) {
    this.request = request;
    this.clientAddress = clientAddress;
    this.server = server;
  }

  /**
   * Serves the request: `setup`, `handle`, `finish`. `finish` runs even if
   * `handle` throws, but not if `setup` does. Not meant to be overridden.
   */
  async run(): Promise<void> {
    const { handlers } = (this.server ?? {}) as HandlerServer;
    handlers?.add(this);
    try {
      await this.setup();
      try {
        await this.handle();
      } finally {
        await this.finish();
      }
    } finally {
      handlers?.delete(this);
    }
  }

  /** Prepares; may be overridden. */
  setup(): void | Promise<void> {}

  /** Does the work; may be overridden. */
  handle(): void | Promise<void> {}

  /** Cleans up; may be overridden. */
  finish(): void | Promise<void> {}

  /**
   * The server is about to stop and waits for this handler. A handler that
   * serves several requests in a row ends after the one at hand; the base
   * serves only one. May be overridden.
   */
  serverStopping(): void {}
}
