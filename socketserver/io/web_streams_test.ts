import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  bytes,
  GatedIO,
  MockRawIO,
  settle,
  text,
  usedMegabytes,
} from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { BytesIO } from "./bytes_io.ts";
import { copyfileobj } from "./copy.ts";
import { BlockingIOError } from "./errors.ts";
import { RawIOBase } from "./raw_io_base.ts";
import {
  fromReadableStream,
  toReadableStream,
  toWritableStream,
} from "./web_streams.ts";

/** A web stream of pieces that counts how many were asked for. */
function pieces(
  items: Iterable<string | Error>,
): {
  stream: ReadableStream<Uint8Array>;
  seen: { pulled: number; reason?: unknown };
} {
  const iterator = items[Symbol.iterator]();
  const seen: { pulled: number; reason?: unknown } = { pulled: 0 };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = iterator.next();
      if (done) return controller.close();
      if (value instanceof Error) throw value;
      seen.pulled++;
      controller.enqueue(bytes(value));
    },
    cancel(reason) {
      seen.reason = reason ?? "cancelled";
    },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += text(chunk);
  return all;
}

Deno.test("toReadableStream() streams any reader to its end and closes it", async () => {
  for (
    const reader of [
      new BytesIO(bytes("hello")),
      new MockRawIO(["he", "llo"]),
      new BufferedReader(new MockRawIO(["he", "llo"])),
      new BufferedReader(new BytesIO(bytes("hello")), 2),
    ]
  ) {
    assertEquals(await new Response(toReadableStream(reader)).text(), "hello");
    assert(reader.closed);
  }
});

Deno.test("toReadableStream() leaves the reader open if told so", async () => {
  const reader = new BytesIO(bytes("hello"));
  assertEquals(
    await collect(toReadableStream(reader, { close: false })),
    "hello",
  );
  assert(!reader.closed);
  const cancelled = new BytesIO(bytes("hello"));
  await toReadableStream(cancelled, { close: false }).cancel();
  assertEquals(text(await cancelled.read()), "hello");
});

Deno.test("toReadableStream() fills buffers that the consumer brings", async () => {
  const stream = toReadableStream(new BytesIO(bytes("hello world")));
  const reader = stream.getReader({ mode: "byob" });
  const first = await reader.read(new Uint8Array(5));
  const second = await reader.read(new Uint8Array(100));
  const third = await reader.read(new Uint8Array(100));
  assertEquals([first, second].map(({ value }) => text(value!)), [
    "hello",
    " world",
  ]);
  assertEquals([first.done, second.done, third.done], [false, false, true]);
});

Deno.test("toReadableStream() reads nothing before it is asked to, and no more than that", async () => {
  const raw = new GatedIO();
  const stream = toReadableStream(new BufferedReader(raw));
  await settle();
  assertEquals(raw.reading.length, 0);
  const consumer = stream.getReader();
  const chunk = consumer.read();
  await settle();
  raw.reading.shift()!.resolve("event\n");
  assertEquals(text((await chunk).value!), "event\n");
  await settle();
  assertEquals(raw.reading.length, 0, "a slow consumer stops the producer");
  await consumer.cancel();
  assert(raw.closed);
});

Deno.test("toReadableStream() fails with what the reader fails with, and closes it", async () => {
  for (const close of [true, false]) {
    const raw = new GatedIO();
    const reader = new BufferedReader(raw);
    const body = collect(toReadableStream(reader, { close }));
    await settle();
    raw.reading.shift()!.resolve("abc");
    await settle();
    raw.reading.shift()!.reject(new Deno.errors.ConnectionReset("gone"));
    await assertRejects(() => body, Deno.errors.ConnectionReset, "gone");
    assertEquals(reader.closed, close);
  }
});

Deno.test("toReadableStream() fails with what closing the reader fails with", async () => {
  const reader = new BytesIO(bytes("hello"));
  reader.close = () => Promise.reject(new Error("close"));
  await assertRejects(() => collect(toReadableStream(reader)), Error, "close");
});

Deno.test("toReadableStream() fails over a reader that would block", async () => {
  const reader = new BufferedReader<null>(new MockRawIO(["a", null]));
  await assertRejects(() => collect(toReadableStream(reader)), BlockingIOError);
  assert(reader.closed);
});

Deno.test("toReadableStream() ends a read that waits when it is cancelled", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const consumer = toReadableStream(reader, { close: false }).getReader();
  const chunk = consumer.read();
  await settle();
  await consumer.cancel(new Error("enough"));
  assertEquals((await chunk).done, true);
  const late = reader.read(3);
  raw.reading.shift()!.resolve("abc");
  assertEquals(text(await late), "abc", "what comes late is not lost");
});

Deno.test("toReadableStream() closes the reader when it is cancelled during a read", async () => {
  const raw = new GatedIO();
  const consumer = toReadableStream(new BufferedReader(raw)).getReader();
  const chunk = consumer.read();
  await settle();
  await consumer.cancel();
  assertEquals((await chunk).done, true);
  assert(raw.closed);
  raw.reading.shift()!.reject(new TypeError("closed"));
  await settle();
});

