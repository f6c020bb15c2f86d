import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import {
  bytes,
  GatedIO,
  MisbehavedRawIO,
  MockRawIO,
  NonBlockingIO,
  OneByteIO,
  settle,
  text,
  UnseekableIO,
  usedMegabytes,
} from "../../_tools/testing/test_streams.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { BytesIO } from "./bytes_io.ts";
import { BlockingIOError, UnsupportedOperation } from "./errors.ts";

/** Writes 256 kB in pieces of growing size, and does something after each. */
async function checkWrites(
  between: (writer: BufferedWriter) => unknown,
): Promise<void> {
  const content = new Uint8Array(256 * 1000).map((_, index) => index);
  const raw = new BytesIO();
  const writer = new BufferedWriter(raw, 13);
  for (let done = 0, round = 0; done < content.length; round++) {
    const piece = content.subarray(done, done + 1 + Math.floor(round / 15));
    assertEquals(await writer.write(piece), piece.length);
    done += piece.length;
    await between(writer);
  }
  await writer.flush();
  assertEquals(raw.getvalue(), content);
}

Deno.test("BufferedWriter() checks size, stream and arguments (test_constructor, test_max_buffer_size_removal)", async () => {
  for (const size of [0, -1, -16, 1.5, NaN]) {
    assertThrows(() => new BufferedWriter(new MockRawIO(), size), RangeError);
  }
  class Mute extends MockRawIO {
    override writable(): boolean {
      return false;
    }
  }
  assertThrows(
    () => new BufferedWriter(new Mute()),
    UnsupportedOperation,
    `Cannot buffer writes to "Mute": it is not writable`,
  );
  assertThrows(
    () => Reflect.construct(BufferedWriter, [new MockRawIO(), 8, 12]),
    TypeError,
  );
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 16);
  assertEquals(await writer.write(bytes("abc")), 3);
  await writer.flush();
  assertEquals(raw.written, ["abc"]);
});

Deno.test("BufferedWriter.write() copies what it is given (test_write)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abc"));
  assertEquals(raw.written, []);
  assertEquals(writer.pending, 3);
  const own = bytes("def");
  await writer.write(own);
  own.fill(42);
  await writer.flush();
  assertEquals(raw.written.join(""), "abcdef");
  assertEquals(writer.pending, 0);
});

Deno.test("BufferedWriter.write() copies before it returns its promise", async () => {
  for (const copy of [bytes, (text: string) => Buffer.from(text)]) {
    const raw = new MockRawIO();
    const writer = new BufferedWriter(raw, 4);
    const pieces = ["ab", "cdefghij", "k", "lmnop"].map(copy);
    const writes = pieces.map((piece) => writer.write(piece));
    for (const piece of pieces) piece.fill(42);
    await Promise.all(writes);
    await writer.flush();
    assertEquals(raw.written.join(""), "abcdefghijklmnop");
  }
});

Deno.test("BufferedWriter.write() sends what overflows, in order (test_write_overflow)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 8);
  const content = "abcdefghijklmnop";
  for (let at = 0; at < content.length; at += 3) {
    await writer.write(bytes(content.slice(at, at + 3)));
    assert(writer.pending <= 8);
  }
  assert(raw.written.join("").startsWith(content.slice(0, -8)));
  await writer.flush();
  assertEquals(raw.written.join(""), content);
});

Deno.test("BufferedWriter.write() hands large pieces on without cutting them up", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abc"));
  await writer.write(bytes("defghijklmnopq"));
  await writer.flush();
  assertEquals(raw.written, ["abc", "defghijklmnopq"]);
});

Deno.test("BufferedWriter.put() takes at once what fits, and only that", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 8);
  const own = bytes("abcdef");
  assert(writer.put(own));
  own.fill(42);
  assert(!writer.put(bytes("ghi")));
  assert(writer.put(bytes("gh")));
  assertEquals([raw.written, writer.pending], [[], 8]);
  const flushing = writer.flush();
  assert(!writer.put(bytes("i")));
  await flushing;
  assertEquals(raw.written.join(""), "abcdefgh");
  assert(writer.put(bytes("i")));
  await writer.close();
  assert(!writer.put(bytes("j")));
  assertEquals(raw.written.join(""), "abcdefghi");
});

