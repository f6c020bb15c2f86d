/**
 * The texts of log lines: Python's `%` formatting for the few forms that log
 * calls use, its two notations of time, and the escaping that keeps a client
 * from writing lines of its own.
 */

/** English names of the days, Monday first. */
export const WEEKDAYS: readonly string[] = [
  "Mon",
  "Tue",
  "Wed",
  "Thu",
  "Fri",
  "Sat",
  "Sun",
];

/** English names of the months, counted from 1. */
export const MONTHS: readonly (string | null)[] = [
  null,
  ...[
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
  ],
];

/**
 * Fills arguments into a format: `%s`, `%d` and `%r` in turn, `%%` for a
 * percent sign. What has no argument stays as it is.
 *
 * @param show Changes the text of an argument before it is filled in.
 */
export function formatMessage(
  format: string,
  args: readonly unknown[],
  show: (text: string, index: number) => string = (text) => text,
): string {
  let next = 0;
  return format.replace(/%[sdr%]/g, (form) => {
    if (form === "%%") return "%";
    if (next >= args.length) return form;
    const value = String(args[next]);
    return show(form === "%r" ? quote(value) : value, next++);
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}

// deno-lint-ignore no-control-regex -- they are what is looked for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\\]/g;

/**
 * Makes control characters visible, as the log does: a terminal obeys them, and
 * a line break would begin a line that looks like one of ours.
 *
 * @param text What somebody else has written.
 * @returns The same with `\x1b` and the like, backslashes doubled.
 *
 * @example An escape sequence
 * ```ts
 * import { escapeControls } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeControls("\x1b[31mred"), "\\x1b[31mred");
 * ```
 */
export function escapeControls(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) =>
      character === "\\"
        ? "\\\\"
        : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

let cachedSecond = -1;
let cachedText = "";

/** A time as log lines show it: `23/Nov/2026 09:30:00`, local. */
export function formatLogTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== cachedSecond) {
    const date = new Date(milliseconds);
    const two = (value: number) => String(value).padStart(2, "0");
    cachedSecond = second;
    cachedText =
      `${two(date.getDate())}/${
        MONTHS[date.getMonth() + 1]
      }/${date.getFullYear()} ` +
      `${two(date.getHours())}:${two(date.getMinutes())}:${
        two(date.getSeconds())
      }`;
  }
  return cachedText;
}