Deno.test("toReadableStream() serves as the body of a real response", async () => {
  const content = new Uint8Array(1_000_000).map((_, index) => index);
  const readers: BytesIO[] = [];
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
  }, () => {
    const reader = new BytesIO(content);
    readers.push(reader);
    return new Response(toReadableStream(reader));
  });
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  assertEquals(await response.bytes(), content);
  assert(readers[0]!.closed);
});

Deno.test("fromReadableStream() reads what the stream has", async () => {
  const { stream, seen } = pieces(["one\ntw", "", "o\n", "", "three"]);
  const reader = fromReadableStream(stream);
  assertEquals(text(await reader.readline()), "one\n");
  assertEquals(text(await reader.readline()), "two\n");
  assertEquals(text(await reader.read(2)), "th");
  assertEquals(text(await reader.read()), "ree");
  assertEquals(text(await reader.read()), "");
  await reader.close();
  assertEquals(seen, { pulled: 5 });
});

Deno.test("fromReadableStream() cuts chunks to the buffer, and obeys its limits", async () => {
  const reader = fromReadableStream(pieces(["abcdefgh\n"]).stream, {
    bufferSize: 4,
    maxLineLength: 6,
  });
  await assertRejects(() => reader.readline(), RangeError);
  assertEquals(text(await reader.read()), "abcdefgh\n");
  assertThrows(
    () => fromReadableStream(pieces([]).stream, { bufferSize: 0 }),
    RangeError,
  );
});

Deno.test("fromReadableStream() asks for a chunk only when it has none", async () => {
  const { stream, seen } = pieces(["abc", "def", "ghi"]);
  const reader = fromReadableStream(stream);
  await settle();
  assertEquals(seen.pulled, 0);
  await reader.read(1);
  await reader.read(2);
  await settle();
  assertEquals(seen.pulled, 1);
  await reader.read(1);
  await settle();
  assertEquals(seen.pulled, 2);
  await reader.close();
});

Deno.test("fromReadableStream() cancels the stream when it is closed", async () => {
  const { stream, seen } = pieces(["abc", "def"]);
  {
    await using reader = fromReadableStream(stream);
    await reader.read(1);
  }
  assertEquals(seen.reason, "cancelled");
  assert(stream.locked);
});

Deno.test("fromReadableStream() fails a read that waits when it is closed", async () => {
  const reader = fromReadableStream(
    new ReadableStream({ pull: () => new Promise(() => {}) }),
  );
  const failed = assertRejects(
    () => reader.read(1),
    TypeError,
    "stream is closed",
  );
  await settle();
  await reader.close();
  await reader.close();
  await failed;
  await assertRejects(() => reader.read(1), TypeError, "stream is closed");
});

Deno.test("fromReadableStream() fails with what the stream fails with, and can be closed", async () => {
  const failure = new Deno.errors.ConnectionReset("gone");
  const reader = fromReadableStream(pieces(["abc", failure]).stream);
  const error = await assertRejects(() => reader.read(6));
  assertStrictEquals(error, failure);
  assertEquals(text(await reader.read(3)), "abc");
  await assertRejects(() => reader.read(1), Deno.errors.ConnectionReset);
  await reader.close();
});

Deno.test("fromReadableStream() tells on closing of a failure that no read has seen", async () => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.error(new Error("early"));
    },
  });
  await assertRejects(() => fromReadableStream(stream).close(), Error, "early");
});

Deno.test("fromReadableStream() refuses locked streams and chunks that are no bytes", async () => {
  const { stream } = pieces(["abc"]);
  stream.getReader();
  assertThrows(() => fromReadableStream(stream), TypeError);
  const words = ReadableStream.from(["text"]) as unknown as ReadableStream<
    Uint8Array
  >;
  const reader = fromReadableStream(words);
  await assertRejects(
    () => reader.read(),
    TypeError,
    "a byte array is required",
  );
  await reader.close();
});

Deno.test("fromReadableStream() keeps the chunk of an aborted read", async () => {
  const gate = Promise.withResolvers<void>();
  const reader = fromReadableStream(
    new ReadableStream({
      async pull(controller) {
        await gate.promise;
        controller.enqueue(bytes("abc"));
        controller.close();
      },
    }),
  );
  const controller = new AbortController();
  const reading = reader.read(1, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => reading, Error, "enough");
  gate.resolve();
  assertEquals(text(await reader.read()), "abc");
  await reader.close();
});

Deno.test("toWritableStream() writes, flushes each chunk and closes", async () => {
  const raw = new MockRawIO();
  const stream = toWritableStream(new BufferedWriter(raw));
  const source = stream.getWriter();
  await source.write(bytes("event 1\n"));
  assertEquals(raw.written, ["event 1\n"]);
  await source.write(bytes("event 2\n"));
  assertEquals(raw.written, ["event 1\n", "event 2\n"]);
  await source.close();
  assert(raw.closed);
});

