// @pure
/**
 * The part of DER (X.690) that a certificate is written in: everything is a
 * tag, a length and the content.
 *
 * @module
 */

/** Encoded values. */
export type Der = Uint8Array<ArrayBuffer>;

/** A value with any tag. */
export function der(tag: number, ...content: readonly Uint8Array[]): Der {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = [tag, ...lengthOctets(length)];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of content) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    octets.unshift(rest % 256);
  }
  return [0x80 | octets.length, ...octets];
}

/** Values one after another. */
export function sequence(...content: readonly Uint8Array[]): Der {
  return der(0x30, ...content);
}

/** A set of one value. */
export function setOf(content: Uint8Array): Der {
  return der(0x31, content);
}

/** A number that is not negative, from its bytes, the highest first. */
export function integer(bytes: Uint8Array): Der {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  // The highest bit is a sign.
  return digits[0]! >= 0x80
    ? der(0x02, new Uint8Array([0]), digits)
    : der(0x02, digits);
}

/** Yes or no. */
export function boolean(value: boolean): Der {
  return der(0x01, new Uint8Array([value ? 0xff : 0]));
}

/** Bits, whole bytes of them unless some at the end are unused. */
export function bitString(bytes: Uint8Array, unused = 0): Der {
  return der(0x03, new Uint8Array([unused]), bytes);
}

/** Bytes that hold another value. */
export function octetString(bytes: Uint8Array): Der {
  return der(0x04, bytes);
}

/** An object identifier such as `1.2.840.10045.4.3.2`. */
export function objectIdentifier(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0;) {
      digits.unshift(0x80 | left % 128);
      left = Math.floor(left / 128);
    }
    octets.push(...digits);
  }
  return der(0x06, new Uint8Array(octets));
}

/** Text. */
export function utf8String(text: string): Der {
  return der(0x0c, new TextEncoder().encode(text));
}

/** A time before 2050, to the second, in milliseconds since the epoch. */
export function utcTime(ms: number): Der {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, new TextEncoder().encode(digits.slice(2)));
}