Deno.test("BufferedWriter.writeThrough() sends what is buffered, then the bytes uncopied", async () => {
  class Keeping extends MockRawIO {
    readonly given: Uint8Array[] = [];
    override write(given: Uint8Array): Promise<number> {
      this.given.push(given);
      return super.write(given);
    }
  }
  const raw = new Keeping();
  const writer = new BufferedWriter(raw, 8);
  const own = bytes("0123456789");
  await writer.write(bytes("head"));
  await writer.writeThrough(own);
  assertEquals(raw.written.join(""), "head0123456789");
  assertStrictEquals(raw.given.at(-1)!.buffer, own.buffer);
  // The next ones are written to memory of the writer's own.
  await writer.write(bytes("tail"));
  assertEquals(text(own), "0123456789");
  await writer.writeThrough(bytes("end"));
  assertEquals(raw.given.at(-1)!.length, 7);
  assertEquals([writer.pending, text(own)], [0, "0123456789"]);
});

Deno.test("BufferedWriter.writeThrough() finishes what the raw stream takes in parts, and keeps what it refuses", async () => {
  const raw = new NonBlockingIO();
  const writer = new BufferedWriter(raw, 4);
  raw.blockOn("4");
  const own = bytes("0123456789");
  await assertRejects(() => writer.writeThrough(own), BlockingIOError);
  own.fill(42);
  await writer.flush();
  assertEquals(raw.pop(), "0123456789");
});

Deno.test("BufferedWriter.writeThrough() waits for its turn, and fails once closed", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw, 4);
  await writer.write(bytes("ab"));
  const flushing = writer.flush();
  const through = writer.writeThrough(bytes("cdefgh"));
  raw.writing.shift()!.resolve(2);
  await flushing;
  await settle();
  raw.writing.shift()!.resolve(6);
  await through;
  assertEquals(raw.written.join(""), "abcdefgh");
  await writer.close();
  await assertRejects(() => writer.writeThrough(bytes("x")), TypeError);
});

Deno.test("BufferedWriter writes pieces of any size (test_writes)", () =>
  checkWrites(() => {}));

Deno.test("BufferedWriter writes and flushes (test_writes_and_flushes)", () =>
  checkWrites((writer) => writer.flush()));

Deno.test("BufferedWriter writes and seeks (test_writes_and_seeks)", async () => {
  await checkWrites(async (writer) => {
    const at = await writer.tell();
    assertEquals(await writer.seek(at + 1), at + 1);
    await writer.seek(at - 1);
    await writer.seek(at);
  });
  await checkWrites(async (writer) => {
    const at = await writer.seek(0, 1);
    await writer.seek(1, 1);
    assertEquals(await writer.seek(-1, 1), at);
  });
});

Deno.test("BufferedWriter writes and truncates (test_writes_and_truncates)", () =>
  checkWrites(async (writer) => writer.truncate(await writer.tell())));

Deno.test("BufferedWriter finishes writes that the raw stream takes in parts", async () => {
  const raw = new OneByteIO();
  const writer = new BufferedWriter(raw, 4);
  for (const piece of ["ab", "cdefg", "hij", "klmnopqrst", ""]) {
    assertEquals(await writer.write(bytes(piece)), piece.length);
  }
  await writer.flush();
  assertEquals(text(raw.getvalue()), "abcdefghijklmnopqrst");
});

