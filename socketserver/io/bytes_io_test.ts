import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { bytes, text } from "../../_tools/testing/test_streams.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { BytesIO } from "./bytes_io.ts";
import { SEEK_CUR, SEEK_END } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";

const DATA = "1234567890";

function stream(content = DATA): BytesIO {
  return new BytesIO(bytes(content));
}

Deno.test("BytesIO() takes a copy of any bytes, and nothing else (testInit, test_init, test_bytes_array)", async () => {
  for (const initial of [undefined, null, new Uint8Array()]) {
    assertEquals(new BytesIO(initial).getvalue().length, 0);
  }
  const initial = bytes(DATA);
  for (
    const view of [
      initial,
      initial.buffer,
      new Uint16Array(initial.buffer),
      new DataView(initial.buffer),
      Buffer.from(initial),
    ]
  ) {
    assertEquals(text(new BytesIO(view).getvalue()), DATA);
  }
  const copied = new BytesIO(initial);
  initial.fill(42);
  assertEquals(text(await copied.read()), DATA);
  for (const wrong of ["", "text", 5, [1, 2], {}]) {
    assertThrows(() => new BytesIO(wrong as never), TypeError);
  }
  assertEquals(await copied.tell(), 10);
});

Deno.test("BytesIO.read() reads on from the position (testRead, testReadNoArgs, test_read)", async () => {
  const io = stream();
  assertEquals(text(await io.read(0)), "");
  assertEquals(text(await io.read(1)), "1");
  assertEquals(text(await io.read(4)), "2345");
  assertEquals(text(await io.read(900)), "67890");
  assertEquals(text(await io.read()), "");
  for (const all of [undefined, null, -1, -5]) {
    await io.seek(0);
    assertEquals(text(await io.read(all)), DATA);
  }
  await assertRejects(() => io.read("1" as never), TypeError);
  await assertRejects(() => io.read(1.5), TypeError);
});

Deno.test("BytesIO.read1() is read() (test_read1)", async () => {
  const io = stream();
  assertEquals(text(await io.read1(3)), "123");
  assertEquals(text(await io.read1()), "4567890");
  assertEquals(text(await io.read1(-1)), "");
  assertEquals(text(await io.readall()), "");
});

Deno.test("BytesIO.readinto() fills what fits (test_readinto)", async () => {
  const io = stream();
  const target = bytes("hello");
  assertEquals(await io.readinto(new Uint8Array()), 0);
  assertEquals(await io.readinto(target), 5);
  assertEquals(text(target), "12345");
  assertEquals(await io.readinto1(target), 5);
  assertEquals(await io.readinto(target), 0);
  assertEquals(text(target), "67890");
  await io.seek(8);
  assertEquals(await io.readinto(target), 2);
  assertEquals(text(target), "90890");
  await io.seek(99);
  assertEquals(await io.readinto(target), 0);
  await io.seek(0);
  const words = new Uint16Array(2);
  assertEquals(await io.readinto(words), 4);
  assertEquals(text(new Uint8Array(words.buffer)), "1234");
  await assertRejects(() => io.readinto("" as never), TypeError);
  await io.close();
  await assertRejects(() => io.readinto(target), TypeError);
});

Deno.test("BytesIO.readline() reads lines and parts of lines (test_readline)", async () => {
  const io = stream("12\n345\n\n6789");
  for (
    const [size, expected] of [
      [undefined, "12\n"],
      [1, "3"],
      [0, ""],
      [9, "45\n"],
      [null, "\n"],
      [-1, "6789"],
      [5, ""],
    ] as const
  ) {
    assertEquals(text(await io.readline(size)), expected);
  }
  await io.seek(50);
  assertEquals(text(await io.readline()), "");
  await assertRejects(() => io.readline("" as never), TypeError);
});

Deno.test("BytesIO.readlines() honours the hint (test_readlines)", async () => {
  const io = stream(`${DATA}\n`.repeat(3));
  const lines = async (hint?: number | null) => {
    await io.seek(0);
    return (await io.readlines(hint)).length;
  };
  for (const all of [undefined, null, 0, -1, 100]) {
    assertEquals(await lines(all), 3);
  }
  assertEquals(await lines(1), 1);
  assertEquals(await lines(11), 1);
  assertEquals(await lines(12), 2);
  await assertRejects(() => lines("" as never), TypeError);
});

