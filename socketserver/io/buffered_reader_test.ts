import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  bytes,
  CharacterDeviceIO,
  GatedIO,
  MisbehavedRawIO,
  MockFileIO,
  MockRawIO,
  OneByteIO,
  settle,
  text,
  UnseekableIO,
  usedMegabytes,
} from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BytesIO } from "./bytes_io.ts";
import { UnsupportedOperation } from "./errors.ts";
import { RawIOBase } from "./raw_io_base.ts";

const ITEMS = ["abc", "d", "efg"];

/** Items of which `null` means that reading would block. */
function nonBlocking(items: (string | null)[]): BufferedReader<null> {
  return new BufferedReader<null>(new MockRawIO(items));
}

const shared = new Uint8Array(5000);

/** A raw stream of zero bytes that counts what it gave. */
class ZeroIO extends RawIOBase {
  given = 0;

  override readable(): boolean {
    return true;
  }

  override readinto(buffer: Uint8Array): Promise<number> {
    this.given += buffer.length;
    return Promise.resolve(buffer.length);
  }
}

Deno.test("BufferedReader() checks size and stream (test_constructor)", async () => {
  for (const size of [0, -1, -16, 1.5, NaN]) {
    assertThrows(() => new BufferedReader(new MockRawIO(), size), RangeError);
  }
  class Deaf extends MockRawIO {
    override readable(): boolean {
      return false;
    }
  }
  assertThrows(
    () => new BufferedReader(new Deaf()),
    UnsupportedOperation,
    `Cannot buffer reads of "Deaf": it is not readable`,
  );
  const raw = new MockRawIO(["abc"]);
  assertEquals(text(await new BufferedReader(raw, 16).read()), "abc");
});

Deno.test("BufferedReader() reads nothing by itself", async () => {
  const raw = new MockRawIO(ITEMS);
  await new BufferedReader(raw).close();
  assertEquals(raw.reads, 0);
});

Deno.test("BufferedReader.read() gives exact sizes across short raw reads (test_read)", async () => {
  for (const size of [undefined, null, -1, 7]) {
    const reader = new BufferedReader(new MockRawIO(ITEMS));
    assertEquals(text(await reader.read(size)), "abcdefg");
  }
  const reader = new BufferedReader(new MockRawIO(ITEMS), 2);
  assertEquals(text(await reader.read(1)), "a");
  assertEquals(text(await reader.read(4)), "bcde");
  assertEquals(text(await reader.read(0)), "");
  assertEquals(text(await reader.read(9)), "fg");
  assertEquals(text(await reader.read(1)), "");
});

Deno.test("BufferedReader.read() rejects sizes below -1 and what is no size (test_read, test_args_error)", async () => {
  const reader = new BufferedReader(new MockRawIO(ITEMS));
  await assertRejects(
    () => reader.read(-2),
    RangeError,
    "Cannot read -2 bytes",
  );
  await assertRejects(() => reader.read(1.5), TypeError);
  await assertRejects(() => reader.read("1" as never), TypeError);
  assertEquals(text(await reader.read()), "abcdefg");
});

Deno.test("BufferedReader.read() past the end gives what there is (test_read_past_eof, test_read_all)", async () => {
  assertEquals(
    text(await new BufferedReader(new MockRawIO(ITEMS)).read(9000)),
    "abcdefg",
  );
  assertEquals(
    text(await new BufferedReader(new MockRawIO(ITEMS), 3).read()),
    "abcdefg",
  );
});

Deno.test("BufferedReader.read1() needs one raw read at most, none while bytes are buffered (test_read1)", async () => {
  const raw = new MockRawIO(ITEMS);
  const reader = new BufferedReader(raw);
  assertEquals(text(await reader.read(1)), "a");
  for (
    const [size, expected, reads] of [
      [1, "b", 1],
      [0, "", 1],
      [100, "c", 1],
      [100, "d", 2],
      [100, "efg", 3],
      [100, "", 4],
    ] as const
  ) {
    assertEquals(text(await reader.read1(size)), expected);
    assertEquals(raw.reads, reads);
  }
});

Deno.test("BufferedReader.read1() without a size gives what comes (test_read1_arbitrary)", async () => {
  const raw = new MockRawIO(ITEMS);
  const reader = new BufferedReader(raw);
  assertEquals(text(await reader.read(1)), "a");
  assertEquals(text(await reader.read1()), "bc");
  assertEquals(text(await reader.read1()), "d");
  assertEquals(text(await reader.read1(-1)), "efg");
  assertEquals(raw.reads, 3);
  assertEquals(text(await reader.read1()), "");
  assertEquals(raw.reads, 4);
});

Deno.test("BufferedReader.readinto() fills and leaves the rest alone (test_readinto)", async () => {
  const reader = new BufferedReader(new MockRawIO(ITEMS));
  const target = new Uint8Array(2);
  for (
    const [count, expected] of [[2, "ab"], [2, "cd"], [2, "ef"], [1, "gf"], [
      0,
      "gf",
    ]] as const
  ) {
    assertEquals(await reader.readinto(target), count);
    assertEquals(text(target), expected);
  }
  const blocking = nonBlocking(["abc", null, null]);
  assertEquals(await blocking.readinto(target), 2);
  assertEquals(await blocking.readinto(target), 1);
  assertEquals(text(target), "cb");
  assertEquals(await blocking.readinto(target), null);
});

