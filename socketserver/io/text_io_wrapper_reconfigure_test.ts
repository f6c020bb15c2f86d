import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  bytes,
  MockRawIO,
  text,
  UnseekableIO,
} from "../../_tools/testing/test_streams.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { BytesIO } from "./bytes_io.ts";
import { UnsupportedOperation } from "./errors.ts";
import { type Newline, TextIOWrapper } from "./text_io_wrapper.ts";

Deno.test("TextIOWrapper reconfigure() turns line buffering on and off (test_reconfigure_line_buffering)", async () => {
  const raw = new BytesIO();
  const stream = new TextIOWrapper(new BufferedWriter(raw, 1000), {
    newline: "\n",
  });
  const steps: [action: string | boolean, content: string][] = [
    ["AB\nC", ""],
    [true, "AB\nC"],
    ["DEF\nG", "AB\nCDEF\nG"],
    ["H", "AB\nCDEF\nG"],
    [false, "AB\nCDEF\nGH"],
    ["IJ", "AB\nCDEF\nGH"],
  ];
  for (const [action, content] of steps) {
    await (typeof action === "string"
      ? stream.write(action)
      : stream.reconfigure({ lineBuffering: action }));
    assertEquals(text(raw.getvalue()), content);
  }
  for (const lineBuffering of [false, true]) {
    await stream.reconfigure({ lineBuffering });
    await stream.reconfigure({});
    await stream.reconfigure({ lineBuffering: null });
    assertEquals(stream.lineBuffering, lineBuffering);
  }
});

Deno.test("TextIOWrapper reconfigure() turns writing through on and off (test_reconfigure_write_through)", async () => {
  const raw = new MockRawIO();
  const stream = new TextIOWrapper(raw, { encoding: "ascii", newline: "\n" });
  await stream.write("1");
  assertEquals(raw.written, []);
  await stream.reconfigure({ writeThrough: true });
  assertEquals(stream.writeThrough, true);
  assertEquals(raw.written, ["1"]);
  await stream.write("23");
  assertEquals(raw.written, ["1", "23"]);
  await stream.reconfigure({ writeThrough: false });
  await stream.write("45");
  assertEquals(raw.written, ["1", "23"]);
  await stream.flush();
  assertEquals(raw.written, ["1", "23", "45"]);
  for (const writeThrough of [false, true]) {
    await stream.reconfigure({ writeThrough });
    await stream.reconfigure({});
    await stream.reconfigure({ writeThrough: null });
    assertEquals(stream.writeThrough, writeThrough);
  }
});

Deno.test("TextIOWrapper reconfigure() changes no encoding after reading has begun (test_reconfigure_encoding_read)", async () => {
  const data = bytes("abc\xe9\nd\xc3\xa9f\n");
  const stream = new TextIOWrapper(new BytesIO(data), {
    encoding: "latin1",
    newline: "\n",
  });
  assertEquals(await stream.readline(), "abc\xe9\n");
  for (
    const options of [
      { encoding: "utf-8" },
      { errors: "ignore" },
      { newline: null },
    ] as const
  ) {
    await assertRejects(
      () => stream.reconfigure(options),
      UnsupportedOperation,
      "reading has begun",
    );
  }
  assertEquals(stream.encoding, "latin1");
  await stream.reconfigure({ lineBuffering: true });
  await stream.seek(5);
  await stream.reconfigure({ encoding: "utf-8" });
  assertEquals(await stream.readline(), "d\xe9f\n");
});

Deno.test("TextIOWrapper reconfigure() writes on in another encoding (test_reconfigure_write, test_reconfigure_write_fromascii)", async () => {
  for (
    const [first, before, second, expected] of [
      ["latin1", "abc\xe9\n", "utf-8", "abc\xe9\nd\xc3\xa9f\n"],
      ["ascii", "abc\n", "utf-8-sig", "abc\nd\xc3\xa9f\n"],
    ] as const
  ) {
    const raw = new BytesIO();
    const stream = new TextIOWrapper(raw, { encoding: first, newline: "\n" });
    await stream.write(before);
    await stream.reconfigure({ encoding: second });
    assertEquals(text(raw.getvalue()), before);
    await stream.write("d\xe9f\n");
    await stream.flush();
    assertEquals(text(raw.getvalue()), expected);
  }
});

Deno.test("TextIOWrapper reconfigure() begins a text with its mark where there are no positions (test_reconfigure_write_non_seekable)", async () => {
  const raw = new UnseekableIO();
  const stream = new TextIOWrapper(raw, { encoding: "ascii", newline: "\n" });
  await stream.write("abc\n");
  await stream.reconfigure({ encoding: "utf-8-sig" });
  await stream.write("d\xe9f\n");
  await stream.flush();
  assertEquals(text(raw.getvalue()), "abc\n\xef\xbb\xbfd\xc3\xa9f\n");
});