Deno.test("BytesIO iterates over lines, with promises and without (test_iterator)", async () => {
  const io = stream("12\n345\n6");
  assertEquals([...io].map(text), ["12\n", "345\n", "6"]);
  assertEquals([...io], []);
  await io.seek(3);
  const lines = [];
  for await (const line of io) lines.push(text(line));
  assertEquals(lines, ["345\n", "6"]);
  await io.seek(0);
  for (const line of io) {
    assertEquals(text(line), "12\n");
    break;
  }
  assertEquals(await io.tell(), 3);
  await io.close();
  assertThrows(() => [...io], TypeError);
  assertThrows(() => io[Symbol.asyncIterator](), TypeError);
});

Deno.test("BytesIO.write() overwrites, then extends (test_write)", async () => {
  const io = new BytesIO();
  assertEquals(await io.write(bytes("hello")), 5);
  assertEquals(await io.tell(), 5);
  assertEquals(await io.write(bytes(" world")), 6);
  await io.seek(6);
  assertEquals(await io.write(bytes("there, all")), 10);
  assertEquals(text(io.getvalue()), "hello there, all");
  await io.seek(0);
  assertEquals(await io.write(new Uint16Array([0x4548])), 2);
  assertEquals(text(io.getvalue()), "HEllo there, all");
});

Deno.test("BytesIO.write() refuses what is no bytes (test_unicode, test_reject)", async () => {
  const io = new BytesIO();
  for (const wrong of ["text", "", 5, null, undefined, [1], {}]) {
    await assertRejects(() => io.write(wrong as never), TypeError);
  }
  assertEquals(io.getvalue().length, 0);
});

Deno.test("BytesIO.write() does what it does at once", () => {
  const io = new BytesIO();
  void io.write(bytes("abc"));
  assertEquals(text(io.getvalue()), "abc");
});

Deno.test("BytesIO.writelines() writes any iterable (test_writelines)", async () => {
  const io = new BytesIO();
  await io.writelines([bytes("ab"), bytes("c")]);
  await io.writelines([]);
  await io.writelines(stream("d\ne"));
  assertEquals(text(io.getvalue()), "abcd\ne");
});

Deno.test("BytesIO.writelines() keeps what came before a wrong item (test_writelines_error)", async () => {
  const io = new BytesIO();
  for (const wrong of [[1], ["a"], "abc", 5, null, [bytes("ok"), null]]) {
    await assertRejects(() => io.writelines(wrong as never), TypeError);
  }
  assertEquals(text(io.getvalue()), "ok");
});

Deno.test("BytesIO.write() is refused when the lines close or export the stream (test_writelines_concurrent_close, test_writelines_concurrent_export, test_write_concurrent_close, test_write_concurrent_export)", async () => {
  const closed = new BytesIO();
  await assertRejects(
    () =>
      closed.writelines((function* () {
        yield bytes("a");
        void closed.close();
        yield bytes("b");
      })()),
    TypeError,
    "stream is closed",
  );

  const lent = new BytesIO();
  await assertRejects(
    () =>
      lent.writelines((function* () {
        yield bytes("a");
        lent.getbuffer();
        yield bytes("b");
      })()),
    TypeError,
    "lent out",
  );
  assertEquals(text(lent.getvalue()), "a");
});

Deno.test("BytesIO never aliases foreign memory (test_write_mutating_buffer, test_cow_write, test_cow_truncate, test_cow_mutable)", async () => {
  for (const copy of [bytes, (text: string) => Buffer.from(text)]) {
    const given = copy(DATA);
    const io = new BytesIO(given);
    await io.seek(0, SEEK_END);
    await io.write(given);
    given.fill(42);
    const value = io.getvalue();
    await io.seek(0);
    const read = await io.read(3);
    const line = await io.readline(3);
    await io.seek(0);
    await io.write(bytes("X"));
    await io.truncate(5);
    assertEquals(text(value), DATA + DATA);
    assertEquals(text(read)! + text(line), "123456");
    value.fill(0);
    read.fill(0);
    assertEquals(text(io.getvalue()), "X2345");
  }
});

