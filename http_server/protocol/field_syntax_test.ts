import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checkFieldName,
  checkFieldValue,
  checkReasonPhrase,
  hasToken,
  isToken,
  parseParameters,
  quoteString,
  splitList,
  trimOws,
  unquoteString,
} from "./field_syntax.ts";

Deno.test("isToken() takes one or more token characters", () => {
  for (const text of ["a", "Content-Type", "!#$%&'*+-.^_`|~09azAZ"]) {
    assert(isToken(text), text);
  }
  for (const text of ["", "a b", "a:", "a\n", "\xe9", "\u212a", "a\0", '"a"']) {
    assert(!isToken(text), text);
  }
});

Deno.test("trimOws() takes off SP and HTAB and nothing else", () => {
  for (
    const [text, expected] of [
      [" \t a b\t ", "a b"],
      ["", ""],
      [" \t", ""],
      ["\xa0a\xa0", "\xa0a\xa0"],
      ["\ufeffa\n", "\ufeffa\n"],
      ["\x0ba\x0c", "\x0ba\x0c"],
    ] as const
  ) assertEquals(trimOws(text), expected);
});

Deno.test("splitList() splits at commas outside quoted strings", () => {
  for (
    const [value, expected] of [
      ["", []],
      [" , ,", []],
      ["a", ["a"]],
      ["a,b , c", ["a", "b", "c"]],
      [",a,,b,", ["a", "b"]],
      ['"a,b",c', ['"a,b"', "c"]],
      ['a="x\\",y", b', ['a="x\\",y"', "b"]],
      ['"open, a', ['"open, a']],
      ['"open\\', ['"open\\']],
      ['a"b,c"d,e', ['a"b,c"d', "e"]],
      ['W/"1", "2"', ['W/"1"', '"2"']],
    ] as const
  ) assertEquals<readonly string[]>(splitList(value), expected, value);
});

Deno.test("hasToken() finds members of a list in any case", () => {
  for (const value of ["close", "CLOSE", "a, Close", " close ,b", "x,close"]) {
    assert(hasToken(value, "close"), value);
  }
  for (
    const value of [
      "",
      "closed",
      "clos",
      "not-close",
      '"close"',
      "a close",
      "b;close",
    ]
  ) {
    assert(!hasToken(value, "close"), value);
  }
  assert(!hasToken(null, "close"));
});

Deno.test("parseParameters() reads names, values and quoted strings", () => {
  for (
    const [text, value, parameters] of [
      ["text/html", "text/html", []],
      [" text/html ;", "text/html", []],
      ["a; b=c", "a", [["b", "c"]]],
      ["a;B=c;b=d", "a", [["B", "c"], ["b", "d"]]],
      ['a; b="c;d\\"e\\\\"; f', "a", [["b", 'c;d"e\\'], ["f", ""]]],
      ["a; b = c = d ;; ;e=", "a", [["b", "c = d"], ["e", ""]]],
      ['a; b="open; c=d', "a", [["b", '"open; c=d']]],
      ["; b=c", "", [["b", "c"]]],
      ["a; =c", "a", [["", "c"]]],
    ] as const
  ) {
    assertEquals<unknown>(parseParameters(text), { value, parameters }, text);
  }
});

Deno.test("quoteString() and unquoteString() are each other's inverse", () => {
  for (const text of ["", "a", 'a"b', "a\\b", '\\"', "a;b,c\t\xe9"]) {
    assertEquals(unquoteString(quoteString(text)), text);
  }
  assertEquals(quoteString('a"\\'), '"a\\"\\\\"');
  for (const text of ["", "a", '"', '"a', 'a"']) {
    assertEquals(unquoteString(text), text);
  }
});

Deno.test("readers of values take time in proportion to their length", () => {
  const start = performance.now();
  for (const char of [" ", ",", ";", '"', "\\", "a", " ,", '",']) {
    const text = char.repeat(200_000 / char.length);
    splitList(text);
    parseParameters("a;" + text);
    hasToken(text, "close");
    trimOws(text + "a" + text);
    unquoteString(`"${text}"`);
  }
  assert(performance.now() - start < 5000);
});

const CONTROLS = ["\r", "\n", "\0", "\r\nX: y", "\x01", "\x0b", "\x1f", "\x7f"];

Deno.test("checkFieldName() throws for what is no token", () => {
  checkFieldName("X-Name");
  for (const name of ["", "a b", "a:", "\xe9", ...CONTROLS]) {
    assertThrows(
      () => checkFieldName(name),
      TypeError,
      "Cannot send field name",
    );
    assertThrows(() => checkFieldName("a" + name + "("), TypeError);
  }
});

Deno.test("checkFieldValue() throws for controls and for what is beyond Latin-1", () => {
  for (const value of ["", "a b\tc", "\xa0\xe9\xff", ' "quoted" ']) {
    checkFieldValue(value);
  }
  for (const control of [...CONTROLS, "\u0100", "\u010d\u010a", "\u{1f600}"]) {
    for (
      const value of [control, `a${control}`, `${control}b`, `a${control}b`]
    ) {
      assertThrows(
        () => checkFieldValue(value),
        TypeError,
        "Cannot send field value",
      );
      assertThrows(
        () => checkReasonPhrase(value),
        TypeError,
        "Cannot send reason phrase",
      );
    }
  }
});
