import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bytes,
  GatedIO,
  MockRawIO,
  NonBlockingIO,
  settle,
  text,
  UnseekableIO,
} from "../../_tools/testing/test_streams.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedRWPair } from "./buffered_rw_pair.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import type { Bytes } from "./bytes.ts";
import { BytesIO } from "./bytes_io.ts";
import { lookupCodec } from "./codecs.ts";
import { BlockingIOError, UnsupportedOperation } from "./errors.ts";
import type { RawIOBase } from "./raw_io_base.ts";
import { StringIO } from "./string_io.ts";
import { TextIOBase } from "./text_io_base.ts";
import {
  type Newline,
  TextIOWrapper,
  type TextIOWrapperOptions,
} from "./text_io_wrapper.ts";

const DATA = bytes("AAA\r\nBBB\rCCC\r\nDDD\nEEE\r\n");
const NORMALIZED = "AAA\nBBB\nCCC\nDDD\nEEE\n";

/** Asks for few bytes at once. */
function chunked<B extends BufferedIOBase | RawIOBase>(
  buffer: B,
  size: number,
  options?: TextIOWrapperOptions,
): TextIOWrapper<B> {
  class Chunked extends TextIOWrapper<B> {
    protected override _CHUNK_SIZE = size;
  }
  return new Chunked(buffer, options);
}

async function lines(stream: TextIOBase): Promise<string[]> {
  const read: string[] = [];
  for await (const line of stream) read.push(line);
  return read;
}

/** Everything, in reads of `size` characters. */
async function readBy(stream: TextIOBase, size: number): Promise<string[]> {
  const pieces: string[] = [];
  while (true) {
    const piece = await stream.read(size);
    if (piece === "") return pieces;
    pieces.push(piece);
  }
}

/** A file in memory whose closing, or whose flushing, fails. */
class FailingIO extends BytesIO {
  constructor(readonly failing: { flush?: boolean; close?: boolean }) {
    super();
  }

  override async flush(): Promise<void> {
    if (this.failing.flush) throw new Deno.errors.BrokenPipe("flush");
    await super.flush();
  }

  override async close(): Promise<void> {
    if (this.failing.close) throw new Deno.errors.BadResource("close");
    await super.close();
  }
}

Deno.test("TextIOWrapper takes its defaults and its options (test_constructor, test_encoding, test_default_encoding)", async () => {
  const plain = new TextIOWrapper(new BytesIO());
  assertEquals(plain.encoding, "utf-8");
  assertEquals(plain.errors, "strict");
  assertEquals(plain.lineBuffering, false);
  assertEquals(plain.writeThrough, false);
  assertEquals(plain.newlines, null);
  const buffer = new BytesIO(bytes("\xe9\n\n"));
  const stream = new TextIOWrapper(buffer, {
    encoding: "Latin1",
    errors: "replace",
    lineBuffering: true,
    writeThrough: true,
    newline: "\r\n",
  });
  assertEquals(stream.encoding, "Latin1");
  assertEquals(stream.errors, "replace");
  assertEquals(stream.lineBuffering, true);
  assertEquals(stream.writeThrough, true);
  assertStrictEquals(stream.buffer, buffer);
  assertEquals(await stream.readline(), "é\n\n");
  for (const name of [null, undefined, "locale"]) {
    const named = new TextIOWrapper(new BytesIO(), { encoding: name });
    assertEquals(named.encoding, "utf-8");
  }
  assertInstanceOf(stream, TextIOBase);
});

Deno.test("TextIOWrapper refuses options that do not exist (test_constructor, test_check_encoding_errors, test_non_text_encoding_codecs_are_rejected, test_invalid_newline)", () => {
  const cases: [options: Record<string, unknown>, type: ErrorConstructor][] = [
    [{ encoding: 42 }, TypeError],
    [{ encoding: "\udcfe" }, RangeError],
    [{ encoding: "utf-8\0" }, RangeError],
    [{ encoding: "hex" }, RangeError],
    [{ encoding: "" }, RangeError],
    [{ errors: 42 }, TypeError],
    [{ errors: "replace\0" }, RangeError],
    [{ newline: 42 }, TypeError],
    [{ newline: "\udcfe" }, RangeError],
    [{ newline: "\n\0" }, RangeError],
    [{ newline: "xyzzy" }, RangeError],
  ];
  for (const [options, type] of cases) {
    const error = assertThrows(() => new TextIOWrapper(new BytesIO(), options));
    assertInstanceOf(error, type, JSON.stringify(options));
  }
});