Deno.test("BytesIO.getvalue() ignores the position (test_getvalue)", async () => {
  const io = stream();
  assertEquals(text(io.getvalue()), DATA);
  await io.read();
  assertEquals(text(io.getvalue()), DATA);
  await io.seek(500);
  assertEquals(text(io.getvalue()), DATA);
  await io.close();
  assertThrows(() => io.getvalue(), TypeError);
});

Deno.test("BytesIO.seek() moves to any place from the start on (testSeek, test_seek, test_relative_seek)", async () => {
  const io = stream();
  await assertRejects(() => io.seek(-1), RangeError);
  for (
    const [position, whence, expected] of [
      [3, undefined, 3],
      [0, SEEK_CUR, 3],
      [-1, SEEK_CUR, 2],
      [1, SEEK_CUR, 3],
      [-3, SEEK_END, 7],
      [-100, SEEK_CUR, 0],
      [-100, SEEK_END, 0],
      [100, SEEK_END, 110],
      [1, SEEK_CUR, 111],
      [0, 0, 0],
    ] as const
  ) {
    assertEquals(await io.seek(position, whence), expected);
    assertEquals(await io.tell(), expected);
  }
  for (const whence of [-1, 3, 9]) {
    await assertRejects(() => io.seek(0, whence), RangeError);
  }
  for (const wrong of [0.5, "0", null, undefined]) {
    await assertRejects(() => io.seek(wrong as never), TypeError);
  }
  await io.close();
  await assertRejects(() => io.seek(0), TypeError);
});

Deno.test("BytesIO fills a gap with zero bytes once something is written behind it (test_overseek)", async () => {
  const io = stream("ab");
  assertEquals(await io.seek(5), 5);
  assertEquals(text(await io.read()), "");
  assertEquals(await io.write(new Uint8Array()), 0);
  assertEquals(text(io.getvalue()), "ab");
  assertEquals(await io.write(bytes("x")), 1);
  assertEquals(text(io.getvalue()), "ab\0\0\0x");
});

Deno.test("BytesIO does not bring back what was cut off", async () => {
  const io = new BytesIO();
  await io.write(bytes("secret secret"));
  await io.truncate(7);
  await io.seek(9);
  await io.write(bytes("x"));
  assertEquals(text(io.getvalue()), "secret \0\0x");
});

Deno.test("BytesIO reads nothing at huge positions (test_issue141311)", async () => {
  const io = stream();
  await io.seek(Number.MAX_SAFE_INTEGER);
  assertEquals(text(await io.read()), "");
  assertEquals(text(await io.readline()), "");
  assertEquals(await io.readinto(new Uint8Array(4)), 0);
  await assertRejects(() => io.write(bytes("x")), RangeError);
  assertEquals(text(io.getvalue()), DATA);
});

Deno.test("BytesIO.tell() answers the position while open (testTell, test_tell)", async () => {
  const io = stream();
  assertEquals(await io.tell(), 0);
  await io.seek(10000);
  assertEquals(await io.tell(), 10000);
  await io.close();
  await assertRejects(() => io.tell(), TypeError);
});

Deno.test("BytesIO.truncate() shortens, never extends, and keeps the position (test_truncate)", async () => {
  const io = stream();
  await assertRejects(() => io.truncate(-1), RangeError);
  await assertRejects(() => io.truncate("0" as never), TypeError);
  await io.seek(6);
  assertEquals(await io.truncate(8), 8);
  assertEquals(text(io.getvalue()), "12345678");
  assertEquals(await io.tell(), 6);
  assertEquals(await io.truncate(), 6);
  assertEquals(await io.truncate(4), 4);
  assertEquals(text(io.getvalue()), "1234");
  assertEquals(await io.tell(), 6);
  assertEquals(await io.truncate(100), 100);
  assertEquals(await io.truncate(null), 6);
  assertEquals(text(io.getvalue()), "1234");
  await io.close();
  await assertRejects(() => io.truncate(0), TypeError);
});

