// @pure
import { decodeLatin1 } from "../http_server/protocol/latin1.ts";

const utf8 = new TextEncoder();

/** A text as the bytes that it is in UTF-8, one character each. */
export function asBytes(text: string): string {
  // Most are plain, and stay as they are.
  return /^[\0-\x7f]*$/.test(text) ? text : decodeLatin1(utf8.encode(text));
}