Deno.test("TextIOWrapper errors is what was asked for (test_errors_property)", () => {
  for (const errors of ["strict", "replace", "surrogateescape"] as const) {
    const stream = new TextIOWrapper(new BytesIO(), { errors });
    assertEquals(stream.errors, errors);
  }
});

Deno.test("TextIOWrapper treats malformed bytes as its errors say (test_encoding_errors_reading)", async () => {
  const data = bytes("abc\n\xff\n");
  for (const options of [{}, { errors: "strict" }] as const) {
    const stream = new TextIOWrapper(new BytesIO(data), {
      encoding: "ascii",
      ...options,
    });
    await assertRejects(() => stream.read(), Deno.errors.InvalidData);
  }
  for (
    const [errors, expected] of [
      ["ignore", "abc\n\n"],
      ["replace", "abc\n\ufffd\n"],
      ["backslashreplace", "abc\n\\xff\n"],
      ["surrogateescape", "abc\n\udcff\n"],
    ] as const
  ) {
    for (const size of [1, 2, 100]) {
      const stream = chunked(new BytesIO(data), size, {
        encoding: "ascii",
        errors,
      });
      assertEquals(await lines(stream), expected.split(/(?<=\n)/));
    }
  }
});

Deno.test("TextIOWrapper treats characters that the codec lacks as its errors say (test_encoding_errors_writing)", async () => {
  for (const options of [{}, { errors: "strict" }] as const) {
    const buffer = new BytesIO();
    const stream = new TextIOWrapper(buffer, { encoding: "ascii", ...options });
    await assertRejects(
      () => stream.write("abc\xff"),
      RangeError,
      "U+00FF at 3",
    );
    await stream.flush();
    assertEquals(buffer.getvalue().length, 0);
  }
  for (
    const [errors, expected] of [
      ["ignore", "abcdef\n"],
      ["replace", "abc?def\n"],
    ] as const
  ) {
    const buffer = new BytesIO();
    const stream = new TextIOWrapper(buffer, {
      encoding: "ascii",
      errors,
      newline: "\n",
    });
    assertEquals(await stream.write("abc\xffdef\n"), 8);
    await stream.flush();
    assertEquals(text(buffer.getvalue()), expected);
  }
});

Deno.test("TextIOWrapper goes on behind malformed bytes", async () => {
  const stream = chunked(new BytesIO(bytes("ab\xff\ncd\n")), 2);
  await assertRejects(() => stream.readline(), Deno.errors.InvalidData);
  assertEquals(await stream.readline(), "abcd\n");
  assertEquals(await stream.tell(), 7);
  const cut = chunked(new BytesIO(bytes("a\xe2\xffb\n")), 1);
  await assertRejects(() => cut.readline(), Deno.errors.InvalidData);
  assertEquals(await cut.readline(), "ab\n");
});

Deno.test("TextIOWrapper cuts lines by every newline setting, in every encoding and buffer size (test_newlines)", async () => {
  const input = ["unix\n", "windows\r\n", "os9\r", "last\n", "nonl"];
  const cases: [newline: Newline, lines: string[]][] = [
    [null, ["unix\n", "windows\n", "os9\n", "last\n", "nonl"]],
    ["", input],
    ["\n", ["unix\n", "windows\r\n", "os9\rlast\n", "nonl"]],
    ["\r\n", ["unix\nwindows\r\n", "os9\rlast\nnonl"]],
    ["\r", ["unix\nwindows\r", "\nos9\r", "last\nnonl"]],
  ];
  const encodings = [
    "utf-8",
    "latin-1",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
  ];
  for (const encoding of encodings) {
    const data = lookupCodec(encoding).encode(input.join(""));
    for (let size = 1; size < 10; size++) {
      for (const [newline, expected] of cases) {
        const open = () =>
          chunked(new BufferedReader(new BytesIO(data), size), size, {
            encoding,
            newline,
          });
        const label = `${encoding} ${size} ${JSON.stringify(newline)}`;
        assertEquals(await lines(open()), expected, label);
        const mixed = open();
        const got: string[] = [];
        while (true) {
          const two = await mixed.read(2);
          if (two === "") break;
          assertEquals(two.length, 2, label);
          got.push(two + await mixed.readline());
        }
        assertEquals(got, expected, label);
      }
    }
  }
});

