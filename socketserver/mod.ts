/**
 * Servers over sockets: Python's `socketserver`, and the part of `selectors`
 * that it needs.
 *
 * A server accepts requests and hands each to a handler class. Which server
 * class you take decides the transport and whether requests run one after the
 * other or side by side; what you subclass is the handler.
 *
 * ```
 *                      BaseServer
 *           ┌──────────────┴─────────────┐
 *      StreamServer                DatagramServer
 *      ┌────┴──────┐               ┌─────┴──────┐
 *  TCPServer  UnixStreamServer  UDPServer  UnixDatagramServer      × ThreadingMixIn
 *
 *                  BaseRequestHandler
 *            ┌─────────────┴─────────────┐
 *   StreamRequestHandler       DatagramRequestHandler
 * ```
 *
 * @example An echo server, one task for each connection
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
 * const serving = server.serveForever();
 *
 * using client = await Deno.connect(server.serverAddress);
 * await client.write(new TextEncoder().encode("hello\n"));
 * await client.closeWrite();
 * assertEquals(await new Response(client.readable).text(), "hello\n");
 *
 * await server.shutdown();
 * await serving;
 * ```
 *
 * @module
 */
export * from "./base_request_handler.ts";
export * from "./base_server.ts";
export * from "./datagram_request_handler.ts";
export * from "./datagram_server.ts";
export * from "./fatal_error.ts";
export * from "./forking_mix_in.ts";
export * from "./forking_servers.ts";
export * from "./os_error.ts";
export {
  type HandlerServer,
  makeHandler,
  type RequestHandler,
  type RequestHandlerClass,
  type StoppableHandler,
} from "./request_handler.ts";
export * from "./selectors.ts";
export * from "./socket_writer.ts";
export * from "./stream_request_handler.ts";
export * from "./stream_server.ts";
export * from "./tcp_server.ts";
export * from "./threading_mix_in.ts";
export * from "./threading_servers.ts";
export * from "./udp_server.ts";
export * from "./unix_datagram_server.ts";
export * from "./unix_stream_server.ts";
