// @pure
import { isToken } from "../http_server/protocol/field_syntax.ts";
import { isHost } from "../http_server/protocol/host.ts";
import { asBytes } from "./_byte_text.ts";

/** Variables of a request, as the process that runs a script has them. */
export type CgiVariables = Readonly<Record<string, string | undefined>>;

/**
 * Makes a `Request` of the variables of CGI (RFC 3875 section 4.1): what
 * `buildCgiEnviron` does, backwards.
 *
 * Its URL is `REQUEST_URI` where the server gives that, as most do. Otherwise
 * it is put together from `SCRIPT_NAME`, `PATH_INFO` and `QUERY_STRING`; the
 * first two come decoded, so an encoded character may then look different.
 *
 * @param environ The variables.
 * @param body The body; left out for methods that have none.
 * @param signal Aborts the request.
 * @returns The request.
 * @throws {TypeError} If the variables are not those of a request.
 *
 * @example A request
 * ```ts
 * import { requestFromEnviron } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * const request = requestFromEnviron({
 *   GATEWAY_INTERFACE: "CGI/1.1",
 *   REQUEST_METHOD: "GET",
 *   HTTP_HOST: "example.org",
 *   SCRIPT_NAME: "/cgi-bin/tea",
 *   PATH_INFO: "/green",
 *   QUERY_STRING: "n=2",
 * });
 * assertEquals(request.url, "http://example.org/cgi-bin/tea/green?n=2");
 * ```
 */
export function requestFromEnviron(
  environ: CgiVariables,
  body: BodyInit | null = null,
  signal?: AbortSignal,
): Request {
  const { REQUEST_METHOD: method } = environ;
  if (!method) {
    throw new TypeError("Cannot make a request: REQUEST_METHOD is not set");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const init: RequestInit & { duplex?: "half" } = {
    method,
    headers: headersOf(environ, hasBody),
  };
  if (signal) init.signal = signal;
  if (body && hasBody) {
    init.body = body;
    init.duplex = "half";
  }
  return new Request(urlOf(environ), init);
}

function headersOf(environ: CgiVariables, hasBody: boolean): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(environ)) {
    if (!name.startsWith("HTTP_") || value === undefined) continue;
    const field = name.slice(5).replaceAll("_", "-");
    // Not of HTTP, whoever has set it.
    if (isToken(field) && isFieldValue(value)) {
      // What is no ASCII is UTF-8 in the process, and bytes on the wire.
      headers.set(field, asBytes(value));
    }
  }
  const { CONTENT_TYPE, CONTENT_LENGTH } = environ;
  if (CONTENT_TYPE) headers.set("Content-Type", asBytes(CONTENT_TYPE));
  // Some servers say "0" for whatever has no body.
  if (CONTENT_LENGTH && (hasBody || CONTENT_LENGTH !== "0")) {
    headers.set("Content-Length", CONTENT_LENGTH);
  }
  return headers;
}

function isFieldValue(value: string): boolean {
  return !/[\0\r\n]/.test(value);
}

function urlOf(environ: CgiVariables): string {
  const { HTTPS = "", HTTP_HOST, REQUEST_SCHEME } = environ;
  const secure = /^(?:on|1|yes)$/i.test(HTTPS) || REQUEST_SCHEME === "https";
  const host = HTTP_HOST && isHost(HTTP_HOST)
    ? HTTP_HOST
    : serverOf(environ, secure ? "443" : "80");
  return `${secure ? "https" : "http"}://${host}${targetOf(environ)}`;
}

/** The server by its own name. */
function serverOf(environ: CgiVariables, usualPort: string): string {
  const { SERVER_NAME, SERVER_PORT } = environ;
  const name = SERVER_NAME || "localhost";
  // An IPv6 address; some servers leave out its brackets.
  const host = /^[^[].*:/.test(name) ? `[${name}]` : name;
  return SERVER_PORT && SERVER_PORT !== usualPort
    ? `${host}:${SERVER_PORT}`
    : host;
}

function targetOf(environ: CgiVariables): string {
  const { REQUEST_URI, SCRIPT_NAME = "", PATH_INFO = "", QUERY_STRING } =
    environ;
  // The only one that was not decoded, where servers give it.
  if (REQUEST_URI?.startsWith("/")) return REQUEST_URI.replaceAll("#", "%23");
  const path = encodeURI(SCRIPT_NAME + PATH_INFO)
    .replaceAll("?", "%3F").replaceAll("#", "%23");
  const rooted = path.startsWith("/") ? path : `/${path}`;
  const query = QUERY_STRING?.replaceAll("#", "%23");
  return query ? `${rooted}?${query}` : rooted;
}
