import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatagramQueue } from "./_datagram_queue.ts";

Deno.test("DatagramQueue gives packets in order, to whoever waits", async () => {
  const queue = new DatagramQueue<string>();
  const first = queue.next();
  queue.push([new Uint8Array(1), "a"]);
  queue.push([new Uint8Array(2), "b"]);
  assertEquals(await first, [new Uint8Array(1), "a"]);
  assertEquals(queue.whenReadable(), true);
  assertEquals(await queue.next(), [new Uint8Array(2), "b"]);
  const waiting = queue.whenReadable();
  assert(waiting !== true);
  queue.push([new Uint8Array(0), "c"]);
  await waiting;
  assertEquals(await queue.next(), [new Uint8Array(0), "c"]);
});

Deno.test("DatagramQueue drops what is too much, and takes more when there is room", async () => {
  for (const [size, most] of [[0, 1024], [1, 1024], [65536, 64]] as const) {
    const queue = new DatagramQueue<number>();
    for (let i = 0; i < 3000; i++) queue.push([new Uint8Array(size), i]);
    for (let i = 0; i < most; i++) assertEquals((await queue.next())[1], i);
    assert(queue.whenReadable() !== true);
    for (let i = 0; i < most; i++) queue.push([new Uint8Array(size), i]);
    for (let i = 0; i < most; i++) assertEquals((await queue.next())[1], i);
  }
});

Deno.test("DatagramQueue tells a failure once, in its place", async () => {
  const queue = new DatagramQueue<string>();
  queue.push([new Uint8Array(1), "before"]);
  queue.fail(new Error("broken"));
  queue.push([new Uint8Array(1), "after"]);
  assertEquals((await queue.next())[1], "before");
  await assertRejects(() => queue.next(), Error, "broken");
  assertEquals((await queue.next())[1], "after");
  assert(queue.whenReadable() !== true);
});

Deno.test("DatagramQueue.end() forgets what waits, and rejects from then on", async () => {
  const queue = new DatagramQueue<string>();
  queue.push([new Uint8Array(1), "lost"]);
  queue.end(new Error("closed"));
  queue.end(new Error("again"));
  for (let i = 0; i < 2; i++) {
    assertEquals(queue.whenReadable(), true);
    await assertRejects(() => queue.next(), Error, "closed");
  }
  const waiting = new DatagramQueue<string>();
  const next = assertRejects(() => waiting.next(), Error, "closed");
  waiting.end(new Error("closed"));
  await next;
});
