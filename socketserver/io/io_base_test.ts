import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { bytes, MockRawIO, text } from "../../_tools/testing/test_streams.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { BufferedRandom } from "./buffered_random.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedRWPair } from "./buffered_rw_pair.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { BytesIO } from "./bytes_io.ts";
import { CoalescingWriter } from "./coalescing_writer.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";
import { BlockingIOError, UnsupportedOperation } from "./errors.ts";
import { FileIO } from "./file_io.ts";
import { IOBase } from "./io_base.ts";
import { RawIOBase } from "./raw_io_base.ts";
import { isReader, isWriter } from "./readers.ts";
import { SocketIO } from "./socket_io.ts";
import { StringIO } from "./string_io.ts";
import { TextIOBase } from "./text_io_base.ts";
import { TextIOWrapper } from "./text_io_wrapper.ts";

class BareRaw extends RawIOBase {}
class BareBuffered extends BufferedIOBase {}

/** Reads what it is given, one item a call. */
class Items extends RawIOBase {
  readonly sizes: number[] = [];
  constructor(readonly items: (string | number | null)[]) {
    super();
  }
  override readinto(buffer: Uint8Array): Promise<number | null> {
    this.sizes.push(buffer.length);
    const item = this.items.length > 0 ? this.items.shift()! : 0;
    if (typeof item !== "string") return Promise.resolve(item);
    buffer.set(bytes(item));
    return Promise.resolve(item.length);
  }
}

Deno.test("IO classes form Python's tree (test_class_hierarchy, test_abc_inheritance, test_abc_inheritance_official, test_abcs)", () => {
  for (
    const [child, parent] of [
      [RawIOBase, IOBase],
      [BufferedIOBase, IOBase],
      [TextIOBase, IOBase],
      [FileIO, RawIOBase],
      [SocketIO, RawIOBase],
      [BytesIO, BufferedIOBase],
      [BufferedReader, BufferedIOBase],
      [BufferedWriter, BufferedIOBase],
      [BufferedRWPair, BufferedIOBase],
      [BufferedRandom, BufferedReader],
      [CoalescingWriter, BufferedWriter],
      [TextIOWrapper, TextIOBase],
      [StringIO, TextIOBase],
    ] as [{ prototype: object }, { prototype: object }][]
  ) {
    assertStrictEquals(Object.getPrototypeOf(child), parent);
    assertStrictEquals(
      Object.getPrototypeOf(child.prototype),
      parent.prototype,
    );
  }
  assertStrictEquals(Object.getPrototypeOf(UnsupportedOperation), TypeError);
  assertStrictEquals(Object.getPrototypeOf(BlockingIOError), Error);
});

Deno.test("IOBase refuses what a subclass does not define (test_invalid_operations, test_optional_abilities)", async () => {
  for (const stream of [new BareRaw(), new BareBuffered()]) {
    assert(!stream.readable() && !stream.writable() && !stream.seekable());
    assertEquals(stream.isatty(), false);
    const { name } = stream.constructor;
    assertThrows(
      () => stream.fileno(),
      UnsupportedOperation,
      `"${name}.fileno"`,
    );
    for (
      const method of [
        () => stream.seek(0),
        () => stream.tell(),
        () => stream.truncate(),
        () => stream.read(1),
        () => stream.readinto(new Uint8Array(1)),
        () => stream.write(bytes("x")),
        () => stream.writelines([bytes("x")]),
        () => stream.readline(),
      ]
    ) {
      await assertRejects(method, UnsupportedOperation, `"${name}.`);
    }
  }
  const buffered = new BareBuffered();
  await assertRejects(() => buffered.detach(), UnsupportedOperation);
  await assertRejects(() => buffered.read1(), UnsupportedOperation);
  await assertRejects(
    () => buffered.readinto1(new Uint8Array(1)),
    UnsupportedOperation,
  );
});

Deno.test("IOBase.close() flushes once, and counts as done even if that fails (test_multi_close, test_flush_error_on_close)", async () => {
  const seen: boolean[] = [];
  class Flushing extends BareRaw {
    override flush(): Promise<void> {
      seen.push(this.closed);
      return Promise.reject(new Error("flush"));
    }
  }
  const stream = new Flushing();
  await assertRejects(() => stream.close(), Error, "flush");
  await stream.close();
  assertEquals(stream.closed, true);
  assertEquals(seen, [false]);

  const plain = new BareRaw();
  await plain.flush();
  await plain.close();
  await assertRejects(
    () => plain.flush(),
    TypeError,
    `Cannot flush "BareRaw": stream is closed`,
  );
  assertThrows(() => plain.isatty(), TypeError);
  await assertRejects(() => plain.writelines([]), TypeError);
  await assertRejects(() => plain.readline(), TypeError);
});