Deno.test("BufferedReader.readinto1() gives what is buffered, else one raw read (test_readinto1)", async () => {
  const raw = new MockRawIO(["abc", "de", "fgh", "jkl"]);
  const reader = new BufferedReader(raw, 10);
  const target = new Uint8Array(2);
  assertEquals(text(await reader.peek(3)), "abc");
  assertEquals(await reader.readinto1(target), 2);
  assertEquals(await reader.readinto1(target), 1);
  assertEquals(text(target), "cb");
  assertEquals(raw.reads, 1);
  assertEquals(await reader.readinto1(target), 2);
  assertEquals(raw.reads, 2);

  // CPython reads once more here, and waits although it has something.
  const large = new Uint8Array(20);
  assertEquals(text(await reader.peek(3)), "fgh");
  assertEquals(await reader.readinto1(large), 3);
  assertEquals(raw.reads, 3);
  assertEquals(await reader.readinto1(large), 3);
  assertEquals(text(large.subarray(0, 4)), "jkl\0");
});

Deno.test("BufferedReader.readinto() fills the bytes of any view (test_readinto_array, test_readinto1_array)", async () => {
  for (const method of ["readinto", "readinto1"] as const) {
    const reader = new BufferedReader(new MockRawIO(["a".repeat(26)]), 60);
    const target = new Int32Array(32).fill(0x78787878);
    assertEquals(await reader[method](target), 26);
    assertEquals(
      text(new Uint8Array(target.buffer)),
      "a".repeat(26) + "x".repeat(102),
    );
    const view = new DataView(new ArrayBuffer(4), 1, 2);
    assertEquals(
      await new BufferedReader(new MockRawIO(["xyz"]))[method](view),
      2,
    );
    assertEquals(text(new Uint8Array(view.buffer)), "\0xy\0");
    await assertRejects(() => reader[method]("text" as never), TypeError);
  }
});

Deno.test("BufferedReader.readinto() reads large requests straight into the caller's memory", async () => {
  const raw = new MockRawIO(["abcdefgh", "ij"]);
  const reader = new BufferedReader(raw, 4);
  const target = new Uint8Array(9);
  assertEquals(await reader.readinto(target), 9);
  assertEquals(text(target), "abcdefghi");
  assertEquals(raw.sizes, [9, 4]);
  assertEquals(text(await reader.read()), "j");
});

Deno.test("BufferedReader.readinto() puts back what it had when the stream fails", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw, 2);
  const failing = reader.readinto(new Uint8Array(6));
  raw.reading.shift()!.resolve("abc");
  await settle();
  raw.reading.shift()!.reject(new Deno.errors.ConnectionReset("gone"));
  await assertRejects(() => failing, Deno.errors.ConnectionReset);
  assertEquals(text(await reader.read(3)), "abc");
});

Deno.test("BufferedReader.readlines() honours the hint (test_readlines)", async () => {
  const lines = async (hint?: number | null) => {
    const reader = new BufferedReader(new MockRawIO(["abc\n", "d\n", "ef"]));
    return (await reader.readlines(hint)).map(text);
  };
  assertEquals(await lines(), ["abc\n", "d\n", "ef"]);
  assertEquals(await lines(5), ["abc\n", "d\n"]);
  assertEquals(await lines(4), ["abc\n"]);
  for (const all of [null, 0, -1]) {
    assertEquals(await lines(all), ["abc\n", "d\n", "ef"]);
  }
  await assertRejects(() => lines("1" as never), TypeError);
});

Deno.test("BufferedReader reads as much at once as its buffer holds (test_buffering)", async () => {
  const data = "abcdefghi";
  for (
    const [bufferSize, sizes, history] of [
      [100, [3, 1, 4, 8], [9, 0]],
      [100, [3, 3, 3], [9]],
      [4, [1, 2, 4, 2], [4, 4, 1]],
    ] as const
  ) {
    const raw = new MockFileIO(bytes(data));
    const reader = new BufferedReader(raw, bufferSize);
    let position = 0;
    for (const size of sizes) {
      const expected = data.slice(position, position += size);
      assertEquals(text(await reader.read(size)), expected);
    }
    assertEquals(raw.history, [...history]);
  }
});

Deno.test("BufferedReader answers null only where nothing at all is there (test_read_non_blocking)", async () => {
  const reader = nonBlocking(["abc", "d", null, "efg", null, null, null]);
  assertEquals(text(await reader.read(6)), "abcd");
  assertEquals(text(await reader.read(1)), "e");
  assertEquals(text(await reader.read()), "fg");
  assertEquals(text(await reader.peek(1)), "");
  assertEquals(await reader.read(), null);
  assertEquals(text(await reader.read()), "");

  const others = nonBlocking([null, null, "a\nb", null]);
  assertEquals(await others.read1(5), null);
  assertEquals(await others.read(5), null);
  assertEquals(text(await others.readline()), "a\n");
  assertEquals(text(await others.readline()), "b");
  assertEquals(text(await others.readline()), "");
});

