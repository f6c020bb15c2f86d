/**
 * The URL of a request out of its environment: `guess_scheme`,
 * `application_uri` and `request_uri` of Python's `wsgiref.util`.
 *
 * @module
 */
import { encodeLatin1 } from "../socketserver/io/mod.ts";
import type { WSGIEnvironment } from "./types.ts";

/** What the URL of a request is made of. */
export type RequestVariables = Partial<WSGIEnvironment>;

/**
 * Guesses the scheme from `HTTPS`, as CGI has it.
 *
 * @param environ The environment.
 * @returns `https` if `HTTPS` is `yes`, `on` or `1`; otherwise `http`.
 */
export function guessScheme(environ: RequestVariables): "http" | "https" {
  const { HTTPS } = environ;
  return HTTPS === "yes" || HTTPS === "on" || HTTPS === "1" ? "https" : "http";
}

/**
 * The URL of the application, without path and query behind it.
 *
 * @param environ The environment.
 * @returns The URL.
 * @throws {TypeError} If the environment lacks a variable that it needs.
 *
 * @example Both URLs
 * ```ts
 * import { applicationUri, requestUri, setupTestingDefaults } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const environ = setupTestingDefaults({ SCRIPT_NAME: "/shop", PATH_INFO: "/tea", QUERY_STRING: "n=2" });
 * assertEquals(applicationUri(environ), "http://127.0.0.1/shop");
 * assertEquals(requestUri(environ), "http://127.0.0.1/shop/tea?n=2");
 * ```
 */
export function applicationUri(environ: RequestVariables): string {
  const scheme = String(
    environ["wsgi.url_scheme"] ?? missing("wsgi.url_scheme"),
  );
  let host = environ.HTTP_HOST;
  if (host === undefined || host === "") {
    host = environ.SERVER_NAME ?? missing("SERVER_NAME");
    const port = environ.SERVER_PORT ?? missing("SERVER_PORT");
    if (port !== (scheme === "https" ? "443" : "80")) host += `:${port}`;
  }
  return `${scheme}://${host}${quote(environ.SCRIPT_NAME || "/", "/")}`;
}

/**
 * The URL of the request.
 *
 * @param environ The environment.
 * @param includeQuery Whether the query is part of it.
 * @returns The URL.
 * @throws {TypeError} If the environment lacks a variable that it needs.
 */
export function requestUri(
  environ: RequestVariables,
  includeQuery = true,
): string {
  const path = quote(environ.PATH_INFO ?? "", "/;=,");
  const url = applicationUri(environ) +
    (environ.SCRIPT_NAME ? path : path.slice(1));
  return includeQuery && environ.QUERY_STRING
    ? `${url}?${environ.QUERY_STRING}`
    : url;
}

/** Python's `urllib.parse.quote` for texts of one character per byte. */
function quote(text: string, safe: string): string {
  let quoted = "";
  for (const byte of encodeLatin1(text)) {
    const character = String.fromCharCode(byte);
    quoted += /[A-Za-z0-9_.~-]/.test(character) || safe.includes(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return quoted;
}

function missing(name: string): never {
  throw new TypeError(`Cannot make the URL: the environment has no ${name}`);
}