Deno.test("BufferedWriter.write() tells how much a blocking stream left it room for (test_write_non_blocking)", async () => {
  const raw = new NonBlockingIO();
  const writer = new BufferedWriter(raw, 8);
  assertEquals(await writer.write(bytes("abcd")), 4);
  assertEquals(await writer.write(bytes("efghi")), 5);
  raw.blockOn("k");
  assertEquals(await writer.write(bytes("jklmn")), 5);

  raw.blockOn("0");
  const error = await assertRejects(
    () => writer.write(bytes("opqrwxyz0123456789")),
    BlockingIOError,
  );
  assertEquals(error.charactersWritten, 16);
  assertEquals(raw.pop(), "abcdefghijklmnopqrwxyz");

  assertEquals(await writer.write(bytes("ABCDEFGHI")), 9);
  assert(raw.pop().startsWith("01234567A"));
});

Deno.test("BufferedWriter loses nothing in a loop over BlockingIOError (test_nonblock_pipe_write_bigbuf, test_nonblock_pipe_write_smallbuf)", async () => {
  for (const size of [1, 4, 16, 1024]) {
    const raw = new NonBlockingIO();
    const writer = new BufferedWriter(raw, size);
    const content = "0123456789".repeat(50);
    for (let done = 0, step = 1; done < content.length; step = step % 37 + 1) {
      raw.blockOn(String(step % 10));
      const piece = content.slice(done, done + step);
      try {
        done += await writer.write(bytes(piece));
      } catch (error) {
        assertInstanceOf(error, BlockingIOError);
        done += error.charactersWritten;
      }
    }
    while (writer.pending > 0) await writer.flush().catch(() => {});
    assertEquals(raw.pop(), content);
  }
});

Deno.test("BufferedWriter.flush() reports a stream that would block (test_flush)", async () => {
  const raw = new NonBlockingIO();
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abc"));
  raw.blockOn("a");
  await assertRejects(() => writer.flush(), BlockingIOError);
  await writer.flush();
  assertEquals(raw.written, ["abc"]);
  await writer.flush();
  assertEquals(raw.written, ["abc"]);
});

Deno.test("BufferedWriter does not take a raw stream's BlockingIOError for its own", async () => {
  const raw = new MockRawIO();
  raw.write = () => Promise.reject(new BlockingIOError("wait"));
  const writer = new BufferedWriter(raw, 4);
  const error = await assertRejects(
    () => writer.write(bytes("abcdef")),
    TypeError,
  );
  assertInstanceOf(error.cause, BlockingIOError);
});

Deno.test("BufferedWriter writes, rewinds and writes (test_write_and_rewind)", async () => {
  const raw = new BytesIO();
  const writer = new BufferedWriter(raw, 4);
  assertEquals(await writer.write(bytes("abcdef")), 6);
  assertEquals(await writer.tell(), 6);
  await writer.seek(0);
  assertEquals(await writer.write(bytes("XY")), 2);
  await writer.seek(6);
  assertEquals(text(raw.getvalue()), "XYcdef");
  assertEquals(await writer.write(bytes("123456")), 6);
  await writer.flush();
  assertEquals(text(raw.getvalue()), "XYcdef123456");
});

Deno.test("BufferedWriter.tell() counts what is buffered", async () => {
  const raw = new BytesIO(bytes("0123456789"));
  await raw.seek(5);
  const writer = new BufferedWriter(raw);
  await writer.write(bytes("ab"));
  assertEquals(await writer.tell(), 7);
  assertEquals(await raw.tell(), 5);
});

Deno.test("BufferedWriter.truncate() flushes and keeps the position (test_truncate, test_truncate_after_write)", async () => {
  const raw = new BytesIO();
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abcdef"));
  assertEquals(await writer.truncate(3), 3);
  assertEquals(await writer.tell(), 6);
  assertEquals(text(raw.getvalue()), "abc");
  await writer.seek(1);
  await writer.write(bytes("x"));
  assertEquals(await writer.truncate(), 2);
  assertEquals(text(raw.getvalue()), "ax");
});