Deno.test("IOBase.closed cannot be set", () => {
  assertThrows(() => {
    (new BareRaw() as { closed: boolean }).closed = true;
  }, TypeError);
});

Deno.test("RawIOBase.read() needs only readinto() (test_RawIOBase_read)", async () => {
  const raw = new Items(["abc", "d", null, "efg", null]);
  assertEquals(text(await raw.read(3)), "abc");
  assertEquals(text(await raw.read(2)), "d");
  assertEquals(await raw.read(2), null);
  assertEquals(text(await raw.read(4)), "efg");
  assertEquals(await raw.read(4), null);
  assertEquals(text(await raw.read(4)), "");
  assertEquals(raw.sizes, [3, 2, 2, 4, 4, 4]);
  await assertRejects(() => raw.read(1.5), TypeError);
});

Deno.test("RawIOBase.read() reports counts that cannot be (test_RawIOBase_read_bounds_checking)", async () => {
  for (const count of [-1, 3, 1e9, NaN]) {
    const raw = new Items([count]);
    await assertRejects(
      () => raw.read(2),
      RangeError,
      `readinto gave ${count} bytes, outside 0 to 2`,
    );
  }
});

Deno.test("RawIOBase.readall() reads to the end, or until it would block (test_RawIOBase_readall)", async () => {
  const raw = new Items(["abc", "d", "efg"]);
  assertEquals(text(await raw.readall()), "abcdefg");
  const blocking = new Items(["a", null, null]);
  assertEquals(text(await blocking.read()), "a");
  assertEquals(await blocking.readall(), null);
  assertEquals(text(await blocking.read(-1)), "");
  assertEquals(raw.sizes, Array(4).fill(DEFAULT_BUFFER_SIZE));
  const pieces = Array.from(
    { length: 9 },
    (_, index) => `${index}`.repeat(5000),
  );
  assertEquals(text(await new Items([...pieces]).readall()), pieces.join(""));
});

Deno.test("RawIOBase.readline() reads byte by byte, so that nothing behind is taken (test_readline)", async () => {
  const long = new MockRawIO([`${"long".repeat(100)}\n`, "x"]);
  assertEquals((await long.readline()).length, 401);
  assertEquals(text(await long.read(1)), "x");
  const raw = new MockRawIO(["ab", "\nc\n", "de"]);
  assertEquals(text(await raw.readline()), "ab\n");
  assertEquals(text(await raw.read(1)), "c");
  assertEquals(text(await raw.readline(0)), "");
  assertEquals(text(await raw.readline(1)), "\n");
  assertEquals(text(await raw.readline()), "de");
  assertEquals(text(await raw.readline()), "");
  for (const wrong of [5.3, "5", NaN]) {
    await assertRejects(() => raw.readline(wrong as number), TypeError);
  }
});

Deno.test("RawIOBase.readline() reads in bulk where it can peek (test_readline)", async () => {
  class Peeking extends MockRawIO {
    constructor(readonly data: string) {
      super([data]);
    }
    peek(): Promise<Bytes> {
      return Promise.resolve(bytes(this.data));
    }
  }
  const raw = new Peeking("a long line\n");
  assertEquals(text(await raw.readline()), "a long line\n");
  assertEquals(raw.reads, 1);
  const limited = new Peeking("a long line\n");
  assertEquals(text(await limited.readline(6)), "a long");
});

Deno.test("IOBase.readline() that answers nonsense fails instead of looping (test_readline_nonsizeable, test_next_nonsizeable)", async () => {
  class Nonsense extends BareBuffered {
    constructor(readonly answer: unknown) {
      super();
    }
    override read(): Promise<Bytes> {
      return Promise.resolve(this.answer as Bytes);
    }
    override readline(): Promise<Bytes> {
      return Promise.resolve(this.answer as Bytes);
    }
  }
  await assertRejects(() => new Nonsense(null).readlines(), TypeError);
  const iterator = new Nonsense(undefined)[Symbol.asyncIterator]();
  await assertRejects(() => iterator.next(), TypeError);
  const read = BufferedIOBase.prototype.readline.bind(new Nonsense("text"));
  await assertRejects(() => read(), TypeError, "not bytes");
});

Deno.test("BufferedIOBase.readinto() is read(), readinto1() is read1() (test_BufferedIOBase_readinto, test_buffered_readinto_mixin)", async () => {
  const calls: string[] = [];
  class Fixed extends BareBuffered {
    override read(size?: number | null): Promise<Bytes> {
      calls.push(`read ${size}`);
      return Promise.resolve(bytes("abcde"));
    }
    override read1(size?: number | null): Promise<Bytes> {
      calls.push(`read1 ${size}`);
      return Promise.resolve(bytes("ab"));
    }
  }
  const stream = new Fixed();
  const target = bytes("12345678");
  assertEquals(await stream.readinto(target), 5);
  assertEquals(text(target), "abcde678");
  assertEquals(await stream.readinto1(target.subarray(3)), 2);
  assertEquals(text(target), "abcab678");
  assertEquals(calls, ["read 8", "read1 5"]);
  await assertRejects(() => stream.readinto(new Uint8Array(4)), RangeError);

  class Blocked extends BareBuffered {
    override read(): Promise<null> {
      return Promise.resolve(null);
    }
  }
  assertEquals(await new Blocked().readinto(target), null);
});

