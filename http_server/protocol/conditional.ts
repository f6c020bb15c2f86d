/**
 * Conditional requests (RFC 9110 section 13): whether the method is carried
 * out, and whether `Range` counts.
 *
 * - The steps are those of section 13.2.2, in that order, and nothing else.
 * - A condition with a malformed date is ignored, as the RFC demands. A
 *   malformed list of entity tags matches nothing: the safe answer to
 *   `If-Match` is 412, to `If-None-Match` the whole content.
 * - Ask only when the answer without conditions would be a 2xx or 412
 *   (section 13.2.1): no condition turns a 404 or a redirect into a 304.
 *
 * @module
 */

import {
  type EntityTag,
  parseEntityTag,
  parseEntityTagList,
  strongCompare,
  weakCompare,
} from "./etag.ts";
import { EARLIEST_HTTP_DATE, parseHttpDate } from "./http_date.ts";

/** Where fields are looked up: web `Headers` and this package's `Fields` fit. */
export interface FieldLookup {
  /** The value of a field by its case-insensitive name, `null` if absent. */
  get(name: string): string | null;
  /** The same with duplicates joined by commas, if `get` does not join them. */
  getJoined?(name: string): string | null;
}

/** What {@linkcode evaluatePreconditions} compares the request with. */
export interface PreconditionContext {
  /** Request method. */
  readonly method: string;
  /** Request fields. */
  readonly fields: FieldLookup;
  /** What the response says in `ETag`, with quotes, if it has one. */
  readonly etag?: string | null;
  /**
   * Time of the last modification in milliseconds since the epoch, if known.
   * Fractions of a second are cut, as they are in `Last-Modified`.
   */
  readonly lastModified?: number | null;
  /** Whether there is a current representation; `false` before a first PUT. */
  readonly exists?: boolean;
  /** Present time in milliseconds since the epoch. */
  readonly now?: number;
}

/** What to do with a request. */
export interface PreconditionVerdict {
  /** 200 to carry out the method, or the status to answer without doing so. */
  readonly status: 200 | 304 | 412;
  /** Whether `Range` is present and to be honoured. */
  readonly range: boolean;
}

const PERFORM: PreconditionVerdict = { status: 200, range: false };
const PERFORM_RANGE: PreconditionVerdict = { status: 200, range: true };
const NOT_MODIFIED: PreconditionVerdict = { status: 304, range: false };
const FAILED: PreconditionVerdict = { status: 412, range: false };

/**
 * Decides a request by its `If-Match`, `If-Unmodified-Since`, `If-None-Match`,
 * `If-Modified-Since` and `If-Range` fields.
 *
 * @param context Method, fields and the validators of the current
 * representation.
 * @returns Status 200 (go on), 304 or 412, and whether `Range` counts.
 * @throws {TypeError} If `context.etag` is no entity tag.
 *
 * @example A cache asks whether its copy is fresh
 * ```ts
 * import { evaluatePreconditions } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const verdict = evaluatePreconditions({
 *   method: "GET",
 *   fields: new Headers({ "If-None-Match": '"v1", "v2"' }),
 *   etag: '"v2"',
 * });
 * assertEquals(verdict, { status: 304, range: false });
 * ```
 *
 * @example A download goes on only if the file is still the same
 * ```ts
 * import { evaluatePreconditions } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = new Headers({ "Range": "bytes=100-", "If-Range": '"v1"' });
 * assertEquals(
 *   evaluatePreconditions({ method: "GET", fields, etag: '"v1"' }),
 *   { status: 200, range: true },
 * );
 * assertEquals(
 *   evaluatePreconditions({ method: "GET", fields, etag: '"v2"' }),
 *   { status: 200, range: false },
 * );
 * ```
 */
