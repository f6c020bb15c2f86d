import { type Decoded, type Encoding, LONE_SURROGATE } from "./_encoding.ts";
import {
  type ErrorMode,
  replaceMalformed,
  replaceUnencodable,
} from "./_error_modes.ts";
import type { Bytes } from "./bytes.ts";

/** UTF-32 in one byte order, without a byte order mark. */
class Utf32 implements Encoding {
  readonly name: string;
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.name = littleEndian ? "utf-32-le" : "utf-32-be";
    this.#littleEndian = littleEndian;
  }

  decode(bytes: Uint8Array, errors: ErrorMode, final: boolean): Decoded {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let text = "";
    let at = 0;
    while (at < bytes.length) {
      const truncated = at + 4 > bytes.length;
      if (truncated && !final) break;
      const code = truncated ? NaN : view.getUint32(at, this.#littleEndian);
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      if (code <= 0x10ffff && (!surrogate || errors === "surrogatepass")) {
        text += String.fromCodePoint(code);
        at += 4;
        continue;
      }
      const [replacement, next] = replaceMalformed(errors, {
        codec: this.name,
        bytes,
        start: at,
        end: truncated ? bytes.length : at + 4,
        reason: truncated
          ? "the input ends within a character"
          : surrogate
          ? "it belongs to a lone surrogate"
          : "it belongs to a number above 0x10ffff",
      });
      text += replacement;
      at = next;
    }
    return [text, at];
  }

  encode(text: string, errors: ErrorMode): Bytes {
    const characters = errors === "surrogatepass"
      ? text
      : text.replace(LONE_SURROGATE, (character, start) =>
        replaceUnencodable(errors, {
          codec: this.name,
          character,
          start,
          reason: "lone surrogates are not allowed",
        }));
    const codes = Array.from(characters, (each) => each.codePointAt(0)!);
    const view = new DataView(new ArrayBuffer(codes.length * 4));
    for (const [i, code] of codes.entries()) {
      view.setUint32(i * 4, code, this.#littleEndian);
    }
    return new Uint8Array(view.buffer);
  }
}

/** UTF-32, the lowest byte first. */
export const UTF_32_LE: Encoding = new Utf32(true);

/** UTF-32, the highest byte first. */
export const UTF_32_BE: Encoding = new Utf32(false);
