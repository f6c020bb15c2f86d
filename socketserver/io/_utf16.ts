import { type Decoded, type Encoding, LONE_SURROGATE } from "./_encoding.ts";
import {
  type ErrorMode,
  replaceMalformed,
  replaceUnencodable,
} from "./_error_modes.ts";
import type { Bytes } from "./bytes.ts";

/** UTF-16 in one byte order, without a byte order mark; RFC 2781. */
class Utf16 implements Encoding {
  readonly name: string;
  readonly #littleEndian: boolean;
  readonly #decoder: TextDecoder;

  constructor(littleEndian: boolean) {
    this.name = littleEndian ? "utf-16-le" : "utf-16-be";
    this.#littleEndian = littleEndian;
    this.#decoder = new TextDecoder(littleEndian ? "utf-16le" : "utf-16be", {
      fatal: true,
      ignoreBOM: true,
    });
  }

  decode(bytes: Uint8Array, errors: ErrorMode, final: boolean): Decoded {
    const end = final ? bytes.length : this.#lastEnd(bytes);
    try {
      return [this.#decoder.decode(bytes.subarray(0, end)), end];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return this.#decodeMalformed(bytes, errors, final);
    }
  }

  /** Where the last character ends that needs no more bytes. */
  #lastEnd(bytes: Uint8Array): number {
    const end = bytes.length - bytes.length % 2;
    return end > 0 && isHigh(this.#unit(bytes, end - 2)) ? end - 2 : end;
  }

  encode(text: string, errors: ErrorMode): Bytes {
    const units = errors === "surrogatepass"
      ? text
      : text.replace(LONE_SURROGATE, (character, start) =>
        replaceUnencodable(errors, {
          codec: this.name,
          character,
          start,
          reason: "lone surrogates are not allowed",
        }));
    const view = new DataView(new ArrayBuffer(units.length * 2));
    for (let i = 0; i < units.length; i++) {
      view.setUint16(i * 2, units.charCodeAt(i), this.#littleEndian);
    }
    return new Uint8Array(view.buffer);
  }

  #unit(bytes: Uint8Array, at: number): number {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    return this.#littleEndian ? first | second << 8 : first << 8 | second;
  }

  #decodeMalformed(
    bytes: Uint8Array,
    errors: ErrorMode,
    final: boolean,
  ): Decoded {
    let text = "";
    let at = 0;
    while (at < bytes.length) {
      const truncated = at + 1 === bytes.length ||
        isHigh(this.#unit(bytes, at)) && at + 4 > bytes.length;
      if (truncated && !final) break;
      const end = this.#characterEnd(bytes, at, errors);
      if (end > 0) {
        for (; at < end; at += 2) {
          text += String.fromCharCode(this.#unit(bytes, at));
        }
        continue;
      }
      const [replacement, next] = replaceMalformed(errors, {
        codec: this.name,
        bytes,
        start: at,
        end: truncated ? bytes.length : at + 2,
        reason: truncated
          ? "the input ends within a character"
          : "it belongs to a lone surrogate",
      });
      text += replacement;
      at = next;
    }
    return [text, at];
  }

  /** Where the character at `at` ends; 0 if none is there. */
  #characterEnd(bytes: Uint8Array, at: number, errors: ErrorMode): number {
    if (at + 2 > bytes.length) return 0;
    const unit = this.#unit(bytes, at);
    if (
      isHigh(unit) && at + 4 <= bytes.length &&
      isLow(this.#unit(bytes, at + 2))
    ) return at + 4;
    const lone = isHigh(unit) || isLow(unit);
    return lone && errors !== "surrogatepass" ? 0 : at + 2;
  }
}

/** UTF-16, the low byte first. */
export const UTF_16_LE: Encoding = new Utf16(true);

/** UTF-16, the high byte first. */
export const UTF_16_BE: Encoding = new Utf16(false);

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
