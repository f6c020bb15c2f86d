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
  MisbehavedRawIO,
  MockRawIO,
  settle,
  text,
  UnseekableIO,
} from "../../_tools/testing/test_streams.ts";
import { BufferedRandom } from "./buffered_random.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { BytesIO } from "./bytes_io.ts";
import { CoalescingWriter } from "./coalescing_writer.ts";
import { UnsupportedOperation } from "./errors.ts";

function stream(content: string): BytesIO {
  return new BytesIO(bytes(content));
}

const WAYS_TO_READ: Record<
  string,
  (file: BufferedRandom, size?: number) => Promise<Uint8Array>
> = {
  read: (file, size) => file.read(size),
  readinto: async (file, size = 9999) => {
    const target = new Uint8Array(size);
    return target.subarray(0, await file.readinto(target));
  },
  peek: async (file, size) => {
    const shown = (await file.peek(size)).subarray(0, size);
    await file.seek(shown.length, 1);
    return shown;
  },
  window: async (file, size) => {
    if (file.buffered.length === 0) await file.fill();
    const shown = file.buffered.slice(0, size);
    file.consume(shown.length);
    return shown;
  },
};

Deno.test("BufferedRandom() checks its streams and sizes (test_constructor, test_max_buffer_size_removal, test_detach)", async () => {
  assertThrows(
    () => new BufferedRandom(new UnseekableIO()),
    UnsupportedOperation,
    "it is not seekable",
  );
  class OneWay extends MockRawIO {
    constructor(readonly way: "r" | "w") {
      super();
    }
    override readable(): boolean {
      return this.way === "r";
    }
    override writable(): boolean {
      return this.way === "w";
    }
  }
  assertThrows(
    () => new BufferedRandom(new OneWay("r")),
    UnsupportedOperation,
  );
  assertThrows(
    () => new BufferedRandom(new OneWay("w")),
    UnsupportedOperation,
  );
  assertThrows(() => new BufferedRandom(stream(""), 0), RangeError);
  assertThrows(
    () => Reflect.construct(BufferedRandom, [stream(""), 8, 12]),
    TypeError,
  );

  const raw = stream("abc");
  const file = new BufferedRandom(raw, 16);
  await file.read(1);
  await file.write(bytes("X"));
  assertStrictEquals(await file.detach(), raw as unknown);
  assertEquals(text(raw.getvalue()), "aXc");
  assertEquals(await raw.tell(), 2);
  await assertRejects(() => file.detach(), TypeError);
  await assertRejects(() => file.write(bytes("y")), TypeError);
  await assertRejects(() => file.flush(), TypeError);
  await file.close();
  assert(!raw.closed);
});

