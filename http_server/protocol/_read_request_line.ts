/**
 * The one implementation of the request line's grammar. It works inside the
 * text of the whole head, since reading characters of a slice costs ten times
 * as much.
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
 * Reads the request line that stands in `text` from `start` to `end`.
 *
 * @param text Text without control characters but HTAB between these places.
 */
export function readRequestLine(
  text: string,
  start: number,
  end: number,
  options: RequestLineOptions,
): RequestLine {
  const methodStart = skipBlanks(text, start, end);
  const methodEnd = skipWord(text, methodStart, end);
  const targetStart = skipBlanks(text, methodEnd, end);
  const targetEnd = skipWord(text, targetStart, end);
  const versionStart = skipBlanks(text, targetEnd, end);
  const versionEnd = skipWord(text, versionStart, end);
  const simple = versionStart === versionEnd;

  let version = "HTTP/0.9";
  let major = 0;
  let minor = 9;
  if (!simple) {
    const extra = skipBlanks(text, versionEnd, end) < end;
    version = extra
      ? lastWord(text, end)
      : text.substring(versionStart, versionEnd);
    if (version === "HTTP/1.1" || version === "HTTP/1.0") {
      major = 1;
      minor = version === "HTTP/1.1" ? 1 : 0;
    } else {
      [major, minor] = parseVersion(version);
    }
    if (extra) throw fault("it has more than three words");
  }

  if (targetStart === targetEnd) throw fault("the target is missing");
  const method = text.substring(methodStart, methodEnd);
  if (simple && method !== "GET") {
    throw new ProtocolError(
      `Cannot read request line of method ${quoted(method)}: ` +
        "the version is missing",
      400,
      `Bad HTTP/0.9 request type (${quoted(method)})`,
    );
  }
  for (let i = methodStart; i < methodEnd; i++) {
    if ((CLASS[text.charCodeAt(i)]! & TOKEN) === 0) {
      throw fault("the method is not a token");
    }
  }
  if (options.lenient !== true) {
    const tidy = methodStart === start &&
      methodEnd + 1 === targetStart && text.charCodeAt(methodEnd) === SP &&
      (simple
        ? targetEnd === end
        : targetEnd + 1 === versionStart && text.charCodeAt(targetEnd) === SP &&
          versionEnd === end);
    if (!tidy) throw fault("its blanks are not single spaces");
  }
  return {
    method,
    target: text.substring(targetStart, targetEnd),
    version,
    major,
    minor,
    simple,
  };

  function fault(why: string): ProtocolError {
    return badSyntax(text.substring(start, end), why);
  }
}

function isBlank(text: string, index: number): boolean {
  return (CLASS[text.charCodeAt(index)]! & BLANK) !== 0;
}

function skipBlanks(text: string, index: number, end: number): number {
  while (index < end && isBlank(text, index)) index++;
  return index;
}

function skipWord(text: string, index: number, end: number): number {
  while (index < end && !isBlank(text, index)) index++;
  return index;
}

function lastWord(text: string, end: number): string {
  while (isBlank(text, end - 1)) end--;
  let start = end;
  while (!isBlank(text, start - 1)) start--;
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
