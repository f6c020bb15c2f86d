import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import { StringIO } from "./string_io.ts";
import { TextIOBase } from "./text_io_base.ts";

const TEN = "1234567890";
const LINE = TEN + "\n";

async function lines(stream: StringIO): Promise<string[]> {
  const read: string[] = [];
  for await (const line of stream) read.push(line);
  return read;
}

Deno.test("StringIO begins with what it is given, at position 0 (testInit, test_init)", async () => {
  assertEquals(new StringIO(TEN).getvalue(), TEN);
  assertEquals(await new StringIO(TEN).tell(), 0);
  assertEquals(new StringIO().getvalue(), "");
  assertEquals(new StringIO(null).getvalue(), "");
  for (const initial of [[], 1, new Uint8Array(1)]) {
    assertThrows(() => new StringIO(initial as never), TypeError);
  }
});

Deno.test("StringIO read() gives characters up to the end (testRead, testReadNoArgs, test_read)", async () => {
  const stream = new StringIO(TEN);
  assertEquals(await stream.read(0), "");
  assertEquals(await stream.read(1), "1");
  assertEquals(await stream.read(4), "2345");
  assertEquals(await stream.read(900), "67890");
  assertEquals(await stream.read(), "");
  for (const all of [undefined, null, -1, -7]) {
    await stream.seek(0);
    assertEquals(await stream.read(all), TEN);
    assertEquals(await stream.tell(), 10);
  }
  for (const size of [undefined, 1]) {
    await stream.seek(11);
    assertEquals(await stream.read(size), "");
    assertEquals(await stream.tell(), 11);
  }
  await assertRejects(() => stream.read("" as never), TypeError);
  await assertRejects(() => stream.read(1.5), TypeError);
  await stream.close();
  await assertRejects(() => stream.read(), TypeError, "closed");
});

Deno.test("StringIO readline() stops behind a line end or at the size (test_readline)", async () => {
  const stream = new StringIO(LINE + LINE + TEN);
  assertEquals(await stream.readline(0), "");
  assertEquals(await stream.readline(), LINE);
  assertEquals(await stream.readline(null), LINE);
  assertEquals(await stream.readline(), TEN);
  assertEquals(await stream.readline(), "");
  await stream.seek(0);
  assertEquals(await stream.readline(5), "12345");
  assertEquals(await stream.readline(5), "67890");
  assertEquals(await stream.readline(5), "\n");
  await stream.seek(0);
  assertEquals(await stream.readline(-1), LINE);
  await stream.seek(100);
  assertEquals(await stream.readline(), "");
  await assertRejects(() => stream.readline("" as never), TypeError);
  await stream.close();
  await assertRejects(() => stream.readline(), TypeError, "closed");
});

Deno.test("StringIO readlines() stops at the line that reaches the hint (test_readlines)", async () => {
  const stream = new StringIO(LINE.repeat(10));
  assertEquals(await stream.readlines(), Array(10).fill(LINE));
  await stream.seek(5);
  assertEquals((await stream.readlines())[0], "67890\n");
  await stream.seek(0);
  assertEquals(await stream.readlines(15), [LINE, LINE]);
  for (const all of [-1, 0, null]) {
    await stream.seek(0);
    assertEquals((await stream.readlines(all)).length, 10);
  }
  await stream.seek(111);
  assertEquals(await stream.readlines(), []);
  await assertRejects(() => stream.readlines("" as never), TypeError);
  await stream.close();
  await assertRejects(() => stream.readlines(), TypeError, "closed");
});

Deno.test("StringIO iterates over lines, with promises and without (test_iterator)", async () => {
  const stream = new StringIO(LINE.repeat(10));
  assertEquals(await lines(stream), Array(10).fill(LINE));
  await stream.seek(0);
  assertEquals([...stream], Array(10).fill(LINE));
  await stream.seek(0);
  for (const line of stream) {
    assertEquals(line, LINE);
    break;
  }
  assertEquals(await stream.readline(), LINE);
  await stream.seek(111);
  assertEquals([...stream], []);
  await stream.close();
  assertThrows(() => [...stream], TypeError, "closed");
  await assertRejects(() => lines(stream), TypeError, "closed");
});

