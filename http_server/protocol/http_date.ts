/**
 * Dates as HTTP writes them (RFC 9110 section 5.6.7): whole seconds in UTC.
 *
 * - Times are milliseconds since the epoch; fractions of a second are cut.
 * - Only the preferred form (IMF-fixdate) is written; the two obsolete forms
 *   are also read.
 * - Reading is exact: case-sensitive, no surplus blanks. All else is `null`, so
 *   that a condition built on it is ignored. `Date.parse` would guess.
 *
 * @module
 */

const SLOTS = 64;
const seconds: Float64Array = new Float64Array(SLOTS).fill(NaN);
const texts: string[] = new Array(SLOTS).fill("");

/** The first of January 0000 in milliseconds since the epoch. */
export const EARLIEST_HTTP_DATE: number = -62_167_219_200_000;
/** The first of January 10000, which four digits can no longer write. */
const END = 253_402_300_800_000;

/**
 * Writes a time as an IMF-fixdate, as `Date` and `Last-Modified` have it.
 *
 * The answer is kept per second in a small table: a busy server asks for the
 * same `Date`, and for the `Last-Modified` of the same few files, thousands of
 * times a second.
 *
 * @param ms Time in milliseconds since the epoch; a fraction of a second is cut.
 * @returns 29 characters.
 * @throws {RangeError} If the time is not a number or outside the years 0 to 9999.
 *
 * @example The time of a response
 * ```ts
 * import { formatHttpDate } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatHttpDate(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT");
 * ```
 */
export function formatHttpDate(ms: number): string {
  const second = Math.floor(ms / 1000);
  const slot = second & (SLOTS - 1);
  if (seconds[slot] === second) return texts[slot]!;
  if (!(ms >= EARLIEST_HTTP_DATE && ms < END)) {
    throw new RangeError(
      `Cannot format "${ms}" as an HTTP date: outside the years 0 to 9999`,
    );
  }
  // ECMAScript fixes the format of toUTCString; for these years it is the IMF-fixdate.
  const text = new Date(second * 1000).toUTCString();
  seconds[slot] = second;
  texts[slot] = text;
  return text;
}

const MONTHS: readonly string[] =
  "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

// Fixed widths and disjoint alternatives: nothing to backtrack over. A weekday
// that does not fit the date is accepted, as nginx and Go do: the date says the
// same, and says it better.
const MONTH = `(${MONTHS.join("|")})`;
const TIME = "(\\d\\d):(\\d\\d):(\\d\\d)";
const IMF_FIXDATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`,
);
const RFC850_DATE = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`,
);
const ASCTIME_DATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (\\d\\d| \\d) ${TIME} (\\d{4})$`,
);

/**
 * Reads an HTTP date in any of the three forms that a recipient must
 * understand: IMF-fixdate, RFC 850 and asctime.
 *
 * @param text Field value without surrounding blanks.
 * @param now Present time in milliseconds since the epoch. It settles the
 * century of the two-digit year in an RFC 850 date: the latest one that is not
 * more than 50 years ahead.
 * @returns Time in milliseconds since the epoch, always a whole second, or
 * `null` if the text is no HTTP date.
 *
 * @example The three forms
 * ```ts
 * import { parseHttpDate } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784_111_777_000);
 * assertEquals(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), 784_111_777_000);
 * assertEquals(parseHttpDate("Sun Nov  6 08:49:37 1994"), 784_111_777_000);
 * assertEquals(parseHttpDate("1994-11-06T08:49:37Z"), null);
 * ```
 */
export function parseHttpDate(
  text: string,
  now: number = Date.now(),
): number | null {
  let match = IMF_FIXDATE.exec(text);
  if (match !== null) {
    const [, day, month, year, hour, minute, second] = match;
    return toTime(Number(year), month!, day!, hour!, minute!, second!);
  }
  match = ASCTIME_DATE.exec(text);
  if (match !== null) {
    const [, month, day, hour, minute, second, year] = match;
    return toTime(Number(year), month!, day!, hour!, minute!, second!);
  }
  match = RFC850_DATE.exec(text);
  if (match !== null) {
    const [, day, month, year, hour, minute, second] = match;
    return latestBefore(
      now,
      (century) =>
        toTime(century + Number(year), month!, day!, hour!, minute!, second!),
    );
  }
  return null;
}

/** Section 5.6.7: what seems more than 50 years ahead lies in the past. */
function latestBefore(
  now: number,
  inCentury: (century: number) => number | null,
): number | null {
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const century = Math.floor(limit.getUTCFullYear() / 100) * 100;
  const time = inCentury(century);
  // `null` may be 29 February, in a year that is none in this century only.
  if (time !== null && time <= limit.getTime()) return time;
  return inCentury(century - 100);
}

function toTime(
  year: number,
  monthName: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number | null {
  const month = MONTHS.indexOf(monthName);
  const [d, h, m, s] = [
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ];
  if (d < 1 || d > daysInMonth(year, month)) return null;
  if (h > 23 || m > 59 || s > 60) return null;
  // A leap second exists only at the end of a day; as in POSIX time, it is the
  // first second of the next.
  if (s === 60 && (h !== 23 || m !== 59)) return null;
  // Date.UTC moves the years 0 to 99 into the 20th century. The calendar repeats
  // every 400 years.
  return Date.UTC(year + 400, month, d, h, m, s) - 146_097 * 86_400_000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 1) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}
