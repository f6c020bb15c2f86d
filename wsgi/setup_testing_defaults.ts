import { BytesIO, StringIO } from "../socketserver/io/mod.ts";
import { guessScheme, type RequestVariables } from "./request_uri.ts";
import type { WSGIEnvironment } from "./types.ts";

/**
 * Completes an environment so that an application can be called with it,
 * without a server: Python's `wsgiref.util.setup_testing_defaults`. What is
 * there stays.
 *
 * @param environ The variables that matter; it is changed.
 * @returns The same object, complete.
 *
 * @example Calls an application by hand
 * ```ts
 * import { demoApp, setupTestingDefaults } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * let status = "";
 * await demoApp(setupTestingDefaults({ PATH_INFO: "/tea" }), (given) => {
 *   status = given;
 *   return () => Promise.resolve();
 * });
 * assertEquals(status, "200 OK");
 * ```
 */
export function setupTestingDefaults(
  environ: RequestVariables = {},
): WSGIEnvironment {
  environ.SERVER_NAME ??= "127.0.0.1";
  environ.SERVER_PROTOCOL ??= "HTTP/1.0";
  environ.HTTP_HOST ??= environ.SERVER_NAME;
  environ.REQUEST_METHOD ??= "GET";
  if (environ.SCRIPT_NAME === undefined && environ.PATH_INFO === undefined) {
    environ.SCRIPT_NAME = "";
    environ.PATH_INFO = "/";
  }
  environ["wsgi.version"] ??= [1, 0];
  environ["wsgi.run_once"] ??= false;
  environ["wsgi.multithread"] ??= false;
  environ["wsgi.multiprocess"] ??= false;
  environ["wsgi.input"] ??= new BytesIO();
  environ["wsgi.errors"] ??= new StringIO();
  environ["wsgi.url_scheme"] ??= guessScheme(environ);
  environ.SERVER_PORT ??= environ["wsgi.url_scheme"] === "https" ? "443" : "80";
  return environ as WSGIEnvironment;
}
