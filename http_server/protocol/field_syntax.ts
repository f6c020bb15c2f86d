/**
 * The pieces that field values are made of (RFC 9110 section 5.6): tokens,
 * lists, quoted strings, parameters; and the checks for what we send.
 *
 * Readers here are tolerant, because their fields frame nothing: they take any
 * text, never throw, and run in one pass without backtracking. What frames a
 * message is read by `framing.ts`, which is not tolerant. Checks of outgoing
 * text throw TypeError, as the platform's own `Headers` does.
 *
 * @module
 */

import {
  BACKSLASH,
  BLANK,
  CLASS,
  COMMA,
  consistsOf,
  DQUOTE,
  quoted,
  sameName,
  SEMICOLON,
  TEXT,
  TOKEN,
} from "./_chars.ts";

/**
 * Whether a text is a token: a method, a field name, a parameter name.
 *
 * @param text Any text.
 * @returns True for one or more of the characters that RFC 9110 section 5.6.2 lists.
 */
export function isToken(text: string): boolean {
  return text.length > 0 && consistsOf(text, TOKEN);
}

/**
 * Takes SP and HTAB off both ends, and nothing else: `trim()` would also take
 * U+00A0 and U+FEFF, which are letters here.
 *
 * @param text Any text.
 * @returns The text without surrounding blanks.
 */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.substring(start, end);
}

function isBlank(text: string, index: number): boolean {
  return (CLASS[text.charCodeAt(index)]! & BLANK) !== 0;
}

/**
 * Splits a comma-separated list (RFC 9110 section 5.6.1). Commas inside quoted
 * strings do not count; empty elements are dropped.
 *
 * @param value A field value, or several joined by commas.
 * @returns The elements without surrounding blanks, quoted strings as they stood.
 *
 * @example Lists
 * ```ts
 * import { splitList } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitList('a, "b, c" ,,d'), ["a", '"b, c"', "d"]);
 * ```
 */
export function splitList(value: string): string[] {
  return splitOutsideQuotes(value, COMMA);
}

function splitOutsideQuotes(value: string, separator: number): string[] {
  const elements: string[] = [];
  let inQuotes = false;
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === DQUOTE) {
      inQuotes = !inQuotes;
    } else if (inQuotes) {
      if (code === BACKSLASH) i++;
    } else if (code === separator) {
      pushTrimmed(elements, value, start, i);
      start = i + 1;
    }
  }
  pushTrimmed(elements, value, start, value.length);
  return elements;
}

function pushTrimmed(
  elements: string[],
  value: string,
  start: number,
  end: number,
): void {
  const element = trimOws(value.substring(start, end));
  if (element !== "") elements.push(element);
}

/**
 * Whether a list of tokens, such as the value of `Connection`, has a member.
 *
 * @param value A field value, or null for an absent field.
 * @param token The member to look for, in any case.
 * @returns True if it is one of the elements.
 *
 * @example Not a comparison of the whole value
 * ```ts
 * import { hasToken } from "@pystd/server/http-protocol";
 * import { assert } from "@std/assert";
 *
 * assert(hasToken("Upgrade, Close", "close"));
 * assert(!hasToken("closed", "close"));
 * assert(!hasToken(null, "close"));
 * ```
 */
export function hasToken(value: string | null, token: string): boolean {
  if (value === null || value.length < token.length) return false;
  if (!value.includes(",")) return sameName(trimOws(value), token);
  return splitList(value).some((element) => sameName(element, token));
}

/** A value with parameters, as {@linkcode parseParameters} reads it. */
export interface ParameterizedValue {
  /** What stands before the first semicolon, without surrounding blanks. */
  value: string;
  /** Name and value of each parameter, in order; a bare name has the value "". */
  parameters: [name: string, value: string][];
}

/**
 * Reads `value; name=value; name="quoted value"` (RFC 9110 section 5.6.6).
 * Names keep their case, quoted strings are unquoted, blanks around `=` are
 * forgiven, empty parameters are dropped.
 *
 * @param text A field value or one element of a list.
 * @returns The value and its parameters.
 *
 * @example A media type
 * ```ts
 * import { parseParameters } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseParameters('text/html; charset="utf-8"; x'), {
 *   value: "text/html",
 *   parameters: [["charset", "utf-8"], ["x", ""]],
 * });
 * ```
 */
export function parseParameters(text: string): ParameterizedValue {
  const firstEnd = text.indexOf(";");
  if (firstEnd < 0) return { value: trimOws(text), parameters: [] };
  const parameters: [string, string][] = [];
  for (
    const piece of splitOutsideQuotes(text.substring(firstEnd + 1), SEMICOLON)
  ) {
    const equals = piece.indexOf("=");
    parameters.push(
      equals < 0 ? [piece, ""] : [
        trimOws(piece.substring(0, equals)),
        unquoteString(trimOws(piece.substring(equals + 1))),
      ],
    );
  }
  return { value: trimOws(text.substring(0, firstEnd)), parameters };
}

/**
 * Puts a text in quotes (RFC 9110 section 5.6.4).
 *
 * @param text The text to quote.
 * @returns `"text"`, with `"` and `\` escaped.
 */
export function quoteString(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Takes a text out of its quotes. The other way of {@linkcode quoteString}.
 *
 * @param text A quoted string or a token.
 * @returns What it stands for; a text that is not quoted as it is.
 */
export function unquoteString(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) {
    return text;
  }
  return text.slice(1, -1).replace(/\\([^])/g, "$1");
}

/**
 * Makes sure that a name may go out as a field name.
 *
 * @param name The name to send.
 * @throws {TypeError} If it is not a token.
 */
export function checkFieldName(name: string): void {
  if (!isToken(name)) {
    throw new TypeError(
      `Cannot send field name ${quoted(name)}: it must be a token`,
    );
  }
}

/**
 * Makes sure that a value may go out as a field value. A line break would let
 * whoever supplied the value write fields or a whole answer of their own.
 *
 * @param value The value to send.
 * @throws {TypeError} If it holds CR, LF, NUL, another control character than
 *   HTAB, or a character above U+00FF.
 */
export function checkFieldValue(value: string): void {
  if (!consistsOf(value, TEXT)) {
    throw new TypeError(
      `Cannot send field value ${quoted(value)}: it must be Latin-1 text ` +
        "without control characters",
    );
  }
}

/**
 * Makes sure that a text may go out in a status line.
 *
 * @param reason The reason phrase to send, which may be empty.
 * @throws {TypeError} Under the same conditions as {@linkcode checkFieldValue}.
 */
export function checkReasonPhrase(reason: string): void {
  if (!consistsOf(reason, TEXT)) {
    throw new TypeError(
      `Cannot send reason phrase ${quoted(reason)}: it must be Latin-1 text ` +
        "without control characters",
    );
  }
}
