import { ASCII, LATIN_1 } from "./_byte_encodings.ts";
import { type Codec, PlainCodec } from "./_codec.ts";
import { MarkedCodec } from "./_marked_codec.ts";
import { UTF_16_BE, UTF_16_LE } from "./_utf16.ts";
import { UTF_32_BE, UTF_32_LE } from "./_utf32.ts";
import { UTF_8 } from "./_utf8.ts";
import type { Bytes } from "./bytes.ts";

export type {
  Codec,
  DecoderState,
  IncrementalDecoder,
  IncrementalEncoder,
} from "./_codec.ts";
export type { ErrorMode } from "./_error_modes.ts";

/**
 * Text as ISO-8859-1, one byte for each character.
 *
 * @param text Characters up to U+00FF.
 * @returns As many bytes.
 * @throws {RangeError} If a character is above U+00FF.
 *
 * @example Encodes a field line
 * ```ts
 * import { decodeLatin1, encodeLatin1 } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeLatin1("Title: café");
 * assertEquals(bytes.at(-1), 0xe9);
 * assertEquals(decodeLatin1(bytes), "Title: café");
 * ```
 */
export function encodeLatin1(text: string): Bytes {
  return LATIN_1.encode(text, "strict");
}

/**
 * ISO-8859-1 as text: byte 0xNN becomes character U+00NN, all 256 of them.
 * What browsers call latin1 is windows-1252, where 0x80 to 0x9F differ.
 *
 * @param bytes Any bytes.
 * @returns As many characters.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  return LATIN_1.decode(bytes, "strict", true)[0];
}

/**
 * Text as ASCII, one byte for each character.
 *
 * @param text Characters up to U+007F.
 * @returns As many bytes.
 * @throws {RangeError} If a character is above U+007F.
 */
export function encodeAscii(text: string): Bytes {
  return ASCII.encode(text, "strict");
}

/**
 * ASCII as text.
 *
 * @param bytes Bytes up to 0x7F.
 * @returns As many characters.
 * @throws {Deno.errors.InvalidData} If a byte is above 0x7F.
 */
export function decodeAscii(bytes: Uint8Array): string {
  return ASCII.decode(bytes, "strict", true)[0];
}

const UTF_8_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const UTF_16_LE_MARK = Uint8Array.of(0xff, 0xfe);
const UTF_16_BE_MARK = Uint8Array.of(0xfe, 0xff);
const UTF_32_LE_MARK = Uint8Array.of(0xff, 0xfe, 0, 0);
const UTF_32_BE_MARK = Uint8Array.of(0, 0, 0xfe, 0xff);

/** Each codec with the names that it answers to, normalized as Python does. */
const CODECS: readonly [codec: Codec, names: string][] = [
  [new PlainCodec(UTF_8), "utf_8 utf8 utf u8 cp65001"],
  [
    new MarkedCodec("utf-8-sig", [[UTF_8_MARK, UTF_8]]),
    "utf_8_sig utf8_sig",
  ],
  [
    new MarkedCodec("utf-16", [
      [UTF_16_LE_MARK, UTF_16_LE],
      [UTF_16_BE_MARK, UTF_16_BE],
    ]),
    "utf_16 utf16 u16",
  ],
  [
    new PlainCodec(UTF_16_LE),
    "utf_16_le utf_16le utf16_le utf16le unicodelittleunmarked",
  ],
  [
    new PlainCodec(UTF_16_BE),
    "utf_16_be utf_16be utf16_be utf16be unicodebigunmarked",
  ],
  [
    new MarkedCodec("utf-32", [
      [UTF_32_LE_MARK, UTF_32_LE],
      [UTF_32_BE_MARK, UTF_32_BE],
    ]),
    "utf_32 utf32 u32",
  ],
  [new PlainCodec(UTF_32_LE), "utf_32_le utf_32le utf32_le utf32le"],
  [new PlainCodec(UTF_32_BE), "utf_32_be utf_32be utf32_be utf32be"],
  [
    new PlainCodec(LATIN_1),
    "latin_1 latin1 latin l1 iso8859_1 iso_8859_1 iso8859 8859 iso_8859_1_1987 " +
    "iso_ir_100 cp819 ibm819 csisolatin1",
  ],
  [
    new PlainCodec(ASCII),
    "ascii us_ascii us 646 iso646_us iso_646.irv_1991 iso_ir_6 ansi_x3.4_1968 " +
    "ansi_x3_4_1968 ansi_x3.4_1986 cp367 ibm367 csascii",
  ],
];

const codecsByName: ReadonlyMap<string, Codec> = new Map(
  CODECS.flatMap(([codec, names]) =>
    names.split(" ").map((name) => [name, codec])
  ),
);

/**
 * Finds a codec: Python's `codecs.lookup`, for the encodings that `TextIOWrapper`
 * knows: UTF-8, UTF-16 and UTF-32 with and without a byte order mark,
 * ISO-8859-1 and ASCII.
 *
 * @param name One of Python's names for it, such as `utf-8` or `Latin1`; case,
 * and which punctuation or space separates its parts, make no difference.
 * @returns The codec.
 * @throws {RangeError} If there is none of that name.
 * @throws {TypeError} If `name` is not a string.
 *
 * @example Decodes bytes that may not be what they claim
 * ```ts
 * import { lookupCodec } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const utf8 = lookupCodec("UTF8");
 * assertEquals(utf8.name, "utf-8");
 * const text = utf8.decode(Uint8Array.of(0x61, 0xff), "surrogateescape");
 * assertEquals(text, "a\udcff");
 * assertEquals(utf8.encode(text, "surrogateescape"), Uint8Array.of(0x61, 0xff));
 * ```
 */
export function lookupCodec(name: string): Codec {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot look up a codec by a ${typeof name}: its name must be a string`,
    );
  }
  const codec = codecsByName.get(normalize(name));
  if (codec) return codec;
  throw new RangeError(`Cannot find codec "${name}": name is unknown`);
}

function normalize(name: string): string {
  // Only ASCII has lower case here: the Kelvin sign is no k.
  if (!/^[ -~]*$/.test(name)) return "";
  return name.toLowerCase().replace(/[^a-z0-9.]+/g, "_").replace(/^_|_$/g, "");
}