Deno.test("BufferedReader never reads more often than it must (test_no_extraneous_read)", async () => {
  const size = 16;
  for (const count of [2, size - 1, size, size + 1, size * 2]) {
    for (const items of [["x".repeat(count)], ["x".repeat(count - 1), "x"]]) {
      const raw = new MockRawIO(items);
      const reader = new BufferedReader(raw, size);
      assertEquals((await reader.read(count)).length, count);
      assertEquals(raw.extraneousReads, 0);
      assertEquals(raw.reads, items.length);
    }
  }
});

Deno.test("BufferedReader shares out every byte once to concurrent readers (test_threads)", async () => {
  const data = new Uint8Array(256 * 40).map((_, index) => index);
  const reader = new BufferedReader(new BytesIO(data), 8);
  const chunks: Uint8Array[] = [];
  const reads = async () => {
    for (let size = 1;; size = 20 - size) {
      const chunk = await reader.read(size);
      if (chunk.length === 0) return;
      chunks.push(chunk);
    }
  };
  await Promise.all(Array.from({ length: 20 }, reads));
  const counts = new Uint32Array(256);
  for (const code of chunks.flatMap((chunk) => [...chunk])) counts[code]!++;
  assertEquals(counts, new Uint32Array(256).fill(40));
});

Deno.test("BufferedReader answers concurrent calls in the order they were made", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const target = new Uint8Array(2);
  const answers = Promise.all([
    reader.read(2),
    reader.readline(),
    reader.peek(),
    reader.read1(1),
    reader.readinto(target),
    reader.fill(),
  ]);
  for (const piece of ["ab", "c", "d\ne", "fg", "h"]) {
    await settle();
    assertEquals(raw.reading.length, 1, "one raw read at a time");
    raw.reading.shift()!.resolve(piece);
  }
  const [first, line, shown, some, ...counts] = await answers;
  assertEquals([first, line, shown, some].map(text), ["ab", "cd\n", "e", "e"]);
  assertEquals(text(target), "fg");
  assertEquals(counts, [2, 1]);
  assertEquals(text(reader.buffered), "h");
});

Deno.test("BufferedReader reports positions and counts that cannot be (test_misbehaved_io, test_bad_readinto_value, test_misbehaved_io_read)", async () => {
  const reader = new BufferedReader(new MisbehavedRawIO(ITEMS));
  await assertRejects(() => reader.seek(0), Deno.errors.InvalidData);
  await assertRejects(() => reader.tell(), Deno.errors.InvalidData);
  await assertRejects(() => reader.read(10), Deno.errors.InvalidData);
  await assertRejects(
    () => reader.readinto(new Uint8Array(99999)),
    Deno.errors.InvalidData,
  );
});

Deno.test("BufferedReader believes no count that exceeds what it offered", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw, 4);
  const grown = reader.read(6);
  raw.reading.shift()!.resolve("secret");
  await grown;
  await settle();
  const reading = reader.read(1);
  const { length } = raw.reading[0]!.buffer;
  raw.reading.shift()!.resolve(length + 1);
  await assertRejects(() => reading, Deno.errors.InvalidData);
});

Deno.test("BufferedReader reports counts of the wrong type (test_bad_readinto_type)", async () => {
  for (const count of [-1, 0.5, undefined, "1", NaN]) {
    const raw = new MockRawIO();
    raw.readinto = () => Promise.resolve(count as number);
    const reader = new BufferedReader(raw);
    await assertRejects(() => reader.readline(), Deno.errors.InvalidData);
    await assertRejects(() => reader.read(), Deno.errors.InvalidData);
  }
});

Deno.test("BufferedReader refuses every method once closed (test_read_on_closed)", async () => {
  const reader = new BufferedReader(new BytesIO(bytes("12")));
  await reader.read(1);
  await reader.close();
  for (
    const method of [
      () => reader.peek(),
      () => reader.fill(),
      () => reader.read(),
      () => reader.read(0),
      () => reader.read1(1),
      () => reader.readinto(new Uint8Array()),
      () => reader.readinto1(new Uint8Array()),
      () => reader.readline(),
      () => reader.readlines(),
      () => reader.flush(),
      () => reader.truncate(),
      () => reader.seek(0),
      () => reader.tell(),
    ]
  ) {
    await assertRejects(method, TypeError);
  }
  assertThrows(() => reader[Symbol.asyncIterator](), TypeError);
});

Deno.test("BufferedReader cannot truncate (test_truncate_on_read_only)", async () => {
  const reader = new BufferedReader(new MockFileIO(bytes("abc")));
  assertEquals(reader.writable(), false);
  await assertRejects(() => reader.truncate(), UnsupportedOperation);
  await assertRejects(() => reader.truncate(0), UnsupportedOperation);
});