Deno.test("StringIO write() overwrites, then extends (test_write)", async () => {
  for (const stream of [new StringIO("hello world\n"), new StringIO()]) {
    assertEquals(await stream.write("blah."), 5);
    assertEquals(await stream.seek(0), 0);
    assertEquals(await stream.write("Hello."), 6);
    assertEquals(await stream.tell(), 6);
    assertEquals(await stream.seek(5), 5);
    assertEquals(await stream.write(" world\n\n\n"), 9);
    assertEquals(await stream.seek(0), 0);
    assertEquals(await stream.write("h"), 1);
    assertEquals(await stream.truncate(12), 12);
    assertEquals(await stream.tell(), 1);
    assertEquals(stream.getvalue(), "hello world\n");
    await assertRejects(() => stream.write(null as never), TypeError);
    await assertRejects(
      () => stream.write(new Uint8Array() as never),
      TypeError,
    );
    await stream.close();
    await assertRejects(() => stream.write(""), TypeError, "closed");
  }
});

Deno.test("StringIO has written when write() returns, awaited or not", () => {
  const stream = new StringIO();
  stream.write("a");
  stream.write("b");
  assertEquals(stream.getvalue(), "ab");
});

Deno.test("StringIO writelines() keeps the items before one that fails (test_writelines, test_writelines_error)", async () => {
  const stream = new StringIO();
  await stream.writelines(Array(100).fill(TEN));
  await stream.writelines([]);
  assertEquals(stream.getvalue(), TEN.repeat(100));
  const partial = new StringIO();
  await assertRejects(() => partial.writelines([TEN, 1 as never]), TypeError);
  assertEquals(partial.getvalue(), TEN);
  await assertRejects(() => partial.writelines(null as never), TypeError);
  function* failing() {
    yield "spam";
    throw new SyntaxError("interrupted");
  }
  await assertRejects(() => partial.writelines(failing()), SyntaxError);
  assertEquals(partial.getvalue(), TEN + "spam");
  await partial.close();
  await assertRejects(() => partial.writelines([]), TypeError, "closed");
});

Deno.test("StringIO refuses a write after it was closed while the items were made (test_writelines_concurrent_close, test_write_concurrent_close)", async () => {
  const stream = new StringIO();
  async function* closing() {
    yield "a";
    await stream.close();
    yield "b";
  }
  await assertRejects(() => stream.writelines(closing()), TypeError, "closed");
});

Deno.test("StringIO truncate() cuts and never moves the position (test_truncate)", async () => {
  const stream = new StringIO(TEN);
  await assertRejects(() => stream.truncate(-1), RangeError);
  await assertRejects(() => stream.truncate("0" as never), TypeError);
  await stream.seek(6);
  assertEquals(await stream.truncate(8), 8);
  assertEquals(stream.getvalue(), "12345678");
  assertEquals(await stream.truncate(), 6);
  assertEquals(stream.getvalue(), "123456");
  assertEquals(await stream.truncate(4), 4);
  assertEquals(stream.getvalue(), "1234");
  assertEquals(await stream.tell(), 6);
  assertEquals(await stream.truncate(100), 100);
  assertEquals(stream.getvalue(), "1234");
  await stream.seek(0, SEEK_END);
  await stream.write(TEN);
  assertEquals(stream.getvalue(), "1234" + TEN);
  assertEquals(await stream.truncate(null), 14);
  assertEquals(await stream.tell(), 14);
  await stream.close();
  await assertRejects(() => stream.truncate(0), TypeError, "closed");
});

Deno.test("StringIO getvalue() gives everything, wherever the position is (test_getvalue)", async () => {
  const stream = new StringIO(TEN.repeat(1000));
  await stream.read();
  assertEquals(stream.getvalue(), TEN.repeat(1000));
  await stream.close();
  assertThrows(() => stream.getvalue(), TypeError, "closed");
});

Deno.test("StringIO seek() goes anywhere from the start (testSeek, test_seek)", async () => {
  const stream = new StringIO(TEN);
  await stream.read(5);
  await assertRejects(() => stream.seek(-1), RangeError);
  await assertRejects(() => stream.seek(1, 3), RangeError);
  await assertRejects(() => stream.seek(0, -1), RangeError);
  await assertRejects(() => stream.seek(0.5), TypeError);
  assertEquals(await stream.tell(), 5);
  assertEquals(await stream.seek(0), 0);
  assertEquals(await stream.seek(0, SEEK_SET), 0);
  assertEquals(await stream.read(), TEN);
  assertEquals(await stream.seek(3), 3);
  assertEquals(await stream.seek(0, SEEK_CUR), 3);
  assertEquals(await stream.read(), "4567890");
  assertEquals(await stream.seek(10), 10);
  assertEquals(await stream.read(), "");
  await stream.seek(11);
  assertEquals(await stream.read(), "");
  assertEquals(await stream.seek(0, SEEK_END), 10);
  assertEquals(await stream.read(), "");
  await stream.close();
  await assertRejects(() => stream.seek(0), TypeError, "closed");
});