Deno.test("TextIOWrapper reads every newline setting, cut anywhere (test_newlines_input)", async () => {
  const data = "AAA\nBB\x00B\nCCC\rDDD\rEEE\r\nFFF\r\nGGG";
  const cases: [newline: Newline, lines: string[]][] = [
    [null, data.replace(/\r\n?/g, "\n").split(/(?<=\n)/)],
    ["", data.split(/(?<=\n|\r(?!\n))/)],
    [
      "\n",
      ["AAA\n", "BB\x00B\n", "CCC\rDDD\rEEE\r\n", "FFF\r\n", "GGG"],
    ],
    ["\r\n", ["AAA\nBB\x00B\nCCC\rDDD\rEEE\r\n", "FFF\r\n", "GGG"]],
    [
      "\r",
      ["AAA\nBB\x00B\nCCC\r", "DDD\r", "EEE\r", "\nFFF\r", "\nGGG"],
    ],
  ];
  for (const [newline, expected] of cases) {
    for (const size of [1, 2, 3, 4, 5, 8192]) {
      const stream = chunked(new BytesIO(bytes(data)), size, {
        encoding: "ascii",
        newline,
      });
      assertEquals(await stream.readlines(), expected);
      await stream.seek(0);
      assertEquals(await stream.read(), expected.join(""));
      await stream.seek(0);
      assertEquals((await readBy(stream, 3)).join(""), expected.join(""));
    }
  }
});

Deno.test("TextIOWrapper writes every newline setting (test_newlines_output)", async () => {
  const platform = Deno.build.os === "windows" ? "\r\n" : "\n";
  for (const newline of [null, "", "\n", "\r", "\r\n"] as const) {
    const buffer = new BytesIO();
    const stream = new TextIOWrapper(buffer, { encoding: "ascii", newline });
    assertEquals(await stream.write("AAA\nB"), 5);
    assertEquals(await stream.write("BB\nCCC\n"), 7);
    assertEquals(await stream.write("X\rY\r\nZ"), 6);
    await stream.flush();
    assertEquals(
      text(buffer.getvalue()),
      "AAA\nBBB\nCCC\nX\rY\r\nZ".replaceAll(
        "\n",
        newline === null ? platform : newline || "\n",
      ),
    );
  }
});

Deno.test("TextIOWrapper newlines names the kinds seen", async () => {
  const stream = chunked(new BytesIO(bytes("a\nb\r\nc\rd")), 1);
  const seen = [];
  while (await stream.readline()) seen.push(stream.newlines);
  assertEquals(seen, [
    "\n",
    ["\n", "\r\n"],
    ["\r", "\n", "\r\n"],
    ["\r", "\n", "\r\n"],
  ]);
  const only = new TextIOWrapper(new BytesIO(DATA), { newline: "\r" });
  await only.read();
  assertEquals(only.newlines, null);
});

Deno.test("TextIOWrapper never splits CRLF (test_read_one_by_one, test_read_by_chunk)", async () => {
  const one = new TextIOWrapper(new BytesIO(bytes("AA\r\nBB")));
  assertEquals(await readBy(one, 1), ["A", "A", "\n", "B", "B"]);
  const data = "A".repeat(127) + "\r\nB";
  const large = new TextIOWrapper(new BytesIO(bytes(data)));
  assertEquals(await readBy(large, 128), ["A".repeat(127) + "\n", "B"]);
});

Deno.test("TextIOWrapper mixes read(), readline() and tell() (test_issue1395_1, test_issue1395_2, test_issue1395_3, test_issue1395_4, test_issue1395_5)", async () => {
  const open = () => chunked(new BytesIO(DATA), 4, { encoding: "ascii" });
  assertEquals((await readBy(open(), 1)).join(""), NORMALIZED);
  assertEquals((await readBy(open(), 4)).join(""), NORMALIZED);
  const third = open();
  assertEquals(
    await third.read(4) + await third.read(4) + await third.readline() +
      await third.readline() + await third.readline(),
    NORMALIZED,
  );
  const fourth = open();
  assertEquals(await fourth.read(4) + await fourth.read(), NORMALIZED);
  const fifth = open();
  await fifth.read(4);
  const position = await fifth.tell();
  await fifth.seek(0);
  await fifth.seek(position);
  assertEquals(await fifth.read(4), "BBB\n");
});

