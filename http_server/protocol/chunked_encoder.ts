/**
 * The chunked coding, outgoing (RFC 9112 section 7.1), in pieces: a writer
 * that coalesces puts `chunkHead(n)`, the data and `CRLF` into its buffer and
 * copies nothing; `encodeChunk` is for those who want one array.
 *
 * @module
 */

import { CR, LF } from "./_chars.ts";
import type { Fields } from "./fields.ts";
import { encodeLatin1 } from "./latin1.ts";
import { serializeFields } from "./response_head.ts";

/** The two bytes behind each chunk's data. Not to be written to. */
export const CRLF: Uint8Array<ArrayBuffer> = new Uint8Array([CR, LF]);

/** The end of a body without trailers. Not to be written to. */
export const LAST_CHUNK: Uint8Array<ArrayBuffer> = encodeLatin1("0\r\n\r\n");

/**
 * The line before a chunk's data.
 *
 * @param size Bytes of data, at least 1: a chunk of none ends the body.
 * @returns Fresh bytes.
 * @throws {RangeError} If the size is no positive integer.
 */
export function chunkHead(size: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(
      `Cannot make a chunk of "${size}" bytes: it takes a positive integer`,
    );
  }
  return encodeLatin1(size.toString(16) + "\r\n");
}

/**
 * A whole chunk.
 *
 * @param data Its data.
 * @returns Fresh bytes; none if there is no data, since a chunk without data
 *   would end the body.
 *
 * @example A chunk
 * ```ts
 * import { encodeChunk } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const chunk = encodeChunk(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(chunk), "5\r\nhello\r\n");
 * ```
 */
export function encodeChunk(data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (data.length === 0) return new Uint8Array(0);
  const head = chunkHead(data.length);
  const chunk = new Uint8Array(head.length + data.length + 2);
  chunk.set(head);
  chunk.set(data, head.length);
  chunk.set(CRLF, head.length + data.length);
  return chunk;
}

/**
 * The end of a body.
 *
 * @param trailers Fields to send behind the data.
 * @returns Fresh bytes.
 * @throws {TypeError} If a name is no token, or a value holds a control
 *   character or one above U+00FF.
 */
export function lastChunk(trailers?: Fields): Uint8Array<ArrayBuffer> {
  if (trailers === undefined) return LAST_CHUNK.slice();
  const fields = serializeFields(trailers);
  const bytes = new Uint8Array(3 + fields.length);
  bytes.set(LAST_CHUNK.subarray(0, 3));
  bytes.set(fields, 3);
  return bytes;
}
