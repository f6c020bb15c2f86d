import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connected,
  GatedConnection,
} from "../../_tools/testing/test_sockets.ts";
import { bytes, settle, text } from "../../_tools/testing/test_streams.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { CoalescingWriter } from "./coalescing_writer.ts";
import { RawIOBase } from "./raw_io_base.ts";
import { SocketIO } from "./socket_io.ts";

/** Keeps each write, and fails while it is told to. */
class Wire extends RawIOBase {
  readonly sent: string[] = [];
  failure: Error | undefined;

  override writable(): boolean {
    return true;
  }

  // deno-lint-ignore require-await
  override async write(given: Uint8Array): Promise<number> {
    if (this.failure) throw this.failure;
    this.sent.push(text(given)!);
    return given.length;
  }
}

/** Lets the turn end: what was to happen then has happened before. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

Deno.test("CoalescingWriter is a BufferedWriter", () => {
  assert(new CoalescingWriter(new Wire()) instanceof BufferedWriter);
});

Deno.test("CoalescingWriter sends what is written in one turn together", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  assertEquals(await writer.write(bytes("HTTP/1.1 200 OK\r\n")), 17);
  await writer.write(bytes("\r\n"));
  await writer.write(bytes("hello"));
  await turn();
  assertEquals(wire.sent, ["HTTP/1.1 200 OK\r\n\r\nhello"]);
  await writer.close();
});

Deno.test("CoalescingWriter sends what is followed by waiting, each time", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  for (const event of ["one", "two", "three"]) {
    await writer.write(bytes(event));
    await turn();
  }
  assertEquals(wire.sent, ["one", "two", "three"]);
  await writer.close();
});

Deno.test("CoalescingWriter.flush() sends now, and nothing is sent twice", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  await writer.write(bytes("now"));
  await writer.flush();
  assertEquals(wire.sent, ["now"]);
  await turn();
  assertEquals(wire.sent, ["now"]);
  await writer.close();
});

Deno.test("CoalescingWriter.close() sends what is left, and leaves no timer", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  await writer.write(bytes("last"));
  await writer.close();
  assertEquals([wire.sent, wire.closed], [["last"], true]);
});

Deno.test("CoalescingWriter sends through its buffer what is longer than that", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire, 4);
  await writer.write(bytes("abc"));
  await writer.write(bytes("defghijkl"));
  await writer.flush();
  assertEquals(wire.sent.join(""), "abcdefghijkl");
  await writer.close();
});

Deno.test("CoalescingWriter: a write behind one that is under way waits for it, and is sent without a flush", async () => {
  const connection = new GatedConnection();
  const writer = new CoalescingWriter(new SocketIO(connection, "w"));
  await writer.write(bytes("one"));
  await turn();
  assertEquals(connection.writing.length, 1);
  let accepted = false;
  const second = writer.write(bytes("two")).then(() => accepted = true);
  await turn();
  assertEquals(accepted, false);
  connection.writing[0]!.take(3);
  await second;
  await turn();
  assertEquals(text(connection.writing[1]!.bytes), "two");
  connection.writing[1]!.take(3);
  await writer.close();
});

Deno.test("CoalescingWriter: a flush of its own that fails is told by the next write, flush and close", async () => {
  for (const method of ["write", "flush", "close"] as const) {
    const wire = new Wire();
    const writer = new CoalescingWriter(wire);
    wire.failure = new Deno.errors.BrokenPipe("gone");
    await writer.write(bytes("lost"));
    await turn();
    await assertRejects(
      () => method === "write" ? writer.write(bytes("x")) : writer[method](),
      Deno.errors.BrokenPipe,
      "gone",
    );
    await writer.close().catch(() => {});
    assertEquals(wire.closed, true);
  }
});

Deno.test("CoalescingWriter refuses writes once it is closed, and leaves no timer", async () => {
  const writer = new CoalescingWriter(new Wire());
  await writer.close();
  await assertRejects(() => writer.write(bytes("x")), TypeError, "closed");
  await assertRejects(() => writer.flush(), TypeError, "closed");
  await settle();
  await writer.close();
});

Deno.test("CoalescingWriter copies what it is given", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  const given = bytes("abc");
  const writing = writer.write(given);
  given.fill(0);
  await writing;
  await writer.flush();
  assertEquals(wire.sent, ["abc"]);
  await writer.close();
});

Deno.test("CoalescingWriter gives a slow reader no more than fits, and loses nothing", async () => {
  using ends = await connected();
  const writer = new CoalescingWriter(new SocketIO(ends.near, "w"));
  const block = new Uint8Array(65536).map((_, i) => i * 7);
  const total = 100 * block.length;
  const writing = (async () => {
    for (let i = 0; i < 100; i++) await writer.write(block);
    await writer.close();
    await ends.near.closeWrite();
  })();
  let at = 0;
  const buffer = new Uint8Array(10_000);
  while (true) {
    const count = await ends.far.read(buffer);
    if (count === null) break;
    for (let i = 0; i < count; i++, at++) {
      if (buffer[i] !== block[at % block.length]) {
        throw new Error(`byte ${at} differs`);
      }
    }
  }
  await writing;
  assertEquals(at, total);
});

Deno.test("CoalescingWriter.startFlush() sends now, without a promise", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  writer.startFlush();
  assertEquals(wire.sent, []);
  writer.put(bytes("now"));
  writer.startFlush();
  assertEquals(wire.sent, ["now"]);
  await turn();
  assertEquals(wire.sent, ["now"]);
  writer.checkFlushed();
  await writer.close();
});

Deno.test("CoalescingWriter.checkFlushed() tells what a flush of its own has failed with", async () => {
  const wire = new Wire();
  const writer = new CoalescingWriter(wire);
  wire.failure = new Deno.errors.BrokenPipe("gone");
  writer.put(bytes("lost"));
  writer.startFlush();
  await turn();
  assertThrows(() => writer.checkFlushed(), Deno.errors.BrokenPipe);
  assert(!writer.put(bytes("more")));
  await assertRejects(() => writer.close(), Deno.errors.BrokenPipe);
});
