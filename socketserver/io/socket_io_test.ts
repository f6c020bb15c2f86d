import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  connected,
  GatedConnection,
} from "../../_tools/testing/test_sockets.ts";
import { pause } from "../../_tools/testing/waiting.ts";
import { bytes, settle, text } from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { UnsupportedOperation } from "./errors.ts";
import { RawIOBase } from "./raw_io_base.ts";
import { selectableOf } from "./resource_id.ts";
import { closeSocket, SocketIO, type SocketMode } from "./socket_io.ts";
import { gettimeout, settimeout } from "./timeouts.ts";

const { TimedOut } = Deno.errors;

/** Reads once, and returns it as text. */
async function readSome(file: SocketIO, size = 100): Promise<string | null> {
  const buffer = new Uint8Array(size);
  return text(buffer.subarray(0, await file.readinto(buffer)));
}

Deno.test("SocketIO() takes r, w and rw, each with or without b", () => {
  for (
    const [mode, reads, writes, spelled] of [
      ["r", true, false, "rb"],
      ["w", false, true, "wb"],
      ["rw", true, true, "rwb"],
      ["rb", true, false, "rb"],
      ["wb", false, true, "wb"],
      ["rwb", true, true, "rwb"],
    ] as const
  ) {
    const file = new SocketIO(new GatedConnection(), mode);
    assertEquals(
      [file.readable(), file.writable(), file.seekable(), file.mode],
      [reads, writes, false, spelled],
    );
    assertInstanceOf(file, RawIOBase);
  }
  for (const mode of ["", "b", "a", "x", "wr", "r+", "rwx", "br", "r\n"]) {
    assertThrows(
      () => new SocketIO(new GatedConnection(), mode as SocketMode),
      RangeError,
      `"${mode}"`,
    );
  }
});

Deno.test("SocketIO reads once and writes once (testSmallRead)", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "rw");
  await ends.far.write(bytes("hello"));
  assertEquals(await readSome(file, 3), "hel");
  assertEquals(await readSome(file), "lo");
  assertEquals(await file.write(bytes("answer")), 6);
  const buffer = new Uint8Array(10);
  assertEquals(await ends.far.read(buffer), 6);
  await ends.far.closeWrite();
  assertEquals(await readSome(file), "");
  assertEquals(await readSome(file), "");
  await file.close();
});

Deno.test("SocketIO.readall() reads to the end (testFullRead)", async () => {
  using ends = await connected();
  await ends.far.write(bytes("hello\n"));
  await ends.far.closeWrite();
  const file = new SocketIO(ends.near);
  assertEquals(text(await file.read()), "hello\n");
  await file.close();
});

Deno.test("SocketIO.read() reads what was asked for, and leaves the rest (testUnbufferedRead)", async () => {
  using ends = await connected();
  await ends.far.write(bytes("hello\n"));
  await ends.far.closeWrite();
  const file = new SocketIO(ends.near);
  let received = "";
  while (true) {
    const chunk = text(await file.read(1))!;
    assert(chunk.length <= 1);
    if (chunk === "") break;
    received += chunk;
  }
  assertEquals(received, "hello\n");
  await file.close();
});

Deno.test("SocketIO refuses the direction it was not opened for", async () => {
  const reader = new SocketIO(new GatedConnection(), "r");
  const writer = new SocketIO(new GatedConnection(), "w");
  await assertRejects(() => reader.write(bytes("a")), UnsupportedOperation);
  await assertRejects(() => writer.read(1), UnsupportedOperation);
  await assertRejects(() => writer.peek(), UnsupportedOperation);
  await assertRejects(() => reader.seek(0), UnsupportedOperation);
  await assertRejects(() => reader.tell(), UnsupportedOperation);
  await assertRejects(() => reader.truncate(0), UnsupportedOperation);
});

