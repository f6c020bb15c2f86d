import { assertEquals, assertThrows } from "@std/assert";
import {
  clampLastModified,
  evaluatePreconditions,
  type PreconditionVerdict,
} from "./conditional.ts";
import { Fields } from "./fields.ts";
import { formatHttpDate } from "./http_date.ts";

// A file modified at 12:00:00.750; dates see 12:00:00.
const SECOND = Date.UTC(2024, 1, 29, 12);
const lastModified = SECOND + 750;
const etag = '"now"';
const now = SECOND + 86_400_000;
const at = (offset: number): string => formatHttpDate(SECOND + offset);

type Truth = "absent" | "true" | "false" | "malformed";
type Case = [truth: Truth, value: string | null];

const ABSENT: Case = ["absent", null];
const IF_MATCH: Case[] = [
  ABSENT,
  ["true", "*"],
  ["true", '"other", "now"'],
  ["false", '"other"'],
  ["false", 'W/"now"'],
  ["malformed", "now"],
  ["malformed", '"now", now'],
];
const IF_UNMODIFIED_SINCE: Case[] = [
  ABSENT,
  ["true", at(0)],
  ["true", at(3_600_000)],
  ["false", at(-1000)],
  ["malformed", "yesterday"],
  ["malformed", `${at(-1000)}, ${at(-1000)}`],
];
const IF_NONE_MATCH: Case[] = [
  ABSENT,
  ["true", '"other", W/"older"'],
  ["false", "*"],
  ["false", '"other", W/"now"'],
  ["false", '"now"'],
  ["malformed", "now"],
];
const IF_MODIFIED_SINCE: Case[] = [
  ABSENT,
  ["true", at(-1000)],
  ["false", at(0)],
  ["false", at(3_600_000)],
  ["malformed", "2024-02-29T12:00:00Z"],
];
const IF_RANGE: Case[] = [
  ABSENT,
  ["true", '"now"'],
  ["true", at(0)],
  ["false", '"other"'],
  ["false", 'W/"now"'],
  ["false", at(-1000)],
  ["false", at(1000)],
  ["malformed", "now"],
];
const RANGE: Case[] = [ABSENT, ["true", "bytes=0-1"]];
const METHODS = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"];

interface Truths {
  method: string;
  ifMatch: Truth;
  ifUnmodifiedSince: Truth;
  ifNoneMatch: Truth;
  ifModifiedSince: Truth;
  ifRange: Truth;
  range: Truth;
}

/**
 * Section 13.2.2 as rules on the truth of each condition, without any parsing: the first rule that
 * applies decides.
 */
const RULES: [(t: Truths) => boolean, PreconditionVerdict][] = [
  [(t) => t.method === "OPTIONS", { status: 200, range: false }],
  [(t) => ["false", "malformed"].includes(t.ifMatch), {
    status: 412,
    range: false,
  }],
  [(t) => t.ifMatch + t.ifUnmodifiedSince === "absentfalse", {
    status: 412,
    range: false,
  }],
  [
    (t) => t.ifNoneMatch === "false" && /^(GET|HEAD)$/.test(t.method),
    { status: 304, range: false },
  ],
  [(t) => t.ifNoneMatch === "false", { status: 412, range: false }],
  [
    (t) =>
      t.ifNoneMatch + t.ifModifiedSince === "absentfalse" &&
      /^(GET|HEAD)$/.test(t.method),
    { status: 304, range: false },
  ],
  [
    (t) =>
      t.method === "GET" && t.range === "true" &&
      /^(absent|true)$/.test(t.ifRange),
    { status: 200, range: true },
  ],
  [() => true, { status: 200, range: false }],
];