Deno.test("StringIO seek() refuses to count from elsewhere than the start (test_relative_seek)", async () => {
  const stream = new StringIO(TEN);
  for (
    const [position, whence] of [[-1, 1], [3, 1], [-3, 1], [-1, 2], [1, 1], [
      1,
      2,
    ]]
  ) {
    await assertRejects(
      () => stream.seek(position!, whence),
      UnsupportedOperation,
    );
  }
});

Deno.test("StringIO fills a gap with NUL, but not for an empty write (test_overseek)", async () => {
  const stream = new StringIO(TEN);
  assertEquals(await stream.seek(11), 11);
  assertEquals(await stream.read(), "");
  assertEquals(await stream.tell(), 11);
  assertEquals(stream.getvalue(), TEN);
  assertEquals(await stream.write(""), 0);
  assertEquals(stream.getvalue(), TEN);
  await stream.write(TEN);
  assertEquals(stream.getvalue(), TEN + "\0" + TEN);
});

Deno.test("StringIO reads nothing at a huge position (test_issue141311)", async () => {
  const stream = new StringIO(TEN);
  assertEquals(
    await stream.seek(Number.MAX_SAFE_INTEGER),
    Number.MAX_SAFE_INTEGER,
  );
  assertEquals(await stream.read(), "");
  assertEquals(await stream.read(5), "");
  assertEquals(await stream.readline(), "");
  assertEquals(await stream.readline(5), "");
});

Deno.test("StringIO tell() follows seek() (testTell, test_tell)", async () => {
  const stream = new StringIO(TEN);
  assertEquals(await stream.tell(), 0);
  await stream.seek(5);
  assertEquals(await stream.tell(), 5);
  await stream.seek(10_000);
  assertEquals(await stream.tell(), 10_000);
  await stream.close();
  await assertRejects(() => stream.tell(), TypeError, "closed");
});

Deno.test("StringIO flush() does nothing while the stream is open (test_flush)", async () => {
  const stream = new StringIO(TEN);
  await stream.flush();
  await stream.close();
  await assertRejects(() => stream.flush(), TypeError, "closed");
});

Deno.test("StringIO can everything but be a terminal (test_flags)", async () => {
  const stream = new StringIO();
  assertEquals(stream.readable(), true);
  assertEquals(stream.writable(), true);
  assertEquals(stream.seekable(), true);
  assertEquals(stream.isatty(), false);
  assertEquals(stream.closed, false);
  assertThrows(() => stream.fileno(), UnsupportedOperation);
  await stream.close();
  await stream.close();
  assertEquals(stream.closed, true);
  assertThrows(() => stream.readable(), TypeError, "closed");
  assertThrows(() => stream.writable(), TypeError, "closed");
  assertThrows(() => stream.seekable(), TypeError, "closed");
  assertThrows(() => stream.isatty(), TypeError, "closed");
});

Deno.test("StringIO has nothing below to detach (test_detach)", async () => {
  await assertRejects(() => new StringIO().detach(), UnsupportedOperation);
});

Deno.test("StringIO can be subclassed (test_subclassing)", () => {
  class Named extends StringIO {
    constructor(text: string, readonly name: string) {
      super(text);
    }
  }
  const stream = new Named(TEN, "ten");
  assertEquals(stream.getvalue(), TEN);
  assertInstanceOf(stream, TextIOBase);
  assertEquals(String(stream), '<Named name="ten">');
});

Deno.test("StringIO has neither encoding nor errors (test_textio_properties)", () => {
  const stream = new StringIO();
  assertEquals(stream.encoding, null);
  assertEquals(stream.errors, null);
  assertEquals(stream.lineBuffering, false);
});

Deno.test("StringIO newlines names the kinds written (test_newlines_property)", async () => {
  for (const newline of [null, ""] as const) {
    const stream = new StringIO("", newline);
    assertEquals(stream.newlines, null);
    await stream.write("a\n");
    assertEquals(stream.newlines, "\n");
    await stream.write("b\r\n");
    assertEquals(stream.newlines, ["\n", "\r\n"]);
    await stream.write("c\rd");
    assertEquals(stream.newlines, ["\r", "\n", "\r\n"]);
  }
  assertEquals(new StringIO("a\r\n").newlines, null);
});