Deno.test("BufferedReader never answers a negative position (test_tell_character_device_file, test_seek_character_device_file)", async () => {
  const reader = new BufferedReader(new CharacterDeviceIO(bytes("12")));
  assertEquals(await reader.tell(), 0);
  assertEquals(text(await reader.read(1)), "1");
  assertEquals(await reader.tell(), 0);
  assertEquals(await reader.seek(1), 0);
  assertEquals(await reader.seek(0, 1), 0);
});

Deno.test("BufferedReader.seek() counts from the logical position and drops the buffer", async () => {
  const reader = new BufferedReader(new BytesIO(bytes("abcdefghij")), 4);
  assertEquals(text(await reader.read(2)), "ab");
  assertEquals(await reader.tell(), 2);
  assertEquals(await reader.seek(1, 1), 3);
  assertEquals(text(await reader.read(1)), "d");
  assertEquals(await reader.seek(-2, 2), 8);
  assertEquals(text(await reader.read()), "ij");
  assertEquals(await reader.seek(0), 0);
  assertEquals(text(reader.buffered), "");
  assertEquals(text(await reader.read()), "abcdefghij");
});

Deno.test("BufferedReader.seek() rejects a bad whence and a bad position (test_invalid_args)", async () => {
  const reader = new BufferedReader(new MockRawIO());
  for (const whence of [-1, 3, 9, NaN]) {
    await assertRejects(() => reader.seek(0, whence), RangeError);
  }
  await assertRejects(() => reader.seek(0.5), TypeError);
});

Deno.test("BufferedReader over a stream without positions neither seeks nor tells (test_unseekable)", async () => {
  const reader = new BufferedReader(new UnseekableIO(bytes("AAAA")));
  for (let round = 0; round < 2; round++) {
    await assertRejects(() => reader.tell(), UnsupportedOperation);
    await assertRejects(() => reader.seek(0), UnsupportedOperation);
    await reader.read(1);
  }
});

Deno.test("BufferedReader.detach() gives the raw stream once (test_detach)", async () => {
  const raw = new MockRawIO(ITEMS);
  const reader = new BufferedReader(raw);
  assertStrictEquals(await reader.detach(), raw);
  await assertRejects(() => reader.detach(), TypeError);
  await assertRejects(
    () => reader.read(),
    TypeError,
    "raw stream was detached",
  );
  assertThrows(() => reader.raw, TypeError);
  assertEquals(`${reader}`, "<BufferedReader>");
  await reader.close();
  assertEquals(raw.closed, false);
});

Deno.test("BufferedReader.detach() ends a read that is not done, without losing what came", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const reading = reader.read(4);
  await settle();
  await reader.detach();
  raw.reading[0]!.resolve("ab");
  await assertRejects(() => reading, TypeError, "detached");
  assertEquals(text(reader.buffered), "ab");
});

Deno.test("BufferedReader asks the raw stream what it is (test_fileno, test_attributes)", () => {
  class Terminal extends MockRawIO {
    mode = "rb";
    override isatty(): boolean {
      return true;
    }
  }
  const raw = new Terminal();
  raw.name = "tty";
  const reader = new BufferedReader(raw);
  assertEquals(reader.fileno(), 42);
  assertEquals(reader.isatty(), true);
  assertEquals(reader.seekable(), true);
  assertEquals(reader.readable(), true);
  assertEquals(reader.name, "tty");
  assertEquals(reader.mode, "rb");
  assertStrictEquals(reader.raw, raw);
});

Deno.test("BufferedReader.raw cannot be replaced (test_readonly_attributes)", () => {
  const reader = new BufferedReader(new MockRawIO());
  assertThrows(() => {
    (reader as { raw: unknown }).raw = new MockRawIO();
  }, TypeError);
});

Deno.test("BufferedReader.toString() shows class and name (test_repr, test_subclass_repr, test_recursive_repr)", () => {
  class Special extends BufferedReader {}
  const raw = new MockRawIO();
  const reader = new Special(raw);
  assertEquals(`${reader}`, "<Special>");
  raw.name = `a"b`;
  assertEquals(`${reader}`, `<Special name="a\\"b">`);
  raw.name = 7;
  assertEquals(`${reader}`, "<Special name=7>");
  raw.name = reader;
  assertEquals(`${reader}`, "<Special>");
});

Deno.test("BufferedReader is closed by its block and stays closed (test_context_manager, test_with_open)", async () => {
  const raw = new MockRawIO();
  const reader = new BufferedReader(raw);
  {
    await using _ = reader;
  }
  assert(raw.closed && reader.closed);
  await assertRejects(() => reader.read(), TypeError, "stream is closed");
  const failing = new BufferedReader(new MockRawIO());
  await assertRejects(
    async () => {
      await using _ = failing;
      await Promise.reject(new RangeError("body"));
    },
    RangeError,
    "body",
  );
  assert(failing.closed);
});

Deno.test("BufferedReader.close() does nothing the second time (test_multi_close)", async () => {
  const reader = new BufferedReader(new MockRawIO());
  await reader.close();
  await reader.close();
  await assertRejects(() => reader.flush(), TypeError);
});