Deno.test("TextIOWrapper counts characters, not UTF-16 units", async () => {
  for (const size of [1, 2, 3, 5, 100]) {
    const buffer = new BytesIO();
    const stream = chunked(buffer, size);
    assertEquals(await stream.write("😀é😀\n😀"), 5);
    await stream.seek(0);
    assertEquals(await stream.read(1), "😀");
    assertEquals(await stream.readline(2), "é😀");
    assertEquals(await stream.readline(1), "\n");
    assertEquals(await stream.readline(), "😀");
    await stream.seek(0);
    assertEquals(await stream.read(3), "😀é😀");
  }
});

Deno.test("TextIOWrapper read() and readline() take the sizes that every stream takes", async () => {
  const stream = new TextIOWrapper(new BytesIO(bytes("abc\ndef")));
  assertEquals(await stream.read(0), "");
  assertEquals(await stream.readline(0), "");
  assertEquals(await stream.readline(2), "ab");
  assertEquals(await stream.readline(null), "c\n");
  assertEquals(await stream.readline(100), "def");
  assertEquals(await stream.readline(), "");
  assertEquals(await stream.read(1), "");
  for (const all of [undefined, null, -1, -5]) {
    await stream.seek(0);
    assertEquals(await stream.read(all), "abc\ndef");
  }
  await assertRejects(() => stream.read(1.5), TypeError);
  await assertRejects(() => stream.readline("1" as never), TypeError);
});

Deno.test("TextIOWrapper joins a line of many pieces in time that grows with its length", async () => {
  const length = 4_000_000;
  const stream = chunked(new BytesIO(new Uint8Array(length).fill(0x61)), 1000);
  const began = performance.now();
  assertEquals((await stream.readline()).length, length);
  // Joining anew for each of the 4000 pieces would move 8 GB.
  assert(performance.now() - began < 3000);
});

Deno.test("TextIOWrapper readline() refuses a line longer than maxLineLength and leaves it unread", async () => {
  for (const size of [1, 2, 3, 100]) {
    const stream = chunked(new BytesIO(bytes("123\n12345\n")), size, {
      maxLineLength: 5,
    });
    assertEquals(await stream.readline(), "123\n");
    const error = await assertRejects(() => stream.readline(), RangeError);
    assertStringIncludes(error.message, "longer than 5 characters");
    assertEquals(await stream.readline(3), "123");
    assertEquals(await stream.readline(), "45\n");
  }
});

Deno.test("TextIOWrapper flushes a write with a line end if it is line buffering (test_line_buffering)", async () => {
  const raw = new BytesIO();
  const stream = new TextIOWrapper(new BufferedWriter(raw, 1000), {
    newline: "\n",
    lineBuffering: true,
  });
  await stream.write("X");
  assertEquals(text(raw.getvalue()), "");
  await stream.write("Y\nZ");
  assertEquals(text(raw.getvalue()), "XY\nZ");
  await stream.write("A\rB");
  assertEquals(text(raw.getvalue()), "XY\nZA\rB");
});

Deno.test("TextIOWrapper gathers writes up to a chunk (test_internal_buffer_size)", async () => {
  const raw = new MockRawIO();
  const stream = chunked(raw, 8, { encoding: "ascii", newline: "\n" });
  await stream.write("abc");
  await stream.write("def");
  assertEquals(raw.written, []);
  await stream.write("123456789");
  assertEquals(raw.written, ["abcdef", "123456789"]);
  await stream.write("ghi");
  await stream.write("12345678");
  assertEquals(raw.written.slice(2), ["ghi", "12345678"]);
  await stream.write("jkl");
  await stream.close();
  assertEquals(raw.written.slice(4), ["jkl"]);
});

