import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Fields } from "./fields.ts";
import { parseRequestHead, requestLineText } from "./head.ts";
import type { HeadOptions } from "./head_options.ts";
import { HTTPMessage } from "./http_message.ts";
import { encodeLatin1 } from "./latin1.ts";
import { parseFields } from "./parse_fields.ts";
import { LineTooLong, ProtocolError } from "./protocol_error.ts";

function parse(text: string, options?: HeadOptions) {
  return parseRequestHead(encodeLatin1(text), options);
}

Deno.test("parseRequestHead() gives line, parts and fields", () => {
  const head = parse("\r\nPOST /a HTTP/1.1\r\nHost: b\r\nX:  \xe9 \r\n\r\n");
  assertEquals(head.line, "POST /a HTTP/1.1");
  assertEquals([head.method, head.target, head.version], [
    "POST",
    "/a",
    "HTTP/1.1",
  ]);
  assertInstanceOf(head.fields, HTTPMessage);
  assertEquals(head.fields.items(), [["Host", "b"], ["X", "\xe9"]]);
  assert(!head.simple);
});

Deno.test("parseRequestHead() reads bytes above 0x7f wherever they are", () => {
  for (
    const text of [
      "GET /\xe9\x80 HTTP/1.1\r\nA: b\r\n\r\n",
      "GET / HTTP/1.1\r\nA: \xc3\xa9\r\nB: \xef\xbb\xbf\r\nC: \xff\x80\r\n\r\n",
      "GET /\xff HTTP/1.1\r\nA: \xfe\r\nB: c\r\n\r\n",
    ]
  ) {
    const { line, fields } = parse(text);
    const again = `${line}\r\n` +
      fields.items().map(([name, value]) => `${name}: ${value}\r\n`).join("") +
      "\r\n";
    assertEquals(again, text);
  }
});

Deno.test("parseRequestHead() fills the list that it is given", () => {
  class Mine extends HTTPMessage {}
  const mine = new Mine();
  const bytes = encodeLatin1("GET / HTTP/1.1\r\nHost: b\r\n\r\n");
  const { fields } = parseRequestHead(bytes, {}, mine);
  assertStrictEquals(fields, mine);
  assertEquals(fields.get("host"), "b");
});

Deno.test("parseRequestHead() takes 99 fields and refuses 100 (test_too_many_headers)", () => {
  const line = "GET / HTTP/1.1\r\n";
  assertEquals(parse(line + "A: b\r\n".repeat(99) + "\r\n").fields.size, 99);
  const error = assertThrows(
    () => parse(line + "A: b\r\n".repeat(100) + "\r\n"),
    ProtocolError,
  );
  assertEquals([error.status, error.reason], [431, "Too many headers"]);
});

Deno.test("parseRequestHead() takes lines of 65536 bytes and refuses longer ones (test_request_length, test_header_length)", () => {
  const rest = " HTTP/1.1\r\n";
  const path = "GET /" + "a".repeat(65536 - 5 - rest.length);
  assertEquals(parse(path + rest + "\r\n").target.length, 65536 - 15);
  const long = assertThrows(
    () => parse(path + "a" + rest + "\r\n"),
    LineTooLong,
  );
  assertEquals([long.status, long.reason], [414, null]);

  const field = "X: " + "a".repeat(65536 - 5);
  assertEquals(parse(`GET /${rest}${field}\r\n\r\n`).fields.size, 1);
  const error = assertThrows(
    () => parse(`GET /${rest}${field}a\r\n\r\n`),
    LineTooLong,
  );
  assertEquals([error.status, error.reason], [431, "Line too long"]);
});

Deno.test("parseRequestHead() refuses a head above maxHeadBytes", () => {
  const text = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  parse(text, { maxHeadBytes: text.length });
  const error = assertThrows(
    () => parse(text, { maxHeadBytes: text.length - 1 }),
    ProtocolError,
  );
  assertEquals([error.status, error.reason], [431, null]);
});

Deno.test("parseRequestHead() refuses a head that is cut short", () => {
  const text = "\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n";
  for (let end = 0; end < text.length; end++) {
    const error = assertThrows(() => parse(text.slice(0, end)), ProtocolError);
    assertEquals(error.status, 400);
  }
});

