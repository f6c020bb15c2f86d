/**
 * ISO-8859-1 as HTTP means it: byte 0xNN is character U+00NN and back, all
 * 256 of them. `TextDecoder("latin1")` is windows-1252 and unfit: it turns
 * 0x80 to 0x9f into other characters, so bytes would not survive the way back.
 *
 * @module
 */

import { decodeAscii } from "./_ascii.ts";

/**
 * Bytes as text, one character each.
 *
 * @param bytes Any bytes.
 * @returns Text of the same length with characters up to U+00FF.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i]!;
  if (all < 0x80) return decodeAscii(bytes);
  let text = "";
  // In pieces: every byte becomes an argument on the stack.
  for (let i = 0; i < bytes.length; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return text;
}

/**
 * Text as bytes, one byte each.
 *
 * @param text Text with characters up to U+00FF.
 * @returns Fresh bytes of the same length.
 * @throws {TypeError} If a character is above U+00FF.
 */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      throw new TypeError(
        `Cannot encode text as Latin-1: character ${i} is above U+00FF`,
      );
    }
    bytes[i] = code;
  }
  return bytes;
}
