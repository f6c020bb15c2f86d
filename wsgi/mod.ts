/**
 * WSGI (PEP 3333) for TypeScript: Python's `wsgiref`.
 *
 * An application is a function of a request's environment and of a function
 * that begins the answer; it returns the body, block by block. It may be
 * asynchronous, and what it returns may be an array, a generator, an async
 * generator or a stream. It runs under the servers here, as a CGI script, and
 * as a fetch handler under `Deno.serve` and others.
 *
 * ```
 * BaseHandler ─ SimpleHandler ─┬─ ServerHandler          one request of a server
 *                              └─ BaseCGIHandler ─ CGIHandler ─ IISCGIHandler
 * WSGIServer ─ ThreadingWSGIServer      WSGIRequestHandler      makeServer
 * ```
 *
 * @example Serves an application
 * ```ts
 * import { makeServer, type WSGIApplication } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const app: WSGIApplication = async function* (_environ, startResponse) {
 *   startResponse("200 OK", [["Content-Type", "text/plain"]]);
 *   const utf8 = new TextEncoder();
 *   for (const word of ["one ", "two"]) yield utf8.encode(word);
 * };
 *
 * await using server = makeServer("127.0.0.1", 0, app);
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/`);
 * assertEquals(await response.text(), "one two");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * ```
 *
 * @module
 */
export * from "./base_handler.ts";
export * from "./cgi_handlers.ts";
export * from "./demo_app.ts";
export * from "./file_wrapper.ts";
export * from "./format_date_time.ts";
export * from "./from_fetch_handler.ts";
export * from "./handler_settings.ts";
export * from "./headers.ts";
export * from "./is_disconnect.ts";
export * from "./is_hop_by_hop.ts";
export * from "./make_server.ts";
export * from "./native_string.ts";
export * from "./python/python_app.ts";
export * from "./python/python_options.ts";
export * from "./read_environ.ts";
export * from "./request_uri.ts";
export * from "./server_handler.ts";
export * from "./setup_testing_defaults.ts";
export * from "./shift_path_info.ts";
export * from "./simple_handler.ts";
export * from "./software_version.ts";
export * from "./to_fetch_handler.ts";
export * from "./types.ts";
export * from "./validate_checks.ts";
export * from "./validate_wrappers.ts";
export * from "./validator.ts";
export * from "./wsgi_request_handler.ts";
export * from "./wsgi_server.ts";

if (import.meta.main) await (await import("./main.ts")).main();