Deno.test("toWritableStream() leaves flushing and closing to others if told so", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw);
  const source = toWritableStream(writer, { close: false, flush: false })
    .getWriter();
  await source.write(bytes("abc"));
  assertEquals(raw.written, []);
  await source.close();
  assertEquals(raw.written, ["abc"]);
  assert(!raw.closed);
});

Deno.test("toWritableStream() finishes what a raw writer takes in parts", async () => {
  class Slow extends MockRawIO {
    override write(source: Uint8Array): Promise<number> {
      return super.write(source.subarray(0, 2));
    }
  }
  const raw = new Slow();
  await new Response("hello").body!.pipeTo(toWritableStream(raw));
  assertEquals(raw.written, ["he", "ll", "o"]);
  assert(raw.closed);
});

Deno.test("toWritableStream() lets a slow writer slow the source", async () => {
  const raw = new GatedIO();
  const { stream, seen } = pieces(Array(20).fill("abc"));
  const piping = stream.pipeTo(toWritableStream(new BufferedWriter(raw)));
  for (let round = 0; round < 5; round++) await settle();
  assert(seen.pulled <= 2, `${seen.pulled} chunks pulled`);
  for (let round = 0; round < 20; round++) {
    raw.writing.shift()!.resolve(3);
    await settle();
  }
  await piping;
  assertEquals(raw.written.length, 20);
});

Deno.test("toWritableStream() fails with what the writer fails with, and cancels the source", async () => {
  for (const close of [true, false]) {
    const raw = new MockRawIO();
    raw.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
    const { stream, seen } = pieces(Array(20).fill("abc"));
    const target = toWritableStream(new BufferedWriter(raw), { close });
    await assertRejects(
      () => stream.pipeTo(target),
      Deno.errors.BrokenPipe,
      "gone",
    );
    assert(seen.reason instanceof Deno.errors.BrokenPipe);
    assertEquals(raw.closed, close);
  }
});

Deno.test("toWritableStream() fails when closing the writer fails", async () => {
  const raw = new MockRawIO();
  raw.close = () => Promise.reject(new Error("close"));
  const source = toWritableStream(new BufferedWriter(raw)).getWriter();
  source.closed.catch(() => {});
  await assertRejects(() => source.close(), Error, "close");
});

for (
  const [name, size, wrap] of [
    ["write", 20_000, (raw) => new BufferedWriter(raw)],
    ["flush", 3, (raw) => new BufferedWriter(raw)],
    ["raw write (test_interrupted_write_unbuffered)", 3, (raw) => raw],
  ] as [string, number, (raw: GatedIO) => BufferedWriter | GatedIO][]
) {
  Deno.test(`toWritableStream() ends a ${name} that waits when it is aborted, and does not flush`, async () => {
    const raw = new GatedIO();
    const source = toWritableStream(wrap(raw)).getWriter();
    source.closed.catch(() => {});
    source.ready.catch(() => {});
    const writing = source.write(new Uint8Array(size));
    writing.catch(() => {});
    await settle();
    assertEquals(raw.writing.length, 1);
    await source.abort(new Error("enough"));
    await assertRejects(() => writing, Error, "enough");
    assert(raw.closed);
    assertEquals(raw.writing.length, 1, "nothing more was written");
  });
}

Deno.test("toWritableStream() hears of a source that fails", async () => {
  const raw = new MockRawIO();
  const { stream } = pieces(["abc", new Error("source")]);
  await assertRejects(
    () => stream.pipeTo(toWritableStream(new BufferedWriter(raw))),
    Error,
    "source",
  );
  assertEquals(raw.written, ["abc"]);
  assert(raw.closed);
});

Deno.test("toWritableStream() refuses chunks that are no bytes", async () => {
  const raw = new MockRawIO();
  const source = toWritableStream(new BufferedWriter(raw)).getWriter();
  source.closed.catch(() => {});
  source.ready.catch(() => {});
  await assertRejects(() => source.write("text" as never), TypeError);
  assert(raw.closed);
});

Deno.test("Web streams carry half a gigabyte back and forth in constant memory", async () => {
  class Endless extends RawIOBase {
    left = 2 ** 29;
    override readable(): boolean {
      return true;
    }
    override readinto(buffer: Uint8Array): Promise<number> {
      const count = Math.min(buffer.length, this.left);
      this.left -= count;
      return Promise.resolve(count);
    }
  }
  let sent = 0;
  let peak = 0;
  const before = usedMegabytes();
  class Sink extends RawIOBase {
    override writable(): boolean {
      return true;
    }
    override write(source: Uint8Array): Promise<number> {
      sent += source.length;
      peak = Math.max(peak, usedMegabytes() - before);
      return Promise.resolve(source.length);
    }
  }
  const there = toReadableStream(new BufferedReader(new Endless()));
  const back = fromReadableStream(there);
  const target = new BufferedWriter(new Sink());
  await copyfileobj(back, target, 2 ** 28);
  await target.flush();
  const rest = toReadableStream(back);
  await rest.pipeTo(toWritableStream(target));
  assertEquals(sent, 2 ** 29);
  assert(peak < 256, `${peak} MB`);
  assert(back.closed && target.closed);
});
