import { assertEquals, assertThrows } from "@std/assert";
import { everySplit } from "../../_tools/testing/every_split.ts";
import { encodeFrame, FrameDecoder } from "./_frames.ts";

const utf8 = new TextEncoder();

const CASES: readonly [kind: string, payload: string][][] = [
  [],
  [["X", ""]],
  [["D", "hello"]],
  [["H", "200 OK\0a\0b"], ["D", ""], ["D", "x".repeat(300)], ["X", ""]],
];

for (const frames of CASES) {
  Deno.test(`FrameDecoder reads ${frames.length} frames, however they come`, () => {
    const encoded = frames.map(([kind, payload]) =>
      encodeFrame(kind, utf8.encode(payload))
    );
    const bytes = new Uint8Array(encoded.flatMap((frame) => [...frame]));
    for (const pieces of everySplit(bytes)) {
      const decoder = new FrameDecoder();
      const read: [string, string][] = [];
      for (const piece of pieces) {
        decoder.push(new Uint8Array(piece));
        for (let frame; (frame = decoder.next()) !== null;) {
          read.push([frame.kind, new TextDecoder().decode(frame.payload)]);
        }
      }
      assertEquals(read, frames);
      assertEquals(decoder.hasMore, false);
    }
  });
}

Deno.test("FrameDecoder waits for the rest of a frame", () => {
  const decoder = new FrameDecoder();
  decoder.push(encodeFrame("D", utf8.encode("hello")).slice(0, 8));
  assertEquals(decoder.next(), null);
  assertEquals(decoder.hasMore, true);
});

Deno.test("FrameDecoder refuses a frame that no worker sends", () => {
  const decoder = new FrameDecoder();
  decoder.push(new Uint8Array([68, 255, 255, 255, 255]));
  assertThrows(() => decoder.next(), RangeError, "4294967295 bytes");
});
