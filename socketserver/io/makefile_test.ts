import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  connected,
  GatedConnection,
} from "../../_tools/testing/test_sockets.ts";
import { bytes, text } from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedRWPair } from "./buffered_rw_pair.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { makefile } from "./makefile.ts";
import { closeSocket, SocketIO } from "./socket_io.ts";
import { TextIOWrapper } from "./text_io_wrapper.ts";
import { settimeout } from "./timeouts.ts";

const GREETING = "Pyth\xf6n says hello\nand goodbye\n";

Deno.test("makefile() opens the plainest stream that does what the mode says (testAttributes)", () => {
  for (
    const [mode, buffering, Class] of [
      ["rb", -1, BufferedReader],
      ["b", -1, BufferedReader],
      ["wb", -1, BufferedWriter],
      ["rwb", -1, BufferedRWPair],
      ["wrb", 2, BufferedRWPair],
      ["brw", -1, BufferedRWPair],
      ["rb", 0, SocketIO],
      ["wb", 0, SocketIO],
      ["rwb", 0, SocketIO],
      ["rb", 1, BufferedReader],
      ["r", -1, TextIOWrapper],
      ["w", -1, TextIOWrapper],
      ["rw", -1, TextIOWrapper],
      ["", -1, TextIOWrapper],
      ["r", 1, TextIOWrapper],
    ] as const
  ) {
    const file = makefile(new GatedConnection(), mode, buffering);
    assertInstanceOf<unknown>(file, Class);
    const writes = mode.includes("w");
    const reads = mode.includes("r") || !writes;
    assertEquals([file.readable(), file.writable()], [reads, writes], mode);
  }
});

Deno.test("makefile() refuses other modes, and text without a buffer", () => {
  for (const mode of ["a", "x", "r+", "U", "rt", "rbx", " r"]) {
    assertThrows(() => makefile(new GatedConnection(), mode), RangeError, mode);
  }
  for (const mode of ["r", "w", "rw", ""]) {
    assertThrows(
      () => makefile(new GatedConnection(), mode, 0),
      RangeError,
      "buffer",
    );
  }
});

Deno.test("makefile() that fails does not hold the connection", async () => {
  const connection = new GatedConnection();
  assertThrows(
    () => makefile(connection, "r", -1, { encoding: "klingon" }),
    RangeError,
  );
  assertThrows(
    () => makefile(connection, "r", -1, { newline: "x" as "\n" }),
    RangeError,
  );
  assertThrows(() => makefile(connection, "rb", 1.5), Error);
  await Promise.resolve();
  closeSocket(connection);
  // Whoever has opened the file would have let go of it by now.
  for (let i = 0; i < 10 && connection.closes === 0; i++) await 0;
  assertEquals(connection.closes, 1);
});

