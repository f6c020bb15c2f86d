/**
 * The Host field (RFC 9112 section 3.2): exactly one, and a host in it.
 *
 * Two Hosts, or one that is a host to us and something else to the proxy
 * before us, let a request reach a site that the proxy did not check it for,
 * or poison its cache.
 *
 * @module
 */

import { CLASS, consistsOf, DIGIT, HEX, REG_NAME } from "./_chars.ts";
import { isHTTP11 } from "./_is_http11.ts";
import type { RequestHead } from "./head.ts";
import { ProtocolError } from "./protocol_error.ts";

/**
 * Refuses a request without a proper Host.
 *
 * @param head The request. HTTP/1.0 may go without Host, but not have two.
 * @throws {ProtocolError} 400 if Host is missing, repeated or malformed.
 *
 * @example Two of them
 * ```ts
 * import { checkHost, Fields, ProtocolError } from "@pystd/server/http-protocol";
 * import { assertThrows } from "@std/assert";
 *
 * const fields = new Fields([["Host", "a.example"], ["host", "b.example"]]);
 * assertThrows(() => checkHost({ version: "HTTP/1.1", fields }), ProtocolError);
 * ```
 */
export function checkHost(
  head: Pick<RequestHead, "version" | "fields">,
): void {
  const { fields } = head;
  const index = fields.indexOf("host");
  if (index < 0) {
    if (isHTTP11(head.version)) throw refused("Host is missing");
    return;
  }
  if (fields.indexOf("host", index + 1) >= 0) {
    throw refused("Host is there more than once");
  }
  if (!isHost(fields.valueAt(index))) throw refused("Host is malformed");
}

function refused(why: string): ProtocolError {
  return new ProtocolError(`Cannot accept a request: ${why}`);
}

/**
 * Whether a text is a host with or without port, as in `Host` (RFC 9110
 * section 7.2): a name, an IPv4 address, or an IPv6 address in brackets. No
 * user, no path, no blank. It may be empty: a client whose target has no
 * authority must send it so (RFC 9112 section 3.2).
 *
 * @param text The value of a Host field.
 * @returns True if it has that form.
 *
 * @example Forms
 * ```ts
 * import { isHost } from "@pystd/server/http-protocol";
 * import { assert } from "@std/assert";
 *
 * assert(isHost("example.org:8000"));
 * assert(isHost("[::1]:8000"));
 * assert(!isHost("user@example.org"));
 * assert(!isHost("example.org/path"));
 * ```
 */
export function isHost(text: string): boolean {
  // A server is asked for the same host again and again.
  if (text === lastHost) return true;
  if (!readsAsHost(text)) return false;
  lastHost = text;
  return true;
}

let lastHost = "";

function readsAsHost(text: string): boolean {
  const hostEnd = text.startsWith("[")
    ? text.indexOf("]") + 1
    : text.indexOf(":");
  const host = hostEnd < 0 ? text : text.substring(0, hostEnd);
  const port = hostEnd < 0 ? "" : text.substring(hostEnd);
  if (port !== "" && !isPort(port)) return false;
  return host.startsWith("[") ? isIPv6(host.slice(1, -1)) : isRegName(host);
}

/** A colon and the digits behind it, which may be missing. */
function isPort(text: string): boolean {
  if (!text.startsWith(":") || text.length > 6) return false;
  const digits = text.substring(1);
  return consistsOf(digits, DIGIT) && Number(digits) <= 65535;
}

/** reg-name of RFC 3986 section 3.2.2; an IPv4 address has the same form. */
function isRegName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if ((CLASS[text.charCodeAt(i)]! & REG_NAME) !== 0) continue;
    const escape = text.substring(i + 1, i + 3);
    if (text[i] !== "%" || escape.length < 2 || !consistsOf(escape, HEX)) {
      return false;
    }
  }
  return true;
}

function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) =>
    half === "" && halves.length === 2 ? [] : half.split(":")
  );
  // An IPv4 address at the end stands for two groups.
  if (!text.endsWith(":") && isIPv4(groups.at(-1) ?? "")) {
    groups.splice(-1, 1, "0", "0");
  }
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) &&
    (halves.length === 2 ? groups.length <= 7 : groups.length === 8);
}

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 &&
    parts.every((part) =>
      /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255
    );
}