Deno.test("BufferedWriter.writelines() takes any iterable (test_writelines, test_writelines_userlist)", async () => {
  const lines = ["ab", "cd", "ef"].map(bytes);
  for (
    const source of [
      lines,
      new Set(lines),
      (function* () {
        yield* lines;
      })(),
      (async function* () {
        yield* await Promise.resolve(lines);
      })(),
    ]
  ) {
    const raw = new MockRawIO();
    const writer = new BufferedWriter(raw, 8);
    await writer.writelines(source);
    await writer.flush();
    assertEquals(raw.written.join(""), "abcdef");
  }
});

Deno.test("BufferedWriter.writelines() refuses text and numbers (test_writelines_error)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw, 8);
  for (
    const lines of [[1, 2, 3], null, undefined, 5, "abc", [bytes("ok"), "no"]]
  ) {
    await assertRejects(() => writer.writelines(lines as never), TypeError);
  }
  await writer.flush();
  assertEquals(raw.written, ["ok"]);
});

Deno.test("BufferedWriter.write() takes any view and no text (test_array_writes)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw);
  assertEquals(await writer.write(new Uint16Array([0x6261, 0x6463])), 4);
  assertEquals(await writer.write(new DataView(bytes("xyz").buffer, 1)), 2);
  for (const wrong of ["text", 5, null, undefined, {}, [1]]) {
    await assertRejects(() => writer.write(wrong as never), TypeError);
  }
  await writer.flush();
  assertEquals(raw.written, ["abcdyz"]);
});

Deno.test("BufferedWriter reports counts and positions that cannot be (test_misbehaved_io)", async () => {
  const writer = new BufferedWriter(new MisbehavedRawIO(), 5);
  await assertRejects(() => writer.seek(0), Deno.errors.InvalidData);
  await assertRejects(() => writer.tell(), Deno.errors.InvalidData);
  await assertRejects(
    () => writer.write(bytes("abcdef")),
    Deno.errors.InvalidData,
  );
  for (const count of [-1, 0.5, NaN, undefined, "1"]) {
    const raw = new MockRawIO();
    raw.write = () => Promise.resolve(count as number);
    const writer = new BufferedWriter(raw);
    await writer.write(bytes("abc"));
    await assertRejects(() => writer.flush(), Deno.errors.InvalidData);
  }
});

Deno.test("BufferedWriter.seek() rejects a bad whence and a bad position (test_invalid_args)", async () => {
  const writer = new BufferedWriter(new MockRawIO());
  for (const whence of [-1, 3, 9]) {
    await assertRejects(() => writer.seek(0, whence), RangeError);
  }
  await assertRejects(() => writer.seek(0.5), TypeError);
});

Deno.test("BufferedWriter over a stream without positions neither seeks nor tells (test_unseekable)", async () => {
  const writer = new BufferedWriter(new UnseekableIO());
  await assertRejects(() => writer.tell(), UnsupportedOperation);
  await assertRejects(() => writer.seek(0), UnsupportedOperation);
});

Deno.test("BufferedWriter.detach() flushes and gives the raw stream once (test_detach, test_detach_flush)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw);
  await writer.write(bytes("howdy!"));
  assertEquals(raw.written, []);
  assertStrictEquals(await writer.detach(), raw);
  assertEquals(raw.written, ["howdy!"]);
  await assertRejects(() => writer.detach(), TypeError);
  await assertRejects(() => writer.write(bytes("x")), TypeError);
  assertEquals(`${writer}`, "<BufferedWriter>");
  await writer.close();
  assertEquals(raw.closed, false);
});

Deno.test("BufferedWriter asks the raw stream what it is (test_fileno, test_attributes, test_readonly_attributes, test_repr)", () => {
  const raw = new MockRawIO();
  raw.name = "wire";
  const writer = new BufferedWriter(raw);
  assertEquals(writer.fileno(), 42);
  assertEquals(writer.isatty(), false);
  assertEquals(writer.seekable(), true);
  assertEquals(writer.writable(), true);
  assertEquals(writer.readable(), false);
  assertEquals(writer.name, "wire");
  assertEquals(writer.mode, undefined);
  assertEquals(`${writer}`, `<BufferedWriter name="wire">`);
  assertThrows(() => {
    (writer as { raw: unknown }).raw = new MockRawIO();
  }, TypeError);
});

