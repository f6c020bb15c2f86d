import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytes, UnseekableIO } from "../../_tools/testing/test_streams.ts";
import { BytesIO } from "./bytes_io.ts";
import { type ErrorMode, lookupCodec } from "./codecs.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import {
  type Newline,
  TextIOWrapper,
  type TextIOWrapperOptions,
} from "./text_io_wrapper.ts";

const MARKED = ["utf-8-sig", "utf-16", "utf-32"];

/** Asks for few bytes at once. */
function chunked(
  buffer: BytesIO,
  size: number,
  options?: TextIOWrapperOptions,
): TextIOWrapper<BytesIO> {
  class Chunked extends TextIOWrapper<BytesIO> {
    protected override _CHUNK_SIZE = size;
  }
  return new Chunked(buffer, options);
}

/** What another opening of the same content would read. */
function reopened(file: BytesIO): BytesIO {
  return new BytesIO(file.getvalue());
}

Deno.test("TextIOWrapper writes, seeks and reads in chunks of any size (test_basic_io)", async () => {
  for (const size of [1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65]) {
    for (const encoding of ["ascii", "latin-1", "utf-8"]) {
      const options = { encoding, newline: "\n" } as const;
      const file = new BytesIO();
      const writer = chunked(file, size, options);
      assertEquals(await writer.write("abc"), 3);
      await writer.flush();
      const stream = chunked(reopened(file), size, options);
      assertEquals(await stream.tell(), 0);
      assertEquals(await stream.read(), "abc");
      const end = await stream.tell();
      assertEquals(await stream.seek(0), 0);
      assertEquals(await stream.read(null), "abc");
      await stream.seek(0);
      assertEquals(await stream.read(2), "ab");
      assertEquals(await stream.read(1), "c");
      assertEquals(await stream.read(1), "");
      assertEquals(await stream.read(), "");
      assertEquals(await stream.tell(), end);
      assertEquals(await stream.seek(0), 0);
      assertEquals(await stream.seek(0, SEEK_END), end);
      assertEquals(await stream.write("def"), 3);
      assertEquals(await stream.seek(end), end);
      assertEquals(await stream.read(), "def");
      if (encoding === "utf-8") await checkLines(stream);
    }
  }
});

/** Positions told while writing lines are those told while reading them. */
async function checkLines(stream: TextIOWrapper<BytesIO>): Promise<void> {
  await stream.seek(0);
  await stream.truncate();
  const written: [position: number, line: string][] = [];
  for (const size of [0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 62, 63, 64, 65, 1000]) {
    const line = "s\xff\u0fff\uffff".repeat(size).slice(0, size) + "\n";
    written.push([await stream.tell(), line]);
    await stream.write(line);
  }
  await stream.seek(0);
  const read: [position: number, line: string][] = [];
  while (true) {
    const position = await stream.tell();
    const line = await stream.readline();
    if (line === "") break;
    read.push([position, line]);
  }
  assertEquals(read, written);
}

Deno.test("TextIOWrapper tells the same positions while writing and reading, but none while iterating (test_telling)", async () => {
  const stream = new TextIOWrapper(new BytesIO(), { newline: "\n" });
  const start = await stream.tell();
  await stream.write("\xff\n");
  const second = await stream.tell();
  await stream.write("\xff\n");
  const end = await stream.tell();
  await stream.seek(0);
  assertEquals(await stream.tell(), start);
  assertEquals(await stream.readline(), "\xff\n");
  assertEquals(await stream.tell(), second);
  assertEquals(await stream.readline(), "\xff\n");
  assertEquals(await stream.tell(), end);
  await stream.seek(0);
  for await (const line of stream) {
    assertEquals(line, "\xff\n");
    await assertRejects(() => stream.tell(), UnsupportedOperation, "iterated");
  }
  assertEquals(await stream.tell(), end);
  await stream.seek(0);
  for await (const _ of stream) break;
  assertEquals(await stream.tell(), second);
});

Deno.test("TextIOWrapper tells positions again after an iteration that failed", async () => {
  const stream = chunked(new BytesIO(bytes("a\n\xff")), 1);
  const iterate = async () => {
    for await (const _ of stream) { /* until it fails */ }
  };
  await assertRejects(iterate, Deno.errors.InvalidData);
  assertEquals(await stream.tell(), 3);
});

Deno.test("TextIOWrapper tells byte positions although it reads ahead (test_seeking)", async () => {
  const prefix = "a".repeat(8190);
  const line = new TextEncoder().encode(prefix + "\u8888\n");
  const file = new BytesIO();
  await file.write(line);
  await file.write(line);
  await file.seek(0);
  const stream = new TextIOWrapper(file);
  assertEquals(await stream.read(8190), prefix);
  assertEquals(await stream.tell(), 8190);
  assertEquals(await stream.readline(), "\u8888\n");
  assertEquals(await stream.tell(), line.length);
});