export function evaluatePreconditions(
  context: PreconditionContext,
): PreconditionVerdict {
  const { method, fields, exists = true } = context;
  // Joined, so that two dates are no date and must be ignored (13.1.3, 13.1.4).
  const look = (name: string): string | null =>
    fields.getJoined ? fields.getJoined(name) : fields.get(name);
  // Section 13.2.1: these select or modify no representation.
  if (method === "OPTIONS" || method === "CONNECT" || method === "TRACE") {
    return PERFORM;
  }
  const reads = method === "GET" || method === "HEAD";

  // Step 1. If-Match
  const ifMatch = look("If-Match");
  if (ifMatch !== null) {
    if (!lists(ifMatch, strongCompare, context, exists)) return FAILED;
  } else {
    // Step 2. If-Unmodified-Since, only without If-Match
    const modified = modifiedSince(look("If-Unmodified-Since"), context);
    if (modified === true) return FAILED;
  }

  // Step 3. If-None-Match
  const ifNoneMatch = look("If-None-Match");
  if (ifNoneMatch !== null) {
    if (lists(ifNoneMatch, weakCompare, context, exists)) {
      return reads ? NOT_MODIFIED : FAILED;
    }
  } else if (reads) {
    // Step 4. If-Modified-Since, only for GET and HEAD without If-None-Match
    const modified = modifiedSince(look("If-Modified-Since"), context);
    if (modified === false) return NOT_MODIFIED;
  }

  // Step 5. Range and If-Range, only for GET: HEAD knows no ranges (14.2)
  if (method !== "GET" || look("Range") === null) return PERFORM;
  const ifRange = look("If-Range");
  if (ifRange !== null && !isUnchanged(ifRange, context)) return PERFORM;

  // Step 6. otherwise, perform the method
  return PERFORM_RANGE;
}

/** Whether the current representation is in the list. */
function lists(
  value: string,
  compare: (a: EntityTag, b: EntityTag) => boolean,
  context: PreconditionContext,
  exists: boolean,
): boolean {
  const tags = parseEntityTagList(value);
  if (tags === "*") return exists;
  const current = currentTag(context);
  if (tags === null || current === null || !exists) return false;
  return tags.some((tag) => compare(tag, current));
}

/**
 * Whether the representation changed after the date; `null` if the condition
 * is to be ignored: no date, a malformed one, or no modification time known.
 */
function modifiedSince(
  value: string | null,
  { lastModified, exists = true, now }: PreconditionContext,
): boolean | null {
  if (value === null || lastModified == null || !exists) return null;
  const date = parseHttpDate(value, now);
  return date === null ? null : startOfSecond(lastModified) > date;
}

/** The condition of `If-Range` (section 13.1.5); malformed ones are false. */
function isUnchanged(value: string, context: PreconditionContext): boolean {
  const { lastModified, now = Date.now() } = context;
  const tag = parseEntityTag(value);
  if (tag !== null) {
    const current = currentTag(context);
    return current !== null && strongCompare(tag, current);
  }
  const date = parseHttpDate(value, now);
  if (date === null || lastModified == null) return false;
  // Equal, not "not newer": an older file put back in place has changed too.
  if (startOfSecond(lastModified) !== date) return false;
  // Section 8.8.2.2: within the second that the date names, the file can still
  // change without the date telling.
  return startOfSecond(now) > date;
}

function currentTag({ etag }: PreconditionContext): EntityTag | null {
  if (etag == null) return null;
  const tag = parseEntityTag(etag);
  if (tag === null) {
    throw new TypeError(
      `Cannot evaluate preconditions with ETag ${
        JSON.stringify(etag)
      }: it is no entity tag`,
    );
  }
  return tag;
}

function startOfSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/**
 * The time to give as `Last-Modified`: never one in the future, which would
 * promise that the representation stays as it is (RFC 9110 section 8.8.2.1).
 *
 * @param mtime Time of the last modification in milliseconds since the epoch.
 * @param now Present time in milliseconds since the epoch.
 * @returns The earlier of the two, or `null` if the time is unknown or from
 * before the year 0, which no date can say.
 *
 * @example A file from a machine whose clock is ahead
 * ```ts
 * import { clampLastModified } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clampLastModified(2_000, 1_000), 1_000);
 * assertEquals(clampLastModified(null, 1_000), null);
 * ```
 */
export function clampLastModified(
  mtime: number | null,
  now: number = Date.now(),
): number | null {
  if (mtime === null) return null;
  const time = Math.min(mtime, now);
  return time >= EARLIEST_HTTP_DATE ? time : null;
}
