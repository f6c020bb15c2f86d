/**
 * The one kind of error for malformed HTTP: whatever is thrown because of what
 * the peer sent is a `ProtocolError` and carries the status to answer with.
 * Faults of the program that uses this module are `TypeError` or `RangeError`.
 *
 * @module
 */

/**
 * The peer broke HTTP. Whoever runs the connection answers with `status` and
 * closes: after malformed input nobody knows where the next request begins.
 * Python's `http.client.HTTPException` in the places where a server meets it.
 *
 * @example What a server does with it
 * ```ts
 * import { parseRequestLine, ProtocolError } from "@pystd/server/http-protocol";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => parseRequestLine("GET / HTTP/2.0"), ProtocolError);
 * assertEquals(error.status, 505);
 * assertEquals(error.reason, "Invalid HTTP version (2.0)");
 * ```
 */
export class ProtocolError extends SyntaxError {
  /** The class name, as error reports show it. */
  override readonly name: string = "ProtocolError";

  /** The status code that this fault deserves. */
  readonly status: number;

  /**
   * The reason phrase to send with it, safe for a status line, or null where
   * the status code's own phrase says enough.
   */
  readonly reason: string | null;

  /**
   * Makes the error for one fault.
   *
   * @param message What is wrong, for the log.
   * @param status Status code to answer.
   * @param reason Reason phrase to answer, null for the standard one.
   */
  constructor(message: string, status = 400, reason: string | null = null) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * A line of a request head is longer than the limit allows: 414 for the
 * request line, 431 for a field line. Python's `http.client.LineTooLong`.
 */
export class LineTooLong extends ProtocolError {
  /** The class name, as error reports show it. */
  override readonly name: string = "LineTooLong";

  /**
   * Makes the error for one line.
   *
   * @param what Which kind of line, such as `"field line"`.
   * @param limit The limit that it broke, in bytes.
   * @param status Status code to answer.
   * @param reason Reason phrase to answer, null for the standard one.
   */
  constructor(
    what: string,
    limit: number,
    status = 431,
    reason: string | null = "Line too long",
  ) {
    super(
      `Cannot read a ${what}: it is longer than ${limit} bytes`,
      status,
      reason,
    );
  }
}

/** Python's name for {@linkcode ProtocolError}, the same class. */
export const HTTPException: typeof ProtocolError = ProtocolError;

/** Python's name for {@linkcode ProtocolError}, the same class. */
export type HTTPException = ProtocolError;