const NEWLINES: [
  title: string,
  newline: null | undefined | "" | "\n" | "\r" | "\r\n",
  value: string,
  lines: string[],
][] = [
  ["test_newline_default", undefined, "a\nb\r\nc\rd", ["a\n", "b\r\n", "c\rd"]],
  ["test_newline_none", null, "a\nb\nc\nd", ["a\n", "b\n", "c\n", "d"]],
  ["test_newline_empty", "", "a\nb\r\nc\rd", ["a\n", "b\r\n", "c\r", "d"]],
  ["test_newline_lf", "\n", "a\nb\r\nc\rd", ["a\n", "b\r\n", "c\rd"]],
  ["test_newline_cr", "\r", "a\rb\r\rc\rd", ["a\r", "b\r", "\r", "c\r", "d"]],
  [
    "test_newline_crlf",
    "\r\n",
    "a\r\nb\r\r\nc\rd",
    ["a\r\n", "b\r\r\n", "c\rd"],
  ],
];

for (const [title, newline, value, expected] of NEWLINES) {
  Deno.test(`StringIO with newline ${JSON.stringify(newline)} translates when it is written (${title})`, async () => {
    const given = "a\nb\r\nc\rd";
    const written = new StringIO("", newline);
    assertEquals(await written.write(given), 8);
    for (const stream of [new StringIO(given, newline), written]) {
      await stream.seek(0);
      assertEquals(stream.getvalue(), value);
      assertEquals(await stream.read(), value);
      await stream.seek(0);
      assertEquals(await lines(stream), expected);
      await stream.seek(0);
      assertEquals([...stream], expected);
      await stream.seek(0);
      assertEquals(await stream.readlines(), expected);
      await stream.seek(0);
      let each = "";
      while (true) {
        const one = await stream.read(1);
        if (one === "") break;
        each += one;
      }
      assertEquals(each, value);
    }
  });
}

Deno.test("StringIO finds a CRLF that was written in two halves (test_newline_empty)", async () => {
  const stream = new StringIO("", "");
  for (const text of ["a\n", "b\r", "\nc", "\rd"]) {
    assertEquals(await stream.write(text), 2);
  }
  await stream.seek(0);
  assertEquals([...stream], ["a\n", "b\r\n", "c\r", "d"]);
});

Deno.test("StringIO does not double translated line ends (test_issue5265)", async () => {
  const stream = new StringIO("a\r\nb\r\n", null);
  assertEquals(await stream.read(5), "a\nb\n");
  assertEquals(stream.getvalue(), "a\nb\n");
});

Deno.test("StringIO refuses line ends that it does not know (test_newline_argument)", () => {
  assertThrows(
    () => new StringIO("", new Uint8Array([10]) as never),
    TypeError,
  );
  assertThrows(() => new StringIO("", "error" as never), RangeError);
  assertThrows(() => new StringIO("", "\n\r" as never), RangeError);
});

Deno.test("StringIO keeps lone surrogates (test_lone_surrogates)", async () => {
  assertEquals(await new StringIO("\ud800").read(), "\ud800");
  const stream = new StringIO();
  assertEquals(await stream.write("\udc80a\ud800"), 3);
  assertEquals(stream.getvalue(), "\udc80a\ud800");
  await stream.seek(0);
  assertEquals(await stream.read(1), "\udc80");
});

Deno.test("StringIO counts characters, not UTF-16 units (testRead, testSeek, testTell)", async () => {
  const stream = new StringIO("a😀b😀\n");
  assertEquals(await stream.read(2), "a😀");
  assertEquals(await stream.tell(), 2);
  assertEquals(await stream.readline(2), "b😀");
  assertEquals(await stream.tell(), 4);
  assertEquals(await stream.seek(1), 1);
  assertEquals(await stream.write("xy"), 2);
  assertEquals(stream.getvalue(), "axy😀\n");
  assertEquals(await stream.write("😀"), 1);
  assertEquals(stream.getvalue(), "axy😀\n");
  await stream.seek(0);
  await stream.write("😀😀");
  assertEquals(stream.getvalue(), "😀😀y😀\n");
  assertEquals(await stream.truncate(4), 4);
  assertEquals(stream.getvalue(), "😀😀y😀");
  assertEquals(await stream.tell(), 2);
  assertEquals(await stream.seek(0, SEEK_END), 4);
  assertEquals(await stream.seek(6), 6);
  assertEquals(await stream.truncate(1), 1);
  assertEquals(await stream.tell(), 6);
  await stream.write("é");
  assertEquals(stream.getvalue(), "😀\0\0\0\0\0é");
  assertEquals(await stream.tell(), 7);
});

Deno.test("StringIO closes at the end of a block", async () => {
  const stream = new StringIO();
  {
    await using inBlock = stream;
    await inBlock.write("a");
  }
  assert(stream.closed);
});
