// @pure
/**
 * Texts that are UTF-8, one character for each byte: what goes over the wire,
 * and what environments are made of before a process gets them.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../http_server/protocol/latin1.ts";

const utf8 = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text as the bytes that it is in UTF-8, one character each. */
export function asBytes(text: string): string {
  return isPlain(text) ? text : decodeLatin1(utf8.encode(text));
}

/** Bytes, one character each, as the text that they are in UTF-8. */
export function asText(bytes: string): string {
  return isPlain(bytes) ? bytes : decoder.decode(encodeLatin1(bytes));
}

/** Most are, and stay as they are. */
function isPlain(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
