import { assert, assertEquals } from "@std/assert";
import { PendingBytes } from "./_pending_bytes.ts";

Deno.test("PendingBytes gathers in order, and drops from the start", () => {
  const pending = new PendingBytes(8);
  pending.append(new Uint8Array([1, 2, 3]));
  pending.append(new Uint8Array([4, 5]));
  pending.drop(2);
  assertEquals([...pending.view], [3, 4, 5]);
  assertEquals([pending.length, pending.room], [3, 5]);
  pending.append(new Uint8Array(200).fill(6)); // more than it has room for
  pending.retract(199);
  assertEquals([...pending.view], [3, 4, 5, 6]);
});

Deno.test("PendingBytes leaves bytes alone that are under way when it needs more room", () => {
  const pending = new PendingBytes(1 << 16);
  pending.append(new Uint8Array(64).fill(1));
  const underWay = pending.view;
  pending.append(new Uint8Array(1000).fill(2));
  assert(pending.view.buffer !== underWay.buffer);
  assertEquals(underWay, new Uint8Array(64).fill(1));
});

Deno.test("PendingBytes owns a copy of what is left of memory that it held", () => {
  const memory = new Uint8Array([1, 2, 3, 4]);
  const pending = new PendingBytes(2);
  pending.hold(memory);
  assert(pending.view.buffer === memory.buffer);
  pending.drop(1);
  pending.own();
  memory.fill(9);
  assertEquals([...pending.view], [2, 3, 4]);
});

Deno.test("PendingBytes lends its buffer once nothing is left, not before", () => {
  const [first, second] = [new PendingBytes(4096), new PendingBytes(4096)];
  first.append(new Uint8Array(3000));
  const { buffer } = first.view;
  first.drop(3000);
  first.release(3000);
  second.append(new Uint8Array(3000));
  assert(second.view.buffer === buffer);
  first.append(new Uint8Array(3000));
  assert(first.view.buffer !== buffer);
});
