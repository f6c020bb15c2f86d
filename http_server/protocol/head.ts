/**
 * The request head: bytes in, one value out (RFC 9112 sections 2 to 5).
 *
 * `parseRequestHead` gets exactly the bytes that `HeadScanner` measured. One
 * decode, one pass in which every byte is looked up, no promise, no copy per
 * field. It refuses what another parser might read differently: bare LF, bare
 * CR, NUL and other controls, folded lines, blanks around names, lines without
 * a colon. What the fields mean is the business of `framing.ts` and `host.ts`.
 *
 * @module
 */

import { decodeAscii } from "./_ascii.ts";
import { CLASS, CR, LF, TEXT } from "./_chars.ts";
import {
  MAX_EMPTY_LINES,
  requestLineTooLong,
  tooManyEmptyLines,
} from "./_head_errors.ts";
import { badSyntax, readRequestLine } from "./_read_request_line.ts";
import { noEmptyLine, readFields, skipLineEnd } from "./_read_fields.ts";
import type { Fields } from "./fields.ts";
import { DEFAULT_HEAD_LIMITS, type HeadOptions } from "./head_options.ts";
import { HTTPMessage } from "./http_message.ts";
import { decodeLatin1 } from "./latin1.ts";
import { ProtocolError } from "./protocol_error.ts";

/**
 * A request without its body: what every way in (socket, fetch, CGI) is made
 * into, and what every handler is given.
 *
 * @typeParam F The class that holds the fields.
 */
export interface RequestHead<F extends Fields = Fields> {
  /** The method, a token, in its case. */
  readonly method: string;
  /** The target as sent: not decoded, not checked for its form. */
  readonly target: string;
  /** The version such as `"HTTP/1.1"`. */
  readonly version: string;
  /** The fields in the order of arrival. */
  readonly fields: F;
}

/**
 * A request head that came as bytes.
 *
 * @typeParam F The class that holds the fields.
 */
export interface ParsedRequestHead<F extends Fields = Fields>
  extends RequestHead<F> {
  /** All of it, one character per byte. */
  readonly text: string;
  /** The request line without its end, one character per byte. */
  readonly line: string;
  /** Whether it is an HTTP/0.9 request: no version, no fields. */
  readonly simple: boolean;
}

/**
 * Reads a request head. Empty lines before it are skipped, a few at most.
 *
 * @param bytes Exactly one head, as {@linkcode HeadScanner} measures it.
 * @param options Limits and strictness.
 * @returns The head with the fields in an {@linkcode HTTPMessage}.
 * @throws {ProtocolError} 400 if it is malformed, 414 or 431 if it breaks a
 *   limit, 505 for HTTP/2 and above.
 * @throws {RangeError} If bytes follow the head.
 *
 * @example A head
 * ```ts
 * import { parseRequestHead } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("GET /a HTTP/1.1\r\nHost: b\r\n\r\n");
 * const head = parseRequestHead(bytes);
 * assertEquals(head.target, "/a");
 * assertEquals(head.fields.get("host"), "b");
 * ```
 */
export function parseRequestHead(
  bytes: Uint8Array,
  options?: HeadOptions,
): ParsedRequestHead<HTTPMessage>;
/**
 * Reads a request head, its fields into a list that is there already.
 *
 * @typeParam F The class of the list.
 * @param bytes Exactly one head, as {@linkcode HeadScanner} measures it.
 * @param options Limits and strictness.
 * @param fields The list to add to.
 * @returns The head with that list.
 * @throws {ProtocolError} 400 if it is malformed, 414 or 431 if it breaks a
 *   limit, 505 for HTTP/2 and above.
 * @throws {RangeError} If bytes follow the head.
 */
export function parseRequestHead<F extends Fields>(
  bytes: Uint8Array,
  options: HeadOptions,
  fields: F,
): ParsedRequestHead<F>;
export function parseRequestHead(
  bytes: Uint8Array,
  options: HeadOptions = {},
  fields: Fields = new HTTPMessage(),
): ParsedRequestHead {
  const length = bytes.length;
  // With LF as the last byte the loop below needs no check for the end.
  if (bytes[length - 1] !== LF) throw noEmptyLine();
  const start = skipEmptyLines(bytes, options);
  if (start === length) throw noEmptyLine();

  let seen = 0;
  let end = start;
  let byte = bytes[end]!;
  while ((CLASS[byte]! & TEXT) !== 0) {
    seen |= byte;
    byte = bytes[++end]!;
  }
  if (byte !== CR && byte !== LF) {
    throw badSyntax(requestLineText(bytes), "it holds a control byte");
  }
  const next = skipLineEnd(bytes, end, options);
  const maxRequestLine = options.maxRequestLine ??
    DEFAULT_HEAD_LIMITS.maxRequestLine;
  if (next - start > maxRequestLine) throw requestLineTooLong(maxRequestLine);

  let text = seen > 0x7f ? decodeLatin1(bytes) : decodeAscii(bytes);
  const { method, target, version, simple } = readRequestLine(
    bytes,
    text,
    start,
    end,
    options,
  );
  if (!simple) {
    text = readFields(bytes, text, next, options, fields);
  } else if (next !== length) {
    throw new ProtocolError(
      "Cannot read a head: fields follow a request line without version",
    );
  }
  const line = text.substring(start, end);
  return { method, target, version, fields, text, line, simple };
}

/**
 * The first line of what a client sent, for the log and the error page of a
 * request whose head cannot be parsed.
 *
 * @param bytes What has arrived, complete or not.
 * @returns The line without its end, one character per byte, cut at 64 KiB.
 */
export function requestLineText(bytes: Uint8Array): string {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start++;
  let end = findLf(bytes, start);
  if (end < 0) end = bytes.length;
  while (end > start && bytes[end - 1] === CR) end--;
  return decodeLatin1(bytes.subarray(start, Math.min(end, start + 65536)));
}

function findLf(bytes: Uint8Array, start: number): number {
  for (let i = start; i < bytes.length; i++) if (bytes[i] === LF) return i;
  return -1;
}

function skipEmptyLines(bytes: Uint8Array, options: HeadOptions): number {
  let start = 0;
  for (let lines = 0; bytes[start] === CR || bytes[start] === LF; lines++) {
    if (lines === MAX_EMPTY_LINES) throw tooManyEmptyLines();
    start = skipLineEnd(bytes, start, options);
  }
  return start;
}
