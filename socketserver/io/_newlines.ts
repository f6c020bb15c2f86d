/**
 * What ends a line.
 *
 * - `null`: reading takes CR, LF and CRLF for line ends and turns them into LF;
 *   writing turns LF into what the platform uses.
 * - `""`: reading takes the same three for line ends and leaves them as they
 *   are; writing changes nothing.
 * - `"\n"`, `"\r"`, `"\r\n"`: reading ends lines there and nowhere else; writing
 *   turns LF into it.
 */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

/** Checks a `newline` argument. */
export function newlineArgument(newline: unknown): Newline {
  switch (newline) {
    case null:
    case "":
    case "\n":
    case "\r":
    case "\r\n":
      return newline;
  }
  if (typeof newline !== "string") {
    throw new TypeError(
      `Cannot use a ${typeof newline} as newline: it must be a string or null`,
    );
  }
  throw new RangeError(
    `Cannot use ${
      JSON.stringify(newline)
    } as newline: it must be null, empty, CR, LF or CRLF`,
  );
}

/** Whether reading takes all three kinds of line end. */
export function isUniversal(newline: Newline): newline is null | "" {
  return !newline;
}

/**
 * Where the first line from `start` on ends, its line end included.
 *
 * @returns The offset behind the line end, -1 if there is none.
 */
export function lineEnd(text: string, start: number, newline: Newline): number {
  if (newline === "") {
    const anyEnd = /\r\n?|\n/g;
    anyEnd.lastIndex = start;
    return anyEnd.test(text) ? anyEnd.lastIndex : -1;
  }
  const end = newline ?? "\n";
  const at = text.indexOf(end, start);
  return at < 0 ? -1 : at + end.length;
}