Deno.test("TextIOWrapper tells a position between chunks that cut a character (test_seeking_too)", async () => {
  const stream = chunked(new BytesIO(bytes("\xe0\xbf\xbf\n")), 2);
  assertEquals(await stream.readline(), "\u0fff\n");
  assertEquals(await stream.tell(), 4);
});

Deno.test("TextIOWrapper tells a position behind a CR at the end of a chunk (test_tell_after_readline_with_cr)", async () => {
  for (const newline of [null, "", "\r", "\r\n"] as const) {
    for (let size = 1; size < 9; size++) {
      const data = bytes("one\rtwo\r\nthree\r");
      const whole = await chunked(new BytesIO(data), 99, { newline }).read();
      const stream = chunked(new BytesIO(data), size, { newline });
      let read = "";
      while (true) {
        const position = await stream.tell();
        const rest = await stream.read();
        assertEquals(rest, whole.slice(read.length));
        await stream.seek(position);
        assertEquals(await stream.tell(), position);
        const line = await stream.readline();
        if (line === "") break;
        read += line;
      }
      assertEquals(read, whole);
    }
  }
});

Deno.test("TextIOWrapper goes back to every position, whatever the bytes (test_seek_and_tell, test_multibyte_seek_and_tell)", async () => {
  const cases: [encoding: string, errors: ErrorMode, data: Uint8Array][] = [
    ["utf-8", "strict", lookupCodec("utf-8").encode("AB\né😀\r\n€\rz\r")],
    [
      "utf-8",
      "backslashreplace",
      bytes("a\xff\r\xf0\x9f\x98\r\n\xe2\x82b\xe2"),
    ],
    ["utf-8", "replace", bytes("\xe2\xe2\x82\xac\xe2\xff\n\r\xf0\x9f")],
    ["utf-8", "surrogateescape", bytes("\xe2\x82\r\n\xed\xa0\x80\xff\r")],
    ["utf-8", "ignore", bytes("\xffa\xff\xe2\x82\r\xff\nb\xff")],
    ["utf-8-sig", "strict", lookupCodec("utf-8-sig").encode("aé\r\nb")],
    ["utf-8-sig", "replace", bytes("\xef\xbba\r\n")],
    ["utf-16", "strict", lookupCodec("utf-16").encode("a😀\r\né\r")],
    ["utf-16", "strict", bytes("\xfe\xff\0a\0\r\0\n\xd8\x3d\xde\0\0b")],
    ["utf-16-be", "backslashreplace", bytes("\0a\xd8\x3d\0\r\0\n\xdc")],
    ["utf-32", "strict", lookupCodec("utf-32").encode("a😀\r\né\r")],
    [
      "utf-32-be",
      "backslashreplace",
      bytes("\0\0\0\r\xff\xff\xff\xff\0\0\0a\0"),
    ],
    ["utf-32-be", "surrogateescape", bytes("\xff\0\0\0a\0\0\0\r\0\0\0\n")],
    ["ascii", "backslashreplace", bytes("\xff\r\xfe\n")],
  ];
  for (const [encoding, errors, data] of cases) {
    for (const newline of [null, "", "\n", "\r\n"] satisfies Newline[]) {
      for (const size of [1, 2, 3, 5, 100]) {
        const options = { encoding, errors, newline };
        const open = () => chunked(new BytesIO(data), size, options);
        const whole = await open().read();
        const characters = Array.from(whole);
        for (let i = 0; i <= characters.length; i++) {
          const stream = open();
          const label = `${encoding} ${errors} ${size} ${i}`;
          assertEquals(await stream.read(i), characters.slice(0, i).join(""));
          const position = await stream.tell();
          const rest = characters.slice(i).join("");
          await stream.read(1);
          assertEquals(await stream.seek(position), position, label);
          assertEquals(await stream.tell(), position, label);
          assertEquals(await stream.read(), rest, label);
          await stream.seek(position);
          assertEquals(
            await stream.read(2),
            characters.slice(i, i + 2).join(""),
            label,
          );
        }
      }
    }
  }
});

Deno.test("TextIOWrapper tells the plain byte position wherever nothing else is needed", async () => {
  const content = "aé\nb€\nc\n";
  for (const encoding of ["utf-8", "utf-16", "utf-32-be", "utf-8-sig"]) {
    const codec = lookupCodec(encoding);
    const stream = new TextIOWrapper(new BytesIO(codec.encode(content)), {
      encoding,
    });
    assertEquals(await stream.tell(), 0);
    await stream.readline();
    assertEquals(await stream.tell(), codec.encode("aé\n").length);
    await stream.read();
    const end = codec.encode(content).length;
    assertEquals(await stream.tell(), end);
    assertEquals(await stream.seek(0, SEEK_END), end);
    assertEquals(await stream.tell(), end);
  }
});