Deno.test("BytesIO.getbuffer() lends the content itself out (test_getbuffer)", async () => {
  const io = stream();
  const buffer = io.getbuffer();
  assertEquals(text(buffer.bytes), DATA);
  buffer.bytes.set(bytes("ab"), 2);
  assertEquals(text(io.getvalue()), "12ab567890");
  await io.write(bytes("XY"));
  assertEquals(text(buffer.bytes), "XYab567890");

  await io.seek(0, SEEK_END);
  for (
    const change of [
      () => io.write(bytes("x")),
      () => io.truncate(),
      () => io.truncate(0),
      () => io.close(),
    ]
  ) {
    await assertRejects(change, TypeError, "its buffer is lent out");
  }
  assert(!io.closed);
  buffer.release();
  buffer.release();
  assertThrows(() => buffer.bytes, TypeError, "released");
  await io.write(bytes("z"));
  await io.truncate(3);
  assertEquals(text(io.getvalue()), "XYa");
});

Deno.test("BytesIO.getbuffer() counts how often the content is lent out", async () => {
  const io = stream();
  const first = io.getbuffer();
  {
    using second = io.getbuffer();
    assertEquals(second.bytes.length, 10);
    first.release();
    first.release();
    await assertRejects(() => io.truncate(0), TypeError);
  }
  assertEquals(await io.truncate(0), 0);
  await io.close();
  assertThrows(() => io.getbuffer(), TypeError);
});

Deno.test("BytesIO.getbuffer() of nothing blocks as well (test_getbuffer_empty)", async () => {
  const io = new BytesIO();
  const buffer = io.getbuffer();
  assertEquals(buffer.bytes.length, 0);
  await assertRejects(() => io.write(bytes("x")), TypeError);
  buffer.release();
  await io.write(bytes("x"));
});

Deno.test("BytesIO can do everything while open, nothing later (test_flags, test_io_after_close)", async () => {
  const io = stream();
  assert(io.readable() && io.writable() && io.seekable());
  assertEquals(io.isatty(), false);
  assertEquals(io.closed, false);
  await io.close();
  await io.close();
  assertEquals(io.closed, true);
  for (
    const ask of [
      () => io.readable(),
      () => io.writable(),
      () => io.seekable(),
      () => io.isatty(),
    ]
  ) {
    assertThrows(ask, TypeError, "stream is closed");
  }
  for (
    const method of [
      () => io.read(),
      () => io.read1(),
      () => io.readall(),
      () => io.readline(),
      () => io.readlines(),
      () => io.write(bytes("a")),
      () => io.writelines([]),
      () => io.flush(),
    ]
  ) {
    await assertRejects(method, TypeError, "stream is closed");
  }
});

Deno.test("BytesIO.flush() does nothing (test_flush)", async () => {
  assertEquals(await stream().flush(), undefined);
});

Deno.test("BytesIO has nothing to detach and no descriptor (test_detach, test_optional_abilities)", async () => {
  await assertRejects(() => stream().detach(), UnsupportedOperation);
  assertThrows(() => stream().fileno(), UnsupportedOperation);
});

Deno.test("BytesIO can be subclassed (test_subclassing)", async () => {
  class Tagged extends BytesIO {
    readonly tag: string;
    constructor(content: Uint8Array, tag: string) {
      super(content);
      this.tag = tag;
    }
  }
  const io = new Tagged(bytes("abc"), "x");
  assertInstanceOf(io, BufferedIOBase);
  assertEquals(text(await io.read()), "abc");
  assertEquals(`${io}`, "<Tagged>");
});

Deno.test("BytesIO grows in steps, so that many small writes cost little", async () => {
  const io = new BytesIO();
  const memory = new Set<ArrayBufferLike>();
  for (let round = 0; round < 20_000; round++) {
    await io.write(bytes("x"));
    using buffer = io.getbuffer();
    memory.add(buffer.bytes.buffer);
  }
  assert(memory.size < 20, `${memory.size} buffers`);
});
