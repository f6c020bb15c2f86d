/**
 * The status codes of HTTP and what is known of each: name, phrase, meaning.
 *
 * Codes are plain numbers, so they compare, add and go into a `Response`; what
 * Python hangs on the enum member (`HTTPStatus(404).phrase`) is asked of the
 * table (`HTTPStatus.phrase(404)`). Unknown codes are legal on the wire: the
 * predicates and texts take any number, only `from` insists on a listed one.
 *
 * @module
 */

import {
  ALIASES,
  type HTTPStatusCodes,
  ROWS,
  type StatusRow,
} from "./_status_rows.ts";

export type { HTTPStatusCodes } from "./_status_rows.ts";

/** What {@linkcode HTTPStatus} knows beside the codes. */
export interface HTTPStatusTable {
  /**
   * Looks a code up, as `HTTPStatus(404)` does in Python.
   *
   * @param code A number.
   * @returns The same number, typed as a listed code.
   * @throws {RangeError} If no status is listed under that number.
   */
  from(code: number): HTTPStatus;
  /**
   * The name of a code, as `.name` of Python's member.
   *
   * @param code A status code.
   * @returns Its primary name such as `"NOT_FOUND"`, or `""` for an unlisted code.
   */
  nameOf(code: number): keyof HTTPStatusCodes | "";
  /**
   * What stands behind the code in a status line.
   *
   * @param code A status code.
   * @returns Its reason phrase such as `"Not Found"`, or `""` for an unlisted code.
   */
  phrase(code: number): string;
  /**
   * The meaning of a code, in half a sentence.
   *
   * @param code A status code.
   * @returns Text for an error page, or `""` for an unlisted code.
   */
  description(code: number): string;
  /**
   * Whether a code is an interim answer.
   *
   * @param code A status code, listed or not.
   * @returns True for 100 to 199.
   */
  isInformational(code: number): boolean;
  /**
   * Whether a code reports success.
   *
   * @param code A status code, listed or not.
   * @returns True for 200 to 299.
   */
  isSuccess(code: number): boolean;
  /**
   * Whether a code sends the client elsewhere.
   *
   * @param code A status code, listed or not.
   * @returns True for 300 to 399.
   */
  isRedirection(code: number): boolean;
  /**
   * Whether a code blames the client.
   *
   * @param code A status code, listed or not.
   * @returns True for 400 to 499.
   */
  isClientError(code: number): boolean;
  /**
   * Whether a code blames the server.
   *
   * @param code A status code, listed or not.
   * @returns True for 500 to 599.
   */
  isServerError(code: number): boolean;
  /**
   * Goes through the listed codes.
   *
   * @returns The codes in ascending order, each once: aliases are no members.
   */
  [Symbol.iterator](): IterableIterator<HTTPStatus>;
}

const BY_CODE: ReadonlyMap<number, StatusRow> = new Map(
  ROWS.map((row) => [row[0], row]),
);

/** One of the listed status codes: `200 | 404 | …`. */
export type HTTPStatus = HTTPStatusCodes[keyof HTTPStatusCodes];

const TABLE: HTTPStatusTable = {
  from(code: number): HTTPStatus {
    const row = BY_CODE.get(code);
    if (row === undefined) {
      throw new RangeError(
        `Cannot look up status "${code}": no such code is registered`,
      );
    }
    return row[0];
  },
  nameOf(code: number): keyof HTTPStatusCodes | "" {
    return BY_CODE.get(code)?.[1] ?? "";
  },
  phrase(code: number): string {
    return BY_CODE.get(code)?.[2] ?? "";
  },
  description(code: number): string {
    return BY_CODE.get(code)?.[3] ?? "";
  },
  isInformational(code: number): boolean {
    return code >= 100 && code <= 199;
  },
  isSuccess(code: number): boolean {
    return code >= 200 && code <= 299;
  },
  isRedirection(code: number): boolean {
    return code >= 300 && code <= 399;
  },
  isClientError(code: number): boolean {
    return code >= 400 && code <= 499;
  },
  isServerError(code: number): boolean {
    return code >= 500 && code <= 599;
  },
  *[Symbol.iterator](): IterableIterator<HTTPStatus> {
    for (const row of ROWS) yield row[0];
  },
};

/**
 * The status codes by Python's names, with functions for what is known of
 * them. Python's `http.HTTPStatus`; destructuring gives what `http.client`
 * has as constants: `const { NOT_FOUND } = HTTPStatus`.
 *
 * @example Codes are numbers
 * ```ts
 * import { HTTPStatus } from "@pystd/server/http-protocol";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assertEquals(HTTPStatus.NOT_FOUND, 404);
 * assertEquals(HTTPStatus.phrase(404), "Not Found");
 * assert(HTTPStatus.isClientError(HTTPStatus.NOT_FOUND));
 * assertEquals([...HTTPStatus].length, 62);
 * ```
 */
export const HTTPStatus: HTTPStatusCodes & HTTPStatusTable = Object.freeze(
  Object.assign(
    Object.fromEntries(
      ROWS.map(([code, name]) => [name, code]),
    ) as unknown as HTTPStatusCodes,
    ALIASES,
    TABLE,
  ),
);

/** A table of texts for status codes: code to phrase and description. */
export type StatusTexts = Readonly<
  Record<number, readonly [phrase: string, description: string]>
>;

/**
 * Phrase and description of every listed code, the table that a handler's
 * `responses` starts from. Frozen; extend it by spreading.
 *
 * @example A code of your own
 * ```ts
 * import { responses } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const mine = { ...responses, 299: ["Odd", "Fine, but odd"] as const };
 * assertEquals(mine[299][0], "Odd");
 * assertEquals(responses[404]?.[0], "Not Found");
 * ```
 */
export const responses: StatusTexts = Object.freeze(
  Object.assign(
    Object.create(null),
    Object.fromEntries(
      ROWS.map((row) => [row[0], Object.freeze([row[2], row[3]])]),
    ),
  ),
);

/**
 * Whether an answer with this status may carry content at all (RFC 9110
 * section 6.4.1; 205 by section 15.3.6). The answer to HEAD never does,
 * whatever its status.
 *
 * @param code A status code.
 * @returns False for 1xx, 204, 205 and 304.
 */
export function statusAllowsContent(code: number): boolean {
  return code >= 200 && code !== 204 && code !== 205 && code !== 304;
}
