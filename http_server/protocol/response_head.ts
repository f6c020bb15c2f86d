/**
 * The answer's head as bytes: status line, fields, empty line.
 *
 * This is the last gate before the wire, and every head goes through it: a
 * name, value or reason that could end its line early throws before a byte
 * leaves. Text is Latin-1, one byte per character; each character is looked at
 * once, while it is written.
 *
 * @module
 */

import { CLASS, COLON, CR, LF, SP, TEXT, TOKEN } from "./_chars.ts";
import {
  checkFieldName,
  checkFieldValue,
  checkReasonPhrase,
} from "./field_syntax.ts";
import type { Fields } from "./fields.ts";
import { HTTPStatus } from "./status.ts";

/** An answer without its body. */
export interface ResponseHead {
  /**
   * Version for the status line.
   *
   * @default {"HTTP/1.1"}
   */
  readonly version?: string;
  /** Status code, 100 to 999. */
  readonly status: number;
  /** Reason phrase; without one the status code's own, which may be `""`. */
  readonly reason?: string;
  /** The fields in the order to send. */
  readonly fields: Fields;
}

const DEFAULT_VERSION = "HTTP/1.1";

/**
 * Makes an answer's head.
 *
 * @param head What to say.
 * @returns Fresh bytes, the empty line included.
 * @throws {TypeError} If a name is no token, or a value, the reason or the
 *   version holds a control character or one above U+00FF.
 * @throws {RangeError} If the status is no integer from 100 to 999.
 *
 * @example A head
 * ```ts
 * import { Fields, serializeResponseHead } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = new Fields([["Content-Length", "0"]]);
 * assertEquals(
 *   new TextDecoder().decode(serializeResponseHead({ status: 404, fields })),
 *   "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
 * );
 * ```
 */
export function serializeResponseHead(
  head: ResponseHead,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(responseHeadLength(head));
  writeResponseHead(head, bytes);
  return bytes;
}

/**
 * How many bytes {@linkcode writeResponseHead} will write.
 *
 * @param head What to say.
 * @returns The number, one for each character.
 */
export function responseHeadLength(head: ResponseHead): number {
  const { version = DEFAULT_VERSION, status, fields } = head;
  const reason = head.reason ?? HTTPStatus.phrase(status);
  return version.length + reason.length + 7 + fieldsLength(fields);
}

/**
 * Writes an answer's head into a buffer that is there already. To allocate one
 * takes longer than to fill it.
 *
 * @param head What to say.
 * @param target Where to write it.
 * @param offset Where in `target` to begin.
 * @returns How many bytes were written.
 * @throws {TypeError} As {@linkcode serializeResponseHead}; `target` may then
 *   hold half a head.
 * @throws {RangeError} If the status is no integer from 100 to 999, or the
 *   head does not fit.
 */
export function writeResponseHead(
  head: ResponseHead,
  target: Uint8Array,
  offset = 0,
): number {
  const { version = DEFAULT_VERSION, status, fields } = head;
  const reason = head.reason ?? HTTPStatus.phrase(status);
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new RangeError(
      `Cannot send status "${status}": it is no integer from 100 to 999`,
    );
  }
  if (version !== DEFAULT_VERSION && !/^HTTP\/[0-9]\.[0-9]$/.test(version)) {
    throw new TypeError(`Cannot send version "${version}": it is malformed`);
  }
  if (offset + responseHeadLength(head) > target.length) {
    throw new RangeError("Cannot write a head: the buffer is too small");
  }
  let end = write(target, offset, version, TEXT, checkReasonPhrase);
  target[end++] = SP;
  end = write(target, end, String(status), TEXT, checkReasonPhrase);
  target[end++] = SP;
  end = write(target, end, reason, TEXT, checkReasonPhrase);
  end = writeLineEnd(target, end);
  return writeFields(target, end, fields) - offset;
}

/**
 * Makes a block of fields, for trailers or the head of a CGI answer.
 *
 * @param fields The fields in the order to send.
 * @returns Fresh bytes, the empty line at the end included.
 * @throws {TypeError} If a name is no token, or a value holds a control
 *   character or one above U+00FF.
 */
export function serializeFields(fields: Fields): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fieldsLength(fields));
  writeFields(bytes, 0, fields);
  return bytes;
}

/** Bytes that the fields take, with the empty line. */
function fieldsLength(fields: Fields): number {
  let length = 2;
  const size = fields.size;
  for (let i = 0; i < size; i++) {
    length += fields.nameAt(i).length + fields.valueAt(i).length + 4;
  }
  return length;
}

function writeFields(
  bytes: Uint8Array,
  start: number,
  fields: Fields,
): number {
  let end = start;
  const size = fields.size;
  for (let i = 0; i < size; i++) {
    const name = fields.nameAt(i);
    const value = fields.valueAt(i);
    if (name === "") checkFieldName(name);
    end = write(bytes, end, name, TOKEN, checkFieldName);
    bytes[end++] = COLON;
    bytes[end++] = SP;
    end = write(bytes, end, value, TEXT, checkFieldValue);
    end = writeLineEnd(bytes, end);
  }
  return writeLineEnd(bytes, end);
}

/** Writes text of one class; `refuse` throws for what is not of it. */
function write(
  bytes: Uint8Array,
  start: number,
  text: string,
  bits: number,
  refuse: (text: string) => void,
): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if ((CLASS[code]! & bits) === 0) refuse(text);
    bytes[start + i] = code;
  }
  return start + length;
}

function writeLineEnd(bytes: Uint8Array, index: number): number {
  bytes[index] = CR;
  bytes[index + 1] = LF;
  return index + 2;
}