Deno.test("evaluatePreconditions() follows RFC 9110 section 13.2.2 in every combination", () => {
  let combinations = 0;
  const seen = new Map<string, number>();
  for (const method of METHODS) {
    for (const ifMatch of IF_MATCH) {
      for (const ifUnmodifiedSince of IF_UNMODIFIED_SINCE) {
        for (const ifNoneMatch of IF_NONE_MATCH) {
          for (const ifModifiedSince of IF_MODIFIED_SINCE) {
            for (const ifRange of IF_RANGE) {
              for (const range of RANGE) {
                const values = new Map<string, string | null>([
                  ["If-Match", ifMatch[1]],
                  ["If-Unmodified-Since", ifUnmodifiedSince[1]],
                  ["If-None-Match", ifNoneMatch[1]],
                  ["If-Modified-Since", ifModifiedSince[1]],
                  ["If-Range", ifRange[1]],
                  ["Range", range[1]],
                ]);
                const fields = {
                  get: (name: string) => values.get(name) ?? null,
                };
                const actual = evaluatePreconditions({
                  method,
                  fields,
                  etag,
                  lastModified,
                  now,
                });
                const truths: Truths = {
                  method,
                  ifMatch: ifMatch[0],
                  ifUnmodifiedSince: ifUnmodifiedSince[0],
                  ifNoneMatch: ifNoneMatch[0],
                  ifModifiedSince: ifModifiedSince[0],
                  ifRange: ifRange[0],
                  range: range[0],
                };
                const expected = RULES.find(([applies]) => applies(truths))![1];
                if (
                  actual.status !== expected.status ||
                  actual.range !== expected.range
                ) {
                  assertEquals(
                    actual,
                    expected,
                    JSON.stringify([method, ...values]),
                  );
                }
                const key = `${method} ${actual.status} ${actual.range}`;
                seen.set(key, (seen.get(key) ?? 0) + 1);
                combinations++;
              }
            }
          }
        }
      }
    }
  }
  assertEquals(combinations, 5 * 7 * 6 * 6 * 5 * 8 * 2);
  assertEquals([...seen.keys()].sort(), [
    "DELETE 200 false",
    "DELETE 412 false",
    "GET 200 false",
    "GET 200 true",
    "GET 304 false",
    "GET 412 false",
    "HEAD 200 false",
    "HEAD 304 false",
    "HEAD 412 false",
    "OPTIONS 200 false",
    "PUT 200 false",
    "PUT 412 false",
  ]);
});

interface Example {
  title: string;
  method?: string;
  fields: Record<string, string>;
  etag?: string | null;
  lastModified?: number | null;
  exists?: boolean;
  now?: number;
  expected: [status: number, range?: boolean];
}

const EXAMPLES: Example[] = [
  { title: "no conditions", fields: {}, expected: [200] },
  {
    title: "Range alone",
    fields: { "Range": "bytes=0-1" },
    expected: [200, true],
  },
  {
    title:
      "a date of the same second is not older than its fraction (test_last_modified)",
    fields: { "If-Modified-Since": at(0) },
    expected: [304],
  },
  {
    title: "a later date (test_browser_cache)",
    fields: { "If-Modified-Since": at(60_000) },
    expected: [304],
  },
  {
    title: "an earlier date (test_browser_cache_file_changed)",
    fields: { "If-Modified-Since": at(-86_400_000) },
    expected: [200],
  },
  {
    title:
      "a date beside If-None-Match (test_browser_cache_with_If_None_Match_header)",
    fields: { "If-Modified-Since": at(60_000), "If-None-Match": '"other"' },
    expected: [200],
  },
  {
    title: "the asctime form",
    fields: { "If-Modified-Since": "Thu Feb 29 12:00:00 2024" },
    expected: [304],
  },
  {
    title: "the RFC 850 form, read with the given present time",
    fields: { "If-Modified-Since": "Thursday, 29-Feb-24 12:00:00 GMT" },
    expected: [304],
  },
  {
    title: "no modification time: date conditions are ignored",
    fields: { "If-Modified-Since": at(0), "If-Unmodified-Since": at(-1000) },
    lastModified: null,
    expected: [200],
  },
  {
    title: "no modification time: a date in If-Range is false",
    fields: { "Range": "bytes=0-1", "If-Range": at(0) },
    lastModified: null,
    expected: [200, false],
  },
  {
    title: "no ETag: If-Match with a tag fails",
    fields: { "If-Match": '"now"' },
    etag: null,
    expected: [412],
  },
  {
    title: "no ETag: If-Match *",
    fields: { "If-Match": "*" },
    etag: null,
    expected: [200],
  },
  {
    title: "no ETag: If-None-Match with a tag",
    fields: { "If-None-Match": '"now"' },
    etag: null,
    expected: [200],
  },
  {
    title: "no ETag: If-Range with a tag is false",
    fields: { "Range": "bytes=0-1", "If-Range": '"now"' },
    etag: null,
    expected: [200, false],
  },
  {
    title: "a weak ETag answers If-None-Match",
    fields: { "If-None-Match": '"now"' },
    etag: 'W/"now"',
    expected: [304],
  },
  {
    title: "a weak ETag resumes nothing",
    fields: { "Range": "bytes=0-1", "If-Range": 'W/"now"' },
    etag: 'W/"now"',
    expected: [200, false],
  },
  {
    title: "a weak ETag never satisfies If-Match",
    fields: { "If-Match": 'W/"now", "now"' },
    etag: 'W/"now"',
    expected: [412],
  },
  {
    title: "a date in If-Range while its second has not passed",
    fields: { "Range": "bytes=0-1", "If-Range": at(0) },
    now: SECOND + 999,
    expected: [200, false],
  },
  {
    title: "a date in If-Range when its second has passed",
    fields: { "Range": "bytes=0-1", "If-Range": at(0) },
    now: SECOND + 1000,
    expected: [200, true],
  },
  {
    title: "If-Range takes one tag, no list",
    fields: { "Range": "bytes=0-1", "If-Range": '"now", "other"' },
    expected: [200, false],
  },
  {
    title: "If-Range takes no asterisk",
    fields: { "Range": "bytes=0-1", "If-Range": "*" },
    expected: [200, false],
  },
  {
    title: "an empty If-Match matches nothing",
    fields: { "If-Match": "" },
    expected: [412],
  },
  {
    title: "an empty If-None-Match matches nothing",
    fields: { "If-None-Match": "", "If-Modified-Since": at(0) },
    expected: [200],
  },
  {
    title: "If-Match * before there is anything",
    method: "PUT",
    fields: { "If-Match": "*" },
    exists: false,
    expected: [412],
  },
  {
    title: "If-None-Match * before there is anything",
    method: "PUT",
    fields: { "If-None-Match": "*" },
    exists: false,
    expected: [200],
  },
  {
    title: "If-None-Match * against lost updates",
    method: "PUT",
    fields: { "If-None-Match": "*" },
    expected: [412],
  },
  {
    title: "validators of what is gone do not count",
    method: "PUT",
    fields: { "If-Match": '"now"' },
    exists: false,
    expected: [412],
  },
  {
    title: "If-Unmodified-Since before there is anything",
    method: "PUT",
    fields: { "If-Unmodified-Since": at(-1000) },
    exists: false,
    expected: [200],
  },
  {
    title: "methods are case-sensitive",
    method: "get",
    fields: { "If-None-Match": "*", "Range": "bytes=0-1" },
    expected: [412],
  },
  {
    title: "TRACE",
    method: "TRACE",
    fields: { "If-Match": '"x"' },
    expected: [200],
  },
  {
    title: "CONNECT",
    method: "CONNECT",
    fields: { "If-Match": '"x"' },
    expected: [200],
  },
  {
    title: "a file from before 1970",
    fields: { "If-Modified-Since": "Wed, 31 Dec 1969 23:59:59 GMT" },
    lastModified: -1,
    expected: [304],
  },
];

