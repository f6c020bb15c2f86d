import { assertEquals, assertThrows } from "@std/assert";
import {
  type EntityTag,
  fileEntityTag,
  formatEntityTag,
  parseEntityTag,
  parseEntityTagList,
  strongCompare,
  weakCompare,
} from "./etag.ts";

const strong = (opaque: string): EntityTag => ({ opaque, weak: false });
const weak = (opaque: string): EntityTag => ({ opaque, weak: true });

Deno.test("formatEntityTag() writes what parseEntityTag() reads", () => {
  for (
    const opaque of ["", "a", "xyzzy", "!#~", "\\", "*", ",", "W/", "\x80\xff"]
  ) {
    assertEquals(formatEntityTag(opaque), `"${opaque}"`);
    assertEquals(parseEntityTag(formatEntityTag(opaque)), strong(opaque));
    assertEquals(formatEntityTag(opaque, { weak: true }), `W/"${opaque}"`);
    assertEquals(
      parseEntityTag(formatEntityTag(opaque, weak(opaque))),
      weak(opaque),
    );
  }
});

Deno.test("formatEntityTag() refuses text that would end the tag or the line", () => {
  for (
    const opaque of [
      '"',
      "a b",
      "a\tb",
      "a\r\nX: y",
      "\0",
      "\x7f",
      "\u0100",
      "\u20ac",
    ]
  ) {
    assertThrows(
      () => formatEntityTag(opaque),
      TypeError,
      "Cannot format entity tag",
    );
  }
});

Deno.test("parseEntityTag() answers null for what is no entity tag", () => {
  const table = [
    "",
    "a",
    '"',
    '"a',
    'a"',
    '"a"b',
    '"a" ',
    ' "a"',
    '"a""b"',
    '"a b"',
    '"a\tb"',
    '"a\x7f"',
    '"\u0100"',
    'w/"a"',
    'W"a"',
    'W/ "a"',
    "W/a",
    "W/",
    'W/W/"a"',
    "'a'",
    "*",
    '"a", "b"',
  ];
  for (const text of table) {
    assertEquals(parseEntityTag(text), null, JSON.stringify(text));
  }
});

Deno.test("parseEntityTagList() reads an asterisk or a list, or nothing at all", () => {
  const table: [string, "*" | EntityTag[] | null][] = [
    ["*", "*"],
    [" \t* ", "*"],
    ['"*"', [strong("*")]],
    ['"a"', [strong("a")]],
    ['W/"a"', [weak("a")]],
    ['"a","b"', [strong("a"), strong("b")]],
    ['"a" \t, \tW/"b" ', [strong("a"), weak("b")]],
    ['"a,b", ",", "\\"', [strong("a,b"), strong(","), strong("\\")]],
    ['"xyzzy", W/"r2d2xxxx", "c3piozzzz", ""', [
      strong("xyzzy"),
      weak("r2d2xxxx"),
      strong("c3piozzzz"),
      strong(""),
    ]],
    ["", []],
    [" ", []],
    [" , ,\t,", []],
    [',"a",,"b",', [strong("a"), strong("b")]],
    ["**", null],
    ["*,", null],
    ["*, *", null],
    ['*, "a"', null],
    ['"a", *', null],
    ['"a" "b"', null],
    ['"a""b"', null],
    ['"a", b', null],
    ["a", null],
    ['"a', null],
    ['"a", "', null],
    ['"a";q=1', null],
    ['"a"\u00a0', null],
    ['"a"\n', null],
    ['"a", w/"b"', null],
  ];
  for (const [value, expected] of table) {
    assertEquals(parseEntityTagList(value), expected, JSON.stringify(value));
  }
});

Deno.test("parseEntityTagList() takes linear time on hostile lists", () => {
  const started = performance.now();
  const repeated = [" ", ",", '"', '""', "W/", '"a" ', 'W/"a",', "* "];
  for (const piece of repeated) parseEntityTagList(piece.repeat(60_000));
  assertEquals(performance.now() - started < 500, true);
});

Deno.test("strongCompare() and weakCompare() follow the table of RFC 9110 section 8.8.3.2", () => {
  const table: [EntityTag, EntityTag, boolean, boolean][] = [
    [weak("1"), weak("1"), false, true],
    [weak("1"), weak("2"), false, false],
    [weak("1"), strong("1"), false, true],
    [strong("1"), weak("1"), false, true],
    [strong("1"), strong("1"), true, true],
    [strong("1"), strong("2"), false, false],
    [strong("a"), strong("A"), false, false],
  ];
  for (const [a, b, asStrong, asWeak] of table) {
    assertEquals(strongCompare(a, b), asStrong);
    assertEquals(weakCompare(a, b), asWeak);
  }
});

const mtime = 1_700_000_000_000;
const now = mtime + 60_000;

Deno.test("fileEntityTag() changes with size, time, its fraction, inode and coding", () => {
  const tags = [
    fileEntityTag({ size: 1000, mtime }, { now }),
    fileEntityTag({ size: 1001, mtime }, { now }),
    fileEntityTag({ size: 1000, mtime: mtime + 1000 }, { now }),
    fileEntityTag({ size: 1000, mtime: mtime + 1 }, { now }),
    fileEntityTag({ size: 1000, mtime: mtime + 0.001 }, { now }),
    fileEntityTag({ size: 1000, mtime, ino: 7 }, { now }),
    fileEntityTag({ size: 1000, mtime, ino: 8 }, { now }),
    fileEntityTag({ size: 1000, mtime }, { now, coding: "gzip" }),
    fileEntityTag({ size: 1000, mtime }, { now, coding: "br" }),
    fileEntityTag({ size: 0, mtime: 0 }, { now }),
    fileEntityTag({ size: 0, mtime: -1.5 }, { now }),
  ];
  assertEquals(new Set(tags).size, tags.length);
  for (const tag of tags) assertEquals(parseEntityTag(tag)?.weak, false, tag);
});

Deno.test("fileEntityTag() stays the same for the same file", () => {
  const file = { size: 1000, mtime };
  assertEquals(
    fileEntityTag(file, { now }),
    fileEntityTag({ ...file }, { now: now + 1e9 }),
  );
  assertEquals(
    fileEntityTag({ ...file, ino: null }, { now, coding: null }),
    fileEntityTag(file, { now }),
  );
});

Deno.test("fileEntityTag() is weak until the file has rested for two seconds", () => {
  const tagAt = (now: number) =>
    parseEntityTag(fileEntityTag({ size: 1, mtime }, { now }))!;
  assertEquals(tagAt(mtime).weak, true);
  assertEquals(tagAt(mtime + 1999).weak, true);
  assertEquals(tagAt(mtime + 2000).weak, false);
  assertEquals(tagAt(mtime - 3_600_000).weak, true, "dated in the future");
  assertEquals(
    weakCompare(tagAt(mtime), tagAt(now)),
    true,
    "still a cache hit",
  );
});

Deno.test("fileEntityTag() can be made weak, and refuses a coding with a quote", () => {
  assertEquals(
    parseEntityTag(
      fileEntityTag({ size: 1, mtime }, { now, coding: "br", weak: true }),
    )?.weak,
    true,
  );
  assertThrows(
    () => fileEntityTag({ size: 1, mtime }, { now, coding: '"' }),
    TypeError,
  );
});
