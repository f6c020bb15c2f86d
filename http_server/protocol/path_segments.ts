/**
 * From the raw path of a request target to names of files, in two ways.
 *
 * - `pathSegments` refuses what only an attack or a broken client sends.
 *   `translateSegments` repairs it, as Python's `translate_path` does.
 * - Both decode once. Neither ever gives a name that is `.` or `..`, or holds a
 *   slash or NUL: joined under a root they stay there. Symbolic links are the
 *   file system's, and the caller's, affair.
 * - A last segment `""` says that the path ended in a slash.
 *
 * @module
 */

import { percentDecodeText } from "./percent_encoding.ts";

/** Settings of {@linkcode pathSegments} and {@linkcode translateSegments}. */
export interface PathSegmentsOptions {
  /** Whether the names are for a Windows file system. */
  readonly windows?: boolean;
}

/**
 * Splits a raw path into decoded names, or refuses it.
 *
 * Browsers and libraries remove `.` and `..` before they send. A `.` that comes
 * all the same is dropped (RFC 3986 section 5.2.4), and so are empty segments.
 * `..` in any spelling is refused, not resolved: nobody in good faith sends it,
 * and resolving it after decoding is how directory traversals came about.
 *
 * @param path Raw path of a request target, without query.
 * @param options Whether Windows' rules for names hold.
 * @returns The names, `""` as the last one after a trailing slash, or `null`
 * for a path that is to be answered with 400 or 404: without leading slash,
 * with a malformed escape, bytes that are no UTF-8 (overlong forms included),
 * NUL, `..`, a slash or backslash within a name; on Windows also a colon (drive
 * letters, streams), a device name, a wildcard, a short 8.3 name, a blank or
 * dot at the end.
 *
 * @example Usage
 * ```ts
 * import { pathSegments } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pathSegments("/a%20b//./c"), ["a b", "c"]);
 * assertEquals(pathSegments("/a/"), ["a", ""]);
 * assertEquals(pathSegments("/"), [""]);
 * assertEquals(pathSegments("/a/%2e%2e/b"), null);
 * assertEquals(pathSegments("/a%2fb"), null);
 * ```
 */
export function pathSegments(
  path: string,
  options: PathSegmentsOptions = {},
): string[] | null {
  if (!path.startsWith("/") || /%(?![0-9A-Fa-f]{2})/.test(path)) return null;
  const segments: string[] = [];
  let name: string | null = "";
  for (const raw of path.slice(1).split("/")) {
    name = percentDecodeText(raw);
    if (name === "" || name === ".") continue;
    if (name === null || name === ".." || /[/\\\0]/.test(name)) return null;
    if (options.windows && !isWindowsName(name)) return null;
    segments.push(name);
  }
  if (name === "" || name === ".") segments.push("");
  return segments;
}

/**
 * Splits a request target into names as `SimpleHTTPRequestHandler`'s
 * `translate_path` does: fragment and query are cut, the rest is decoded with
 * replacement characters, an encoded slash separates like a bare one, and `..`
 * takes back the name before it but never leaves the root.
 *
 * @param path Raw request target; a leading slash may be missing.
 * @param options Whether Windows' rules for names hold.
 * @returns The names, `""` as the last one after a trailing slash; names with a
 * drive or backslash are left out on Windows. `null` if a name holds NUL, or is
 * one that Windows gives a meaning of its own: Python would fail on those.
 *
 * @example Usage
 * ```ts
 * import { translateSegments } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(translateSegments("/a/../../b%2fc/?x=1"), ["b", "c", ""]);
 * assertEquals(translateSegments("/c:\\x/y", { windows: true }), ["y"]);
 * ```
 */
export function translateSegments(
  path: string,
  options: PathSegmentsOptions = {},
): string[] | null {
  const raw = path.split("#", 1)[0]!.split("?", 1)[0]!;
  const decoded = percentDecodeText(raw, { replace: true });
  if (decoded.includes("\0")) return null;
  let segments: string[] = [];
  for (const name of decoded.split("/")) {
    if (name === "..") segments.pop();
    else if (name !== "" && name !== ".") segments.push(name);
  }
  if (options.windows) {
    segments = segments.filter((name) => !/[\\:]/.test(name));
    if (!segments.every(isWindowsName)) return null;
  }
  if (decoded.endsWith("/")) segments.push("");
  return segments;
}

/** Devices answer to their name in every folder, with any extension. */
const DEVICE =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** The alias that Windows makes of a long name: `GIT~1` is `.git`. */
const SHORT_NAME = /^[^.]{1,6}~[0-9]{1,6}(?:\.[^.]{1,3})?$/;

/** Whether Windows takes a name for what it looks like. */
function isWindowsName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) < 0x20) return false;
  }
  // Dots and blanks at the end are dropped when a file is opened.
  return !/[<>:"|?*]/.test(name) && !/[. ]$/.test(name) &&
    !DEVICE.test(name) && !SHORT_NAME.test(name);
}
