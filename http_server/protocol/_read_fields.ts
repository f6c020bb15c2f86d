/**
 * The one implementation of field syntax (RFC 9112 section 5): heads, trailers
 * and CGI output all come through here.
 *
 * One pass, every byte looked up once. Each refusal is a request smuggled past
 * somebody: another parser reads the same bytes as something else.
 */

import {
  BLANK,
  CLASS,
  COLON,
  CR,
  HTAB,
  LF,
  SP,
  TEXT,
  TOKEN,
} from "./_chars.ts";
import { headTooLarge, tooManyFields } from "./_head_errors.ts";
import type { Fields } from "./fields.ts";
import { DEFAULT_HEAD_LIMITS, type HeadOptions } from "./head_options.ts";
import { decodeLatin1 } from "./latin1.ts";
import { LineTooLong, ProtocolError } from "./protocol_error.ts";

/**
 * Adds the fields that `bytes` holds from `start` on to `into`.
 *
 * @param bytes A block whose last line is the empty one.
 * @param text The same decoded, right at least up to the first byte above 0x7f.
 * @param start Where the first field line begins.
 * @returns The text, right to its end.
 */
export function readFields(
  bytes: Uint8Array,
  text: string,
  start: number,
  options: HeadOptions,
  into: Fields,
): string {
  const limits = DEFAULT_HEAD_LIMITS;
  const maxFieldLine = options.maxFieldLine ?? limits.maxFieldLine;
  const maxFields = options.maxFields ?? limits.maxFields;
  const maxHeadBytes = options.maxHeadBytes ?? limits.maxHeadBytes;
  const length = bytes.length;
  if (length > maxHeadBytes) throw headTooLarge(maxHeadBytes);
  // With LF as the last byte the loops below need no check for the end.
  if (bytes[length - 1] !== LF) throw noEmptyLine();

  let exact = false;
  let count = 0;
  let i = start;
  for (;;) {
    if (i === length) throw noEmptyLine();
    const lineStart = i;
    let byte = bytes[i]!;
    if (byte === CR || byte === LF) {
      checkEnd(skipLineEnd(bytes, i, options), length);
      return text;
    }

    while ((CLASS[byte]! & TOKEN) !== 0) byte = bytes[++i]!;
    const nameEnd = i;
    if (byte !== COLON || nameEnd === lineStart) {
      throw badName(bytes, lineStart, nameEnd);
    }

    do byte = bytes[++i]!; while (byte === SP || byte === HTAB);
    const valueStart = i;
    let seen = 0;
    while ((CLASS[byte]! & TEXT) !== 0) {
      seen |= byte;
      byte = bytes[++i]!;
    }
    let valueEnd = i;
    while (
      valueEnd > valueStart && (CLASS[bytes[valueEnd - 1]!]! & BLANK) !== 0
    ) valueEnd--;

    i = skipLineEnd(bytes, i, options);
    if (i - lineStart > maxFieldLine) {
      throw new LineTooLong("field line", maxFieldLine);
    }
    if (++count > maxFields) throw tooManyFields(maxFields);
    if (seen > 0x7f && !exact) {
      text = decodeLatin1(bytes);
      exact = true;
    }
    into.add(
      text.substring(lineStart, nameEnd),
      text.substring(valueStart, valueEnd),
    );
  }
}

/**
 * Where the next line begins, if a line ends at `index`.
 *
 * @throws {ProtocolError} 400 if something else stands there.
 */
export function skipLineEnd(
  bytes: Uint8Array,
  index: number,
  options: HeadOptions,
): number {
  const byte = bytes[index];
  if (byte === CR && bytes[index + 1] === LF) return index + 2;
  if (byte === LF && options.lenient === true) return index + 1;
  if (byte === LF) throw malformed("a line ends with LF alone");
  if (byte === CR) throw malformed("a CR stands without its LF");
  throw malformed(`a line holds control byte ${byte}`);
}

function checkEnd(end: number, length: number): void {
  // Whoever cut the block out of the stream cut too much: to go on would drop
  // bytes that another request may need.
  if (end !== length) {
    throw new RangeError(
      `Cannot read a head of ${length} bytes: it ends after ${end}`,
    );
  }
}

function badName(
  bytes: Uint8Array,
  start: number,
  end: number,
): ProtocolError {
  const first = bytes[start]!;
  if ((CLASS[first]! & BLANK) !== 0) {
    return malformed("a line begins with a blank; folded lines are refused");
  }
  if (first === COLON) return malformed("a field has no name");
  const stop = bytes[end]!;
  if (stop === CR || stop === LF) return malformed("a line has no colon");
  if ((CLASS[stop]! & BLANK) !== 0) {
    return malformed("a blank stands in or behind a field name");
  }
  return malformed(`byte ${stop} stands in a field name`);
}

function malformed(why: string): ProtocolError {
  return new ProtocolError(`Cannot read fields: ${why}`);
}

/** The error for a block that is cut short. */
export function noEmptyLine(): ProtocolError {
  return malformed("the empty line at its end is missing");
}
