/**
 * The head that a script's answer begins with (RFC 3875 section 6).
 *
 * @module
 */
// @pure
import {
  Fields,
  HTTPStatus,
  parseContentLength,
  parseFields,
  ProtocolError,
} from "../http_server/protocol/mod.ts";
import { HOP_BY_HOP } from "./_hop_by_hop.ts";

/** What a script has answered, before its body. */
export type CgiHead =
  | CgiDocument
  | {
    /** The server is to answer with another of its own pages. */
    readonly kind: "localRedirect";
    /** Path and query of that page. */
    readonly location: string;
  };

/** An answer for the client. */
export interface CgiDocument {
  /** Told from a local redirect. */
  readonly kind: "document";
  /** The status code. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The fields for the client. */
  readonly fields: Fields;
  /** Bytes of the body, if the script tells. */
  readonly contentLength: number | null;
  /** Names of fields that were taken out: they concern the connection. */
  readonly dropped: readonly string[];
}

/** Bytes of a script's head at most; Apache has no limit, nginx 4 or 8 KiB. */
export const MAX_CGI_HEAD = 65536;

/**
 * Measures the head at the beginning of what a script has written.
 *
 * @param bytes What has arrived so far.
 * @param from Where to begin: what this has returned before, negated.
 * @returns How many bytes the head has, its empty line included; if that has
 * not come yet, the negated place from which to look next time.
 */
export function cgiHeadLength(bytes: Uint8Array, from = 0): number {
  let i = from;
  for (; i < bytes.length; i++) {
    if (bytes[i] !== LF) continue;
    // A line that ends here is empty if another ended right before it.
    const before = bytes[i - 1] === CR ? i - 2 : i - 1;
    if (before < 0 || bytes[before] === LF) return i + 1;
  }
  return -i;
}

const CR = 13;
const LF = 10;

/**
 * Reads the head of a script's answer. Lines may end in LF or CRLF.
 *
 * @param bytes Exactly one head, as {@linkcode cgiHeadLength} measures it.
 * @returns What the script has answered.
 * @throws {ProtocolError} 502 if it is malformed.
 *
 * @example A page that is not there
 * ```ts
 * import { parseCgiHead } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * const head = parseCgiHead(
 *   new TextEncoder().encode("Status: 404 Gone for tea\nContent-Type: text/plain\n\n"),
 * );
 * assertEquals(head.kind, "document");
 * if (head.kind === "document") assertEquals([head.status, head.reason], [404, "Gone for tea"]);
 * ```
 */
export function parseCgiHead(bytes: Uint8Array): CgiHead {
  const all = readFields(bytes);
  for (const name of ["Content-Type", "Location", "Status"]) {
    if ((all.getAll(name)?.length ?? 0) > 1) {
      throw bad(`it has ${name} more than once`);
    }
  }
  const location = all.get("location");
  const statusText = all.get("status");
  if (location !== null && location.startsWith("/") && all.size === 1) {
    return { kind: "localRedirect", location };
  }
  if (location === "") throw bad("its Location is empty");
  if (location === null && statusText === null && !all.has("content-type")) {
    throw bad("it has no Content-Type");
  }
  const { status, reason } = readStatus(
    statusText ?? (location === null ? "200" : "302"),
  );
  const fields = new Fields();
  const dropped: string[] = [];
  for (const [name, value] of all.items()) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower)) dropped.push(name);
    else if (lower !== "status") fields.add(name, value);
  }
  return {
    kind: "document",
    status,
    reason,
    fields,
    contentLength: readLength(fields),
    dropped,
  };
}

function readFields(bytes: Uint8Array): Fields {
  try {
    return parseFields(
      bytes,
      { lenient: true, maxFields: 200, maxHeadBytes: MAX_CGI_HEAD },
      new Fields(),
    );
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ProtocolError(error.message, 502);
  }
}

function readStatus(text: string): { status: number; reason: string } {
  const match = /^([1-9][0-9]{2})(?: (.*))?$/.exec(text);
  const status = Number(match?.[1]);
  // RFC 9110, 15: no script sends interim answers, and there are no others.
  if (match === null || status < 200 || status > 599) {
    throw bad(`its Status is "${text}"`);
  }
  return { status, reason: match[2] || HTTPStatus.phrase(status) };
}

function readLength(fields: Fields): number | null {
  const values = fields.getAll("content-length");
  if (values === null) return null;
  const length = values.length === 1 ? parseContentLength(values[0]!) : null;
  if (length === null) {
    throw bad(`its Content-Length is "${values.join(", ")}"`);
  }
  return length;
}

function bad(why: string): ProtocolError {
  return new ProtocolError(`Cannot read the head of a script: ${why}`, 502);
}
