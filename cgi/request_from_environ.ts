import { isHost } from "../http_server/protocol/mod.ts";
import { decodeLatin1 } from "../socketserver/io/mod.ts";

/** Variables of a request, as the process that runs a script has them. */
export type CgiVariables = Readonly<Record<string, string | undefined>>;

/**
 * Makes a `Request` of the variables of CGI (RFC 3875 section 4.1): what
 * `buildCgiEnviron` does, backwards.
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
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null = null,
  signal?: AbortSignal,
): Request {
  const { REQUEST_METHOD: method } = environ;
  if (!method) {
    throw new TypeError("Cannot make a request: REQUEST_METHOD is not set");
  }
  const init: RequestInit & { duplex?: "half" } = {
    method,
    headers: headersOf(environ),
  };
  if (signal) init.signal = signal;
  if (body && method !== "GET" && method !== "HEAD") {
    init.body = body;
    init.duplex = "half";
  }
  return new Request(urlOf(environ), init);
}

const utf8 = new TextEncoder();

/** What is no ASCII is UTF-8 in the process, and bytes on the wire. */
function asBytes(text: string): string {
  return decodeLatin1(utf8.encode(text));
}

function headersOf(environ: CgiVariables): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(environ)) {
    if (!name.startsWith("HTTP_") || value === undefined) continue;
    headers.append(name.slice(5).replaceAll("_", "-"), asBytes(value));
  }
  const { CONTENT_TYPE, CONTENT_LENGTH } = environ;
  if (CONTENT_TYPE) headers.set("Content-Type", asBytes(CONTENT_TYPE));
  if (CONTENT_LENGTH) headers.set("Content-Length", CONTENT_LENGTH);
  return headers;
}

function urlOf(environ: CgiVariables): string {
  const { HTTPS = "", SERVER_NAME = "localhost", SERVER_PORT = "" } = environ;
  const secure = /^(?:on|1|yes)$/i.test(HTTPS) ||
    environ.REQUEST_SCHEME === "https";
  const scheme = secure ? "https" : "http";
  const own = SERVER_PORT === "" || SERVER_PORT === (secure ? "443" : "80")
    ? SERVER_NAME
    : `${SERVER_NAME}:${SERVER_PORT}`;
  const asked = environ.HTTP_HOST;
  const host = asked && isHost(asked) ? asked : own;
  return `${scheme}://${host}${pathOf(environ)}`;
}

function pathOf(environ: CgiVariables): string {
  const { REQUEST_URI, SCRIPT_NAME = "", PATH_INFO = "", QUERY_STRING } =
    environ;
  // The only one that was not decoded, where servers give it.
  if (REQUEST_URI?.startsWith("/")) return REQUEST_URI;
  const path = encodeURI(SCRIPT_NAME + PATH_INFO).replace(/[?#]/g, escape);
  const rooted = path.startsWith("/") ? path : `/${path}`;
  return QUERY_STRING ? `${rooted}?${QUERY_STRING}` : rooted;
}

function escape(character: string): string {
  return character === "?" ? "%3F" : "%23";
}