Deno.test("Byte streams of every kind run the same script alike (test_raw_file_io, test_buffered_file_io, test_raw_bytes_io)", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (
      const make of [
        () => new BytesIO(),
        () => new FileIO(path, "w+"),
        () => new BufferedRandom(new BytesIO()),
        () => new BufferedRandom(new FileIO(path, "w+"), 5),
      ]
    ) {
      const file = make();
      assertEquals(await file.write(bytes("blah.")), 5);
      assertEquals(await file.seek(0), 0);
      assertEquals(await file.write(bytes("Hello.")), 6);
      assertEquals(await file.tell(), 6);
      assertEquals(await file.seek(-1, 1), 5);
      assertEquals(
        await file.write(
          new Uint8Array([
            0x20,
            0x77,
            0x6f,
            0x72,
            0x6c,
            0x64,
            0x0a,
            0x0a,
            0x0a,
          ]),
        ),
        9,
      );
      assertEquals(await file.seek(0), 0);
      assertEquals(await file.write(bytes("h")), 1);
      assertEquals(await file.seek(-1, 2), 13);
      assertEquals(await file.tell(), 13);
      assertEquals(await file.truncate(12), 12);
      assertEquals(await file.tell(), 13);
      await assertRejects(() => file.seek(0.5), TypeError);
      await assertRejects(() => file.truncate(0.5), TypeError);

      await file.seek(0);
      assertEquals(text(await file.read(5)), "hello");
      const target = bytes(" worldxxxxxx");
      assertEquals(await file.readinto(target), 7);
      assertEquals(text(target), " world\nxxxxx");
      assertEquals(await file.readinto(target), 0);
      assertEquals(await file.seek(0, 2), 12);
      assertEquals(text(await file.read(1)), "");
      assertEquals(text(await file.read()), "");
      await file.seek(4);
      assertEquals(text(await file.read()), "o world\n");
      await file.close();
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("Byte streams give the end away as memory of its own", async () => {
  const streams = () => [
    new BytesIO(),
    new BufferedReader(new BytesIO()),
    new BufferedRandom(new BytesIO()),
    new Items([]),
  ];
  for (const stream of streams()) {
    for (
      const chunk of [
        await stream.read(0),
        await stream.read(1),
        await stream.read(),
        await stream.readline(),
      ]
    ) {
      structuredClone(chunk, { transfer: [chunk!.buffer] });
    }
  }
  for (const stream of streams()) {
    assertEquals(text(await stream.readline()), "");
  }
});

Deno.test("bytesOf() sees the bytes behind any view", () => {
  const { buffer } = bytes("abcdefgh");
  assertEquals(text(bytesOf(buffer)), "abcdefgh");
  assertEquals(text(bytesOf(new Uint16Array(buffer, 2, 2))), "cdef");
  assertEquals(text(bytesOf(new DataView(buffer, 7))), "h");
  assertEquals(bytesOf(new SharedArrayBuffer(3)).length, 3);
  for (
    const [wrong, description] of [["x", "a string"], [null, "null"], [
      5,
      "a number",
    ], [[], "a Array object"]]
  ) {
    assertThrows(
      () => bytesOf(wrong as never),
      TypeError,
      `Cannot use ${description} as bytes`,
    );
  }
});

Deno.test("isReader() and isWriter() look for the method (test_reader_subclass, test_writer_subclass)", () => {
  const both = new BytesIO();
  const reader = { read: () => Promise.resolve(null) };
  const writer = { write: () => Promise.resolve(0) };
  assertEquals(
    [both, reader, writer, {}, null, "x", { read: 1 }].map(isReader),
    [true, true, false, false, false, false, false],
  );
  assertEquals(
    [both, reader, writer, {}, null, "x", { write: 1 }].map(isWriter),
    [true, false, true, false, false, false, false],
  );
});

Deno.test("BlockingIOError knows how much was written, both errors their names", () => {
  assertEquals(new BlockingIOError("wait", 5).charactersWritten, 5);
  assertEquals(new BlockingIOError("wait").charactersWritten, 0);
  assertEquals(new BlockingIOError("wait").name, "BlockingIOError");
  assertEquals(new UnsupportedOperation("no").name, "UnsupportedOperation");
});
