import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { giveBack, takeBuffer } from "./_spare_buffers.ts";

Deno.test("takeBuffer() gives the next power of two, from 64 on", () => {
  for (
    const [room, length] of [
      [1, 64],
      [64, 64],
      [65, 128],
      [1024, 1024],
      [1025, 2048],
      [65536, 65536],
      [65537, 65537],
      [1_000_000, 1_000_000],
    ] as const
  ) assertEquals(takeBuffer(room).length, length, `${room}`);
});

Deno.test("takeBuffer() gives what was given back, once", () => {
  const buffer = takeBuffer(4000);
  giveBack(buffer);
  assertStrictEquals(takeBuffer(2049), buffer);
  assert(takeBuffer(2049) !== buffer);
});

Deno.test("giveBack() keeps no other sizes, and not without end", () => {
  for (const length of [0, 1, 32, 100, 1000, 65537, 1 << 17]) {
    const buffer = new Uint8Array(length);
    assert(!giveBack(buffer), `${length}`);
    assert(takeBuffer(length) !== buffer, `${length}`);
  }
  const buffers = Array.from({ length: 100 }, () => new Uint8Array(1 << 16));
  const kept = buffers.filter((buffer) => giveBack(buffer));
  assert(kept.length > 0 && kept.length < 20, `${kept.length}`);
  const taken = buffers.map(() => takeBuffer(1 << 16));
  assertEquals(kept.filter((buffer) => taken.includes(buffer)), kept);
});
