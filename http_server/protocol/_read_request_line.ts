/**
 * The one implementation of the request line's grammar. It looks at bytes,
 * which costs a fraction of reading the characters of a text.
 */

import { BLANK, CLASS, quoted, SP, TOKEN } from "./_chars.ts";
import { ProtocolError } from "./protocol_error.ts";

/** The parts of a request line. */
export interface RequestLine {
  /** The method, a token, in its case. */
  readonly method: string;
  /** The target as sent: not decoded, not checked for its form. */
  readonly target: string;
  /** The version as sent such as `"HTTP/1.1"`; `"HTTP/0.9"` if there was none. */
  readonly version: string;
  /** The number before the dot: 0 or 1. */
  readonly major: number;
  /** The number behind the dot. */
  readonly minor: number;
  /** Whether there was no version: then no fields follow, and no status line answers. */
  readonly simple: boolean;
}

/** How strictly a request line is read. */
export interface RequestLineOptions {
  /**
   * Takes any run of SP and HTAB between and around the words.
   *
   * @default {false}
   */
  lenient?: boolean;
}

/**
 * Reads the request line that stands in `bytes` from `start` to `end`.
 *
 * @param bytes Bytes without control characters but HTAB between these places.
 * @param text The same decoded, one character per byte.
 */
export function readRequestLine(
  bytes: Uint8Array,
  text: string,
  start: number,
  end: number,
  options: RequestLineOptions,
): RequestLine {
  const methodStart = skipBlanks(bytes, start, end);
  const methodEnd = skipWord(bytes, methodStart, end);
  const targetStart = skipBlanks(bytes, methodEnd, end);
  const targetEnd = skipWord(bytes, targetStart, end);
  const versionStart = skipBlanks(bytes, targetEnd, end);
  const versionEnd = skipWord(bytes, versionStart, end);
  const simple = versionStart === versionEnd;

  let version = "HTTP/0.9";
  let major = 0;
  let minor = 9;
  if (!simple) {
    const extra = skipBlanks(bytes, versionEnd, end) < end;
    version = extra
      ? lastWord(bytes, text, end)
      : text.substring(versionStart, versionEnd);
    if (version === "HTTP/1.1") {
      version = "HTTP/1.1"; // the text that others compare with, not a copy
      major = 1;
      minor = 1;
    } else {
      [major, minor] = parseVersion(version);
    }
    if (extra) {
      throw fault(text, start, end, "it has more than three words");
    }
  }

  if (targetStart === targetEnd) {
    throw fault(text, start, end, "the target is missing");
  }
  const method = methodAt(bytes, text, methodStart, methodEnd);
  if (simple && method !== "GET") {
    throw new ProtocolError(
      `Cannot read request line of method ${quoted(method)}: ` +
        "the version is missing",
      400,
      `Bad HTTP/0.9 request type (${quoted(method)})`,
    );
  }
  for (let i = methodStart; i < methodEnd; i++) {
    if ((CLASS[bytes[i]!]! & TOKEN) === 0) {
      throw fault(text, start, end, "the method is not a token");
    }
  }
  if (options.lenient !== true) {
    const tidy = methodStart === start &&
      methodEnd + 1 === targetStart && bytes[methodEnd] === SP &&
      (simple
        ? targetEnd === end
        : targetEnd + 1 === versionStart && bytes[targetEnd] === SP &&
          versionEnd === end);
    if (!tidy) {
      throw fault(text, start, end, "its blanks are not single spaces");
    }
  }
  return {
    method,
    target: text.substring(targetStart, targetEnd),
    version,
    major,
    minor,
    simple,
  };
}

function fault(
  text: string,
  start: number,
  end: number,
  why: string,
): ProtocolError {
  return badSyntax(text.substring(start, end), why);
}

/** The method; the commonest as the text that others compare with, not a copy. */
function methodAt(
  bytes: Uint8Array,
  text: string,
  start: number,
  end: number,
): string {
  return end - start === 3 && bytes[start] === 0x47 &&
      bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
    ? "GET"
    : text.substring(start, end);
}

function isBlank(bytes: Uint8Array, index: number): boolean {
  return (CLASS[bytes[index]!]! & BLANK) !== 0;
}

function skipBlanks(bytes: Uint8Array, index: number, end: number): number {
  while (index < end && isBlank(bytes, index)) index++;
  return index;
}

function skipWord(bytes: Uint8Array, index: number, end: number): number {
  while (index < end && !isBlank(bytes, index)) index++;
  return index;
}

function lastWord(bytes: Uint8Array, text: string, end: number): string {
  while (isBlank(bytes, end - 1)) end--;
  let start = end;
  while (!isBlank(bytes, start - 1)) start--;
  return text.substring(start, end);
}

// Ten digits: Python's bound, so that no number is too large to compare.
const VERSION = /^HTTP\/([0-9]{1,10})\.([0-9]{1,10})$/;

function parseVersion(version: string): [major: number, minor: number] {
  const match = VERSION.exec(version);
  if (match === null) {
    throw new ProtocolError(
      `Cannot read request version ${quoted(version)}: it is malformed`,
      400,
      `Bad request version (${quoted(version)})`,
    );
  }
  const major = Number(match[1]);
  if (major >= 2) {
    throw new ProtocolError(
      `Cannot answer a request of ${version}: only HTTP/1 is spoken here`,
      505,
      `Invalid HTTP version (${version.substring(5)})`,
    );
  }
  return [major, Number(match[2])];
}

/** The error for a request line that is malformed in any other way. */
export function badSyntax(line: string, why: string): ProtocolError {
  return new ProtocolError(
    `Cannot read request line ${quoted(line)}: ${why}`,
    400,
    `Bad request syntax (${quoted(line)})`,
  );
}
