/**
 * Finds where a head ends while its bytes arrive, and refuses it as soon as it
 * breaks a limit, not only when it is complete.
 *
 * A scanner is shown the same window again and again, each time with more
 * bytes behind; it remembers how far it has looked, so a client that sends a
 * byte at a time costs O(n). It knows lines, not grammar: `parseRequestHead`
 * judges what the lines hold. Lines end with LF here, CR or not, so that a
 * head with bare LFs is found to be complete, and refused, at once.
 *
 * @module
 */

import { CLASS, CR, LF, TEXT, VISIBLE } from "./_chars.ts";
import {
  headTooLarge,
  MAX_EMPTY_LINES,
  requestLineTooLong,
  tooManyEmptyLines,
  tooManyFields,
} from "./_head_errors.ts";
import { DEFAULT_HEAD_LIMITS, type HeadOptions } from "./head_options.ts";
import { LineTooLong, ProtocolError } from "./protocol_error.ts";

/**
 * Finds the end of a block of field lines: trailers, or a CGI script's head.
 *
 * @example A block that arrives in two pieces
 * ```ts
 * import { FieldsScanner } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("A: 1\r\n\r\nbody");
 * const scanner = new FieldsScanner();
 * assertEquals(scanner.fieldsLength(bytes.subarray(0, 5)), -1);
 * assertEquals(scanner.fieldsLength(bytes), 8);
 * ```
 */
export class FieldsScanner {
  readonly #maxFieldLine: number;
  readonly #maxFields: number;
  readonly #maxHeadBytes: number;
  /** Everything before this place has been looked at. */
  #searched = 0;
  #lineStart = 0;
  #fields = 0;

  /**
   * Makes a scanner for one block after the other.
   *
   * @param options Limits.
   */
  constructor(options: HeadOptions = DEFAULT_HEAD_LIMITS) {
    this.#maxFieldLine = options.maxFieldLine ??
      DEFAULT_HEAD_LIMITS.maxFieldLine;
    this.#maxFields = options.maxFields ?? DEFAULT_HEAD_LIMITS.maxFields;
    this.#maxHeadBytes = options.maxHeadBytes ??
      DEFAULT_HEAD_LIMITS.maxHeadBytes;
  }

