import { assertEquals, assertThrows } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "./latin1.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);

Deno.test("decodeLatin1() and encodeLatin1() turn each byte into one character and back", () => {
  const text = decodeLatin1(ALL);
  assertEquals(text.length, 256);
  for (let byte = 0; byte < 256; byte++) {
    assertEquals(text.charCodeAt(byte), byte);
  }
  assertEquals(encodeLatin1(text), ALL);
});

Deno.test("decodeLatin1() keeps what looks like a byte order mark", () => {
  assertEquals(
    decodeLatin1(new Uint8Array([0xef, 0xbb, 0xbf, 0x41])),
    "\xef\xbb\xbfA",
  );
});

Deno.test("decodeLatin1() decodes more bytes than a call takes arguments", () => {
  const bytes = new Uint8Array(1 << 20).fill(0xe9);
  assertEquals(decodeLatin1(bytes), "\xe9".repeat(1 << 20));
  assertEquals(decodeLatin1(bytes.fill(0x41)), "A".repeat(1 << 20));
  assertEquals(decodeLatin1(new Uint8Array(0)), "");
});

Deno.test("encodeLatin1() refuses characters above U+00FF", () => {
  assertThrows(
    () => encodeLatin1("a\u0100"),
    TypeError,
    "character 1 is above",
  );
});
