import { assertEquals, assertThrows } from "@std/assert";
import {
  type BodyPart,
  type ByteRange,
  formatContentRange,
  formatUnsatisfiedRange,
  multipartByteranges,
  parseRange,
} from "./range.ts";

const NONE = "none";
const UNSATISFIABLE = "unsatisfiable";
const SIZE = 10_000;

/** A verdict as text: "0-499, 600-699", or its kind. */
function verdict(
  value: string | null,
  size: number,
  maxRanges?: number,
): string {
  const result = parseRange(
    value,
    size,
    maxRanges === undefined ? {} : { maxRanges },
  );
  return result.kind === "ranges"
    ? result.ranges.map(({ start, end }) => `${start}-${end}`).join(", ")
    : result.kind;
}

const TABLE: [
  title: string,
  value: string | null,
  size: number,
  expected: string,
][] = [
  ["no field", null, SIZE, NONE],
  // the examples of RFC 9110 section 14.1.2
  ["the first 500 bytes", "bytes=0-499", SIZE, "0-499"],
  ["the second 500 bytes", "bytes=500-999", SIZE, "500-999"],
  ["the final 500 bytes", "bytes=-500", SIZE, "9500-9999"],
  ["the final 500 bytes, open", "bytes=9500-", SIZE, "9500-9999"],
  ["the first and last byte", "bytes=0-0,-1", SIZE, "0-0, 9999-9999"],
  [
    "first, middle and last 1000",
    "bytes= 0-999, 4500-5499, -1000",
    SIZE,
    "0-999, 4500-5499, 9000-9999",
  ],
  ["touching ranges", "bytes=500-600,601-999", SIZE, "500-999"],
  ["overlapping ranges", "bytes=500-700,601-999", SIZE, "500-999"],

  ["one byte", "bytes=0-0", SIZE, "0-0"],
  ["everything, open", "bytes=0-", SIZE, "0-9999"],
  ["everything, closed", "bytes=0-9999", SIZE, "0-9999"],
  ["an end past the size", "bytes=9000-99999", SIZE, "9000-9999"],
  ["an end at the size", "bytes=0-10000", SIZE, "0-9999"],
  ["a suffix as long as the size", "bytes=-10000", SIZE, "0-9999"],
  ["a suffix longer than the size", "bytes=-99999", SIZE, "0-9999"],
  ["the last byte", "bytes=9999-", SIZE, "9999-9999"],
  ["a start at the size", "bytes=10000-", SIZE, UNSATISFIABLE],
  ["a start past the size", "bytes=10001-20000", SIZE, UNSATISFIABLE],
  ["a suffix of nothing", "bytes=-0", SIZE, UNSATISFIABLE],
  [
    "several, none of them there",
    "bytes=10000-,20000-30000,-0",
    SIZE,
    UNSATISFIABLE,
  ],
  ["several, one of them there", "bytes=20000-,5-6,-0", SIZE, "5-6"],
  ["leading zeros", "bytes=000-0009", SIZE, "0-9"],
  ["the unit in capitals", "BYTES=0-1", SIZE, "0-1"],
  ["one byte of one", "bytes=0-", 1, "0-0"],

  ["a list in the order asked for", "bytes=100-199, 0-9", SIZE, "100-199, 0-9"],
  ["blanks and tabs around commas", "bytes=0-1 \t,\t 3-4 ", SIZE, "0-1, 3-4"],
  ["empty elements", "bytes=,,0-1, ,3-4,", SIZE, "0-1, 3-4"],
  ["the same range twice", "bytes=0-1,0-1", SIZE, "0-1"],
  ["a range within another", "bytes=0-99,10-20", SIZE, "0-99"],
  [
    "a range within an earlier one, later first",
    "bytes=10-20,0-99",
    SIZE,
    "0-99",
  ],
  [
    "merged where the first of them stood",
    "bytes=50-59,0-9,55-69",
    SIZE,
    "50-69, 0-9",
  ],
  [
    "merged where the first of them stood, though it begins later",
    "bytes=55-69,0-9,50-59",
    SIZE,
    "50-69, 0-9",
  ],
  ["merged by a bridge", "bytes=0-9,20-29,10-19", SIZE, "0-29"],
  ["kept apart by one byte", "bytes=0-8,10-19", SIZE, "0-8, 10-19"],
  ["a suffix that overlaps", "bytes=9900-9950,-75", SIZE, "9900-9999"],
  [
    "the killer of CVE-2011-3192",
    "bytes=0-,5-5,5-6,5-7,5-8,5-9",
    SIZE,
    "0-9999",
  ],

  ["no value", "", SIZE, NONE],
  ["another unit", "lines=0-1", SIZE, NONE],
  ["no unit", "0-1", SIZE, NONE],
  ["no equals sign", "bytes 0-1", SIZE, NONE],
  ["a blank before the equals sign", "bytes =0-1", SIZE, NONE],
  ["a unit that only begins so", "bytesx=0-1", SIZE, NONE],
  ["no ranges", "bytes=", SIZE, NONE],
  ["only commas", "bytes=, ,", SIZE, NONE],
  ["a dash alone", "bytes=-", SIZE, NONE],
  ["no dash", "bytes=5", SIZE, NONE],
  ["two dashes", "bytes=--5", SIZE, NONE],
  ["three numbers", "bytes=0-1-2", SIZE, NONE],
  ["an end before the start", "bytes=5-4", SIZE, NONE],
  ["an end before the start, in a list", "bytes=0-1,5-4", SIZE, NONE],
  ["a malformed end of a list", "bytes=0-1,x", SIZE, NONE],
  ["a blank inside", "bytes=0 -1", SIZE, NONE],
  ["a blank after the dash", "bytes=0- 1", SIZE, NONE],
  ["a sign", "bytes=+0-1", SIZE, NONE],
  ["hexadecimal", "bytes=0x0-0x9", SIZE, NONE],
  ["an exponent", "bytes=0-1e3", SIZE, NONE],
  ["a fraction", "bytes=0-1.5", SIZE, NONE],
  ["an underscore", "bytes=0-1_0", SIZE, NONE],
  ["other scripts' digits", "bytes=0-\u0661", SIZE, NONE],
  ["a no-break space", "bytes=0-1,\u00a02-3", SIZE, NONE],
  ["a line break", "bytes=0-1\n", SIZE, NONE],
  ["two fields joined", "bytes=0-1, bytes=3-4", SIZE, NONE],
  ["a semicolon", "bytes=0-1;3-4", SIZE, NONE],

  ["numbers beyond 2^53", "bytes=0-99999999999999999999999", SIZE, "0-9999"],
  [
    "a start beyond 2^53",
    "bytes=99999999999999999999999-",
    SIZE,
    UNSATISFIABLE,
  ],
  ["a suffix beyond 2^53", "bytes=-99999999999999999999999", SIZE, "0-9999"],
  [
    "a start just above 2^53, not rounded into the file",
    "bytes=9007199254740993-",
    2 ** 53 - 1,
    UNSATISFIABLE,
  ],
  ["past 4 GiB", "bytes=5368709119-", 5 * 2 ** 30, "5368709119-5368709119"],

  ["an empty file, from its start", "bytes=0-", 0, NONE],
  ["an empty file, first byte", "bytes=0-0", 0, NONE],
  ["an empty file, suffix", "bytes=-5", 0, NONE],
  ["an empty file, malformed", "bytes=x", 0, NONE],
];

