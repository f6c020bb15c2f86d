import { assertEquals } from "@std/assert";
import {
  percentDecode,
  percentDecodeText,
  percentEncodePath,
  percentEncodeSegment,
} from "./percent_encoding.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("percentDecode() decodes each escape once and keeps what is none", () => {
  const table: [string, Uint8Array][] = [
    ["", bytes()],
    ["a", bytes(0x61)],
    ["%41%61", bytes(0x41, 0x61)],
    ["%2F%2f", bytes(0x2f, 0x2f)],
    ["%00%ff%FF%fF", bytes(0, 0xff, 0xff, 0xff)],
    ["%252e", bytes(0x25, 0x32, 0x65)],
    ["%25252e", bytes(0x25, 0x32, 0x35, 0x32, 0x65)],
    ["+", bytes(0x2b)],
    ["%", bytes(0x25)],
    ["%%", bytes(0x25, 0x25)],
    ["%4", bytes(0x25, 0x34)],
    ["%4g", bytes(0x25, 0x34, 0x67)],
    ["%g4", bytes(0x25, 0x67, 0x34)],
    ["%%41", bytes(0x25, 0x41)],
    ["%-1", bytes(0x25, 0x2d, 0x31)],
    ["% 41", bytes(0x25, 0x20, 0x34, 0x31)],
    ["%u0041", bytes(0x25, 0x75, 0x30, 0x30, 0x34, 0x31)],
    ["\xe9\xff", bytes(0xe9, 0xff)],
    ["\u20ac%41", bytes(0xe2, 0x82, 0xac, 0x41)],
    ["\u{1f600}a", bytes(0xf0, 0x9f, 0x98, 0x80, 0x61)],
  ];
  for (const [text, expected] of table) {
    assertEquals(percentDecode(text), expected, JSON.stringify(text));
  }
});

Deno.test("percentDecodeText() takes UTF-8 and nothing else", () => {
  const table: [text: string, strict: string | null, replaced?: string][] = [
    ["", ""],
    ["a b+c", "a b+c"],
    ["%41", "A"],
    ["100%", "100%"],
    ["caf%C3%A9", "caf\u00e9"],
    ["caf\xc3\xa9", "caf\u00e9"],
    ["%E2%82%AC", "\u20ac"],
    ["%F0%9F%98%80", "\u{1f600}"],
    ["%EF%BB%BFa", "\ufeffa"],
    ["%00", "\0"],
    ["%EF%BF%BD", "\ufffd"],
    ["%ff", null, "\ufffd"],
    ["\xff", null, "\ufffd"],
    ["%C3", null, "\ufffd"],
    ["%E2%82", null, "\ufffd"],
    // overlong "/", "." and NUL
    ["%c0%af", null, "\ufffd\ufffd"],
    ["%e0%80%af", null, "\ufffd\ufffd\ufffd"],
    ["%f0%80%80%af", null, "\ufffd\ufffd\ufffd\ufffd"],
    ["%c0%ae%c0%ae", null, "\ufffd\ufffd\ufffd\ufffd"],
    ["%c0%80", null, "\ufffd\ufffd"],
    // a surrogate, and past the last code point
    ["%ed%a0%80", null, "\ufffd\ufffd\ufffd"],
    ["%f4%90%80%80", null, "\ufffd\ufffd\ufffd\ufffd"],
  ];
  for (const [text, strict, replaced = strict] of table) {
    assertEquals(percentDecodeText(text), strict, JSON.stringify(text));
    assertEquals(
      percentDecodeText(text, { replace: true }),
      replaced!,
      JSON.stringify(text),
    );
  }
});

Deno.test("percentEncodeSegment() keeps unreserved characters only", () => {
  let ascii = "";
  for (let code = 0; code < 0x80; code++) ascii += String.fromCharCode(code);
  assertEquals(
    percentEncodeSegment(ascii).replace(/%[0-9A-F]{2}/g, ""),
    "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~",
  );
  const table: [string | Uint8Array, string][] = [
    ["", ""],
    ["index.html", "index.html"],
    ["a b", "a%20b"],
    ["a/b", "a%2Fb"],
    ["a:b", "a%3Ab"],
    ["100%", "100%25"],
    ["?#&'\"<>", "%3F%23%26%27%22%3C%3E"],
    ["\n\r\t\0", "%0A%0D%09%00"],
    ["\u00e9\u{1f600}", "%C3%A9%F0%9F%98%80"],
    ["\ud800", "%EF%BF%BD"],
    [bytes(0x61, 0x2f, 0xff, 0x00), "a%2F%FF%00"],
    [bytes(), ""],
  ];
  for (const [name, expected] of table) {
    assertEquals(percentEncodeSegment(name), expected);
  }
});

Deno.test("percentEncodePath() keeps slashes", () => {
  assertEquals(percentEncodePath("/a b/%2F/c"), "/a%20b/%252F/c");
  assertEquals(percentEncodePath(bytes(0x2f, 0xff, 0x2f)), "/%FF/");
});

Deno.test("percentDecode() gives back what percentEncodeSegment() encoded, for every byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assertEquals(percentDecode(percentEncodeSegment(all)), all);
  const name = "a%41/\\..\u00e9\u202e\u{1f600} <script>";
  assertEquals(percentDecodeText(percentEncodeSegment(name)), name);
});