// Python's FileObjectClassTestCase runs with these buffers.
for (const buffering of [-1, 0, 1, 2]) {
  const kind = `makefile(…, "rb", ${buffering})`;

  Deno.test(`${kind} reads in small pieces (testSmallRead)`, async () => {
    using ends = await connected();
    await ends.far.write(bytes(GREETING));
    await ends.far.closeWrite();
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    const first = text(await file.read(GREETING.length - 3));
    const second = text(await file.read(3));
    assertEquals(first! + second, GREETING);
    assertEquals(text(await file.read(1)), "");
    await file.close();
  });

  Deno.test(`${kind} reads to the end (testFullRead)`, async () => {
    using ends = await connected();
    await ends.far.write(bytes(GREETING));
    await ends.far.closeWrite();
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    assertEquals(text(await file.read()), GREETING);
    await file.close();
  });

  Deno.test(`${kind} reads byte by byte (testUnbufferedRead)`, async () => {
    using ends = await connected();
    await ends.far.write(bytes(GREETING));
    await ends.far.closeWrite();
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    let received = "";
    for (let one; (one = text(await file.read(1))) !== "";) received += one;
    assertEquals(received, GREETING);
    await file.close();
  });

  Deno.test(`${kind} reads lines (testReadline)`, async () => {
    using ends = await connected();
    await ends.far.write(bytes(GREETING));
    await ends.far.closeWrite();
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    const lines: string[] = [];
    for await (const line of file) lines.push(text(line)!);
    assertEquals(lines, ["Pyth\xf6n says hello\n", "and goodbye\n"]);
    await file.close();
  });

  Deno.test(`${kind} cannot be used after a time-out (testReadAfterTimeout)`, async () => {
    using ends = await connected();
    await ends.far.write(bytes("x"));
    settimeout(ends.near, 0.02);
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    assertEquals(text(await file.read(1)), "x");
    await assertRejects(() => file.read(1), Deno.errors.TimedOut);
    await assertRejects(() => file.read(1), Deno.errors.TimedOut, "before");
    await file.close();
  });

  Deno.test(`${kind} keeps the connection open until it is closed (testCloseAfterMakefile, testRealClose)`, async () => {
    using ends = await connected();
    const file = makefile(ends.near, "rb", buffering) as BufferedReader;
    closeSocket(ends.near);
    assertEquals(file.closed, false);
    await ends.far.write(bytes("still open"));
    assertEquals(text(await file.read(10)), "still open");
    await file.close();
    assertEquals(file.closed, true);
    await assertRejects(() => ends.near.read(new Uint8Array(1)));
  });

  Deno.test(`${kind} closed leaves the connection usable (testMakefileAfterMakefileClose, testMakefileClose)`, async () => {
    using ends = await connected();
    const first = makefile(ends.near, "rb", buffering) as BufferedReader;
    await ends.far.write(bytes("one"));
    assertEquals(text(await first.read(3)), "one");
    await first.close();
    const second = makefile(ends.near, "rb", buffering) as BufferedReader;
    await ends.far.write(bytes("two"));
    assertEquals(text(await second.read(3)), "two");
    await second.close();
    await ends.near.write(bytes("answer"));
    const buffer = new Uint8Array(10);
    assertEquals(await ends.far.read(buffer), 6);
  });

  Deno.test(`${kind} refuses everything once it is closed (testClosedAttr)`, async () => {
    const connection = new GatedConnection();
    const file = makefile(connection, "rb", buffering) as BufferedReader;
    assertEquals(file.closed, false);
    await file.close();
    assertEquals(file.closed, true);
    await assertRejects(() => file.read(1), TypeError, "closed");
    await assertRejects(() => file.readline(), TypeError, "closed");
    assertThrows(() => file.fileno(), TypeError, "closed");
  });

  Deno.test(`makefile(…, "wb", ${buffering}) writes`, async () => {
    using ends = await connected();
    const file = makefile(ends.near, "wb", buffering) as BufferedWriter;
    assertEquals(await file.write(bytes("hello")), 5);
    await file.flush();
    const buffer = new Uint8Array(10);
    assertEquals(await ends.far.read(buffer), 5);
    await file.write(bytes("bye"));
    await file.close();
    assertEquals(await ends.far.read(buffer), 3);
  });
}

Deno.test("two unbuffered files over one connection lose nothing (testUnbufferedReadline)", async () => {
  using ends = await connected();
  await ends.far.write(bytes("one\ntwo\nthree\n"));
  const one = makefile(ends.near, "rb", 0) as SocketIO;
  const two = makefile(ends.near, "rb", 0) as SocketIO;
  assertEquals(text(await one.readline()), "one\n");
  assertEquals(text(await two.readline()), "two\n");
  await one.close();
  assertEquals(text(await two.read(3)), "thr");
  assertEquals(text(await two.readline()), "ee\n");
  await two.close();
});

Deno.test("makefile() for both directions is one hold on the connection", async () => {
  for (const buffering of [-1, 0]) {
    using ends = await connected();
    const file = makefile(ends.near, "rwb", buffering) as BufferedRWPair;
    await ends.far.write(bytes("ping\n"));
    assertEquals(text(await file.readline()), "ping\n");
    await file.write(bytes("pong\n"));
    await file.flush();
    const buffer = new Uint8Array(10);
    assertEquals(await ends.far.read(buffer), 5);
    closeSocket(ends.near);
    await file.close();
    assertEquals(await ends.far.read(buffer), null);
  }
});

Deno.test("makefile() of text talks in text, with the line ends and the codec that were asked for", async () => {
  using ends = await connected();
  const reader = makefile(ends.near, "r", -1, {
    encoding: "latin-1",
  }) as TextIOWrapper;
  await ends.far.write(bytes("Pyth\xf6n\r\nhello\r\n"));
  assertEquals(await reader.readline(), "Pythön\n");
  assertEquals(await reader.readline(), "hello\n");
  const writer = makefile(ends.near, "w", -1, {
    encoding: "utf-8",
    newline: "\r\n",
  }) as TextIOWrapper;
  await writer.write("ö\n");
  await writer.flush();
  const buffer = new Uint8Array(10);
  const count = await ends.far.read(buffer);
  assertEquals(text(buffer.subarray(0, count!)), "\xc3\xb6\r\n");
  await writer.close();
  await reader.close();
});

Deno.test("makefile() of text in both directions talks in turns", async () => {
  using ends = await connected();
  const file = makefile(ends.near, "rw") as TextIOWrapper;
  for (let i = 0; i < 3; i++) {
    await ends.far.write(bytes(`question ${i}\n`));
    assertEquals(await file.readline(), `question ${i}\n`);
    await file.write(`answer ${i}\n`);
    await file.flush();
    const buffer = new Uint8Array(20);
    const count = await ends.far.read(buffer);
    assertEquals(text(buffer.subarray(0, count!)), `answer ${i}\n`);
  }
  await file.close();
});