Deno.test("BufferedWriter is flushed and closed by its block (test_context_manager, test_close_flushes)", async () => {
  const raw = new MockRawIO();
  const writer = new BufferedWriter(raw);
  {
    await using _ = writer;
    await writer.write(bytes("abc"));
  }
  assert(raw.closed && writer.closed);
  assertEquals(raw.written, ["abc"]);
  await assertRejects(
    () => writer.write(bytes("d")),
    TypeError,
    "stream is closed",
  );
});

Deno.test("BufferedWriter refuses every method once closed (test_io_after_close, test_multi_close)", async () => {
  const writer = new BufferedWriter(new BytesIO());
  await writer.close();
  await writer.close();
  for (
    const method of [
      () => writer.write(bytes("a")),
      () => writer.write(new Uint8Array()),
      () => writer.writelines([]),
      () => writer.flush(),
      () => writer.seek(0),
      () => writer.tell(),
      () => writer.truncate(),
      () => writer.read(),
      () => writer.readline(),
    ]
  ) {
    await assertRejects(method, TypeError);
  }
});

Deno.test("BufferedWriter cannot read (test_invalid_operations)", async () => {
  const writer = new BufferedWriter(new MockRawIO());
  for (
    const method of [
      () => writer.read(),
      () => writer.read1(),
      () => writer.readinto(new Uint8Array(1)),
      () => writer.readinto1(new Uint8Array(1)),
      () => writer.readline(),
    ]
  ) {
    await assertRejects(method, UnsupportedOperation);
  }
});

Deno.test("BufferedWriter.close() closes though writing fails, and says so (test_write_error_on_close, test_flush_error_on_close)", async () => {
  const raw = new MockRawIO();
  raw.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
  const writer = new BufferedWriter(raw);
  await writer.write(bytes("spam"));
  await assertRejects(() => writer.close(), Deno.errors.BrokenPipe, "gone");
  assert(writer.closed && raw.closed);
});

Deno.test("BufferedWriter.close() that fails twice keeps both errors, and can be tried again (test_close_error_on_close)", async () => {
  const raw = new MockRawIO();
  const close = raw.close;
  raw.close = () => Promise.reject(new Error("close"));
  const writer = new BufferedWriter(raw);
  const flush = writer.flush;
  writer.flush = () => Promise.reject(new Error("flush"));
  const error = await assertRejects(() => writer.close(), Error, "close");
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, "flush");
  assertEquals(writer.closed, false);

  raw.close = close;
  writer.flush = flush;
  await writer.close();
  assertEquals(writer.closed, true);
});

Deno.test("BufferedWriter refuses writes during a slow close (test_slow_close_from_thread)", async () => {
  const raw = new MockRawIO();
  const closing = Promise.withResolvers<void>();
  raw.flush = () => closing.promise;
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abc"));
  const closed = Promise.all([writer.close(), writer.close()]);
  await settle();
  const late = assertRejects(
    () => writer.write(bytes("spam")),
    TypeError,
    "stream is closed",
  );
  closing.resolve();
  await closed;
  await late;
  assertEquals(raw.written, ["abc"]);
});

Deno.test("BufferedWriter.close() sends what is written while it flushes", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw);
  await writer.write(bytes("abc"));
  const closing = writer.close();
  await settle();
  const late = writer.write(bytes("def"));
  raw.writing.shift()!.resolve(3);
  assertEquals(await late, 3);
  await settle();
  raw.writing.shift()!.resolve(3);
  await closing;
  assertEquals(raw.written, ["abc", "def"]);
});

