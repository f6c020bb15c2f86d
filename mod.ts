/**
 * Python's server hierarchy for Deno: `socketserver`, `http.server`, CGI and
 * WSGI. Run as a program it serves the current folder.
 *
 * @example Serves a folder
 * ```ts ignore
 * import { SimpleHTTPRequestHandler, ThreadingHTTPServer } from "@pystd/server";
 *
 * const Handler = SimpleHTTPRequestHandler.configure({ directory: "public" });
 * const server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port: 8000 }, Handler);
 * await server.serveForever();
 * ```
 *
 * @module
 */
export * from "./cgi/mod.ts";
export * from "./http_server/mod.ts";
export * from "./http_server/protocol/mod.ts";
export { BytesIO, open, StringIO } from "./socketserver/io/mod.ts";
export * from "./socketserver/mod.ts";
export * as wsgi from "./wsgi/mod.ts";

import { CGIHTTPRequestHandler } from "./cgi/mod.ts";
import { main } from "./http_server/main.ts";

if (import.meta.main) {
  await main(Deno.args, { CgiHandlerClass: CGIHTTPRequestHandler });
}
