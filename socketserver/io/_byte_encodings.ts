import type { Decoded, Encoding } from "./_encoding.ts";
import {
  type ErrorMode,
  escapedByte,
  replaceMalformed,
  replaceUnencodable,
} from "./_error_modes.ts";
import type { Bytes } from "./bytes.ts";

const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** One byte for each character, the two having the same number. */
class ByteEncoding implements Encoding {
  readonly name: string;
  readonly #greatest: number;
  readonly #foreign: RegExp;

  /** @param foreign Matches the characters above `greatest`, whole code points. */
  constructor(name: string, greatest: number, foreign: RegExp) {
    this.name = name;
    this.#greatest = greatest;
    this.#foreign = foreign;
  }

  decode(bytes: Uint8Array, errors: ErrorMode): Decoded {
    return [this.#text(bytes, errors), bytes.length];
  }

  #text(bytes: Uint8Array, errors: ErrorMode): string {
    if (this.#greatest < 0x80) {
      const text = asciiText(bytes);
      if (text !== undefined) return text;
    }
    const text = latin1Text(bytes);
    return this.#greatest === 0xff ? text : text.replace(
      /[\x80-\xff]/g,
      (_, start) =>
        replaceMalformed(errors, {
          codec: this.name,
          bytes,
          start,
          end: start + 1,
          reason: "it is above 0x7f",
        })[0],
    );
  }

  encode(text: string, errors: ErrorMode): Bytes {
    const bytes = asciiBytes(text) ?? bytesUpTo(this.#greatest, text);
    if (bytes) return bytes;
    // An escaped byte may be above what the encoding has characters for.
    return bytesUpTo(
      0xff,
      text.replace(this.#foreign, (character, start) => {
        const byte = escapedByte(errors, character);
        if (byte !== undefined) return String.fromCharCode(byte);
        return replaceUnencodable(errors, {
          codec: this.name,
          character,
          start,
          reason: `it is above U+00${
            this.#greatest.toString(16).toUpperCase()
          }`,
        });
      }),
    )!;
  }
}

/** US-ASCII. */
export const ASCII: Encoding = new ByteEncoding(
  "ascii",
  0x7f,
  /[\u0080-\u{10ffff}]/gu,
);

/** ISO-8859-1, all 256 bytes of it: byte 0xNN is character U+00NN. */
export const LATIN_1: Encoding = new ByteEncoding(
  "iso8859-1",
  0xff,
  /[\u0100-\u{10ffff}]/gu,
);

// The way through UTF-8 is the fast one for ASCII, and the length tells whether
// it was: any other byte or character changes it, or becomes U+FFFD.

function asciiText(bytes: Uint8Array): string | undefined {
  const text = utf8Decoder.decode(bytes);
  return text.length === bytes.length && !text.includes("\ufffd")
    ? text
    : undefined;
}

function asciiBytes(text: string): Bytes | undefined {
  const bytes = new Uint8Array(text.length);
  const { read, written } = utf8Encoder.encodeInto(text, bytes);
  return read === text.length && written === text.length ? bytes : undefined;
}

// Loaded when it is first used, as it takes 4 ms of a program's start.
let nodeBuffer: typeof import("node:buffer") | undefined;

// TextDecoder("latin1") is windows-1252. Node's is the real one, takes any
// length and needs a tenth of the time of String.fromCharCode.
function latin1Text(bytes: Uint8Array): string {
  const { Buffer } = nodeBuffer ??= process.getBuiltinModule("node:buffer");
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

function bytesUpTo(greatest: number, text: string): Bytes | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > greatest) return undefined;
    bytes[i] = code;
  }
  return bytes;
}