Deno.test("BufferedReader.close() closes though flushing fails, and says so (test_flush_error_on_close, test_close_assert)", async () => {
  const raw = new MockRawIO();
  const seen: boolean[] = [];
  const reader = new BufferedReader(raw);
  raw.flush = () => {
    seen.push(reader.closed, raw.closed);
    return Promise.reject(new Deno.errors.BrokenPipe("flush"));
  };
  await assertRejects(() => reader.close(), Deno.errors.BrokenPipe, "flush");
  assertEquals(seen, [false, false]);
  assert(reader.closed && raw.closed);
});

Deno.test("BufferedReader.close() that fails twice keeps both errors (test_close_error_on_close, test_nonnormalized_close_error_on_close)", async () => {
  const raw = new MockRawIO();
  raw.close = () => Promise.reject(new Error("close"));
  const reader = new BufferedReader(raw);
  reader.flush = () => Promise.reject(new Error("flush"));
  const error = await assertRejects(() => reader.close(), Error, "close");
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, "flush");
  assertEquals(reader.closed, false);
});

Deno.test("BufferedReader.peek() shows all that is buffered and moves nothing", async () => {
  const raw = new MockRawIO(ITEMS);
  const reader = new BufferedReader(raw);
  assertEquals(text(await reader.peek()), "abc");
  const shown = await reader.peek(1);
  assertEquals(text(shown), "abc");
  assertEquals(raw.reads, 1);
  shown.fill(0);
  assertEquals(text(await reader.read(3)), "abc", "a copy was shown");
  assertEquals(text(await reader.peek(100)), "d");
  await reader.read();
  assertEquals(text(await reader.peek()), "");
});

Deno.test("BufferedReader.readline() reads lines of any length (test_readline)", async () => {
  const data = "short\n\n" + "long".repeat(50) + "\n\0nul\0\r\nrest";
  for (const size of [1, 2, 3, 7, 100, 8192]) {
    for (const raw of [new BytesIO(bytes(data)), new OneByteIO(bytes(data))]) {
      const lines: string[] = [];
      for await (const line of new BufferedReader(raw, size)) {
        lines.push(text(line)!);
      }
      assertEquals(lines, data.split(/(?<=\n)/));
    }
  }
});

Deno.test("BufferedReader.readline() takes no more than its size (test_readline)", async () => {
  const reader = new BufferedReader(new BytesIO(bytes("abc\ndefgh\n")), 3);
  for (
    const [size, expected] of [
      [2, "ab"],
      [0, ""],
      [2, "c\n"],
      [5, "defgh"],
      [null, "\n"],
      [-1, ""],
    ] as const
  ) {
    assertEquals(text(await reader.readline(size)), expected);
  }
  await assertRejects(() => reader.readline(5.3), TypeError);
  await assertRejects(() => reader.readline("5" as never), TypeError);
});

Deno.test("BufferedReader.readline() refuses lines beyond maxLineLength and leaves them unread", async () => {
  const limited = (data: string, size: number) =>
    new BufferedReader(new BytesIO(bytes(data)), size, { maxLineLength: 5 });
  for (const size of [1, 3, 100]) {
    const reader = limited("1234\nabcdef\nrest", size);
    assertEquals(text(await reader.readline()), "1234\n");
    for (let round = 0; round < 2; round++) {
      await assertRejects(
        () => reader.readline(),
        RangeError,
        "longer than 5 bytes",
      );
    }
    assertEquals(text(await reader.readline(4)), "abcd");
    assertEquals(text(await reader.readline()), "ef\n");
    assertEquals(text(await reader.readline()), "rest");
  }
});

Deno.test("BufferedReader.readline() of an endless line stops at maxLineLength", async () => {
  const raw = new ZeroIO();
  const reader = new BufferedReader(raw, 512, { maxLineLength: 4096 });
  await assertRejects(() => reader.readline(), RangeError);
  assert(raw.given <= 3 * 4096, `${raw.given} bytes were read`);
});

Deno.test("BufferedReader.buffered is a window that consume() and fill() move", async () => {
  const raw = new MockRawIO(["GET / ", "HTTP/1.1\r\n", "\r\nbody"]);
  const reader = new BufferedReader(raw);
  assertEquals(reader.buffered.length, 0);
  assertEquals(await reader.fill(), 6);
  assertEquals(text(reader.buffered), "GET / ");
  assertEquals(await reader.fill(), 10);
  assertEquals(text(reader.buffered), "GET / HTTP/1.1\r\n");
  reader.consume(4);
  assertEquals(text(reader.buffered), "/ HTTP/1.1\r\n");
  reader.consume(0);
  for (const count of [13, -1, NaN]) {
    assertThrows(() => reader.consume(count), RangeError, "12 are buffered");
  }
  reader.consume(12);
  assertEquals(await reader.fill(), 6);
  reader.consume(2);
  assertEquals(text(await reader.read(4)), "body");
  assertEquals(await reader.fill(), 0);
});