for (const [title, value, size, expected] of TABLE) {
  Deno.test(`parseRange() ${title}`, () => {
    assertEquals(verdict(value, size), expected);
  });
}

Deno.test("parseRange() serves the whole when more ranges are asked for than the limit", () => {
  const apart = (n: number) =>
    "bytes=" +
    Array.from({ length: n }, (_, i) => `${i * 2}-${i * 2}`).join(",");
  assertEquals(verdict(apart(100), SIZE).split(", ").length, 100);
  assertEquals(verdict(apart(101), SIZE), NONE);
  assertEquals(verdict("bytes=0-1,3-4", SIZE, 2), "0-1, 3-4");
  assertEquals(verdict("bytes=0-1,3-4", SIZE, 1), NONE);
  assertEquals(verdict("bytes=0-1", SIZE, 1), "0-1");
  assertEquals(verdict("bytes=0-1", SIZE, 0), NONE);
  assertEquals(
    verdict("bytes=0-,0-,0-", SIZE, 2),
    NONE,
    "counted before they are merged",
  );
  assertEquals(
    verdict("bytes=99999-,99999-,0-0", SIZE, 2),
    NONE,
    "counted before they are dropped",
  );
});

Deno.test("parseRange() never selects a byte twice, nor one outside (random sets)", () => {
  let seed = 1;
  const random = (n: number) => (seed = (seed * 48_271) % 0x7fffffff) % n;
  for (let round = 0; round < 2000; round++) {
    const size = 1 + random(40);
    const specs = Array.from({ length: 1 + random(6) }, () => {
      const a = random(50);
      return [`${a}-${a + random(20)}`, `${a}-`, `-${a}`][random(3)]!;
    });
    const result = parseRange("bytes=" + specs.join(","), size);
    const wanted = new Set<number>();
    for (const spec of specs) {
      const [first, last] = spec.split("-") as [string, string];
      for (let at = 0; at < size; at++) {
        const hit = first === ""
          ? at >= size - Number(last)
          : at >= Number(first) && (last === "" || at <= Number(last));
        if (hit) wanted.add(at);
      }
    }
    const selected: number[] = [];
    for (
      const { start, end } of result.kind === "ranges" ? result.ranges : []
    ) {
      assertEquals(start <= end, true);
      for (let at = start; at <= end; at++) selected.push(at);
    }
    assertEquals(selected.length, new Set(selected).size, specs.join());
    assertEquals(
      selected.sort((a, b) => a - b),
      [...wanted].sort((a, b) => a - b),
      specs.join(),
    );
    assertEquals(result.kind, wanted.size === 0 ? UNSATISFIABLE : "ranges");
  }
});

