/**
 * The request line: `method SP target SP version` (RFC 9112 section 3), or
 * HTTP/0.9's `GET SP target`.
 *
 * The order of the checks, the statuses and the reason phrases are those of
 * Python's `parse_request`: first the version, then the number of words. Only
 * SP and HTAB are blanks; Python also splits at U+0085 and U+00A0.
 *
 * @module
 */

import { consistsOf, TEXT } from "./_chars.ts";
import {
  badSyntax,
  readRequestLine,
  type RequestLine,
  type RequestLineOptions,
} from "./_read_request_line.ts";
import { encodeLatin1 } from "./latin1.ts";

export type { RequestLine, RequestLineOptions } from "./_read_request_line.ts";

/**
 * Reads a request line.
 *
 * @param line The line without its end, one character per byte.
 * @param options How strictly.
 * @returns Its parts.
 * @throws {ProtocolError} 400 if it is malformed, 505 for HTTP/2 and above.
 *
 * @example The parts
 * ```ts
 * import { parseRequestLine } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const { method, target, version } = parseRequestLine("GET /a?b HTTP/1.1");
 * assertEquals([method, target, version], ["GET", "/a?b", "HTTP/1.1"]);
 * ```
 */
export function parseRequestLine(
  line: string,
  options: RequestLineOptions = {},
): RequestLine {
  if (!consistsOf(line, TEXT)) throw badSyntax(line, "it holds a control byte");
  return readRequestLine(encodeLatin1(line), line, 0, line.length, options);
}