Deno.test("BufferedReader.beginFill() tells how many bytes came, not before it returns", async () => {
  const reader = new BufferedReader(new MockRawIO(ITEMS));
  const told: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    reader.beginFill(resolve, reject);
    promise.then((count) => told.push(count));
    assertEquals(told.length, i);
    await promise;
  }
  assertEquals(told, [3, 1, 3, 0]);
  assertEquals(text(reader.buffered), "abcdefg");
});

Deno.test("BufferedReader.beginFill() waits for its turn, and others for theirs", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const line = reader.readline();
  const filled = Promise.withResolvers<number>();
  reader.beginFill(filled.resolve, filled.reject);
  const rest = reader.read(1);
  raw.reading[0]!.resolve("a\n");
  assertEquals(text(await line), "a\n");
  while (raw.reading.length < 2) await null;
  raw.reading[1]!.resolve("b");
  assertEquals(await filled.promise, 1);
  assertEquals(text(await rest), "b");
});

Deno.test("BufferedReader.beginFill() tells what fails, once the stream is free again", async () => {
  class Broken extends RawIOBase {
    override readable(): boolean {
      return true;
    }
    override readinto(): Promise<number> {
      throw new Deno.errors.ConnectionReset("gone");
    }
  }
  const reader = new BufferedReader(new Broken());
  for (let i = 0; i < 2; i++) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    reader.beginFill(resolve, reject);
    await assertRejects(() => promise, Deno.errors.ConnectionReset);
  }
});

Deno.test("BufferedReader.fill() grows the window as far as the caller asks, and gives the memory back", async () => {
  const reader = new BufferedReader(new ZeroIO(), 16);
  while (reader.buffered.length < 10_000) await reader.fill();
  const grown = reader.buffered.buffer.byteLength;
  assert(grown >= 10_000 && grown < 40_000, `${grown} bytes for 10000`);
  reader.consume(reader.buffered.length);
  await reader.fill();
  assert(reader.buffered.buffer.byteLength <= 32);
});

for (
  const [how, take] of [
    ["consume()", (reader: BufferedReader) => {
      reader.consume(reader.buffered.length);
    }],
    ["read()", (reader: BufferedReader) => reader.read(reader.buffered.length)],
  ] as const
) {
  Deno.test(`BufferedReader keeps nothing of what it has grown, once that was taken: ${how}`, async () => {
    const readers: BufferedReader[] = [];
    const before = usedMegabytes();
    for (let i = 0; i < 400; i++) {
      const reader = new BufferedReader(new ZeroIO());
      readers.push(reader);
      while (reader.buffered.length < 2 ** 20) await reader.fill();
      await take(reader);
      await reader.fill();
    }
    const used = usedMegabytes() - before;
    assert(used < 192, `${used} MB for ${readers.length} readers`);
  });
}

Deno.test("BufferedReader makes room rarely while a slow peer sends byte by byte", async () => {
  const line = "x".repeat(20_000);
  for (
    const read of [
      (reader: BufferedReader) => reader.readline(),
      (reader: BufferedReader) => reader.read(20_000),
      (reader: BufferedReader) => reader.read(),
    ]
  ) {
    const memory = new Set<ArrayBufferLike>();
    const raw = new OneByteIO(bytes(line));
    const readinto = raw.readinto.bind(raw);
    raw.readinto = (buffer) => {
      memory.add(buffer.buffer);
      return readinto(buffer);
    };
    assertEquals(text(await read(new BufferedReader(raw, 1024))), line);
    assert(memory.size < 12, `${memory.size} buffers`);
  }
});

Deno.test("BufferedReader moves the window rather than growing it between requests", async () => {
  const raw = new BytesIO(new Uint8Array(100_000));
  const reader = new BufferedReader(raw, 64);
  const memory = new Set<ArrayBufferLike>();
  for (let round = 0; round < 1000; round++) {
    while (reader.buffered.length < 50) await reader.fill();
    memory.add(reader.buffered.buffer);
    reader.consume(50);
  }
  assert(memory.size < 5, `${memory.size} buffers`);
});

Deno.test("BufferedReader.read() gives memory as bytes arrive, not as they are promised", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const reading = reader.read(2 ** 40);
  assert(raw.reading[0]!.buffer.length <= 1 << 16);
  raw.reading.shift()!.resolve("abc");
  await settle();
  assert(raw.reading[0]!.buffer.buffer.byteLength <= 1 << 17);
  raw.reading.shift()!.resolve(0);
  assertEquals(text(await reading), "abc");

  const some = reader.read1(2 ** 40);
  assert(raw.reading[0]!.buffer.length <= 1 << 16);
  raw.reading.shift()!.resolve("def");
  assertEquals(text(await some), "def");
});

Deno.test("BufferedReader.read() of everything makes room at once where the size is known", async () => {
  class Sized extends MockFileIO {
    remaining(): Promise<number> {
      return Promise.resolve(100_000);
    }
  }
  const raw = new Sized(new Uint8Array(100_000));
  assertEquals((await new BufferedReader(raw).read()).length, 100_000);
  assertEquals(raw.history, [100_000, 0]);
});

