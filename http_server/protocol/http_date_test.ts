import { assertEquals, assertThrows } from "@std/assert";
import { formatHttpDate, parseHttpDate } from "./http_date.ts";

const NOW = Date.UTC(2025, 5, 15, 12);

Deno.test("formatHttpDate() writes the IMF-fixdate of the second (test_date_time_string)", () => {
  const table: [number, string][] = [
    [784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [784_111_777_999, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [784_111_777_999.99, "Sun, 06 Nov 1994 08:49:37 GMT"],
    [0, "Thu, 01 Jan 1970 00:00:00 GMT"],
    [-0, "Thu, 01 Jan 1970 00:00:00 GMT"],
    [-1, "Wed, 31 Dec 1969 23:59:59 GMT"],
    [951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"],
    [-62_167_219_200_000, "Sat, 01 Jan 0000 00:00:00 GMT"],
    [-59_011_459_200_000, "Fri, 01 Jan 0100 00:00:00 GMT"],
    [253_402_300_799_999.5, "Fri, 31 Dec 9999 23:59:59 GMT"],
  ];
  for (const [ms, expected] of table) {
    assertEquals(formatHttpDate(ms), expected);
    assertEquals(formatHttpDate(ms), expected, "from the table");
  }
});

Deno.test("formatHttpDate() keeps seconds apart that share a slot of its table", () => {
  const [a, b] = [1_700_000_000_000, 1_700_000_064_000];
  for (const ms of [a, b, a, a, b, b]) {
    assertEquals(formatHttpDate(ms), new Date(ms).toUTCString());
  }
});

Deno.test("formatHttpDate() refuses what four digits of year cannot write", () => {
  for (
    const ms of [
      NaN,
      Infinity,
      -Infinity,
      253_402_300_800_000,
      -62_167_219_200_001,
    ]
  ) {
    assertThrows(() => formatHttpDate(ms), RangeError, "as an HTTP date");
  }
});

Deno.test("parseHttpDate() reads the three forms of RFC 9110", () => {
  const table: [string, number][] = [
    ["Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000],
    ["Sun Nov  6 08:49:37 1994", 784_111_777_000],
    ["Wed Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["Wed, 31 Dec 1969 23:59:59 GMT", -1000],
    ["Tue, 29 Feb 2000 00:00:00 GMT", Date.UTC(2000, 1, 29)],
    ["Thursday, 29-Feb-24 10:00:00 GMT", Date.UTC(2024, 1, 29, 10)],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799_000],
    ["Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200_000],
    // the weekday is redundant: a wrong one is not held against the date
    ["Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777_000],
    // a leap second is the first second of the next day
    ["Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
  ];
  for (const [text, expected] of table) {
    assertEquals(parseHttpDate(text, NOW), expected, text);
  }
});

Deno.test("parseHttpDate() answers null for everything else", () => {
  const table = [
    "",
    " ",
    "0",
    "now",
    "784111777",
    "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT\n",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun,  06 Nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 EST",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08:49:60 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Thu, 29 Feb 1900 00:00:00 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 anF 1994 08:49:37 GMT",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 NOV 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 gmt",
    "Sun, -6 Nov 1994 08:49:37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sun, 0x Nov 1994 08:49:37 GMT",
    "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
    "Xxx, 06 Nov 1994 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 12994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sunday, 31-Feb-94 08:49:37 GMT",
    "Friday, 29-Feb-23 08:49:37 GMT",
    "Sun Nov 06 08:49:37 94",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 1994 GMT",
    "Sun Nov  0 08:49:37 1994",
    "Sun Nov 31 08:49:37 1994",
    "Sun, Nov  6 08:49:37 1994",
  ];
  for (const text of table) {
    assertEquals(parseHttpDate(text, NOW), null, JSON.stringify(text));
  }
});

Deno.test("parseHttpDate() puts a two-digit year at most 50 years ahead", () => {
  const at = (now: string, text: string) => {
    const time = parseHttpDate(text, Date.parse(now));
    return time === null ? null : new Date(time).toISOString().slice(0, 10);
  };
  const now = "2025-06-15T12:00:00Z";
  assertEquals(at(now, "Sunday, 06-Nov-94 08:49:37 GMT"), "1994-11-06");
  assertEquals(at(now, "Sunday, 15-Jun-25 12:00:00 GMT"), "2025-06-15");
  assertEquals(at(now, "Sunday, 15-Jun-75 12:00:00 GMT"), "2075-06-15");
  assertEquals(at(now, "Sunday, 15-Jun-75 12:00:01 GMT"), "1975-06-15");
  assertEquals(at(now, "Sunday, 01-Jan-76 00:00:00 GMT"), "1976-01-01");
  assertEquals(at(now, "Sunday, 01-Jan-00 00:00:00 GMT"), "2000-01-01");
  assertEquals(
    at("2095-01-01T00:00:00Z", "Sunday, 01-Jan-10 00:00:00 GMT"),
    "2110-01-01",
  );
  assertEquals(
    at("1999-12-31T23:59:59Z", "Saturday, 01-Jan-00 00:00:00 GMT"),
    "2000-01-01",
  );
  // 2100 is no leap year, 2000 is
  assertEquals(
    at("2060-01-01T00:00:00Z", "Tuesday, 29-Feb-00 00:00:00 GMT"),
    "2000-02-29",
  );
});

Deno.test("parseHttpDate() gives back every second that formatHttpDate() wrote", () => {
  let ms = -62_167_219_200_000;
  for (let step = 0; step < 4000; step++, ms += 78_894_123_000) {
    assertEquals(parseHttpDate(formatHttpDate(ms)), ms);
  }
});

Deno.test("parseHttpDate() takes linear time on hostile text", () => {
  const started = performance.now();
  for (
    const text of [
      "Sun, ".repeat(20_000),
      "Sunday, " + "0".repeat(100_000),
      " ".repeat(100_000),
    ]
  ) {
    assertEquals(parseHttpDate(text), null);
  }
  assertEquals(performance.now() - started < 500, true);
});
