/**
 * CGI/1.1 (RFC 3875), both sides: scripts run for requests, and programs that
 * are scripts themselves. Python's `http.server.CGIHTTPRequestHandler`, and
 * what real scripts need beyond it.
 *
 * ```
 * CGIHTTPRequestHandler   the scripts of some folders, files beside them
 * cgiHandler(…)           a script as (Request) => Response
 * serveCgi(…)             this program is the script
 * ```
 *
 * @example Runs a script for a request
 * ```ts
 * import { cgiHandler } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const script = `${folder}/hello`;
 * await Deno.writeTextFile(
 *   script,
 *   "#!/bin/sh\necho Content-Type: text/plain\necho\necho hello $PATH_INFO\n",
 *   { mode: 0o755 },
 * );
 *
 * const hello = cgiHandler({ script });
 * const response = await hello(new Request("http://localhost/tea"));
 * assertEquals(await response.text(), "hello /tea\n");
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export * from "./cgi_handler.ts";
export * from "./cgi_http_request_handler.ts";
export * from "./environ.ts";
export * from "./executable.ts";
export * from "./nobody_uid.ts";
export * from "./request_from_environ.ts";
export * from "./response_head.ts";
export * from "./running_script.ts";
export * from "./script_body_length.ts";
export * from "./script_path.ts";
export * from "./script_settings.ts";
export * from "./serialize_cgi_head.ts";
export * from "./serve_cgi.ts";
export * from "./standard_streams.ts";
