/**
 * A block of field lines on its own: trailers, the head of a CGI answer, or
 * the part of a request head behind its first line. The grammar is that of
 * request heads, whose parser shares the code.
 *
 * @module
 */

import { decodeAscii } from "./_ascii.ts";
import { readFields } from "./_read_fields.ts";
import type { Fields } from "./fields.ts";
import type { HeadOptions } from "./head_options.ts";
import { HTTPMessage } from "./http_message.ts";

/**
 * Reads field lines up to the empty line that ends them.
 *
 * @param bytes Exactly one block, its empty line included.
 * @param options Limits, and whether LF alone ends a line.
 * @returns The fields.
 * @throws {ProtocolError} 400 if they are malformed, 431 if they break a limit.
 * @throws {RangeError} If bytes follow the empty line.
 *
 * @example A block
 * ```ts
 * import { parseFields } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("Host: a\r\nAccept:  b; q=1 \r\n\r\n");
 * assertEquals(parseFields(bytes).items(), [["Host", "a"], ["Accept", "b; q=1"]]);
 * ```
 */
export function parseFields(
  bytes: Uint8Array,
  options?: HeadOptions,
): HTTPMessage;
/**
 * Reads field lines into a list that is there already.
 *
 * @typeParam F The class of the list.
 * @param bytes Exactly one block, its empty line included.
 * @param options Limits, and whether LF alone ends a line.
 * @param into The list to add to.
 * @returns The same list.
 * @throws {ProtocolError} 400 if they are malformed, 431 if they break a limit.
 * @throws {RangeError} If bytes follow the empty line.
 */
export function parseFields<F extends Fields>(
  bytes: Uint8Array,
  options: HeadOptions,
  into: F,
): F;
export function parseFields(
  bytes: Uint8Array,
  options: HeadOptions = {},
  into: Fields = new HTTPMessage(),
): Fields {
  readFields(bytes, decodeAscii(bytes), 0, options, into);
  return into;
}