Deno.test("BufferedWriter sends concurrent writes whole and in order (test_threads, test_reentrant_write_buffered)", async () => {
  const raw = new OneByteIO();
  const writer = new BufferedWriter(raw, 8);
  const pieces = Array.from(
    { length: 60 },
    (_, index) => String.fromCharCode(65 + index).repeat(index % 2 ? 19 : 1),
  );
  const writes = pieces.map((piece) => writer.write(bytes(piece)));
  await Promise.all([...writes, writer.flush()]);
  assertEquals(text(raw.getvalue()), pieces.join(""));
});

Deno.test("BufferedWriter tells, seeks and truncates in turn", async () => {
  const raw = new OneByteIO();
  const writer = new BufferedWriter(raw, 4);
  const answers = await Promise.all([
    writer.write(bytes("abcdefgh")),
    writer.tell(),
    writer.seek(2),
    writer.write(bytes("XYZ")),
    writer.tell(),
    writer.truncate(),
    writer.seek(0),
    writer.write(bytes("_")),
    writer.flush(),
  ]);
  assertEquals(answers, [8, 8, 2, 3, 5, 5, 0, 1, undefined]);
  assertEquals(text(raw.getvalue()), "_bXYZ");
});

Deno.test("BufferedWriter queues a write that is begun by a write (test_reentrant_write_buffered)", async () => {
  const raw = new MockRawIO();
  const write = raw.write.bind(raw);
  const writer = new BufferedWriter(raw, 4);
  let inner: Promise<number> | undefined;
  raw.write = (source) => {
    inner ??= writer.write(bytes("INNER"));
    return write(source);
  };
  await writer.write(bytes("outer!"));
  assertEquals(await inner, 5);
  await writer.flush();
  assertEquals(raw.written.join(""), "outer!INNER");
});

Deno.test("BufferedWriter loses and doubles nothing when a flush is aborted (test_interrupted_write_retry_buffered)", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw, 8);
  await writer.write(bytes("abcd"));
  const controller = new AbortController();
  const flushing = writer.flush({ signal: controller.signal });
  await settle();
  controller.abort(new Error("enough"));
  await assertRejects(() => flushing, Error, "enough");

  await writer.write(bytes("ef"));
  const again = writer.flush();
  await settle();
  assertEquals(raw.writing.length, 1, "the write under way is waited for");
  raw.writing.shift()!.resolve(3);
  await settle();
  raw.writing.shift()!.resolve(3);
  await again;
  assertEquals(raw.written, ["abc", "def"]);
});

Deno.test("BufferedWriter accepts the bytes of an aborted write (test_interrupted_write_buffered)", async () => {
  for (
    const [first, second] of [["abcd", "efgh"], ["", "efghijklm"], [
      "abcdef",
      "ghijklmno",
    ]] as const
  ) {
    const raw = new GatedIO();
    const writer = new BufferedWriter(raw, 6);
    await writer.write(bytes(first));
    const controller = new AbortController();
    const writing = writer.write(bytes(second), { signal: controller.signal });
    await settle();
    controller.abort(new Error("enough"));
    await assertRejects(() => writing, Error, "enough");
    const last = writer.write(bytes("xyz"));
    const flushed = writer.flush();
    while (raw.writing.length > 0) {
      raw.writing[0]!.resolve(raw.writing.shift()!.buffer.length);
      await settle();
    }
    assertEquals(await last, 3);
    await flushed;
    assertEquals(raw.written.join(""), `${first}${second}xyz`);
  }
});

Deno.test("BufferedWriter accepts the bytes of a write that is aborted while it waits for its turn", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw, 4);
  const controller = new AbortController();
  const first = writer.write(bytes("abcdefgh"));
  const second = writer.write(bytes("ijk"), { signal: controller.signal });
  const third = writer.write(bytes("l"));
  await settle();
  controller.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  raw.writing.shift()!.resolve(8);
  await Promise.all([first, third]);
  assertEquals(writer.pending, 4);
  const flushed = writer.flush();
  await settle();
  raw.writing.shift()!.resolve(4);
  await flushed;
  assertEquals(raw.written, ["abcdefgh", "ijkl"]);
});

