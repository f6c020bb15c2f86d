import { type Decoded, type Encoding, LONE_SURROGATE } from "./_encoding.ts";
import {
  type ErrorMode,
  escapedByte,
  replaceMalformed,
  replaceUnencodable,
} from "./_error_modes.ts";
import { GrowingBuffer } from "./_growing_buffer.ts";
import type { Bytes } from "./bytes.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8, RFC 3629. */
export const UTF_8: Encoding = {
  name: "utf-8",

  decode(bytes: Uint8Array, errors: ErrorMode, final: boolean): Decoded {
    const end = final ? bytes.length : lastEnd(bytes);
    try {
      return [decoder.decode(bytes.subarray(0, end)), end];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return [decodeMalformed(bytes.subarray(0, end), errors), end];
    }
  },

  encode(text: string, errors: ErrorMode): Bytes {
    return text.isWellFormed()
      ? encoder.encode(text)
      : encodeIllFormed(text, errors);
  },
};

/** Where the last character ends that needs no more bytes. */
function lastEnd(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let at = end - 1; at >= 0 && at >= end - 3; at--) {
    if (isContinuation(bytes[at]!)) continue;
    const { fits, needs } = sequence(bytes, at, true);
    return 0 < fits && fits < needs && at + fits === end ? at : end;
  }
  return end;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/**
 * The sequence that starts at `at`: how many bytes it needs, and how many of
 * those that follow fit: table 3-7 of the Unicode standard. No byte fits where
 * no sequence can start.
 *
 * @param surrogates Whether U+D800 to U+DFFF are taken for characters.
 */
function sequence(
  bytes: Uint8Array,
  at: number,
  surrogates: boolean,
): { fits: number; needs: number } {
  const lead = bytes[at]!;
  if (lead < 0x80) return { fits: 1, needs: 1 };
  if (lead < 0xc2 || lead > 0xf4) return { fits: 0, needs: 1 };
  const needs = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let least = 0x80;
  let greatest = 0xbf;
  if (lead === 0xe0) least = 0xa0;
  else if (lead === 0xed && !surrogates) greatest = 0x9f;
  else if (lead === 0xf0) least = 0x90;
  else if (lead === 0xf4) greatest = 0x8f;
  let fits = 1;
  for (; fits < needs && at + fits < bytes.length; fits++) {
    const byte = bytes[at + fits]!;
    if (byte < least || byte > greatest) break;
    least = 0x80;
    greatest = 0xbf;
  }
  return { fits, needs };
}

function decodeMalformed(bytes: Uint8Array, errors: ErrorMode): string {
  const surrogates = errors === "surrogatepass";
  let text = "";
  let at = 0;
  let decoded = 0;
  while (at < bytes.length) {
    const { fits, needs } = sequence(bytes, at, surrogates);
    const surrogate = fits === 3 && bytes[at] === 0xed &&
      bytes[at + 1]! >= 0xa0;
    if (fits === needs && !surrogate) {
      at += needs;
      continue;
    }
    text += decoder.decode(bytes.subarray(decoded, at));
    if (surrogate) {
      text += String.fromCharCode(
        0xd000 | (bytes[at + 1]! & 0x3f) << 6 | (bytes[at + 2]! & 0x3f),
      );
      at += needs;
    } else {
      const [replacement, next] = replaceMalformed(errors, {
        codec: "utf-8",
        bytes,
        start: at,
        end: at + Math.max(fits, 1),
        reason: reasonFor(bytes, at, fits),
      });
      text += replacement;
      at = next;
    }
    decoded = at;
  }
  return text + decoder.decode(bytes.subarray(decoded));
}

function reasonFor(bytes: Uint8Array, at: number, fits: number): string {
  if (fits === 0) return "no character starts with it";
  return at + fits === bytes.length
    ? "the input ends within a character"
    : "what follows does not belong to it";
}

function encodeIllFormed(text: string, errors: ErrorMode): Bytes {
  const bytes = new GrowingBuffer(text.length + 64);
  let encoded = 0;
  for (const { 0: character, index } of text.matchAll(LONE_SURROGATE)) {
    bytes.append(encoder.encode(text.slice(encoded, index)));
    bytes.append(encodeSurrogate(character, index, errors));
    encoded = index + 1;
  }
  bytes.append(encoder.encode(text.slice(encoded)));
  return bytes.take();
}

function encodeSurrogate(
  character: string,
  start: number,
  errors: ErrorMode,
): Bytes {
  if (errors === "surrogatepass") {
    const code = character.charCodeAt(0);
    return Uint8Array.of(0xed, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f);
  }
  const byte = escapedByte(errors, character);
  if (byte !== undefined) return Uint8Array.of(byte);
  return encoder.encode(replaceUnencodable(errors, {
    codec: "utf-8",
    character,
    start,
    reason: "lone surrogates are not allowed",
  }));
}