Deno.test("parseRequestHead() throws at its caller when bytes follow the head", () => {
  assertThrows(
    () => parse("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    RangeError,
  );
  assertThrows(() => parse("GET / HTTP/1.1\r\nA: b\r\n\r\n\r\n"), RangeError);
});

Deno.test("parseRequestHead() reads a head without version (test_version_none_get, test_http_0_9)", () => {
  const head = parse("GET /x\r\n");
  assertEquals([head.target, head.version, head.simple], [
    "/x",
    "HTTP/0.9",
    true,
  ]);
  assertEquals(head.fields.size, 0);
  assertThrows(
    () => parse("GET /x\r\nA: b\r\n\r\n"),
    ProtocolError,
    "without version",
  );
  const explicit = parse("GET / HTTP/0.9\r\nA: b\r\n\r\n");
  assertEquals([explicit.version, explicit.simple], ["HTTP/0.9", false]);
  assertEquals(explicit.fields.size, 1);
});

// What stands behind "GET / HTTP/1.1\r\n" or, in trailers, at the beginning.
const MALFORMED: [block: string, why: string][] = [
  ["A : b\r\n\r\n", "a blank stands in or behind a field name"],
  ["A\t: b\r\n\r\n", "a blank stands in or behind a field name"],
  ["A B: c\r\n\r\n", "a blank stands in or behind a field name"],
  [" A: b\r\n\r\n", "folded lines are refused"],
  ["A: b\r\n c\r\n\r\n", "folded lines are refused"],
  ["A: b\r\n\tc\r\n\r\n", "folded lines are refused"],
  ["A: b\r\n  \r\nC: d\r\n\r\n", "folded lines are refused"],
  [": b\r\n\r\n", "a field has no name"],
  ["A\r\n\r\n", "a line has no colon"],
  ["A: b\r\nGarbage\r\n\r\n", "a line has no colon"],
  ["(A): b\r\n\r\n", "byte 40 stands in a field name"],
  ["A\0: b\r\n\r\n", "byte 0 stands in a field name"],
  ["A\xe9: b\r\n\r\n", "byte 233 stands in a field name"],
  ["A\x7f: b\r\n\r\n", "byte 127 stands in a field name"],
  ["A: b\0c\r\n\r\n", "a line holds control byte 0"],
  ["A: b\x0b\r\n\r\n", "a line holds control byte 11"],
  ["A: b\x1b[2J\r\n\r\n", "a line holds control byte 27"],
  ["A: b\x7f\r\n\r\n", "a line holds control byte 127"],
  ["A: b\rC: d\r\n\r\n", "a CR stands without its LF"],
  ["A: b\r\r\n\r\n", "a CR stands without its LF"],
  ["A:\rb\r\n\r\n", "a CR stands without its LF"],
  ["A: b\r\n\rC: d\r\n\r\n", "a CR stands without its LF"],
  ["A\r: b\r\n\r\n", "a line has no colon"],
];

const BARE_LF = [
  "A: b\n\n",
  "A: b\n\r\n",
  "A: b\r\n\n",
  "A: b\nC: d\r\n\r\n",
  "A:\nC: d\r\n\r\n",
  "A: b \t\n\r\n",
];

Deno.test("parseRequestHead() and parseFields() refuse malformed lines, strict or lenient", () => {
  for (const [block, why] of MALFORMED) {
    for (const lenient of [false, true]) {
      const error = assertThrows(
        () => parseFields(encodeLatin1(block), { lenient }),
        ProtocolError,
        why,
      );
      assertEquals([error.status, error.reason], [400, null]);
      assertThrows(
        () => parse(`GET / HTTP/1.1\r\n${block}`, { lenient }),
        ProtocolError,
        why,
      );
    }
  }
});

Deno.test("parseRequestHead() and parseFields() take LF for a line end only when lenient (test_request_line_trimming)", () => {
  for (const block of BARE_LF) {
    assertThrows(
      () => parseFields(encodeLatin1(block)),
      ProtocolError,
      "LF alone",
    );
    assertThrows(
      () => parse(`GET / HTTP/1.1\r\n${block}`),
      ProtocolError,
      "LF alone",
    );
    const fields = parseFields(encodeLatin1(block), { lenient: true });
    assertEquals(fields.keys().join(), block.includes("C") ? "A,C" : "A");
    assertEquals(fields.get("a"), block.startsWith("A:\n") ? "" : "b");
  }
  assertThrows(() => parse("GET / HTTP/1.1\n\r\n"), ProtocolError, "LF alone");
  assertThrows(
    () => parse("\nGET / HTTP/1.1\r\n\r\n"),
    ProtocolError,
    "LF alone",
  );
  // The request that CPython's test sends.
  const head = parse("XYZBOGUS / HTTP/1.1\n\r\n", { lenient: true });
  assertEquals([head.method, head.version], ["XYZBOGUS", "HTTP/1.1"]);
});

Deno.test("parseRequestHead() skips four empty lines and no more", () => {
  const head = "GET / HTTP/1.1\r\n\r\n";
  assertEquals(parse("\r\n".repeat(4) + head).method, "GET");
  assertThrows(
    () => parse("\r\n".repeat(5) + head),
    ProtocolError,
    "empty lines",
  );
  assertThrows(() => parse("\r\rGET / HTTP/1.1\r\n\r\n"), ProtocolError);
});

Deno.test("parseFields() reads a block of none, one or many", () => {
  assertEquals(parseFields(encodeLatin1("\r\n")).size, 0);
  const list = new Fields([["A", "1"]]);
  assertStrictEquals(parseFields(encodeLatin1("b:2\r\n\r\n"), {}, list), list);
  assertEquals(list.items(), [["A", "1"], ["b", "2"]]);
  assertThrows(() => parseFields(new Uint8Array(0)), ProtocolError, "missing");
  assertThrows(
    () => parseFields(encodeLatin1("A: b\r\n")),
    ProtocolError,
    "missing",
  );
  assertThrows(() => parseFields(encodeLatin1("\r\nA: b\r\n")), RangeError);
});

Deno.test("requestLineText() shows the first line of anything", () => {
  for (
    const [text, expected] of [
      ["GET / HTTP/1.1\r\nX-Foo: bar", "GET / HTTP/1.1"],
      ["\r\n\nGET / HTTP/1.1\nHost", "GET / HTTP/1.1"],
      ["GET /\r\r\n", "GET /"],
      ["GET /\xe9\0", "GET /\xe9\0"],
      ["", ""],
      ["\r\n", ""],
      ["x".repeat(70_000), "x".repeat(65_536)],
    ] as const
  ) assertEquals(requestLineText(encodeLatin1(text)), expected);
});

Deno.test("parseRequestHead() takes time in proportion to the head", () => {
  const start = performance.now();
  for (const char of [" ", "\t", "a", ",", ":", "\xe9"]) {
    const value = char.repeat(60_000);
    parse(
      `GET / HTTP/1.1\r\nA:${value}\r\nB: x${value}\r\nC: ${value}x\r\n\r\n`,
    );
    assertThrows(() => parse(`GET${value}\r\n\r\n`), ProtocolError);
  }
  assert(performance.now() - start < 5000);
});