Deno.test("BufferedWriter takes nothing of a write whose signal has aborted before", async () => {
  const writer = new BufferedWriter(new MockRawIO());
  await assertRejects(() =>
    writer.write(bytes("abc"), { signal: AbortSignal.abort() })
  );
  assertEquals(writer.pending, 0);
});

Deno.test("BufferedWriter reports the late failure of an aborted flush to the next one", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw);
  await writer.write(bytes("abc"));
  const controller = new AbortController();
  const flushing = writer.flush({ signal: controller.signal });
  controller.abort();
  await assertRejects(() => flushing);
  raw.writing.shift()!.reject(new Deno.errors.BrokenPipe("late"));
  await settle();
  await assertRejects(() => writer.flush(), Deno.errors.BrokenPipe, "late");
});

Deno.test("BufferedWriter makes its writer wait for a slow stream", async () => {
  const raw = new GatedIO();
  const writer = new BufferedWriter(raw, 4);
  let written = false;
  const writing = writer.write(bytes("abcdefgh")).then(() => written = true);
  await settle();
  assertEquals(written, false);
  raw.writing.shift()!.resolve(8);
  await writing;
});

Deno.test("BufferedWriter gives the memory of a large write back", async () => {
  const raw = new MockRawIO();
  const memory: number[] = [];
  raw.write = (source) => {
    memory.push(source.buffer.byteLength);
    return Promise.resolve(source.length);
  };
  const writer = new BufferedWriter(raw, 64);
  for (const size of [3, 1000, 3]) {
    await writer.write(new Uint8Array(size));
    await writer.flush();
  }
  assertEquals(memory.length, 3);
  assert(memory[0]! <= 64 && memory[2]! <= 64, `${memory}`);
});

Deno.test("BufferedWriter passes half a gigabyte on in constant memory", async () => {
  for (const size of [1000, 50_000]) {
    const raw = new MockRawIO();
    let sent = 0;
    raw.write = (source) => {
      sent += source.length;
      return Promise.resolve(source.length);
    };
    const writer = new BufferedWriter(raw);
    const piece = new Uint8Array(size);
    const before = usedMegabytes();
    let peak = 0;
    for (let done = 0, round = 0; done < 2 ** 29; done += size, round++) {
      await writer.write(piece);
      if (round % 64 === 0) peak = Math.max(peak, usedMegabytes() - before);
    }
    await writer.flush();
    assert(sent >= 2 ** 29);
    assert(peak < 192, `${peak} MB`);
  }
});

Deno.test("BufferedWriter: many that write as much as the others, again and again, need no new memory", async () => {
  const buffers = new Set<ArrayBufferLike>();
  const writers = Array.from({ length: 100 }, () => {
    const raw = new MockRawIO();
    raw.write = (source) => {
      buffers.add(source.buffer);
      return Promise.resolve(source.length);
    };
    return new BufferedWriter(raw, 65536);
  });
  let after = 0;
  for (let round = 0; round < 5; round++) {
    for (const writer of writers) {
      await writer.write(new Uint8Array(100));
      await writer.write(new Uint8Array(20_000));
    }
    await Promise.all(writers.map((writer) => writer.flush()));
    if (round === 1) after = buffers.size;
  }
  assertEquals(buffers.size, after);
});

Deno.test("BufferedWriter: those that write in turn lend each other their memory", async () => {
  const buffers = new Set<ArrayBufferLike>();
  for (let i = 0; i < 100; i++) {
    const raw = new MockRawIO();
    raw.write = (source) => {
      buffers.add(source.buffer);
      return Promise.resolve(source.length);
    };
    const writer = new BufferedWriter(raw, 65536);
    await writer.write(new Uint8Array(3000));
    await writer.flush();
  }
  assertEquals(buffers.size, 1);
});