Deno.test("BufferedReader hands out memory that later reads leave alone", async () => {
  const raw = new BytesIO(new Uint8Array(50_000).map((_, index) => index >> 8));
  const reader = new BufferedReader(raw, 100);
  const whole = raw.getvalue();
  let position = 0;
  const chunks: [number, Uint8Array][] = [];
  for (let size = 1; position < whole.length; size = size * 3 % 1001) {
    const chunk = size % 2 ? await reader.read(size) : await reader.read1(size);
    chunks.push([position, chunk]);
    position += chunk.length;
  }
  for (const [start, chunk] of chunks) {
    assertEquals(chunk, whole.slice(start, start + chunk.length));
  }
});

Deno.test("BufferedReader loses and doubles nothing when a read is aborted (test_interrupted_read_retry_buffered)", async () => {
  for (
    const read of [
      (reader: BufferedReader, signal: AbortSignal) =>
        reader.read(6, { signal }),
      (reader: BufferedReader, signal: AbortSignal) =>
        reader.read(-1, { signal }),
      (reader: BufferedReader, signal: AbortSignal) =>
        reader.readline(-1, { signal }),
    ]
  ) {
    const raw = new GatedIO();
    const reader = new BufferedReader(raw);
    const controller = new AbortController();
    const reading = read(reader, controller.signal);
    raw.reading.shift()!.resolve("abc");
    await settle();
    controller.abort(new Error("enough"));
    await assertRejects(() => reading, Error, "enough");
    assertEquals(text(reader.buffered), "abc");

    const next = reader.read(6);
    assertEquals(raw.reading.length, 1, "the read under way is waited for");
    raw.reading.shift()!.resolve("def");
    assertEquals(text(await next), "abcdef");
  }
});

Deno.test("BufferedReader gives late bytes of an aborted read to whoever reads next", async () => {
  for (
    const read of [
      (reader: BufferedReader) => reader.read(3),
      (reader: BufferedReader) => reader.read1(),
      (reader: BufferedReader) => reader.peek(),
      (reader: BufferedReader) => reader.readline(3),
      async (reader: BufferedReader) => {
        const target = new Uint8Array(9999);
        return target.slice(0, await reader.readinto1(target));
      },
      async (reader: BufferedReader) => {
        assertEquals(await reader.fill(), 3);
        return reader.buffered;
      },
    ]
  ) {
    const raw = new GatedIO();
    const reader = new BufferedReader(raw);
    const controller = new AbortController();
    const reading = reader.read1(-1, { signal: controller.signal });
    controller.abort();
    await assertRejects(() => reading, DOMException);
    raw.reading.shift()!.resolve("abc");
    await settle();
    assertEquals(text(await read(reader)), "abc");
    assertEquals(raw.reading.length, 0, "no second raw read");
  }
});

Deno.test("BufferedReader takes no late bytes for the end", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const controller = new AbortController();
  const reading = reader.peek(0, { signal: controller.signal });
  controller.abort();
  await assertRejects(() => reading);
  raw.reading.shift()!.resolve("abc");
  assertEquals(text(await reader.read(3)), "abc");
  const next = reader.read1();
  await settle();
  raw.reading.shift()!.resolve("def");
  assertEquals(text(await next), "def");
});

Deno.test("BufferedReader reports the late end and the late failure of an aborted read", async () => {
  for (const fails of [false, true]) {
    const raw = new GatedIO();
    const reader = new BufferedReader(raw);
    const controller = new AbortController();
    const reading = reader.read(1, { signal: controller.signal });
    controller.abort();
    await assertRejects(() => reading);
    if (fails) {
      raw.reading.shift()!.reject(new Deno.errors.ConnectionReset("late"));
    } else raw.reading.shift()!.resolve(0);
    await settle();
    if (fails) {
      await assertRejects(
        () => reader.read(1),
        Deno.errors.ConnectionReset,
        "late",
      );
    } else assertEquals(text(await reader.read(1)), "");
    assertEquals(raw.reading.length, 0);
  }
});

Deno.test("BufferedReader aborts a call that waits for its turn, and keeps the order of the others", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const controller = new AbortController();
  const first = reader.read(2);
  const second = reader.read(2, { signal: controller.signal });
  const third = reader.read(2);
  controller.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  raw.reading.shift()!.resolve("abcd");
  assertEquals(text(await first), "ab");
  assertEquals(text(await third), "cd");
});

Deno.test("BufferedReader tells and seeks in turn, after what an aborted read has under way", async () => {
  class SeekableGate extends GatedIO {
    override seekable(): boolean {
      return true;
    }
    override seek(position: number, whence = 0): Promise<number> {
      return Promise.resolve(whence === 1 ? 3 + position : position);
    }
  }
  for (
    const [move, expected] of [
      [(reader: BufferedReader) => reader.tell(), 0],
      [(reader: BufferedReader) => reader.seek(1, 1), 1],
      [(reader: BufferedReader) => reader.seek(7), 7],
    ] as const
  ) {
    for (const abort of [true, false]) {
      const raw = new SeekableGate();
      const reader = new BufferedReader(raw);
      const controller = new AbortController();
      const reading = reader.peek(0, { signal: controller.signal });
      reading.catch(() => {});
      if (abort) controller.abort();
      const moving = move(reader);
      await settle();
      assertEquals(raw.reading.length, 1);
      raw.reading.shift()!.resolve("abc");
      assertEquals(await moving, expected);
    }
  }
});

