/**
 * Percent-encoding (RFC 3986 section 2.1), both ways.
 *
 * - Decoding is one pass and happens once: `%252e` is the text `%2e`.
 * - A percent sign that begins no escape stands for itself, as in Python and in
 *   browsers; callers that want it refused say so (`pathSegments`).
 * - Encoded text is one character per octet, as HTTP carries it, so bytes of
 *   raw UTF-8 in a target are decoded like escaped ones.
 * - Encoding keeps only what is never special, as Python's `quote` does: the
 *   result is safe in a URL, in HTML, and as a relative link (`a:b`).
 *
 * @module
 */

import { CLASS, HEX } from "./_chars.ts";

const PERCENT = 0x25;
const strictDecoder = new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true,
});
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes percent-encoded text to bytes.
 *
 * @param text Text of one character per octet. Characters above U+00FF, which
 * no message can carry, count as their UTF-8 bytes.
 * @returns Fresh bytes.
 *
 * @example Usage
 * ```ts
 * import { percentDecode } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(percentDecode("a%20%ff%"), new Uint8Array([97, 32, 255, 37]));
 * ```
 */
export function percentDecode(text: string): Uint8Array<ArrayBuffer> {
  // UTF-8 takes at most three bytes for one UTF-16 unit.
  const bytes = new Uint8Array(text.length * (isOctets(text) ? 1 : 3));
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === PERCENT) {
      const high = text.charCodeAt(i + 1);
      const low = text.charCodeAt(i + 2);
      if ((CLASS[high]! & CLASS[low]! & HEX) !== 0) {
        bytes[length++] = hexValue(high) << 4 | hexValue(low);
        i += 2;
        continue;
      }
    }
    if (code <= 0xff) {
      bytes[length++] = code;
    } else {
      const character = String.fromCodePoint(text.codePointAt(i)!);
      i += character.length - 1;
      length += encoder.encodeInto(character, bytes.subarray(length)).written;
    }
  }
  return bytes.slice(0, length);
}

/** Settings of {@linkcode percentDecodeText}. */
export interface PercentDecodeTextOptions {
  /** Puts U+FFFD where the bytes are no UTF-8, as Python does. */
  readonly replace?: boolean;
}

/**
 * Decodes percent-encoded UTF-8 text.
 *
 * @param text Text of one character per octet.
 * @param options Asks for replacement characters.
 * @returns The text, with U+FFFD for what is no UTF-8.
 *
 * @example Usage
 * ```ts
 * import { percentDecodeText } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(percentDecodeText("caf%C3%A9"), "caf\u00e9");
 * assertEquals(percentDecodeText("caf%E9"), null);
 * assertEquals(percentDecodeText("caf%E9", { replace: true }), "caf\ufffd");
 * ```
 */
export function percentDecodeText(
  text: string,
  options: { readonly replace: true },
): string;
/**
 * Decodes percent-encoded UTF-8 text.
 *
 * @param text Text of one character per octet.
 * @param options Whether to put replacement characters.
 * @returns The text, or `null` if the bytes are no UTF-8: overlong forms,
 * surrogates and cut sequences included.
 */
export function percentDecodeText(
  text: string,
  options?: PercentDecodeTextOptions,
): string | null;
export function percentDecodeText(
  text: string,
  options: PercentDecodeTextOptions = {},
): string | null {
  if (isPlain(text)) return text;
  const bytes = percentDecode(text);
  if (options.replace) return decoder.decode(bytes);
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a text is ASCII without escapes, as most are. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === PERCENT || code >= 0x80) return false;
  }
  return true;
}

function isOctets(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}

/** Value of a hexadecimal digit: letters lie 9 above their low four bits. */
function hexValue(code: number): number {
  return (code & 0xf) + (code >> 6) * 9;
}

/** Each byte as it appears encoded: unreserved ones bare, others escaped. */
const ENCODED: string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9._~-]/.test(character)) return character;
  return "%" + byte.toString(16).toUpperCase().padStart(2, "0");
});

/**
 * Encodes one segment of a path, such as a file name. Slashes are encoded too.
 *
 * @param name Text, which is encoded as UTF-8, or the bytes of a name that is
 * none.
 * @returns The segment for a URL.
 *
 * @example Usage
 * ```ts
 * import { percentEncodeSegment } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(percentEncodeSegment("100% <b>.html"), "100%25%20%3Cb%3E.html");
 * assertEquals(percentEncodeSegment("caf\u00e9"), "caf%C3%A9");
 * assertEquals(percentEncodeSegment(new Uint8Array([0x61, 0xff])), "a%FF");
 * ```
 */
export function percentEncodeSegment(name: string | Uint8Array): string {
  if (typeof name === "string") {
    if (/^[A-Za-z0-9._~-]*$/.test(name)) return name;
    name = encoder.encode(name);
  }
  let encoded = "";
  for (let i = 0; i < name.length; i++) encoded += ENCODED[name[i]!];
  return encoded;
}

/**
 * Encodes a path, slashes kept. Python's `urllib.parse.quote`.
 *
 * @param path Text, which is encoded as UTF-8, or bytes.
 * @returns The path for a URL.
 *
 * @example Usage
 * ```ts
 * import { percentEncodePath } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(percentEncodePath("/a b/c?d"), "/a%20b/c%3Fd");
 * ```
 */
export function percentEncodePath(path: string | Uint8Array): string {
  return percentEncodeSegment(path).replaceAll("%2F", "/");
}
