import { assert, assertEquals, assertThrows } from "@std/assert";
import { ChunkedDecoder } from "./chunked_decoder.ts";
import {
  chunkHead,
  CRLF,
  encodeChunk,
  LAST_CHUNK,
  lastChunk,
} from "./chunked_encoder.ts";
import { Fields } from "./fields.ts";
import { decodeLatin1, encodeLatin1 } from "./latin1.ts";

Deno.test("chunkHead() is the size in hexadecimal and a line end", () => {
  for (
    const [size, head] of [
      [1, "1\r\n"],
      [10, "a\r\n"],
      [8192, "2000\r\n"],
      [2 ** 53 - 1, "1fffffffffffff\r\n"],
    ] as const
  ) assertEquals(decodeLatin1(chunkHead(size)), head);
});

Deno.test("chunkHead() throws for a size that would end the body or is none", () => {
  for (const size of [0, -1, 1.5, NaN, 2 ** 53]) {
    assertThrows(() => chunkHead(size), RangeError, `"${size}"`);
  }
});

Deno.test("encodeChunk() makes a chunk, and nothing of nothing", () => {
  assertEquals(
    decodeLatin1(encodeChunk(encodeLatin1("hello"))),
    "5\r\nhello\r\n",
  );
  assertEquals(encodeChunk(new Uint8Array(0)).length, 0);
});

Deno.test("lastChunk() ends a body, with trailers if there are any", () => {
  assertEquals(decodeLatin1(lastChunk()), "0\r\n\r\n");
  assertEquals(decodeLatin1(lastChunk(new Fields())), "0\r\n\r\n");
  assertEquals(
    decodeLatin1(lastChunk(new Fields([["A", "b"]]))),
    "0\r\nA: b\r\n\r\n",
  );
  assertThrows(() => lastChunk(new Fields([["A", "b\r\nC: d"]])), TypeError);
  lastChunk()[0] = 0;
  assertEquals(decodeLatin1(LAST_CHUNK), "0\r\n\r\n");
});

Deno.test("chunks in pieces are what ChunkedDecoder reads", () => {
  const data = Uint8Array.from({ length: 300 }, (_, index) => index);
  const coded = new Uint8Array([
    ...chunkHead(data.length),
    ...data,
    ...CRLF,
    ...encodeChunk(data),
    ...lastChunk(new Fields([["A", "b"]])),
  ]);
  const decoder = new ChunkedDecoder();
  const seen: number[] = [];
  for (let at = 0; !decoder.done;) {
    const window = coded.subarray(at);
    at += decoder.decode(window);
    seen.push(...window.subarray(decoder.dataStart, decoder.dataEnd));
  }
  assertEquals(new Uint8Array(seen), new Uint8Array([...data, ...data]));
  assert(decoder.trailers.has("a"));
});