Deno.test("parseRange() takes linear time on hostile sets", () => {
  const started = performance.now();
  for (const piece of [",", " ", "0-", "0-,", "-", "9", " ,\t", "0-0,1-1,"]) {
    verdict("bytes=" + piece.repeat(60_000), SIZE);
    verdict("bytes=" + piece.repeat(60_000), SIZE, Infinity);
  }
  assertEquals(performance.now() - started < 2000, true);
});

Deno.test("parseRange() refuses a size that is none", () => {
  for (const size of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => parseRange("bytes=0-", size),
      RangeError,
      "Cannot parse range for size",
    );
  }
});

Deno.test("formatContentRange() and formatUnsatisfiedRange() write Content-Range", () => {
  assertEquals(
    formatContentRange({ start: 42, end: 1233 }, 1234),
    "bytes 42-1233/1234",
  );
  assertEquals(
    formatContentRange({ start: 5368709119, end: 5368709119 }, 5368709120),
    "bytes 5368709119-5368709119/5368709120",
  );
  assertEquals(formatUnsatisfiedRange(1234), "bytes */1234");
});

const CONTENT = "0123456789abcdefghij";

function render(parts: readonly BodyPart[], content: string): string {
  return parts.map((part) =>
    part.kind === "bytes"
      ? new TextDecoder().decode(part.bytes)
      : content.slice(part.start, part.end + 1)
  ).join("");
}

Deno.test("multipartByteranges() lays out the parts and knows their length", () => {
  const ranges: ByteRange[] = [{ start: 15, end: 19 }, { start: 0, end: 0 }];
  const result = multipartByteranges({
    ranges,
    size: CONTENT.length,
    mediaType: "text/plain; charset=utf-8",
    boundary: "THIS_STRING-SEPARATES",
  });
  const body = render(result.parts, CONTENT);
  assertEquals(
    body,
    [
      "--THIS_STRING-SEPARATES",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Range: bytes 15-19/20",
      "",
      "fghij",
      "--THIS_STRING-SEPARATES",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Range: bytes 0-0/20",
      "",
      "0",
      "--THIS_STRING-SEPARATES--",
      "",
    ].join("\r\n"),
  );
  assertEquals(result.contentLength, body.length);
  assertEquals(
    result.contentType,
    "multipart/byteranges; boundary=THIS_STRING-SEPARATES",
  );
});

Deno.test("multipartByteranges() leaves the type out when there is none", () => {
  for (const mediaType of [undefined, null]) {
    const { parts, contentLength } = multipartByteranges({
      ranges: [{ start: 1, end: 2 }],
      size: 20,
      boundary: "b",
      ...(mediaType === undefined ? {} : { mediaType }),
    });
    const body = render(parts, CONTENT);
    assertEquals(
      body,
      "--b\r\nContent-Range: bytes 1-2/20\r\n\r\n12\r\n--b--\r\n",
    );
    assertEquals(contentLength, body.length);
  }
});

Deno.test("multipartByteranges() adds up lengths past 4 GiB", () => {
  const size = 5 * 2 ** 30;
  const { parts, contentLength } = multipartByteranges({
    ranges: [{ start: 1, end: size - 1 }, { start: 0, end: 0 }],
    size,
    boundary: "b",
  });
  const text = parts.reduce(
    (n, part) => n + (part.kind === "bytes" ? part.bytes.length : 0),
    0,
  );
  assertEquals(contentLength, size + text);
});

Deno.test("multipartByteranges() refuses what would break its framing", () => {
  const init = { ranges: [{ start: 0, end: 0 }], size: 1, boundary: "b" };
  for (
    const boundary of ["", "a b", "a\r\nb", 'a"b', "a".repeat(71), "\u00e9"]
  ) {
    assertThrows(
      () => multipartByteranges({ ...init, boundary }),
      TypeError,
      "boundary",
    );
  }
  for (const mediaType of ["a/b\r\nX: y", "a/b\0", "\u20ac"]) {
    assertThrows(() => multipartByteranges({ ...init, mediaType }), TypeError);
  }
  assertThrows(() => multipartByteranges({ ...init, ranges: [] }), RangeError);
});
