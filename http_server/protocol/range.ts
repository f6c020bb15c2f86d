/**
 * Byte ranges (RFC 9110 section 14): reading `Range`, writing `Content-Range`,
 * and laying out `multipart/byteranges`.
 *
 * - `Range` is a wish. What is malformed, of another unit, or asks for more
 *   ranges than the limit is ignored, and the whole is served (section 14.2).
 * - Ranges that overlap or touch become one, so no response carries a byte
 *   twice, whatever was asked for (section 17.15, CVE-2011-3192).
 * - Ends are inclusive everywhere, as they are in HTTP.
 * - One pass over the text; numbers of any length.
 *
 * @module
 */

import { checkFieldValue, trimOws } from "./field_syntax.ts";
import { encodeLatin1 } from "./latin1.ts";

/** A part of a representation, both ends included. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the last byte. */
  readonly end: number;
}

/** What a `Range` field asks for. */
export type RangeVerdict =
  /** Nothing that is to be honoured: serve the whole with 200. */
  | { readonly kind: "none" }
  /** Only what lies past the end: answer 416. */
  | { readonly kind: "unsatisfiable" }
  /** At least one range: answer 206. None overlaps or touches another. */
  | { readonly kind: "ranges"; readonly ranges: readonly ByteRange[] };

/** Settings of {@linkcode parseRange}. */
export interface ParseRangeOptions {
  /**
   * How many ranges may be asked for; with more the whole is served. 0 turns
   * ranges off. 100 by default: each costs a seek, and Apache's limit of 200
   * has harmed no reader of large documents.
   */
  readonly maxRanges?: number;
}

const NONE: RangeVerdict = { kind: "none" };
const UNSATISFIABLE: RangeVerdict = { kind: "unsatisfiable" };

/**
 * Reads the value of `Range` for a representation of a known size.
 *
 * Nothing of an empty representation can be named in `Content-Range`, so it is
 * served whole whatever is asked for, as Go and `@std/http` do.
 *
 * @param value Field value, or `null` if the field is absent.
 * @param size Length of the representation in bytes.
 * @param options Limit on the number of ranges.
 * @returns The ranges in the order asked for, or why there are none.
 * @throws {RangeError} If `size` is no whole number from 0 on.
 *
 * @example Usage
 * ```ts
 * import { parseRange } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRange("bytes=0-99, -50", 1000), {
 *   kind: "ranges",
 *   ranges: [{ start: 0, end: 99 }, { start: 950, end: 999 }],
 * });
 * assertEquals(parseRange("bytes=1000-", 1000), { kind: "unsatisfiable" });
 * assertEquals(parseRange("lines=1-5", 1000), { kind: "none" });
 * ```
 */
export function parseRange(
  value: string | null,
  size: number,
  options: ParseRangeOptions = {},
): RangeVerdict {
  const { maxRanges = 100 } = options;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(
      `Cannot parse range for size "${size}": it is no length in bytes`,
    );
  }
  // Range units are case-insensitive (section 14.1).
  if (value === null || !/^bytes=/i.test(value)) return NONE;

  const ranges: ByteRange[] = [];
  let count = 0;
  for (const element of value.slice("bytes=".length).split(",")) {
    const spec = trimOws(element);
    if (spec === "") continue;
    if (++count > maxRanges) return NONE;
    const range = resolve(spec, size);
    if (range === null) return NONE;
    if (range.start <= range.end) ranges.push(range);
  }
  if (count === 0 || size === 0) return NONE;
  if (ranges.length === 0) return UNSATISFIABLE;
  return { kind: "ranges", ranges: ranges.length > 1 ? merge(ranges) : ranges };
}

/**
 * One range-spec (section 14.1.1) as offsets, clamped to the size. `null` if
 * malformed; `start` above `end` if it selects nothing. Numbers of any length
 * will do: rounding sets in above every size, and then changes nothing.
 */
function resolve(spec: string, size: number): ByteRange | null {
  const match = /^([0-9]*)-([0-9]*)$/.exec(spec);
  if (match === null) return null;
  const first = match[1]!;
  const last = match[2]!;
  if (first === "") {
    // suffix-range: the last so many bytes
    if (last === "") return null;
    return { start: Math.max(size - Number(last), 0), end: size - 1 };
  }
  const start = Number(first);
  if (last === "") return { start, end: size - 1 };
  const end = Number(last);
  return end < start ? null : { start, end: Math.min(end, size - 1) };
}

/**
 * Makes one range of those that overlap or touch. It stands where the earliest
 * of them was asked for (section 15.3.7.2).
 */