Deno.test("SocketIO refuses everything once it is closed (testClosedAttr)", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "rw");
  assertEquals(file.closed, false);
  await file.close();
  assertEquals(file.closed, true);
  for (
    const action of [
      () => file.readable(),
      () => file.writable(),
      () => file.seekable(),
      () => file.fileno(),
      () => file.isatty(),
    ]
  ) assertThrows(action, TypeError, "closed");
  for (
    const action of [
      () => file.readinto(new Uint8Array(1)),
      () => file.read(1),
      () => file.readline(),
      () => file.peek(),
      () => file.write(bytes("a")),
      () => file.flush(),
    ]
  ) await assertRejects(action, TypeError, "closed");
  assertEquals([connection.reading, connection.writing], [[], []]);
  await file.close();
});

Deno.test("SocketIO: all files over a connection have its number; it is their name while they are open (testAttributes)", async () => {
  const connection = new GatedConnection();
  const one = new SocketIO(connection, "r");
  const two = new SocketIO(connection, "w");
  const other = new SocketIO(new GatedConnection(), "r");
  assert(one.fileno() > 0);
  assertEquals(two.fileno(), one.fileno());
  assertEquals(one.name, one.fileno());
  assert(other.fileno() !== one.fileno());
  assertStrictEquals(selectableOf(one.fileno()), one);
  await one.close();
  assertEquals(one.name, -1);
  assertEquals(two.name, two.fileno());
});

Deno.test("closeSocket() closes at once where no file is open, and twice does nothing (testRealClose)", () => {
  const connection = new GatedConnection();
  closeSocket(connection);
  assertEquals(connection.closes, 1);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const real = listener as unknown as GatedConnection;
  closeSocket(real);
  closeSocket(real);
});

Deno.test("closeSocket() waits for the last file (testCloseAfterMakefile)", async () => {
  const connection = new GatedConnection();
  const one = new SocketIO(connection, "r");
  const two = new SocketIO(connection, "w");
  closeSocket(connection);
  await one.close();
  assertEquals(connection.closes, 0);
  await two.close();
  assertEquals(connection.closes, 1);
});

Deno.test("a closed file leaves the connection usable (testMakefileAfterMakefileClose)", async () => {
  using ends = await connected();
  await new SocketIO(ends.near, "r").close();
  await ends.far.write(bytes("hello"));
  const file = new SocketIO(ends.near, "r");
  assertEquals(await readSome(file), "hello");
  await file.close();
});

Deno.test("SocketIO.close() called several times at once lets go once (testMakefileClose)", async () => {
  const connection = new GatedConnection();
  const one = new SocketIO(connection, "r");
  const two = new SocketIO(connection, "w");
  await Promise.all([one.close(), one.close(), one.close()]);
  closeSocket(connection);
  assertEquals(connection.closes, 0);
  await two.close();
  assertEquals(connection.closes, 1);
});

Deno.test("SocketIO: a read that times out makes the file unusable, for good (testReadAfterTimeout)", async () => {
  using ends = await connected();
  settimeout(ends.near, 0.02);
  const file = new SocketIO(ends.near, "rw");
  assertEquals(file.timedOut, false);
  await assertRejects(() => file.read(1), TimedOut);
  assertEquals(file.timedOut, true);
  await ends.far.write(bytes("late"));
  settimeout(ends.near, null);
  for (
    const action of [
      () => file.read(1),
      () => file.peek(),
      () => file.readline(),
      () => file.write(bytes("a")),
    ]
  ) await assertRejects(action, TimedOut, "timed out before");
  assertEquals([file.readable(), file.closed], [true, false]);
  await file.close();
});

Deno.test("SocketIO: what arrives for a read that timed out is there for the next file", async () => {
  for (const looksAhead of [false, true]) {
    const connection = new GatedConnection();
    const impatient = new SocketIO(connection, "r");
    impatient.timeout = 0.01;
    await withTimers(() =>
      assertRejects(
        () => looksAhead ? impatient.peek() : impatient.read(3),
        TimedOut,
      )
    );
    const next = new SocketIO(connection, "r");
    const reading = next.read(2);
    assertEquals(connection.reading.length, 1);
    connection.reading[0]!.give("abc");
    assertEquals(text(await reading), "ab");
    assertEquals(text(await next.read(2)), "c");
    const rest = next.read(2);
    connection.reading[1]!.give("de");
    assertEquals(text(await rest), "de");
    await impatient.close();
    await next.close();
  }
});

