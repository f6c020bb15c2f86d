import { formatHttpDate } from "../http_server/protocol/mod.ts";

/**
 * A time as HTTP writes it: Python's `wsgiref.handlers.format_date_time`.
 *
 * @param timestamp Seconds since 1970.
 * @returns Such as `Mon, 23 Nov 2026 09:30:00 GMT`.
 */
export function formatDateTime(timestamp: number): string {
  return formatHttpDate(timestamp * 1000);
}
