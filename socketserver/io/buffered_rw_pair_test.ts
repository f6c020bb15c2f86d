import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { bytes, MockRawIO, text } from "../../_tools/testing/test_streams.ts";
import { BufferedRWPair } from "./buffered_rw_pair.ts";
import { BytesIO } from "./bytes_io.ts";
import { UnsupportedOperation } from "./errors.ts";

function pairOver(content: string): [BufferedRWPair, MockRawIO] {
  const target = new MockRawIO();
  return [new BufferedRWPair(new BytesIO(bytes(content)), target), target];
}

Deno.test("BufferedRWPair() checks its streams and sizes (test_constructor, test_constructor_with_not_readable, test_constructor_with_not_writeable, test_constructor_max_buffer_size_removal)", () => {
  class Idle extends MockRawIO {
    override readable(): boolean {
      return false;
    }
    override writable(): boolean {
      return false;
    }
  }
  const raw = new MockRawIO();
  assertEquals(new BufferedRWPair(raw, raw).closed, false);
  assertThrows(() => new BufferedRWPair(new Idle(), raw), UnsupportedOperation);
  assertThrows(() => new BufferedRWPair(raw, new Idle()), UnsupportedOperation);
  assertThrows(() => new BufferedRWPair(raw, raw, 0), RangeError);
  assertThrows(
    () => Reflect.construct(BufferedRWPair, [raw, raw, 8, 12]),
    TypeError,
  );
});

Deno.test("BufferedRWPair cannot be taken apart (test_detach)", async () => {
  const [pair] = pairOver("");
  await assertRejects(() => pair.detach(), UnsupportedOperation);
});

Deno.test("BufferedRWPair reads from the reader (test_read, test_read1, test_readlines, test_peek)", async () => {
  const [pair] = pairOver("abcdef\nghi\nj");
  assertEquals(text(await pair.read(3)), "abc");
  assert(text(await pair.peek(3))!.startsWith("def"));
  assertEquals(text(await pair.read1(2)), "de");
  assertEquals(text(await pair.readline()), "f\n");
  assertEquals((await pair.readlines()).map(text), ["ghi\n", "j"]);
  assertEquals(text(await pair.read()), "");
  assertEquals((await pairOver("abc\ndef\nh")[0].readlines(5)).length, 2);
  assertEquals(text(await pairOver("abc")[0].read(null)), "abc");
});

Deno.test("BufferedRWPair reads into memory of the caller (test_readinto)", async () => {
  for (const method of ["readinto", "readinto1"] as const) {
    const [pair] = pairOver("abcdef");
    const target = new Uint8Array(5);
    assertEquals(await pair[method](target), 5);
    assertEquals(text(target), "abcde");
  }
});

Deno.test("BufferedRWPair writes to the writer (test_write)", async () => {
  const [pair, target] = pairOver("");
  await pair.write(bytes("abc"));
  assertEquals(target.written, []);
  await pair.flush();
  const own = bytes("def");
  await pair.write(own);
  own.fill(42);
  await pair.flush();
  assertEquals(target.written, ["abc", "def"]);
});

Deno.test("BufferedRWPair reads and writes, and never seeks (test_readable, test_writeable, test_seekable)", async () => {
  const raw = new MockRawIO();
  const pair = new BufferedRWPair(raw, raw);
  assert(pair.readable() && pair.writable());
  assertEquals(pair.seekable(), false);
  await assertRejects(() => pair.seek(0), UnsupportedOperation);
  await assertRejects(() => pair.tell(), UnsupportedOperation);
  await assertRejects(() => pair.truncate(), UnsupportedOperation);
  assertThrows(() => pair.fileno(), UnsupportedOperation);
});

Deno.test("BufferedRWPair is a terminal if either side is (test_isatty)", () => {
  class Terminal extends MockRawIO {
    override isatty(): boolean {
      return true;
    }
  }
  for (const reader of [new MockRawIO(), new Terminal()]) {
    for (const writer of [new MockRawIO(), new Terminal()]) {
      assertEquals(
        new BufferedRWPair(reader, writer).isatty(),
        reader instanceof Terminal || writer instanceof Terminal,
      );
    }
  }
});

Deno.test("BufferedRWPair.close() flushes and closes both (test_close_and_closed, test_io_after_close)", async () => {
  const reader = new MockRawIO();
  const writer = new MockRawIO();
  const pair = new BufferedRWPair(reader, writer);
  await pair.write(bytes("abc"));
  await pair.close();
  await pair.close();
  assert(pair.closed && reader.closed && writer.closed);
  assertEquals(writer.written, ["abc"]);
  for (
    const method of [
      () => pair.read(),
      () => pair.peek(),
      () => pair.readline(),
      () => pair.write(bytes("a")),
      () => pair.flush(),
    ]
  ) {
    await assertRejects(method, TypeError, "stream is closed");
  }
});

Deno.test("BufferedRWPair.close() over one raw stream closes it once", async () => {
  const raw = new MockRawIO();
  const pair = new BufferedRWPair(raw, raw);
  await pair.write(bytes("abc"));
  await pair.close();
  assert(raw.closed);
  assertEquals(raw.written, ["abc"]);
});

Deno.test("BufferedRWPair.close() closes the writer though the reader fails (test_reader_close_error_on_close)", async () => {
  const reader = new MockRawIO();
  reader.close = () => Promise.reject(new Error("reader"));
  const writer = new MockRawIO();
  const pair = new BufferedRWPair(reader, writer);
  await assertRejects(() => pair.close(), Error, "reader");
  assert(pair.closed && writer.closed && !reader.closed);
});

Deno.test("BufferedRWPair.close() closes the reader though the writer fails (test_writer_close_error_on_close)", async () => {
  const reader = new MockRawIO();
  const writer = new MockRawIO();
  writer.close = () => Promise.reject(new Error("writer"));
  const pair = new BufferedRWPair(reader, writer);
  await assertRejects(() => pair.close(), Error, "writer");
  assert(!pair.closed && !writer.closed && reader.closed);
});

Deno.test("BufferedRWPair.close() keeps both errors if both fail (test_reader_writer_close_error_on_close)", async () => {
  const reader = new MockRawIO();
  reader.close = () => Promise.reject(new Error("reader"));
  const writer = new MockRawIO();
  writer.close = () => Promise.reject(new Error("writer"));
  const pair = new BufferedRWPair(reader, writer);
  const error = await assertRejects(() => pair.close(), Error, "reader");
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, "writer");
  assert(!pair.closed && !reader.closed && !writer.closed);
});

Deno.test("BufferedRWPair reads and writes at the same time", async () => {
  const raw = new MockRawIO(["question\n"]);
  const pair = new BufferedRWPair(raw, raw);
  const [line] = await Promise.all([
    pair.readline(),
    pair.write(bytes("answer")),
    pair.flush(),
  ]);
  assertEquals(text(line), "question\n");
  assertEquals(raw.written, ["answer"]);
});