Deno.test("SocketIO: a write that times out makes the file unusable, for good", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "rw");
  settimeout(connection, 0.01);
  await withTimers(() => assertRejects(() => file.write(bytes("a")), TimedOut));
  assertEquals(file.timedOut, true);
  await assertRejects(() => file.write(bytes("b")), TimedOut, "before");
  await assertRejects(() => file.read(1), TimedOut, "before");
  connection.writing[0]!.fail(new Deno.errors.BrokenPipe("late"));
  await settle();
  await file.close();
});

Deno.test("SocketIO: each operation has the whole time to itself", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "r");
  file.timeout = 0.05;
  for (let i = 0; i < 5; i++) {
    await pause(15);
    await ends.far.write(bytes("x"));
    assertEquals(await readSome(file), "x");
  }
  await assertRejects(() => file.read(1), TimedOut);
  await file.close();
});

Deno.test("SocketIO: the shorter of its own and the connection's time-out holds", async () => {
  for (const [own, shared] of [[0.01, 60], [60, 0.01], [0.01, null]] as const) {
    const connection = new GatedConnection();
    settimeout(connection, shared);
    const file = new SocketIO(connection, "r");
    file.timeout = own;
    await withTimers(() => assertRejects(() => file.read(1), TimedOut));
    connection.reading[0]!.give(null);
    await file.close();
  }
});

Deno.test("settimeout() takes seconds or null, and gettimeout() tells them", () => {
  const connection = new GatedConnection();
  assertEquals(gettimeout(connection), null);
  for (const seconds of [5, 0.25, 0, Infinity, null]) {
    settimeout(connection, seconds);
    assertEquals(gettimeout(connection), seconds);
  }
  for (const seconds of [-1, NaN, "5" as unknown as number & string]) {
    if (typeof seconds === "string") continue;
    assertThrows(() => settimeout(connection, seconds), RangeError);
  }
});

Deno.test("SocketIO: with a time-out of 0 a read answers null where nothing has arrived (testSmallReadNonBlocking)", async () => {
  using ends = await connected();
  settimeout(ends.near, 0);
  const file = new SocketIO(ends.near, "rw");
  const buffer = new Uint8Array(3);
  for (let i = 0; i < 3; i++) assertEquals(await file.readinto(buffer), null);
  await ends.far.write(bytes("hello"));
  let received = "";
  while (received.length < 5) {
    const count: number | null = await file.readinto(buffer);
    if (count !== null) received += text(buffer.subarray(0, count));
  }
  assertEquals(received, "hello");
  assertEquals(await file.read(1), null);
  assertEquals(await file.write(bytes("answer")), 6);
  assertEquals(await new BufferedReader(file).read(1) as unknown, null);
  await ends.far.closeWrite();
  let end: number | null = null;
  while (end === null) end = await file.readinto(buffer);
  assertEquals([end, file.timedOut], [0, false]);
  await file.close();
});

Deno.test("SocketIO: with a time-out of 0 errors come up, and a closed connection is a TypeError", async () => {
  const connection = new GatedConnection();
  settimeout(connection, 0);
  const file = new SocketIO(connection, "r");
  assertEquals(await file.read(1), null);
  connection.reading[0]!.fail(new Deno.errors.BadResource("closed"));
  await assertRejects(() => file.read(1), TypeError, "closed");
});

Deno.test("SocketIO.setReadDeadline() limits all reads together, whatever they bring", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "rw");
  file.setReadDeadline(0.05);
  const start = performance.now();
  await assertRejects(async () => {
    while (performance.now() - start < 5000) {
      await ends.far.write(bytes("x"));
      await pause(5);
      await readSome(file);
    }
  }, TimedOut);
  const took = performance.now() - start;
  // A deadline that has passed lets nothing through, not even what is there.
  assert(took >= 49 && took < 1000, `${took}`);
  await assertRejects(() => file.read(1), TimedOut, "before");
  await file.close();
});

Deno.test("SocketIO.setReadDeadline(null) lifts the limit, also of a read under way", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "r");
  file.setReadDeadline(0.02);
  const reading = readSome(file);
  file.setReadDeadline(null);
  await pause(40);
  await ends.far.write(bytes("x"));
  assertEquals(await reading, "x");
  await file.close();
});