Deno.test("TextIOWrapper seek() takes what tell() gives, and 0 from anywhere (test_invalid_operations)", async () => {
  const stream = new TextIOWrapper(new BytesIO(bytes("abcdef")));
  await stream.read(2);
  assertEquals(await stream.seek(0, SEEK_CUR), 2);
  assertEquals(await stream.read(1), "c");
  for (const whence of [SEEK_CUR, SEEK_END]) {
    for (const position of [1, -1]) {
      await assertRejects(
        () => stream.seek(position, whence),
        UnsupportedOperation,
      );
    }
  }
  await assertRejects(() => stream.seek(-1), RangeError);
  await assertRejects(() => stream.seek(0, 3), RangeError);
  await assertRejects(() => stream.seek(0.5), TypeError);
  await assertRejects(() => stream.seek(2 ** 60, SEEK_SET), RangeError);
  // More characters to skip than there are.
  await assertRejects(() => stream.seek(31 * 2 ** 48), RangeError);
  await stream.seek(0);
  assertEquals(await stream.read(), "abcdef");
});

Deno.test("TextIOWrapper has no positions where its buffer has none (test_unseekable)", async () => {
  const stream = new TextIOWrapper(new UnseekableIO(bytes("abc")));
  await assertRejects(() => stream.tell(), UnsupportedOperation);
  await assertRejects(() => stream.seek(0), UnsupportedOperation);
  assertEquals(await stream.read(), "abc");
});

Deno.test("TextIOWrapper truncate() flushes and counts bytes", async () => {
  const file = new BytesIO();
  const stream = new TextIOWrapper(file, { newline: "\n" });
  await stream.write("éé\n");
  assertEquals(await stream.truncate(), 5);
  assertEquals(await stream.truncate(2), 2);
  assertEquals(file.getvalue(), new TextEncoder().encode("é"));
  await assertRejects(() => stream.truncate(-1), RangeError);
});

Deno.test("TextIOWrapper tell() works after any mix of reads and writes (test_issue25862)", async () => {
  const open = () => new TextIOWrapper(new BytesIO(bytes("test")));
  const reader = open();
  await reader.read(1);
  await reader.read();
  assertEquals(await reader.tell(), 4);
  const writer = open();
  await writer.read(1);
  await writer.write("x");
  assertEquals(await writer.tell(), 5);
});

Deno.test("TextIOWrapper writes the byte order mark once (test_encoded_writes)", async () => {
  const data = "1234567890";
  const encodings = [
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
  ];
  for (const encoding of encodings) {
    const file = new BytesIO();
    const stream = new TextIOWrapper(file, { encoding });
    await stream.write(data);
    await stream.write(data);
    for (let i = 0; i < 2; i++) {
      await stream.seek(0);
      assertEquals(await stream.read(), data + data);
    }
    assertEquals(file.getvalue(), lookupCodec(encoding).encode(data + data));
  }
});

Deno.test("TextIOWrapper writes no byte order mark where something stands before (test_append_bom, test_seek_append_bom)", async () => {
  for (const encoding of MARKED) {
    for (const seeks of [false, true]) {
      const file = new BytesIO(lookupCodec(encoding).encode("aaa"));
      await file.seek(0, SEEK_END);
      const stream = new TextIOWrapper(file, { encoding });
      if (seeks) {
        await stream.seek(0);
        await stream.seek(0, SEEK_END);
      }
      await stream.write("xxx");
      await stream.flush();
      const expected = lookupCodec(encoding).encode("aaaxxx");
      assertEquals(file.getvalue(), expected, encoding);
    }
  }
});

Deno.test("TextIOWrapper writes the byte order mark again at position 0 only (test_seek_bom, test_seek_with_encoder_state)", async () => {
  for (const encoding of MARKED) {
    const file = new BytesIO();
    const first = new TextIOWrapper(file, { encoding });
    await first.write("aaa");
    const end = await first.tell();
    await first.detach();
    const stream = new TextIOWrapper(file, { encoding });
    await stream.seek(end);
    await stream.write("zzz");
    await stream.seek(0);
    await stream.write("bbb");
    await stream.flush();
    const expected = lookupCodec(encoding).encode("bbbzzz");
    assertEquals(file.getvalue(), expected, encoding);
    await stream.seek(end);
    assertEquals(await stream.read(), "zzz");
  }
});

Deno.test("TextIOWrapper writes a byte order mark where there are no positions", async () => {
  const wire = new UnseekableIO();
  const stream = new TextIOWrapper(wire, { encoding: "utf-16" });
  await stream.write("a");
  await stream.write("b");
  await stream.flush();
  assertEquals(wire.getvalue(), lookupCodec("utf-16").encode("ab"));
});

Deno.test("TextIOWrapper reads on from a position in a file of another byte order", async () => {
  const data = bytes("\xfe\xff\0a\0\n\0b\0\n\0c");
  const stream = new TextIOWrapper(new BytesIO(data), { encoding: "utf-16" });
  await stream.readline();
  const position = await stream.tell();
  await stream.read();
  await stream.seek(position);
  assertEquals(await stream.readlines(), ["b\n", "c"]);
  assert(position >= 6);
});
