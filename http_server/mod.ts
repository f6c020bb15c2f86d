/**
 * HTTP servers and request handlers: Python's `http.server`.
 *
 * A server accepts connections, a handler class answers the requests on them:
 *
 * ```
 * HTTPServer ─ ThreadingHTTPServer        BaseHTTPRequestHandler
 *   └─ HTTPSServer ─ ThreadingHTTPSServer    ├─ SimpleHTTPRequestHandler   files
 *                                            └─ fromFetchHandler(…)        (Request) => Response
 * ```
 *
 * @example Answers each request by hand
 * ```ts
 * import { BaseHTTPRequestHandler, ThreadingHTTPServer } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * class Hello extends BaseHTTPRequestHandler {
 *   async doGET(): Promise<void> {
 *     this.sendResponse(200);
 *     this.sendHeader("Content-Type", "text/plain");
 *     await this.endHeaders();
 *     await this.wfile.write(new TextEncoder().encode(`You want ${this.path}`));
 *   }
 *   override logMessage(): void {}
 * }
 *
 * await using server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port: 0 }, Hello);
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/tea`);
 * assertEquals(await response.text(), "You want /tea");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * ```
 *
 * @module
 */
export { asClientFault, isClientFault } from "./_client_fault.ts";
export { VERSION } from "./_version.ts";
export * from "./base_http_request_handler.ts";
export * from "./basic_auth.ts";
export * from "./client_info.ts";
export * from "./error_page.ts";
export * from "./exchange.ts";
export * from "./file_server_options.ts";
export * from "./from_fetch_handler.ts";
export * from "./http_limits.ts";
export * from "./http_logger.ts";
export * from "./http_responder.ts";
export * from "./http_server.ts";
export * from "./https_server.ts";
export * from "./main.ts";
export * from "./parse_headers.ts";
export * from "./run_server.ts";
export * from "./serve_directory.ts";
export * from "./simple_http_request_handler.ts";
export * from "./to_fetch_handler.ts";
