/**
 * What a codec does with bytes that are no text, or with text that it has no
 * bytes for: Python's error handlers.
 *
 * - `strict`: throws.
 * - `ignore`: leaves them out.
 * - `replace`: U+FFFD for bytes, `?` for a character.
 * - `backslashreplace`: `\xNN` for each byte; `\xNN`, `\uNNNN` or `\UNNNNNNNN`
 *   for a character.
 * - `surrogateescape`: a byte from 0x80 becomes a lone surrogate from U+DC80,
 *   and that becomes the byte again, so any bytes survive the way there and back.
 * - `surrogatepass`: lone surrogates are encoded and decoded like characters.
 *   Only the UTF codecs can; for the others it is `strict`.
 */
export type ErrorMode =
  | "strict"
  | "ignore"
  | "replace"
  | "backslashreplace"
  | "surrogateescape"
  | "surrogatepass";

const ERROR_MODES: readonly string[] = [
  "strict",
  "ignore",
  "replace",
  "backslashreplace",
  "surrogateescape",
  "surrogatepass",
] satisfies ErrorMode[];

/** Checks the name of an error mode. */
export function errorModeArgument(name: unknown): ErrorMode {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot use a ${typeof name} as an error mode: it must be a string`,
    );
  }
  if (!ERROR_MODES.includes(name)) {
    throw new RangeError(
      `Cannot use error mode "${name}": it must be one of ${
        ERROR_MODES.join(", ")
      }`,
    );
  }
  return name as ErrorMode;
}

/** Bytes that a codec cannot decode: `bytes[start..end]`. */
export interface Malformed {
  codec: string;
  bytes: Uint8Array;
  start: number;
  end: number;
  reason: string;
}

/**
 * The text for malformed bytes, and where decoding goes on: before `end` where
 * a mode can answer for some of the bytes only.
 *
 * @throws {Deno.errors.InvalidData} If the mode has no answer.
 */
export function replaceMalformed(
  errors: ErrorMode,
  { codec, bytes, start, end, reason }: Malformed,
): [text: string, next: number] {
  switch (errors) {
    case "ignore":
      return ["", end];
    case "replace":
      return ["\ufffd", end];
    case "backslashreplace":
      return [escapeBytes(bytes.subarray(start, end)), end];
    case "surrogateescape": {
      let text = "";
      let next = start;
      for (; next < end && bytes[next]! >= 0x80; next++) {
        text += String.fromCharCode(0xdc00 + bytes[next]!);
      }
      if (next > start) return [text, next];
    }
  }
  throw new Deno.errors.InvalidData(
    `Cannot decode byte ${
      hex(bytes[start]!, 2)
    } at ${start} as "${codec}": ${reason}`,
  );
}

/** A character that a codec has no bytes for. */
export interface Unencodable {
  codec: string;
  /** One code point. */
  character: string;
  /** Its offset in the text, in UTF-16 units. */
  start: number;
  reason: string;
}

/**
 * The text to encode in place of a character.
 *
 * @throws {RangeError} If the mode has no answer.
 */
export function replaceUnencodable(
  errors: ErrorMode,
  { codec, character, start, reason }: Unencodable,
): string {
  switch (errors) {
    case "ignore":
      return "";
    case "replace":
      return "?";
    case "backslashreplace":
      return escapeCharacter(character.codePointAt(0)!);
  }
  const code = character.codePointAt(0)!.toString(16).toUpperCase();
  throw new RangeError(
    `Cannot encode U+${
      code.padStart(4, "0")
    } at ${start} as "${codec}": ${reason}`,
  );
}

/** The byte that a surrogate stands for under `surrogateescape`. */
export function escapedByte(
  errors: ErrorMode,
  character: string,
): number | undefined {
  const code = character.charCodeAt(0);
  const escaped = errors === "surrogateescape" && code >= 0xdc80 &&
    code <= 0xdcff;
  return escaped ? code - 0xdc00 : undefined;
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => "\\x" + digits(byte, 2)).join("");
}

function escapeCharacter(code: number): string {
  if (code <= 0xff) return "\\x" + digits(code, 2);
  if (code <= 0xffff) return "\\u" + digits(code, 4);
  return "\\U" + digits(code, 8);
}

function hex(value: number, width: number): string {
  return "0x" + digits(value, width);
}

function digits(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