function merge(ranges: ByteRange[]): ByteRange[] {
  const order = ranges.map((_, index) => index);
  order.sort((a, b) => ranges[a]!.start - ranges[b]!.start);
  const merged: { start: number; end: number; place: number }[] = [];
  for (const place of order) {
    const { start, end } = ranges[place]!;
    const previous = merged.at(-1);
    if (previous !== undefined && start <= previous.end + 1) {
      previous.end = Math.max(previous.end, end);
      previous.place = Math.min(previous.place, place);
    } else {
      merged.push({ start, end, place });
    }
  }
  merged.sort((a, b) => a.place - b.place);
  return merged.map(({ start, end }) => ({ start, end }));
}

/**
 * Writes the `Content-Range` of a 206 (RFC 9110 section 14.4).
 *
 * @param range The part that is sent.
 * @param size Length of the whole in bytes.
 * @returns The field value.
 *
 * @example Usage
 * ```ts
 * import { formatContentRange } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatContentRange({ start: 0, end: 99 }, 1000), "bytes 0-99/1000");
 * ```
 */
export function formatContentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end}/${size}`;
}

/**
 * Writes the `Content-Range` of a 416: how long the whole would have been.
 *
 * @param size Length of the whole in bytes.
 * @returns The field value.
 *
 * @example Usage
 * ```ts
 * import { formatUnsatisfiedRange } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatUnsatisfiedRange(1000), "bytes \x2a/1000");
 * ```
 */
export function formatUnsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}

/** A piece of a body: bytes to send as they are, or a part of the file. */
export type BodyPart =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | ({ readonly kind: "slice" } & ByteRange);

/** What {@linkcode multipartByteranges} is made from. */
export interface MultipartByterangesInit {
  /** The ranges to send, in this order. */
  readonly ranges: readonly ByteRange[];
  /** Length of the whole representation in bytes. */
  readonly size: number;
  /** What the whole would have said in `Content-Type`, if anything. */
  readonly mediaType?: string | null;
  /**
   * What separates the parts: 1 to 70 letters, digits, `-` and `_` that the
   * content does not hold. Make it random (`crypto.randomUUID()`), so that
   * nobody can write it into a file beforehand.
   */
  readonly boundary: string;
}

/** A `multipart/byteranges` body, laid out but not read. */
export interface MultipartByteranges {
  /** The value for `Content-Type`. */
  readonly contentType: string;
  /** The value for `Content-Length`: all parts together, in bytes. */
  readonly contentLength: number;
  /** What to send, one after the other. */
  readonly parts: readonly BodyPart[];
}

/**
 * Lays out the body of a 206 with several ranges (RFC 9110 section 14.6).
 *
 * @param init Ranges, size, media type and boundary.
 * @returns The type and length to announce, and the pieces to send.
 * @throws {TypeError} If the boundary or the media type cannot be sent.
 * @throws {RangeError} If there are no ranges.
 *
 * @example Two ranges of a text
 * ```ts
 * import { multipartByteranges } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const { contentType, contentLength, parts } = multipartByteranges({
 *   ranges: [{ start: 0, end: 1 }, { start: 8, end: 9 }],
 *   size: 10,
 *   mediaType: "text/plain",
 *   boundary: "b",
 * });
 * assertEquals(contentType, "multipart/byteranges; boundary=b");
 * assertEquals(contentLength, 139);
 * assertEquals(
 *   parts.map((part) => part.kind),
 *   ["bytes", "slice", "bytes", "slice", "bytes"],
 * );
 * ```
 */
export function multipartByteranges(
  init: MultipartByterangesInit,
): MultipartByteranges {
  const { ranges, size, mediaType, boundary } = init;
  if (!/^[0-9A-Za-z_-]{1,70}$/.test(boundary)) {
    throw new TypeError(
      `Cannot use boundary ${
        JSON.stringify(boundary)
      }: it must be 1 to 70 letters, digits, "-" or "_"`,
    );
  }
  if (ranges.length === 0) {
    throw new RangeError("Cannot lay out multipart/byteranges: no ranges");
  }
  let type = "";
  if (mediaType != null) {
    checkFieldValue(mediaType);
    type = `Content-Type: ${mediaType}\r\n`;
  }
  const parts: BodyPart[] = [];
  let contentLength = 0;
  let lineEnd = "";
  const addText = (text: string): void => {
    const bytes = encodeLatin1(text);
    parts.push({ kind: "bytes", bytes });
    contentLength += bytes.length;
  };
  for (const { start, end } of ranges) {
    const contentRange = formatContentRange({ start, end }, size);
    addText(
      `${lineEnd}--${boundary}\r\n${type}Content-Range: ${contentRange}\r\n\r\n`,
    );
    parts.push({ kind: "slice", start, end });
    contentLength += end - start + 1;
    // The line break before a boundary belongs to it, not to the part.
    lineEnd = "\r\n";
  }
  addText(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength,
    parts,
  };
}