Deno.test("SocketIO.setReadDeadline() shortens a read under way that has a limit", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "r");
  file.setReadDeadline(60);
  const reading = assertRejects(() => file.read(1), TimedOut);
  file.setReadDeadline(0.01);
  await reading;
  await file.close();
});

Deno.test("SocketIO.setWriteDeadline() limits writes, not reads", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "rw");
  file.setWriteDeadline(0.01);
  const reading = file.read(3);
  await withTimers(() => assertRejects(() => file.write(bytes("a")), TimedOut));
  connection.reading[0]!.give("abc");
  assertEquals(text(await reading), "abc");
  connection.writing[0]!.take(1);
  await file.close();
});

Deno.test("SocketIO: a time limit that is kept leaves no timer behind", async () => {
  using ends = await connected();
  settimeout(ends.near, 60);
  const file = new SocketIO(ends.near, "rw");
  await ends.far.write(bytes("x"));
  assertEquals(await readSome(file), "x");
  await file.write(bytes("y"));
  await file.close();
});

Deno.test("SocketIO.peek() shows without taking, and reads at most once", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "r");
  const peeking = file.peek();
  connection.reading[0]!.give("abc");
  assertEquals(text(await peeking), "abc");
  const shown = await file.peek();
  shown.fill(0); // a copy
  assertEquals(text(await file.peek()), "abc");
  assertEquals(connection.reading.length, 1);
  assertEquals(text(await file.read(2)), "ab");
  assertEquals(text(await file.peek()), "c");
  assertEquals(text(await file.read(2)), "c");
  assertEquals(connection.reading.length, 1);
});

Deno.test("SocketIO.peek() is empty at the end", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "r");
  const peeking = file.peek();
  connection.reading[0]!.give(null);
  assertEquals(text(await peeking), "");
});

Deno.test("SocketIO: an error while looking ahead is seen once, then it reads again", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "r");
  const ready = file.whenReadable();
  connection.reading[0]!.fail(new Deno.errors.ConnectionReset("gone"));
  await ready;
  await assertRejects(() => file.read(1), Deno.errors.ConnectionReset);
  const reading = file.read(1);
  connection.reading[1]!.give("x");
  assertEquals(text(await reading), "x");
});

Deno.test("SocketIO.readline() does not read byte by byte, and takes no more than the line (testReadline)", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "r");
  const reading = file.readline();
  connection.reading[0]!.give("one\ntwo\nthr");
  assertEquals(text(await reading), "one\n");
  assertEquals(text(await file.readline()), "two\n");
  assertEquals(connection.reading.length, 1);
  const third = file.readline();
  while (connection.reading.length < 2) await settle();
  connection.reading[1]!.give("ee\nfour");
  assertEquals(text(await third), "three\n");
  assertEquals(text(await file.read(2)), "fo");
  assertEquals(text(await file.readline(1)), "u");
  const last = file.readline();
  for (const end of [2, 3]) {
    while (connection.reading.length <= end) await settle();
    connection.reading[end]!.give(null);
  }
  assertEquals(text(await last), "r");
});

Deno.test("two unbuffered files over one connection lose nothing (testUnbufferedReadline)", async () => {
  using ends = await connected();
  const one = new SocketIO(ends.near, "r");
  const two = new SocketIO(ends.near, "r");
  await ends.far.write(bytes("one\ntwo\nthree\n"));
  assertEquals(text(await one.readline()), "one\n");
  assertEquals(text(await two.readline()), "two\n");
  await two.close();
  assertEquals(text(await one.readline()), "three\n");
  await one.close();
});

Deno.test("SocketIO: a look-ahead that nobody awaits any more is kept for the next read, of any file", async () => {
  const connection = new GatedConnection();
  const one = new SocketIO(connection, "r");
  const ready = one.whenReadable();
  assert(ready !== true);
  await one.close();
  const two = new SocketIO(connection, "r");
  const reading = two.read(2);
  assertEquals(connection.reading.length, 1);
  connection.reading[0]!.give("abc");
  assertEquals(text(await reading), "ab");
  assertEquals(text(await two.read(2)), "c");
});

