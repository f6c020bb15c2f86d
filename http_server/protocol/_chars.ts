/**
 * Byte classes of RFC 9110 section 5.6, one bit each: a parser's question
 * about a byte is one load and one AND. For text, index with `charCodeAt`;
 * what lies above U+00FF is in no class.
 */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DQUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const BACKSLASH = 0x5c;

/** tchar: letters, digits and the fifteen marks that names may hold. */
export const TOKEN = 1;
/** What a field value or reason phrase may hold: SP, HTAB, VCHAR, obs-text. */
export const TEXT = 2;
/** VCHAR and obs-text: what a request target may hold. */
export const VISIBLE = 4;
/** 0 to 9. */
export const DIGIT = 8;
/** Hexadecimal digits of either case. */
export const HEX = 16;
/** SP and HTAB. */
export const BLANK = 32;
/**
 * What the name of a host may hold beside escapes: RFC 3986 section 3.2.2,
 * without the comma. Two Host fields joined by a proxy are a name with a
 * comma, and nobody has such a name.
 */
export const REG_NAME = 64;

/** The classes of each byte value. */
export const CLASS: Uint8Array = new Uint8Array(256);

for (let byte = 0x21; byte < 0x100; byte++) {
  if (byte !== 0x7f) CLASS[byte] = TEXT | VISIBLE;
}
CLASS[SP] = CLASS[HTAB] = TEXT | BLANK;
mark("0123456789", TOKEN | DIGIT | HEX);
mark("abcdefABCDEF", TOKEN | HEX);
mark("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", TOKEN);
mark("!#$%&'*+-.^_`|~", TOKEN);
mark("-._~!$&'()*+;=", REG_NAME);
for (let byte = 0; byte < 0x80; byte++) {
  if (/[0-9A-Za-z]/.test(String.fromCharCode(byte))) CLASS[byte]! |= REG_NAME;
}

function mark(characters: string, bits: number): void {
  for (let i = 0; i < characters.length; i++) {
    CLASS[characters.charCodeAt(i)]! |= bits;
  }
}

/**
 * Whether every character is of one of the classes `bits`; true for "".
 */
export function consistsOf(text: string, bits: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if ((CLASS[text.charCodeAt(i)]! & bits) === 0) return false;
  }
  return true;
}

/**
 * Whether two names are the same but for the case of ASCII letters. Never
 * `toLowerCase`: it turns the Kelvin sign into a k.
 */
export function sameName(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) {
    const x = a.charCodeAt(i);
    const difference = x ^ b.charCodeAt(i);
    if (difference === 0) continue;
    const lower = x | 0x20;
    if (difference !== 0x20 || lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}

/**
 * Text of a peer made fit for an error message or a reason phrase: cut short,
 * anything but printable ASCII escaped, in quotes as Python's `repr` has them.
 */
export function quoted(text: string): string {
  let result = "'";
  const end = Math.min(text.length, 64);
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x27 || code === BACKSLASH) {
      result += "\\" + text[i];
    } else if (code >= SP && code < 0x7f) {
      result += text[i];
    } else {
      result += code > 0xff
        ? "\\u" + code.toString(16).padStart(4, "0")
        : "\\x" + code.toString(16).padStart(2, "0");
    }
  }
  return result + (text.length > end ? "...'" : "'");
}