for (
  const { title, expected, fields, method = "GET", ...validators } of EXAMPLES
) {
  Deno.test(`evaluatePreconditions() ${title}`, () => {
    const [status, range = false] = expected;
    assertEquals(
      evaluatePreconditions({
        method,
        fields: new Headers(fields),
        etag,
        lastModified,
        now,
        ...validators,
      }),
      { status: status as 200 | 304 | 412, range },
    );
  });
}

Deno.test("evaluatePreconditions() refuses validators of its own side that are malformed", () => {
  const fields = new Headers({ "If-None-Match": '"v1"' });
  assertThrows(
    () => evaluatePreconditions({ method: "GET", fields, etag: "v1" }),
    TypeError,
    'Cannot evaluate preconditions with ETag "v1"',
  );
});

Deno.test("evaluatePreconditions() sees all lines of a field in Fields as in Headers", () => {
  const table: [pairs: [string, string][], status: number][] = [
    [[["If-None-Match", '"other"'], ["if-none-match", '"now"']], 304],
    [[["If-Match", '"other"'], ["If-Match", '"now"']], 200],
    // more than one date is no date
    [[["If-Modified-Since", at(0)], ["If-Modified-Since", at(0)]], 200],
    [
      [["If-Unmodified-Since", at(-1000)], ["If-Unmodified-Since", at(-1000)]],
      200,
    ],
  ];
  for (const [pairs, status] of table) {
    for (const fields of [new Fields(pairs), new Headers(pairs)]) {
      assertEquals(
        evaluatePreconditions({
          method: "GET",
          fields,
          etag,
          lastModified,
          now,
        }).status,
        status,
        JSON.stringify(pairs),
      );
    }
  }
});

Deno.test("clampLastModified() never promises the future", () => {
  const table: [number | null, number, number | null][] = [
    [1500.5, 2000, 1500.5],
    [2500, 2000, 2000],
    [8.64e15, 2000, 2000],
    [0, 2000, 0],
    [-1, 2000, -1],
    [-62_167_219_200_001, 2000, null],
    [NaN, 2000, null],
    [null, 2000, null],
  ];
  for (const [mtime, now, expected] of table) {
    assertEquals(clampLastModified(mtime, now), expected);
  }
});