Deno.test("TextIOWrapper reconfigure() keeps what it is not given (test_reconfigure_defaults)", async () => {
  const raw = new BytesIO();
  const stream = new TextIOWrapper(raw, {
    encoding: "ascii",
    errors: "replace",
    newline: "\n",
  });
  await stream.reconfigure({ encoding: null });
  assertEquals([stream.encoding, stream.errors], ["ascii", "replace"]);
  await stream.write("LF\n");
  await stream.reconfigure({ newline: "\r\n" });
  assertEquals([stream.encoding, stream.errors], ["ascii", "replace"]);
  await stream.reconfigure({ errors: "ignore" });
  assertEquals([stream.encoding, stream.errors], ["ascii", "ignore"]);
  await stream.write("CRLF\n");
  await stream.reconfigure({ encoding: "utf-8", newline: null });
  assertEquals([stream.encoding, stream.errors], ["utf-8", "strict"]);
  await stream.seek(0);
  assertEquals(await stream.read(), "LF\nCRLF\n");
  await stream.detach();
  assertEquals(text(raw.getvalue()), "LF\nCRLF\r\n");
});

Deno.test("TextIOWrapper reconfigure() changes nothing if a value is bad (test_reconfigure_errors)", async () => {
  const stream = new TextIOWrapper(new BytesIO(), {
    encoding: "ascii",
    errors: "replace",
    newline: "\r",
  });
  const cases: [options: Record<string, unknown>, type: ErrorConstructor][] = [
    [{ encoding: 42 }, TypeError],
    [{ encoding: "\udcfe" }, RangeError],
    [{ encoding: "locale\0" }, RangeError],
    [{ encoding: "nonexisting" }, RangeError],
    [{ errors: 42 }, TypeError],
    [{ errors: "ignore\0" }, RangeError],
    [{ errors: "nonexisting" }, RangeError],
    [{ newline: 42 }, TypeError],
    [{ newline: "xyz" }, RangeError],
    [{ newline: "\n\0" }, RangeError],
  ];
  for (const [options, type] of cases) {
    const error = await assertRejects(() =>
      stream.reconfigure({
        lineBuffering: true,
        writeThrough: true,
        ...options,
      })
    );
    assertInstanceOf(error, type, JSON.stringify(options));
    assertEquals(stream.encoding, "ascii");
    assertEquals(stream.errors, "replace");
    assertEquals(stream.lineBuffering, false);
    assertEquals(stream.writeThrough, false);
  }
  await stream.reconfigure({
    encoding: "latin1",
    errors: "ignore",
    newline: "\r\n",
    lineBuffering: true,
    writeThrough: true,
  });
  assertEquals(stream.encoding, "latin1");
  assertEquals(stream.errors, "ignore");
  assertEquals(stream.lineBuffering, true);
  assertEquals(stream.writeThrough, true);
});

Deno.test("TextIOWrapper reconfigure() changes what ends a line (test_reconfigure_newline)", async () => {
  const reads: [data: string, from: Newline, to: Newline, line: string][] = [
    ["CR\rEOF", "\n", null, "CR\n"],
    ["CR\rEOF", "\n", "", "CR\r"],
    ["CR\rLF\nEOF", "\r", "\n", "CR\rLF\n"],
    ["LF\nCR\rEOF", "\n", "\r", "LF\nCR\r"],
    ["CR\rCRLF\r\nEOF", "\r", "\r\n", "CR\rCRLF\r\n"],
  ];
  for (const [data, from, to, line] of reads) {
    const buffer = new BytesIO(bytes(data));
    const stream = new TextIOWrapper(buffer, { newline: from });
    await stream.reconfigure({ newline: to });
    assertEquals(await stream.readline(), line);
  }
  const raw = new BytesIO();
  const stream = new TextIOWrapper(raw, { newline: "\r" });
  for (const newline of [null, "", "\n", "\r", "\r\n"] satisfies Newline[]) {
    await stream.reconfigure({ newline });
    await stream.write("end\n");
  }
  await stream.flush();
  const platform = Deno.build.os === "windows" ? "\r\n" : "\n";
  assertEquals(
    text(raw.getvalue()),
    `end${platform}end\nend\nend\rend\r\n`,
  );
});

Deno.test("TextIOWrapper reconfigure() takes the locale for UTF-8 (test_reconfigure_locale)", async () => {
  const stream = new TextIOWrapper(new BytesIO(), { encoding: "ascii" });
  await stream.reconfigure({ encoding: "locale" });
  assertEquals(stream.encoding, "utf-8");
});
