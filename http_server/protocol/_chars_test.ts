import { assert, assertEquals } from "@std/assert";
import {
  CLASS,
  consistsOf,
  quoted,
  sameName,
  TEXT,
  TOKEN,
  VISIBLE,
} from "./_chars.ts";

Deno.test("CLASS has the characters of RFC 9110 section 5.6.2 for tokens", () => {
  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;
  const text = /^[\t\x20-\x7e\x80-\xff]$/;
  const visible = /^[\x21-\x7e\x80-\xff]$/;
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    assertEquals((CLASS[byte]! & TOKEN) !== 0, token.test(char), `${byte}`);
    assertEquals((CLASS[byte]! & TEXT) !== 0, text.test(char), `${byte}`);
    assertEquals((CLASS[byte]! & VISIBLE) !== 0, visible.test(char), `${byte}`);
  }
});

Deno.test("consistsOf() finds characters above U+00FF in no class", () => {
  assert(!consistsOf("\u0141", TEXT));
  assert(!consistsOf("a\u{1f600}", TEXT));
  assert(consistsOf("", TOKEN));
});

Deno.test("sameName() ignores the case of ASCII letters and of nothing else", () => {
  assert(sameName("Content-Length", "cONTENT-lENGTH"));
  assert(sameName("", ""));
  assert(!sameName("a", "ab"));
  // These pairs differ in bit 0x20 only, but are no letters.
  for (const [a, b] of [["@", "`"], ["[", "{"], ["^", "~"], ["\xc9", "\xe9"]]) {
    assert(!sameName(a!, b!), `${a} ${b}`);
  }
  assert(!sameName("\u212aeep", "keep"));
});

Deno.test("quoted() makes anything fit for a status line", () => {
  assertEquals(quoted("GET"), "'GET'");
  assertEquals(quoted("a'b\\c"), "'a\\'b\\\\c'");
  assertEquals(
    quoted("\r\n\x00\x7f\xe9\u20ac"),
    "'\\x0d\\x0a\\x00\\x7f\\xe9\\u20ac'",
  );
  assertEquals(quoted("x".repeat(1000)), `'${"x".repeat(64)}...'`);
});