for (const title of ["SocketIO", "BufferedReader over a SocketIO"]) {
  Deno.test(`${title}.whenReadable() is true for bytes, the end and an error, until they are read`, async () => {
    for (const event of ["bytes", "end", "error"]) {
      const connection = new GatedConnection();
      const raw = new SocketIO(connection, "r");
      const file = title === "SocketIO" ? raw : new BufferedReader(raw);
      const ready = file.whenReadable();
      assert(ready !== true);
      const [read] = connection.reading;
      if (event === "bytes") read!.give("abc");
      if (event === "end") read!.give(null);
      if (event === "error") read!.fail(new Deno.errors.ConnectionReset("x"));
      await ready;
      assertEquals([event, file.whenReadable()], [event, true]);
      if (event === "error") {
        await assertRejects(() => file.read(1), Deno.errors.ConnectionReset);
      } else {
        assertEquals(text(await file.read(3)), event === "end" ? "" : "abc");
      }
      assert(file.whenReadable() !== true);
    }
  });
}

Deno.test("SocketIO: a connection closed under it gives a TypeError with the reason", async () => {
  using ends = await connected();
  const file = new SocketIO(ends.near, "rw");
  const reading = assertRejects(() => file.read(1), TypeError, "closed");
  ends.near.close();
  assertInstanceOf((await reading).cause, Error);
  for (
    const action of [
      () => file.read(1),
      () => file.write(bytes("a")),
      () => file.peek(),
      () => file.readline(),
    ]
  ) {
    const error = await assertRejects(action, TypeError, "closed");
    assertInstanceOf(error.cause, Deno.errors.BadResource);
  }
  closeSocket(ends.near);
  await file.close();
});

Deno.test("BufferedReader: a connection closed under a waiting read gives a TypeError", async () => {
  using ends = await connected();
  const reader = new BufferedReader(new SocketIO(ends.near, "r"));
  const reading = assertRejects(() => reader.readline(), TypeError, "closed");
  ends.near.close();
  await reading;
  await reader.close();
});

Deno.test("SocketIO keeps Deno's errors as they are", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "rw");
  const reading = assertRejects(
    () => file.read(1),
    Deno.errors.ConnectionReset,
  );
  const writing = assertRejects(
    () => file.write(bytes("a")),
    Deno.errors.BrokenPipe,
  );
  connection.reading[0]!.fail(new Deno.errors.ConnectionReset("gone"));
  connection.writing[0]!.fail(new Deno.errors.BrokenPipe("gone"));
  await Promise.all([reading, writing]);
});

Deno.test("SocketIO.write() may take a part, and tells how much", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "w");
  const writing = file.write(bytes("abcdef"));
  connection.writing[0]!.take(2);
  assertEquals(await writing, 2);
});

/** Keeps the program awake, which neither a gate nor a watchdog does. */
async function withTimers<T>(action: () => Promise<T>): Promise<T> {
  const awake = setInterval(() => {}, 60_000);
  try {
    return await action();
  } finally {
    clearInterval(awake);
  }
}

Deno.test("SocketIO: a deadline that is lifted or moved leaves settimeout() to a read under way", async () => {
  for (const seconds of [null, 60]) {
    using ends = await connected();
    settimeout(ends.near, 0.02);
    const file = new SocketIO(ends.near, "r");
    file.setReadDeadline(30);
    const reading = assertRejects(() => file.read(1), TimedOut);
    file.setReadDeadline(seconds);
    await reading;
    await file.close();
  }
});

Deno.test("SocketIO: of two reads that wait for one look-ahead, neither takes the other's bytes for the end", async () => {
  const connection = new GatedConnection();
  const file = new SocketIO(connection, "r");
  const other = new SocketIO(connection, "r");
  void file.whenReadable();
  const reads = Promise.all([file.read(9), other.read(9)]);
  connection.reading[0]!.give("one");
  while (connection.reading.length < 2) await settle();
  connection.reading[1]!.give("two");
  assertEquals((await reads).map((read) => text(read!)), ["one", "two"]);
  await file.close();
  await other.close();
});
