/**
 * The refusals that scanner and parsers share: the scanner makes them early,
 * the parsers also stand alone.
 */

import { LineTooLong, ProtocolError } from "./protocol_error.ts";

/**
 * How many empty lines may stand before a request line. RFC 9112 section 2.2
 * asks for at least one; old browsers sent one after a POST.
 */
export const MAX_EMPTY_LINES = 4;

/** The error for a request line beyond the limit. */
export function requestLineTooLong(limit: number): LineTooLong {
  return new LineTooLong("request line", limit, 414, null);
}

/** The error for too many field lines. */
export function tooManyFields(limit: number): ProtocolError {
  return new ProtocolError(
    `Cannot read fields: there are more than ${limit}`,
    431,
    "Too many headers",
  );
}

/** The error for too many bytes. */
export function headTooLarge(limit: number): ProtocolError {
  return new ProtocolError(
    `Cannot read fields: the whole is larger than ${limit} bytes`,
    431,
  );
}

/** The error for a request that will not begin. */
export function tooManyEmptyLines(): ProtocolError {
  return new ProtocolError(
    `Cannot read a request line: more than ${MAX_EMPTY_LINES} empty lines ` +
      "stand before it",
    400,
    "Bad request syntax",
  );
}