  /**
   * Looks at what has arrived.
   *
   * @param window All bytes so far, from the same first byte at every call.
   * @returns Where the block ends, its empty line included, or -1 if that has
   *   not arrived yet.
   * @throws {LineTooLong} If a line is, or will be, longer than allowed: 431.
   * @throws {ProtocolError} If there are too many lines or bytes: 431.
   */
  fieldsLength(window: Uint8Array): number {
    let lineStart = this.#lineStart;
    let lf = indexOfLf(window, this.#searched);
    while (lf >= 0) {
      if (lf >= this.#maxHeadBytes) throw headTooLarge(this.#maxHeadBytes);
      if (isEmptyLine(window, lineStart, lf)) return lf + 1;
      if (lf + 1 - lineStart > this.#maxFieldLine) {
        throw new LineTooLong("field line", this.#maxFieldLine);
      }
      if (++this.#fields > this.#maxFields) {
        throw tooManyFields(this.#maxFields);
      }
      lineStart = lf + 1;
      lf = indexOfLf(window, lineStart);
    }
    const length = window.length;
    this.#searched = length;
    this.#lineStart = lineStart;
    if (length - lineStart >= this.#maxFieldLine) {
      throw new LineTooLong("field line", this.#maxFieldLine);
    }
    if (length >= this.#maxHeadBytes) throw headTooLarge(this.#maxHeadBytes);
    return -1;
  }

  /**
   * Forgets the block, so that the scanner can be used for the next one.
   *
   * @param start Where in the next window the block will begin.
   */
  reset(start = 0): void {
    this.#searched = this.#lineStart = start;
    this.#fields = 0;
  }
}

/**
 * Finds the end of a request head.
 *
 * @example A head, byte by byte, with the next request behind
 * ```ts
 * import { HeadScanner } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET");
 * const scanner = new HeadScanner();
 * for (let end = 0; end < 27; end++) {
 *   assertEquals(scanner.headLength(bytes.subarray(0, end)), -1);
 * }
 * assertEquals(scanner.headLength(bytes), 27);
 * ```
 */
export class HeadScanner {
  readonly #maxRequestLine: number;
  readonly #fields: FieldsScanner;
  #searched = 0;
  #lineStart = 0;
  #emptyLines = 0;
  #inFields = false;

  /**
   * Makes a scanner for one connection.
   *
   * @param options Limits.
   */
  constructor(options: HeadOptions = DEFAULT_HEAD_LIMITS) {
    this.#maxRequestLine = options.maxRequestLine ??
      DEFAULT_HEAD_LIMITS.maxRequestLine;
    this.#fields = new FieldsScanner(options);
  }

  /**
   * Looks at what has arrived. A request line of fewer than three words has no
   * fields behind it (HTTP/0.9, or garbage), so the head ends with it: who
   * sent it waits for an answer.
   *
   * @param window All bytes so far, from the same first byte at every call.
   * @returns How many bytes the head takes, with empty lines before it and the
   *   one that ends it, or -1 if that has not arrived yet.
   * @throws {LineTooLong} If the request line is too long (414) or a field
   *   line is (431), even before its end has arrived.
   * @throws {ProtocolError} If there are too many lines or bytes (431), or
   *   what arrives can be no request at all (400).
   */
  headLength(window: Uint8Array): number {
    if (!this.#inFields) {
      const end = this.#scanRequestLine(window);
      if (end < 0) return -1;
      if (!hasThreeWords(window, this.#lineStart, end)) return end;
      this.#inFields = true;
      this.#fields.reset(end);
    }
    return this.#fields.fieldsLength(window);
  }

  /**
   * Forgets the head, so that the scanner can be used for the next one, whose
   * first byte is then the first of the window.
   */
  reset(): void {
    this.#searched = this.#lineStart = this.#emptyLines = 0;
    this.#inFields = false;
  }

  /** The place behind the request line's LF, or -1. */
  #scanRequestLine(window: Uint8Array): number {
    let lineStart = this.#lineStart;
    let lf = indexOfLf(window, this.#searched);
    while (lf >= 0 && isEmptyLine(window, lineStart, lf)) {
      if (++this.#emptyLines > MAX_EMPTY_LINES) throw tooManyEmptyLines();
      lineStart = lf + 1;
      lf = indexOfLf(window, lineStart);
    }
    this.#searched = window.length;
    this.#lineStart = lineStart;
    if (lineStart < window.length) checkFirstByte(window[lineStart]!);
    // Without its LF, the line is at least one byte longer than what is here.
    const lineEnd = lf < 0 ? window.length : lf;
    if (lineEnd + 1 - lineStart > this.#maxRequestLine) {
      throw requestLineTooLong(this.#maxRequestLine);
    }
    return lf < 0 ? -1 : lf + 1;
  }
}

function indexOfLf(window: Uint8Array, from: number): number {
  for (let i = from; i < window.length; i++) if (window[i] === LF) return i;
  return -1;
}

function isEmptyLine(window: Uint8Array, start: number, lf: number): boolean {
  return lf === start || (lf === start + 1 && window[start] === CR);
}

/** Whether the line from `start` to `end` has at least three words. */
function hasThreeWords(
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let i = start;
  for (let words = 0; words < 2; words++) {
    while (i < end && (CLASS[bytes[i]!]! & VISIBLE) === 0) i++;
    while (i < end && (CLASS[bytes[i]!]! & VISIBLE) !== 0) i++;
  }
  while (i < end && (CLASS[bytes[i]!]! & VISIBLE) === 0) i++;
  return i < end;
}

// A TLS client that came to the wrong port sends 0x16 and waits: without this
// it would sit there until the time for heads is up.
function checkFirstByte(byte: number): void {
  if (byte !== CR && (CLASS[byte]! & TEXT) === 0) {
    throw new ProtocolError(
      `Cannot read a request line: it begins with byte ${byte}`,
      400,
      "Bad request syntax",
    );
  }
}
