/**
 * How large a head may be and how strictly it is read: one bag of options for
 * the scanner and the parsers, every entry with a default. A handler whose
 * attributes have these names can be given as it is.
 *
 * @module
 */

/** What a head may measure at most, and how strictly it is read. */
export interface HeadOptions {
  /**
   * Bytes of the request line with its end. Beyond: 414. Python's number;
   * Apache has 8190, nginx 8192.
   *
   * @default {65536}
   */
  maxRequestLine?: number;
  /**
   * Bytes of one field line with its end. Beyond: 431. Python's number.
   *
   * @default {65536}
   */
  maxFieldLine?: number;
  /**
   * Field lines. Beyond: 431. Python's number; Apache has 100.
   *
   * @default {99}
   */
  maxFields?: number;
  /**
   * Bytes of the whole head. Beyond: 431. Python has no such limit, so that a
   * connection may hold 6.5 MB; node allows 16 KiB, Go 1 MiB. 256 KiB leave
   * room for the longest request line and the longest field line together.
   *
   * @default {262144}
   */
  maxHeadBytes?: number;
  /**
   * Takes LF for a line end, and any run of SP and HTAB between and around the
   * words of the request line, as Python does. Only for servers that no proxy
   * stands before: two readings of a line end are how requests are smuggled.
   *
   * @default {false}
   */
  lenient?: boolean;
}

/** The limits in force where {@linkcode HeadOptions} says nothing. */
export const DEFAULT_HEAD_LIMITS: Readonly<Required<HeadOptions>> = Object
  .freeze({
    maxRequestLine: 65536,
    maxFieldLine: 65536,
    maxFields: 99,
    maxHeadBytes: 262144,
    lenient: false,
  });
