import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bytes,
  GatedIO,
  MockRawIO,
  NonBlockingIO,
  OneByteIO,
  settle,
  text,
  usedMegabytes,
} from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { BytesIO } from "./bytes_io.ts";
import { copyfileobj } from "./copy.ts";
import { BlockingIOError } from "./errors.ts";
import { RawIOBase } from "./raw_io_base.ts";

const CONTENT = new Uint8Array(200_000).map((_, index) => index * 7);

Deno.test("copyfileobj() copies between streams of any kind", async () => {
  for (
    const source of [
      () => new BytesIO(CONTENT),
      () => new BufferedReader(new BytesIO(CONTENT)),
      () => new BufferedReader(new BytesIO(CONTENT), 200_000),
    ]
  ) {
    const raw = new BytesIO();
    for (
      const target of [
        raw,
        new BufferedWriter(raw),
        new BufferedWriter(raw, 1 << 20),
      ]
    ) {
      await raw.truncate(0);
      await raw.seek(0);
      assertEquals(await copyfileobj(source(), target), CONTENT.length);
      await target.flush();
      assertEquals(raw.getvalue(), CONTENT);
      assert(!target.closed);
    }
  }
});

Deno.test("copyfileobj() copies byte by byte where it must", async () => {
  const target = new OneByteIO();
  const writer = new BufferedWriter(target, 3);
  const source = new BufferedReader(new OneByteIO(bytes("hello world")), 2);
  assertEquals(await copyfileobj(source, writer), 11);
  await writer.flush();
  assertEquals(text(target.getvalue()), "hello world");
});

Deno.test("copyfileobj() finishes what a raw target takes in parts", async () => {
  class Slow extends MockRawIO {
    override write(source: Uint8Array): Promise<number> {
      return super.write(source.subarray(0, 4));
    }
  }
  const target = new Slow();
  assertEquals(
    await copyfileobj(new BytesIO(bytes("hello world")), target),
    11,
  );
  assertEquals(target.written, ["hell", "o wo", "rld"]);
});

Deno.test("copyfileobj() copies so much and takes no more", async () => {
  for (
    const [length, expected, rest] of [[0, 0, 200_000], [5, 5, 199_995], [
      100_000,
      100_000,
      100_000,
    ], [200_001, 200_000, 0]] as const
  ) {
    const source = new BufferedReader(new BytesIO(CONTENT));
    const target = new BytesIO();
    assertEquals(await copyfileobj(source, target, length), expected);
    assertEquals(target.getvalue(), CONTENT.slice(0, expected));
    assertEquals((await source.read()).length, rest);
  }
  for (const all of [undefined, null, -1]) {
    assertEquals(
      await copyfileobj(new BytesIO(CONTENT), new BytesIO(), all),
      200_000,
    );
  }
  await assertRejects(
    () => copyfileobj(new BytesIO(), new BytesIO(), 1.5),
    TypeError,
  );
});

Deno.test("copyfileobj() passes on at once what a slow source has sent", async () => {
  const source = new GatedIO();
  const target = new MockRawIO();
  const copying = copyfileobj(new BufferedReader(source), target);
  for (const piece of ["event 1\n", "event 2\n"]) {
    source.reading.shift()!.resolve(piece);
    await settle();
  }
  assertEquals(target.written, ["event 1\n", "event 2\n"]);
  source.reading.shift()!.resolve(0);
  assertEquals(await copying, 16);
});

Deno.test("copyfileobj() reads no further than a slow target keeps up", async () => {
  const source = new MockRawIO(Array(100).fill("x".repeat(10_000)));
  const target = new GatedIO();
  const copying = copyfileobj(source, target);
  for (let round = 1; round <= 3; round++) {
    await settle();
    assertEquals(source.reads, round);
    target.writing.shift()!.resolve(10_000);
  }
  await settle();
  target.writing.shift()!.reject(new Deno.errors.BrokenPipe("gone"));
  await assertRejects(() => copying, Deno.errors.BrokenPipe);
  assertEquals(source.reads, 4);
});

Deno.test("copyfileobj() reports streams that would block", async () => {
  const blocked = new MockRawIO(["abc", null]);
  const error = await assertRejects(
    () => copyfileobj(blocked, new BytesIO()),
    BlockingIOError,
  );
  assertEquals(error.charactersWritten, 3);
  const target = new NonBlockingIO();
  target.blockOn("c");
  await assertRejects(
    () => copyfileobj(new BytesIO(bytes("abcd")), target),
    BlockingIOError,
  );
  assertEquals(target.pop(), "ab");
});

Deno.test("copyfileobj() copies half a gigabyte in constant memory", async () => {
  class Endless extends RawIOBase {
    override readable(): boolean {
      return true;
    }
    override readinto(buffer: Uint8Array): Promise<number> {
      return Promise.resolve(buffer.length);
    }
  }
  let peak = 0;
  let sent = 0;
  const before = usedMegabytes();
  class Sink extends RawIOBase {
    override writable(): boolean {
      return true;
    }
    override write(source: Uint8Array): Promise<number> {
      sent += source.length;
      peak = Math.max(peak, usedMegabytes() - before);
      return Promise.resolve(source.length);
    }
  }
  await copyfileobj(new BufferedReader(new Endless()), new Sink(), 2 ** 29);
  assertEquals(sent, 2 ** 29);
  assert(peak < 48, `${peak} MB`);
});