Deno.test("TextIOWrapper writes through if asked, without a flush (test_rawio_write_through, test_bufio_write_through)", async () => {
  const raw = new MockRawIO();
  const direct = new TextIOWrapper(raw, {
    encoding: "ascii",
    newline: "\n",
    writeThrough: true,
  });
  for (const piece of ["1", "23\n4", "5"]) await direct.write(piece);
  assertEquals(raw.written, ["1", "23\n4", "5"]);

  const calls: string[] = [];
  class Spied extends BufferedWriter {
    override write(source: ArrayBufferView): Promise<number> {
      calls.push("write");
      return super.write(source);
    }
    override flush(): Promise<void> {
      calls.push("flush");
      return super.flush();
    }
  }
  const below = new BytesIO();
  const buffered = new TextIOWrapper(new Spied(below, 4), {
    encoding: "ascii",
    writeThrough: true,
  });
  await buffered.write("a");
  assertEquals(calls, ["write"]);
  assertEquals(text(below.getvalue()), "");
  await buffered.write("a".repeat(10));
  assertEquals(calls, ["write", "write"]);
  assertEquals(text(below.getvalue()), "a".repeat(11));
});

Deno.test("TextIOWrapper works on a raw stream (test_rawio)", async () => {
  const raw = new MockRawIO(["abc", "def", "ghi\njkl\nopq\n"]);
  const stream = new TextIOWrapper(raw, { encoding: "ascii", newline: "\n" });
  assertEquals(await stream.read(4), "abcd");
  assertEquals(await stream.readline(), "efghi\n");
  assertEquals(await lines(stream), ["jkl\n", "opq\n"]);
});

Deno.test("TextIOWrapper writes on until a raw stream has taken everything", async () => {
  class Short extends MockRawIO {
    override write(source: Uint8Array): Promise<number> {
      return super.write(source.subarray(0, 3));
    }
  }
  const raw = new Short();
  const stream = new TextIOWrapper(raw, { newline: "\n" });
  await stream.write("abcdefgh");
  await stream.flush();
  assertEquals(raw.written, ["abc", "def", "gh"]);
});

Deno.test("TextIOWrapper refuses a count that a raw stream cannot have written", async () => {
  class Wrong extends MockRawIO {
    override async write(source: Uint8Array): Promise<number> {
      return await super.write(source) + 1;
    }
  }
  const stream = new TextIOWrapper(new Wrong(), { writeThrough: true });
  await assertRejects(() => stream.write("a"), Deno.errors.InvalidData);
});

Deno.test("TextIOWrapper keeps what a non-blocking stream does not take, and sends it later", async () => {
  const raw = new NonBlockingIO();
  const stream = new TextIOWrapper(raw, { newline: "\n" });
  await stream.write("abcdef");
  raw.blockOn("c");
  await assertRejects(() => stream.flush(), BlockingIOError);
  assertEquals(raw.pop(), "ab");
  await stream.write("g");
  await stream.flush();
  assertEquals(raw.pop(), "cdefg");
  const buffer = new BufferedWriter(raw, 4);
  const buffered = new TextIOWrapper(buffer, { newline: "\n" });
  await buffered.write("0123456789");
  raw.blockOn("4");
  await assertRejects(() => buffered.flush(), BlockingIOError);
  await buffered.flush();
  assertEquals(raw.pop(), "0123456789");
});

Deno.test("TextIOWrapper says so if a non-blocking stream has no more yet, and keeps what it has (test_read_non_blocking)", async () => {
  const reads: ((stream: TextIOBase) => Promise<string>)[] = [
    (stream) => stream.read(4),
    (stream) => stream.readline(),
  ];
  for (const read of reads) {
    const raw = new MockRawIO(["ab", null, "c\n"]);
    const stream = new TextIOWrapper(raw);
    await assertRejects(() => read(stream), BlockingIOError, "would block");
    assertEquals(await read(stream), "abc\n");
  }
  const all = new TextIOWrapper(new MockRawIO([null, "ab"]));
  await assertRejects(() => all.read(), BlockingIOError);
  assertEquals(await all.read(), "ab");
});

Deno.test("TextIOWrapper refuses a source that gives no bytes (test_read_nonbytes, test_illegal_decoder)", async () => {
  const open = () => new TextIOWrapper(new StringIO("a") as never);
  await assertRejects(() => open().read(1), TypeError, "bytes are required");
  await assertRejects(() => open().readline(), TypeError, "bytes are required");
  await assertRejects(() => open().read(), TypeError, "bytes are required");
});

