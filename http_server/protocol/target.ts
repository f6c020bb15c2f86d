/**
 * The request target (RFC 9112 section 3.2): what a request line asks for.
 *
 * - It has its own grammar of four forms. `new URL` reads another one: it takes
 *   `//host/x` for an authority, turns `\` into `/` and removes `..`.
 * - Path and query stay raw; `percent_encoding.ts` and `path_segments.ts` take
 *   them further, once.
 * - Which forms a method may use is checked. What fits none is a
 *   `ProtocolError` with status 400.
 *
 * @module
 */

import { consistsOf, quoted, VISIBLE } from "./_chars.ts";
import { isHost } from "./host.ts";
import { ProtocolError } from "./protocol_error.ts";

/** The parts of a request target, as they were sent. */
export interface RequestTarget {
  /** Which of the four forms it has. */
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /**
   * The path, still percent-encoded. `"*"` for the server as a whole, `""` in
   * authority form, otherwise it begins with a slash, maybe with several.
   */
  readonly path: string;
  /** What follows the question mark, or `null` if there is none. */
  readonly query: string | null;
  /** Host and port in authority and absolute form; it outranks `Host`. */
  readonly authority: string | null;
  /** Scheme in absolute form, in lower case. */
  readonly scheme: string | null;
}

/** Scheme and authority; the rest is path and query. */
const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/;

/**
 * Reads a request target.
 *
 * A fragment has no place in a target (RFC 9110 section 7.1). It is cut off, as
 * Python and nginx do, for the sake of hand-written clients.
 *
 * @param method Request method. CONNECT takes the authority form and no other;
 * the asterisk is for OPTIONS alone.
 * @param target The target from the request line, one character per octet.
 * @returns Its form and parts.
 * @throws {ProtocolError} With status 400 if the target has none of the four
 * forms, has one that the method does not go with, holds blanks or control
 * characters, or names an authority with user information or without a host.
 *
 * @example Origin form
 * ```ts
 * import { parseRequestTarget } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRequestTarget("GET", "//a/%2e%2e?q=1?2"), {
 *   form: "origin",
 *   path: "//a/%2e%2e",
 *   query: "q=1?2",
 *   authority: null,
 *   scheme: null,
 * });
 * ```
 *
 * @example Absolute form
 * ```ts
 * import { parseRequestTarget } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRequestTarget("GET", "HTTP://example.org:8000"), {
 *   form: "absolute",
 *   path: "/",
 *   query: null,
 *   authority: "example.org:8000",
 *   scheme: "http",
 * });
 * ```
 */
export function parseRequestTarget(
  method: string,
  target: string,
): RequestTarget {
  if (!consistsOf(target, VISIBLE)) {
    throw malformed(target, "it holds a blank or a control character");
  }
  if (method === "CONNECT") {
    // RFC 9110 section 9.3.6: a CONNECT without a valid port is refused.
    if (!isAuthority(target) || !/:[0-9]+$/.test(target)) {
      throw malformed(target, "CONNECT wants a host and a port");
    }
    return {
      form: "authority",
      path: "",
      query: null,
      authority: target,
      scheme: null,
    };
  }
  if (target.startsWith("/")) {
    const { path, query } = splitQuery(target);
    return { form: "origin", path, query, authority: null, scheme: null };
  }
  if (target === "*") {
    if (method !== "OPTIONS") throw malformed(target, "it is for OPTIONS");
    return {
      form: "asterisk",
      path: "*",
      query: null,
      authority: null,
      scheme: null,
    };
  }
  const match = ABSOLUTE.exec(target);
  if (match === null) throw malformed(target, "it has no known form");
  const authority = match[2]!;
  // RFC 9110 section 4.2.4: user information is there to deceive, an error.
  if (!isAuthority(authority)) {
    throw malformed(target, "it names no valid authority");
  }
  const rest = splitQuery(target.slice(match[0].length));
  if (rest.path === "") {
    // RFC 9112 section 3.2.4: so a proxy was asked about the server as a whole.
    rest.path = method === "OPTIONS" && rest.query === null ? "*" : "/";
  }
  return {
    form: "absolute",
    ...rest,
    authority,
    scheme: match[1]!.toLowerCase(),
  };
}

function splitQuery(text: string): { path: string; query: string | null } {
  const fragment = text.indexOf("#");
  if (fragment >= 0) text = text.slice(0, fragment);
  const mark = text.indexOf("?");
  return mark < 0
    ? { path: text, query: null }
    : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/** A host, unlike in `Host` never an empty one. */
function isAuthority(text: string): boolean {
  return text !== "" && !text.startsWith(":") && isHost(text);
}

function malformed(target: string, reason: string): ProtocolError {
  return new ProtocolError(
    `Cannot parse request target ${quoted(target)}: ${reason}`,
  );
}

/**
 * Makes a path safe to redirect to: exactly one slash in front.
 *
 * A browser takes `//evil.example/..` in `Location` for another host (CPython
 * gh-87389), reads a backslash as a slash, and drops tabs and line breaks
 * before it looks.
 *
 * @param path Raw path of a request target.
 * @returns The path with its leading run of slashes, backslashes, blanks and
 * control characters replaced by one slash.
 *
 * @example Usage
 * ```ts
 * import { collapseLeadingSlashes } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(collapseLeadingSlashes("//evil.example/%2e%2e"), "/evil.example/%2e%2e");
 * assertEquals(collapseLeadingSlashes("/\\evil.example"), "/evil.example");
 * ```
 */
export function collapseLeadingSlashes(path: string): string {
  let start = 0;
  while (
    start < path.length && (path.charCodeAt(start) <= 0x20 ||
      path[start] === "/" || path[start] === "\\")
  ) start++;
  return start === 1 && path[0] === "/" ? path : "/" + path.slice(start);
}