Deno.test("BufferedReader does not begin to read for an aborted signal", async () => {
  const raw = new MockRawIO(ITEMS);
  const reader = new BufferedReader(raw);
  const options = { signal: AbortSignal.abort() };
  await assertRejects(() => reader.read(1, options));
  await assertRejects(() => reader.fill(options));
  assertEquals(raw.reads, 0);
  assertEquals(text(await reader.read()), "abcdefg");
});

Deno.test("BufferedReader keeps what it has when the raw stream fails", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const reading = reader.read(6);
  raw.reading.shift()!.resolve("abc");
  await settle();
  raw.reading.shift()!.reject(new Deno.errors.TimedOut("slow"));
  await assertRejects(() => reading, Deno.errors.TimedOut);
  assertEquals(text(await reader.read(3)), "abc");
});

Deno.test("BufferedReader.close() does not wait for a read", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  const failed = [
    assertRejects(() => reader.read(1), TypeError, "gone"),
    assertRejects(() => reader.read(1), TypeError, "stream is closed"),
  ];
  await reader.close();
  raw.reading.shift()!.reject(new TypeError("gone"));
  await Promise.all(failed);
});

Deno.test("BufferedReader.whenReadable() tells whether a read would wait, and takes nothing", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw);
  let ready = false;
  const waiting = reader.whenReadable();
  assert(waiting !== true);
  waiting.then(() => ready = true);
  await settle();
  assertEquals(ready, false);
  raw.reading.shift()!.resolve("abc");
  await waiting;
  assertEquals(text(await reader.read(1)), "a");
  assertEquals(reader.whenReadable(), true);
  assertEquals(text(await reader.read(2)), "bc");
});

Deno.test("BufferedReader.whenReadable() does not read beside a read", async () => {
  const raw = new GatedIO();
  const reader = new BufferedReader(raw, 4);
  const target = new Uint8Array(8);
  const reading = reader.readinto1(target);
  const waiting = reader.whenReadable();
  await settle();
  assertEquals(raw.reading.length, 1);
  raw.reading.shift()!.resolve("abcdefgh");
  assertEquals(await reading, 8);
  await waiting;
});

Deno.test("BufferedReader.whenReadable() resolves at the end and on failure", async () => {
  for (const fails of [false, true]) {
    const raw = new GatedIO();
    const reader = new BufferedReader(raw);
    const waiting = reader.whenReadable();
    if (fails) raw.reading.shift()!.reject(new Error("gone"));
    else raw.reading.shift()!.resolve(0);
    await waiting;
    if (fails) await assertRejects(() => reader.read(1), Error, "gone");
    else assertEquals(text(await reader.read(1)), "");
  }
});

// What reads return is garbage afterwards, which nobody collects before there
// is some; the window and the caller's own buffer make none.
for (
  const [method, limit, read] of [
    ["read()", 192, async (reader) => (await reader.read(50_000)).length],
    ["read1()", 192, async (reader) => (await reader.read1()).length],
    ["readinto()", 48, (reader) => reader.readinto(shared)],
    ["fill()", 48, async (reader) => {
      const count = await reader.fill();
      reader.consume(count);
      return count;
    }],
  ] as [string, number, (reader: BufferedReader) => Promise<number>][]
) {
  Deno.test(`BufferedReader.${method} passes half a gigabyte on in constant memory`, async () => {
    const reader = new BufferedReader(new ZeroIO());
    const before = usedMegabytes();
    let peak = 0;
    for (let done = 0, round = 0; done < 2 ** 29; round++) {
      done += await read(reader);
      if (round % 64 === 0) peak = Math.max(peak, usedMegabytes() - before);
    }
    assert(peak < limit, `${peak} MB`);
  });
}

Deno.test("BufferedReader begins with little room, and takes the rest once that was too little", async () => {
  const asked: number[] = [];
  class Asked extends BytesIO {
    override readinto(buffer: Uint8Array): Promise<number> {
      asked.push(buffer.length);
      return super.readinto(buffer);
    }
  }
  const raw = new Asked(bytes("one\n" + "x".repeat(30) + "\nlast\n"));
  const reader = new BufferedReader(raw, 16, { initialSize: 4 });
  const lines = await reader.readlines();
  assertEquals(lines.map((line) => text(line)), [
    "one\n",
    "x".repeat(30) + "\n",
    "last\n",
  ]);
  assertEquals(asked.slice(0, 2), [4, 16]);
  assertEquals(
    await new BufferedReader(new BytesIO(bytes("abc")), 2, { initialSize: 8 })
      .read(),
    bytes("abc"),
  );
});
