import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { connect, whileServing } from "../_tools/testing/test_clients.ts";
import { connected, GatedConnection } from "../_tools/testing/test_sockets.ts";
import { bytes, settle, text } from "../_tools/testing/test_streams.ts";
import { BufferedIOBase, resourceId, SocketIO } from "./io/mod.ts";
import { _SocketWriter } from "./socket_writer.ts";
import { StreamRequestHandler } from "./stream_request_handler.ts";
import { TCPServer } from "./tcp_server.ts";

function writerOver(connection: GatedConnection): _SocketWriter {
  return new _SocketWriter(new SocketIO(connection, "w"));
}

Deno.test("wfile of an unbuffered handler is a BufferedIOBase with the connection's number (test_basics)", async () => {
  let seen: unknown;
  class Looking extends StreamRequestHandler {
    override handle(): void {
      seen = [
        this.wfile instanceof BufferedIOBase,
        this.wfile instanceof _SocketWriter,
        this.wfile.readable(),
        this.wfile.writable(),
        this.wfile.seekable(),
        this.wfile.fileno() === resourceId(this.connection),
      ];
    }
  }
  const server = new TCPServer({ hostname: "127.0.0.1", port: 0 }, Looking);
  await whileServing(server, async () => {
    using client = await connect(server.serverAddress);
    await client.rest();
  });
  assertEquals(seen, [true, true, false, true, false, true]);
});

Deno.test("_SocketWriter.write() has sent everything when it returns, and counts it (test_write)", async () => {
  using ends = await connected();
  const writer = new _SocketWriter(new SocketIO(ends.near, "w"));
  assertEquals(await writer.write(bytes("no flush")), 8);
  const buffer = new Uint8Array(100);
  assertEquals(
    text(buffer.subarray(0, (await ends.far.read(buffer))!)),
    "no flush",
  );

  // More than any buffer of the system holds.
  const big = new Uint8Array(20_000_000).fill(7);
  const writing = writer.write(big);
  let received = 0;
  const block = new Uint8Array(1 << 16);
  while (received < big.length) {
    const count = await ends.far.read(block);
    assert(block.subarray(0, count!).every((byte) => byte === 7));
    received += count!;
  }
  assertEquals(await writing, big.length);
  await writer.close();
});

Deno.test("_SocketWriter.write() goes on after each part that was taken", async () => {
  const connection = new GatedConnection();
  const writing = writerOver(connection).write(bytes("abcdef"));
  for (const [part, count] of [["abcdef", 2], ["cdef", 3], ["f", 1]] as const) {
    await settle();
    const { bytes, take } = connection.writing.shift()!;
    assertEquals(text(bytes), part);
    take(count);
  }
  assertEquals(await writing, 6);
  assertEquals(connection.writing, []);
});

Deno.test("_SocketWriter.write() takes any view, and counts bytes", async () => {
  const connection = new GatedConnection();
  const writing = writerOver(connection).write(new Uint16Array([1, 2, 3]));
  assertEquals(connection.writing[0]!.bytes.length, 6);
  connection.writing[0]!.take(6);
  assertEquals(await writing, 6);
  assertEquals(await writerOver(connection).write(new Uint8Array(0)), 0);
  assertEquals(connection.writing.length, 1);
});

Deno.test("_SocketWriter.write() refuses text", async () => {
  const writer = writerOver(new GatedConnection());
  await assertRejects(
    () => writer.write("text" as unknown as Uint8Array),
    TypeError,
  );
});

Deno.test("_SocketWriter: what fails below comes up", async () => {
  const connection = new GatedConnection();
  const writing = writerOver(connection).write(bytes("x"));
  connection.writing[0]!.fail(new Deno.errors.BrokenPipe("gone"));
  await assertRejects(() => writing, Deno.errors.BrokenPipe);
});

Deno.test("_SocketWriter.close() refuses later writes, and leaves the connection to its owner", async () => {
  const connection = new GatedConnection();
  const writer = writerOver(connection);
  await writer.flush();
  await writer.close();
  await writer.close();
  assertEquals([writer.closed, connection.closes], [true, 0]);
  await assertRejects(() => writer.write(bytes("x")), TypeError, "closed");
  await assertRejects(() => writer.write(bytes("")), TypeError, "closed");
  await assertRejects(() => writer.flush(), TypeError, "closed");
});

Deno.test("_SocketWriter cannot read, seek or be detached", async () => {
  const writer = writerOver(new GatedConnection());
  assertInstanceOf(writer, BufferedIOBase);
  for (
    const action of [
      () => writer.read(1),
      () => writer.readline(),
      () => writer.seek(0),
      () => writer.detach(),
    ]
  ) await assertRejects(action, TypeError);
});
