/**
 * The texts of WSGI: one character for each byte (PEP 3333, "A Note on String
 * Types").
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../socketserver/io/mod.ts";

const utf8 = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a text of an environment as UTF-8.
 *
 * @param text One character per byte, such as `PATH_INFO`.
 * @returns The text that the bytes are in UTF-8, with U+FFFD for what is none.
 * @throws {TypeError} If a character is no byte.
 *
 * @example A path
 * ```ts
 * import { wsgiDecode, wsgiEncode } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wsgiDecode("/caf\u00c3\u00a9"), "/café");
 * assertEquals(wsgiEncode("/café"), "/caf\u00c3\u00a9");
 * ```
 */
export function wsgiDecode(text: string): string {
  return decoder.decode(encodeLatin1(text));
}

/**
 * Writes a text as the environment holds it.
 *
 * @param text Any text.
 * @returns Its bytes in UTF-8, one character for each.
 */
export function wsgiEncode(text: string): string {
  return decodeLatin1(utf8.encode(text));
}