Deno.test("BufferedRandom is a reader and a writer (test_class_hierarchy)", () => {
  const file = new BufferedRandom(stream(""));
  assertInstanceOf(file, BufferedRandom);
  assertInstanceOf(file, BufferedReader);
  assertInstanceOf(file, BufferedWriter);
  const values: unknown[] = [
    file,
    new BufferedReader(stream("")),
    stream(""),
    null,
    undefined,
    5,
  ];
  assertEquals(values.map((value) => value instanceof BufferedWriter), [
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  assertEquals(
    values.map((value) => value instanceof CoalescingWriter),
    values.map(() => false),
  );
  assert(new CoalescingWriter(stream("")) instanceof BufferedWriter);
  assert(!(new BufferedWriter(stream("")) instanceof CoalescingWriter));
  assert(file.readable() && file.writable() && file.seekable());
  assertEquals(file.whenReadable(), true);
});

Deno.test("BufferedRandom buffers writes until it reads (test_read_and_write)", async () => {
  const raw = new MockRawIO(["asdf", "ghjk"]);
  const file = new BufferedRandom(raw, 8);
  assertEquals(text(await file.read(2)), "as");
  await file.write(bytes("ddd"));
  await file.write(bytes("eee"));
  assertEquals(raw.written, []);
  assertEquals(file.pending, 6);
  assertEquals(text(await file.read()), "ghjk");
  assertEquals(raw.written, ["dddeee"]);
  assertEquals(file.pending, 0);
});

Deno.test("BufferedRandom counts one position for both directions (test_seek_and_tell)", async () => {
  const raw = stream("asdfghjkl");
  const file = new BufferedRandom(raw);
  assertEquals(text(await file.read(2)), "as");
  assertEquals(await file.tell(), 2);
  await file.seek(0);
  assertEquals(text(await file.read(4)), "asdf");
  await file.write(bytes("123f"));
  assertEquals(await file.tell(), 8);
  await file.seek(0);
  assertEquals(text(await file.read()), "asdf123fl");
  assertEquals(await file.tell(), 9);
  await file.seek(-4, 2);
  assertEquals(await file.tell(), 5);
  assertEquals(await file.seek(2, 1), 7);
  assertEquals(text(await file.read(11)), "fl");
  await file.flush();
  assertEquals(text(raw.getvalue()), "asdf123fl");
  await assertRejects(() => file.seek(0.5), TypeError);
  await assertRejects(() => file.seek(0, 3), RangeError);
});

for (const [name, read] of Object.entries(WAYS_TO_READ)) {
  Deno.test(`BufferedRandom forgets what it read ahead when it flushes: ${name} (test_flush_and_read, test_flush_and_readinto, test_flush_and_peek)`, async () => {
    const raw = stream("abcdefghi");
    const file = new BufferedRandom(raw);
    assertEquals(text(await read(file, 2)), "ab");
    await file.write(bytes("12"));
    assertEquals(text(await read(file, 2)), "ef");
    assertEquals(await file.tell(), 6);
    await file.flush();
    assertEquals(await file.tell(), 6);
    assertEquals(await raw.tell(), 6);
    assertEquals(text(await read(file)), "ghi");
    await raw.seek(0);
    await raw.write(bytes("XYZ"));
    await file.flush();
    await file.seek(0);
    assertEquals(text(await read(file, 3)), "XYZ");
  });
}

Deno.test("BufferedRandom flushes between writes (test_flush_and_write)", async () => {
  const raw = stream("abcdefghi");
  const file = new BufferedRandom(raw);
  await file.write(bytes("123"));
  await file.flush();
  await file.write(bytes("45"));
  await file.flush();
  await file.seek(0);
  assertEquals(text(raw.getvalue()), "12345fghi");
  assertEquals(text(await file.read()), "12345fghi");
});

for (
  const [name, between] of Object.entries({
    peek: (file) => file.peek(1),
    "seek and peek": async (file) => {
      const at = await file.tell();
      await file.seek(-1, 1);
      await file.peek(1);
      await file.seek(at);
    },
    read: async (file) => {
      await file.seek(-1, 1);
      await file.read(1);
    },
    read1: async (file) => {
      await file.seek(-1, 1);
      await file.read1(1);
    },
    readinto: async (file) => {
      await file.seek(-1, 1);
      await file.readinto(new Uint8Array(1));
    },
    flush: (file) => file.flush(),
    truncate: async (file) => file.truncate(await file.tell()),
  } as Record<string, (file: BufferedRandom) => unknown>)
) {
  Deno.test(`BufferedRandom writes pieces of any size between: ${name} (test_writes_and_peek, test_writes_and_reads, test_writes_and_read1s, test_writes_and_readintos)`, async () => {
    const content = new Uint8Array(20_000).map((_, index) => index);
    const raw = new BytesIO();
    const file = new BufferedRandom(raw, 13);
    for (let done = 0, round = 0; done < content.length; round++) {
      const piece = content.subarray(done, done + 1 + Math.floor(round / 15));
      assertEquals(await file.write(piece), piece.length);
      done += piece.length;
      await between(file);
    }
    await file.flush();
    assertEquals(raw.getvalue(), content);
  });
}

Deno.test("BufferedRandom writes where reading has got to, not where the read-ahead has (test_write_after_readahead)", async () => {
  for (const size of [1, 5]) {
    const raw = stream("A".repeat(10));
    const file = new BufferedRandom(raw, 4);
    assertEquals(text(await file.read(1)), "A");
    assertEquals(await file.tell(), 1);
    await file.write(bytes("B".repeat(size)));
    assertEquals(await file.tell(), size + 1);
    await file.flush();
    assertEquals(await file.tell(), size + 1);
    assertEquals(
      text(raw.getvalue()),
      `A${"B".repeat(size)}${"A".repeat(9 - size)}`,
    );
  }
});

Deno.test("BufferedRandom writes, rewinds and writes (test_write_rewind_write)", async () => {
  for (let first = 0; first < 5; first++) {
    for (let second = first; second < 5; second++) {
      const raw = stream("abcde");
      const file = new BufferedRandom(raw, 100);
      await file.seek(first);
      await file.read(second - first);
      await file.write(bytes("2"));
      await file.seek(first);
      await file.write(bytes("1"));
      await file.flush();
      const expected = [..."abcde"];
      expected[second] = "2";
      expected[first] = "1";
      assertEquals(text(raw.getvalue()), expected.join(""));
    }
  }
});

Deno.test("BufferedRandom truncates at the logical position (test_truncate_after_read_or_write)", async () => {
  const raw = stream("A".repeat(10));
  const file = new BufferedRandom(raw, 100);
  assertEquals(text(await file.read(2)), "AA");
  assertEquals(await file.truncate(), 2);
  assertEquals(
    text(await file.read()),
    "",
    "what was read ahead is gone as well",
  );
  await file.write(bytes("BB"));
  assertEquals(await file.truncate(), 4);
  assertEquals(text(raw.getvalue()), "AABB");
  assertEquals(await file.truncate(1), 1);
  assertEquals(await file.tell(), 4);
});

Deno.test("BufferedRandom alternates reads and writes (test_interleaved_read_write)", async () => {
  const raw = stream("abcdefgh");
  const file = new BufferedRandom(raw, 100);
  const target = new Uint8Array(1);
  await file.write(bytes("1"));
  assertEquals(text(await file.read(1)), "b");
  await file.write(bytes("2"));
  assertEquals(text(await file.read1(1)), "d");
  await file.write(bytes("3"));
  await file.readinto(target);
  assertEquals(text(target), "f");
  await file.write(bytes("4"));
  assertEquals(text(await file.peek(1)), "h");
  await file.flush();
  assertEquals(text(raw.getvalue()), "1b2d3f4h");
});

Deno.test("BufferedRandom reads what comes after a write (test_read1_after_write)", async () => {
  for (
    const [size, expected] of [[1, "b"], [undefined, "bcd"], [
      100,
      "bcd",
    ]] as const
  ) {
    const raw = stream("abcdef");
    const file = new BufferedRandom(raw, 3);
    await file.write(bytes("1"));
    assertEquals(text((await file.read1(size)).subarray(0, 3)), expected);
    await file.flush();
    assertEquals(text(raw.getvalue()), "1bcdef");
  }
});

Deno.test("BufferedRandom alternates lines and writes (test_interleaved_readline_write)", async () => {
  const raw = stream("ab\ncdef\ng\n");
  const file = new BufferedRandom(raw);
  await file.write(bytes("1"));
  assertEquals(text(await file.readline()), "b\n");
  await file.write(bytes("2"));
  assertEquals(text(await file.readline()), "def\n");
  await file.write(bytes("3"));
  assertEquals(text(await file.readline()), "\n");
  await file.flush();
  assertEquals(text(raw.getvalue()), "1b\n2def\n3\n");
});

Deno.test("BufferedRandom takes concurrent reads and writes in their order (test_threads, test_write_readline_races)", async () => {
  const raw = stream("a\nb\nc\nd\n");
  const file = new BufferedRandom(raw, 2);
  const own = bytes("2");
  const target = new Uint8Array(1);
  const answers = Promise.all([
    file.readline(),
    file.write(bytes("1")),
    file.read(2),
    file.write(own),
    file.tell(),
    file.readline(),
    file.flush(),
    file.seek(1),
    file.readinto1(target),
    file.truncate(7),
  ]);
  own.fill(0);
  const [first, , second, , at, third] = await answers;
  assertEquals(text(target), "\n");
  assertEquals([first, second, third].map(text), ["a\n", "\nc", "d\n"]);
  assertEquals(at, 6);
  assertEquals(text(raw.getvalue()), "a\n1\nc2d");
});

Deno.test("BufferedRandom copies before write() returns its promise", async () => {
  const raw = stream("abcdef");
  const file = new BufferedRandom(raw, 2);
  await file.read(1);
  const own = bytes("XYZ");
  const written = file.write(own);
  own.fill(42);
  await written;
  await file.flush();
  assertEquals(text(raw.getvalue()), "aXYZef");
});

Deno.test("BufferedRandom writes behind a read that was aborted where the reader stands", async () => {
  const raw = stream("abcdef");
  const file = new BufferedRandom(raw, 4);
  assertEquals(text(await file.read(1)), "a");
  const controller = new AbortController();
  const reading = file.read(6, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => reading, Error, "enough");
  await file.write(bytes("X"));
  await file.flush();
  assertEquals(text(raw.getvalue()), "aXcdef");
});

Deno.test("BufferedRandom reports positions and counts that cannot be (test_misbehaved_io)", async () => {
  const file = new BufferedRandom(new MisbehavedRawIO(["abc"]), 5);
  await assertRejects(() => file.seek(0), Deno.errors.InvalidData);
  await assertRejects(() => file.tell(), Deno.errors.InvalidData);
  await assertRejects(
    () => file.write(bytes("abcdef")),
    Deno.errors.InvalidData,
  );
});

Deno.test("BufferedRandom refuses every method once closed (test_io_after_close, test_multi_close)", async () => {
  const raw = stream("abc");
  const file = new BufferedRandom(raw);
  await file.write(bytes("X"));
  await Promise.all([file.close(), file.close()]);
  await file.close();
  assert(raw.closed && file.closed);
  for (
    const method of [
      () => file.read(),
      () => file.read1(),
      () => file.peek(),
      () => file.fill(),
      () => file.readline(),
      () => file.readinto(new Uint8Array(1)),
      () => file.write(bytes("a")),
      () => file.writelines([]),
      () => file.flush(),
      () => file.seek(0),
      () => file.tell(),
      () => file.truncate(),
    ]
  ) {
    await assertRejects(method, TypeError);
  }
});

Deno.test("BufferedRandom.close() closes though writing fails (test_write_error_on_close, test_flush_error_on_close)", async () => {
  const raw = new MockRawIO();
  raw.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
  const file = new BufferedRandom(raw);
  await file.write(bytes("spam"));
  await assertRejects(() => file.close(), Deno.errors.BrokenPipe, "gone");
  assert(file.closed && raw.closed);
});

Deno.test("BufferedRandom.close() that fails twice keeps both errors (test_close_error_on_close)", async () => {
  const raw = new MockRawIO();
  raw.close = () => Promise.reject(new Error("close"));
  const file = new BufferedRandom(raw);
  file.flush = () => Promise.reject(new Error("flush"));
  const error = await assertRejects(() => file.close(), Error, "close");
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, "flush");
  assertEquals(file.closed, false);
});

Deno.test("BufferedRandom refuses writes during a slow close (test_slow_close_from_thread)", async () => {
  const raw = new MockRawIO();
  const closing = Promise.withResolvers<void>();
  raw.flush = () => closing.promise;
  const file = new BufferedRandom(raw, 8);
  const closed = file.close();
  await settle();
  const late = assertRejects(() => file.write(bytes("spam")), TypeError);
  closing.resolve();
  await closed;
  await late;
});

Deno.test("BufferedRandom shows class and name (test_repr)", () => {
  const raw = new MockRawIO();
  raw.name = "dummy";
  assertEquals(`${new BufferedRandom(raw)}`, `<BufferedRandom name="dummy">`);
});

Deno.test("BufferedRandom.write() copies what it is given before it returns", async () => {
  const raw = new BytesIO();
  const file = new BufferedRandom(raw);
  for (const text of ["one", "two"]) {
    const given = bytes(text);
    const writing = file.write(given);
    given.fill(0);
    await writing;
  }
  await file.flush();
  assertEquals(raw.getvalue(), bytes("onetwo"));
});

Deno.test("BufferedRandom.beginFill() reads behind what was written", async () => {
  const raw = new BytesIO(bytes("abcdef"));
  const file = new BufferedRandom(raw);
  await file.write(bytes("XY"));
  const count = await new Promise<number>((done, failed) =>
    file.beginFill(done, failed)
  );
  assertEquals([count, file.buffered], [4, bytes("cdef")]);
  assertEquals(await file.fill(), 0);
  assertEquals(raw.getvalue(), bytes("XYcdef"));
});