Deno.test("TextIOWrapper write() refuses what is not text (test_illegal_encoder)", async () => {
  const stream = new TextIOWrapper(new BytesIO());
  for (const wrong of [bytes("a"), 1, null, ["a"]]) {
    await assertRejects(() => stream.write(wrong as never), TypeError);
  }
});

Deno.test("TextIOWrapper reads any kind of byte array (test_read_byteslike)", async () => {
  class Views extends BufferedIOBase {
    #rest = bytes("Just some random string\n");
    override readable(): boolean {
      return true;
    }
    override read1(): Promise<Bytes> {
      const size = Math.min(4, this.#rest.length);
      const chunk = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      return Promise.resolve(chunk);
    }
  }
  const stream = new TextIOWrapper(new Views());
  assertEquals(await stream.read(200), "Just some random string\n");
});

Deno.test("TextIOWrapper refuses to read what is not readable and to write what is not writable (test_unreadable, test_invalid_operations)", async () => {
  const writer = new TextIOWrapper(new BufferedWriter(new BytesIO()));
  await assertRejects(() => writer.read(), UnsupportedOperation);
  await assertRejects(() => writer.readline(), UnsupportedOperation);
  await assertRejects(() => lines(writer), UnsupportedOperation);
  const reader = new TextIOWrapper(new BufferedReader(new BytesIO()));
  await assertRejects(() => reader.write("a"), UnsupportedOperation);
  await assertRejects(() => reader.writelines(["a"]), UnsupportedOperation);
});

Deno.test("TextIOWrapper can what its buffer can (test_issue2282)", () => {
  const seekable = new TextIOWrapper(new BytesIO());
  assertEquals(seekable.seekable(), true);
  assertEquals(seekable.readable(), true);
  assertEquals(seekable.writable(), true);
  assertEquals(seekable.isatty(), false);
  assertThrows(() => seekable.fileno(), UnsupportedOperation);
  const raw = new MockRawIO();
  raw.name = "raw";
  const named = new TextIOWrapper(raw);
  assertEquals(named.fileno(), 42);
  assertEquals(named.name, "raw");
  const unseekable = new TextIOWrapper(new UnseekableIO());
  assertEquals(unseekable.seekable(), false);
});

Deno.test("TextIOWrapper toString() shows name, mode and encoding as far as they are known (test_repr)", async () => {
  const raw = new MockRawIO();
  const buffer = new BufferedReader(raw);
  const stream = new TextIOWrapper(buffer);
  assertEquals(String(stream), '<TextIOWrapper encoding="utf-8">');
  raw.name = "dummy";
  assertEquals(String(stream), '<TextIOWrapper name="dummy" encoding="utf-8">');
  stream.mode = "r";
  const known = '<TextIOWrapper name="dummy" mode="r" encoding="utf-8">';
  assertEquals(String(stream), known);
  await buffer.detach();
  assertStringIncludes(String(stream), "TextIOWrapper");
});

Deno.test("TextIOWrapper detach() flushes and gives the buffer back once (test_detach)", async () => {
  const raw = new BytesIO();
  const buffer = new BufferedWriter(raw);
  const stream = new TextIOWrapper(buffer, { encoding: "ascii" });
  await stream.write("howdy");
  assertEquals(text(raw.getvalue()), "");
  assertStrictEquals(await stream.detach(), buffer);
  assertEquals(text(raw.getvalue()), "howdy");
  await assertRejects(() => stream.detach(), TypeError, "detached");
  await assertRejects(() => stream.read(), TypeError, "detached");
  await assertRejects(() => stream.write("a"), TypeError, "detached");
  await assertRejects(() => stream.flush(), TypeError, "detached");
  await assertRejects(() => stream.tell(), TypeError, "detached");
  assertThrows(() => stream.buffer, TypeError, "detached");
  assertThrows(() => stream.closed, TypeError, "detached");
  assertEquals(stream.encoding, "ascii");
  assertEquals(stream.errors, "strict");
  assertEquals(stream.newlines, null);
  assertEquals(stream.lineBuffering, false);
  assertEquals(stream.writeThrough, false);
  assertEquals(String(stream), '<TextIOWrapper encoding="ascii">');
  await stream.close();
  assertEquals(raw.closed, false);
});

Deno.test("TextIOWrapper refuses everything once it is closed (test_io_after_close)", async () => {
  const stream = new TextIOWrapper(new BytesIO());
  await stream.close();
  await stream.close();
  assertEquals(stream.closed, true);
  const calls: (() => Promise<unknown>)[] = [
    () => stream.read(),
    () => stream.read(0),
    () => stream.readline(),
    () => stream.readlines(),
    () => lines(stream),
    () => stream.write(""),
    () => stream.writelines([]),
    () => stream.flush(),
    () => stream.tell(),
    () => stream.seek(0),
    () => stream.truncate(),
    () => stream.reconfigure({}),
    () => stream.detach(),
  ];
  for (const call of calls) await assertRejects(call, TypeError, "closed");
  assertThrows(() => stream.readable(), TypeError, "closed");
  assertThrows(() => stream.seekable(), TypeError, "closed");
  assertThrows(() => stream.isatty(), TypeError, "closed");
  assertThrows(() => new TextIOWrapper(stream.buffer), TypeError, "closed");
});

Deno.test("TextIOWrapper close() writes and flushes first (test_close_flushes, test_with_open)", async () => {
  const raw = new MockRawIO();
  {
    await using stream = new TextIOWrapper(new BufferedWriter(raw));
    await stream.write("xxx");
  }
  assertEquals(raw.written, ["xxx"]);
  assertEquals(raw.closed, true);
});

Deno.test("TextIOWrapper close() closes the buffer although flushing fails (test_flush_error_on_close)", async () => {
  const buffer = new FailingIO({ flush: true });
  const stream = new TextIOWrapper(buffer);
  await assertRejects(() => stream.close(), Deno.errors.BrokenPipe, "flush");
  // BytesIO.close() flushes as well, which ends it nevertheless.
  assertEquals(stream.closed, true);
});

Deno.test("TextIOWrapper close() throws the second of two failures with the first as its cause (test_close_error_on_close, test_nonnormalized_close_error_on_close)", async () => {
  const buffer = new FailingIO({ flush: true, close: true });
  const stream = new TextIOWrapper(buffer);
  const error = await assertRejects(
    () => stream.close(),
    Deno.errors.BadResource,
    "close",
  );
  assertInstanceOf(error.cause, Deno.errors.BrokenPipe);
  assertEquals(stream.closed, false);
  buffer.failing.flush = buffer.failing.close = false;
  await stream.close();
  assertEquals(stream.closed, true);
});

Deno.test("TextIOWrapper refuses writes during a slow close, which may be called twice (test_slow_close_from_thread)", async () => {
  const raw = new MockRawIO();
  const closing = Promise.withResolvers<void>();
  raw.flush = () => closing.promise;
  const stream = new TextIOWrapper(new BufferedWriter(raw));
  await stream.write("a");
  const closed = Promise.all([stream.close(), stream.close()]);
  await settle();
  const late = assertRejects(() => stream.write("b"), TypeError, "closed");
  const again = stream.close();
  closing.resolve();
  await Promise.all([closed, late, again]);
  assertEquals(stream.closed, true);
  assertEquals(raw.written, ["a"]);
});

Deno.test("TextIOWrapper close() sends what is written while it flushes, and calls an overridden flush()", async () => {
  let flushed = 0;
  class Counting extends TextIOWrapper {
    override flush(): Promise<void> {
      flushed++;
      return super.flush();
    }
  }
  const wire = new GatedIO();
  const stream = new Counting(new BufferedWriter(wire));
  await stream.write("a");
  const closed = stream.close();
  await settle();
  const late = stream.write("b");
  wire.writing.shift()!.resolve(1);
  await settle();
  wire.writing.shift()!.resolve(1);
  await closed;
  assertEquals(await late, 1);
  assertEquals(wire.written, ["a", "b"]);
  assertEquals(flushed, 1);
});

Deno.test("TextIOWrapper lets concurrent writes take turns (test_threads_write)", async () => {
  const buffer = new BytesIO();
  const stream = chunked(new BufferedWriter(buffer, 7), 5, {
    newline: "\n",
    lineBuffering: true,
  });
  const written = Array.from(
    { length: 20 },
    (_, i) => `Task${String(i).padStart(3, "0")}\n`,
  );
  await Promise.all(written.map((line) => stream.write(line)));
  assertEquals(text(buffer.getvalue()), written.join(""));
});

Deno.test("TextIOWrapper lets concurrent reads share out the text once", async () => {
  const expected = Array.from({ length: 50 }, (_, i) => `line ${i}\n`);
  const stream = chunked(new BytesIO(bytes(expected.join(""))), 3);
  const read = await Promise.all(expected.map(() => stream.readline()));
  assertEquals(read, expected);
});

Deno.test("TextIOWrapper does not corrupt what is read and written at once (test_write_readline_races)", async () => {
  const buffer = new BytesIO(bytes("a\nb\nc\n"));
  const stream = new TextIOWrapper(buffer, { newline: "\n" });
  const results = await Promise.all([
    stream.readline(),
    stream.seek(0, 2),
    stream.write("d\n"),
    stream.seek(0),
    stream.readlines(),
  ]);
  assertEquals(results, ["a\n", 6, 2, 0, ["a\n", "b\n", "c\n", "d\n"]]);
});

Deno.test("TextIOWrapper can write while a read waits for the peer, and be closed", async () => {
  const wire = new GatedIO();
  const pair = new BufferedRWPair(wire, wire);
  const stream = new TextIOWrapper(pair, { lineBuffering: true });
  const answer = stream.readline();
  await settle();
  const asked = stream.write("question\n");
  await settle();
  wire.writing.shift()!.resolve(9);
  assertEquals(await asked, 9);
  assertEquals(wire.written, ["question\n"]);
  wire.reading.shift()!.resolve("answer\n");
  assertEquals(await answer, "answer\n");
  const unanswered = stream.readline();
  await settle();
  await stream.close();
  assertEquals(stream.closed, true);
  wire.reading.shift()!.reject(new Deno.errors.Interrupted("closed"));
  await assertRejects(() => unanswered);
});

Deno.test("TextIOWrapper sends what is pending before it reads", async () => {
  const sent = new BytesIO();
  const received = new BytesIO(bytes("answer\n"));
  const stream = new TextIOWrapper(new BufferedRWPair(received, sent));
  await stream.write("question\n");
  assertEquals(await stream.readline(), "answer\n");
  await stream.flush();
  assertEquals(text(sent.getvalue()), "question\n");
});

Deno.test("TextIOWrapper keeps what a pair has read ahead over a write (test_issue35928)", async () => {
  const pair = new BufferedRWPair(
    new BytesIO(bytes("foo\nbar\n")),
    new BytesIO(),
  );
  const stream = new TextIOWrapper(pair);
  const first = await stream.readline();
  await stream.write(first);
  assertEquals(first + await stream.readline(), "foo\nbar\n");
});

Deno.test("TextIOWrapper readline() that is aborted takes nothing", async () => {
  const wire = new GatedIO();
  const stream = new TextIOWrapper(new BufferedReader(wire));
  const abort = new AbortController();
  const line = stream.readline(null, { signal: abort.signal });
  await settle();
  wire.reading.shift()!.resolve("one, ");
  await settle();
  abort.abort(new Error("enough"));
  await assertRejects(() => line, Error, "enough");
  const again = stream.readline();
  const next = stream.readline(null, { signal: abort.signal });
  await assertRejects(() => next, Error, "enough");
  await settle();
  wire.reading.shift()!.resolve("two\n");
  assertEquals(await again, "one, two\n");
});

Deno.test("TextIOWrapper accepts odd buffers as long as they answer (test_issue22849)", async () => {
  class Odd extends BufferedIOBase {
    override seekable(): boolean {
      throw new Deno.errors.NotSupported("odd");
    }
  }
  assertThrows(() => new TextIOWrapper(new Odd()), Deno.errors.NotSupported);
  class Bare extends BufferedIOBase {
    override seekable(): boolean {
      return true;
    }
    override tell(): Promise<number> {
      return Promise.resolve(0);
    }
  }
  assertEquals(await new TextIOWrapper(new Bare()).tell(), 0);
});
