import { assert, assertEquals, assertMatch } from "@std/assert";
import { field, latin1, text } from "../_tools/testing/raw_client.ts";
import { serve, type Served } from "../_tools/testing/serve.ts";
import { WebSocketEcho } from "./websocket_echo.ts";

class Quiet extends WebSocketEcho {
  override logMessage(): void {}
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HANDSHAKE = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
  "Sec-WebSocket-Version: 13\r\n\r\n";

async function open(served: Served): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.address.port}/`);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return socket;
}

function message(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
  });
}

async function close(socket: WebSocket): Promise<CloseEvent> {
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.close(1000);
  return await closed;
}

Deno.test("detach(): Deno's WebSocket client talks to the echo example", async () => {
  await using served = serve(Quiet);
  const socket = await open(served);
  for (
    const said of [
      "",
      "hello",
      "schön 😀",
      "x".repeat(200),
      "y".repeat(100_000),
    ]
  ) {
    const heard = message(socket);
    socket.send(said);
    assertEquals(await heard, said);
  }
  const bytes = Uint8Array.of(0, 255, 1);
  const heard = message(socket);
  socket.send(bytes);
  assertEquals(new Uint8Array(await heard as ArrayBuffer), bytes);
  const { code, wasClean } = await close(socket);
  assertEquals([code, wasClean], [1000, true]);
});

Deno.test("detach(): several clients talk at once", async () => {
  await using served = serve(Quiet);
  const sockets = await Promise.all(
    Array.from({ length: 10 }, () => open(served)),
  );
  const heard = sockets.map(message);
  sockets.forEach((socket, index) => socket.send(`${index}`));
  assertEquals(await Promise.all(heard), sockets.map((_, index) => `${index}`));
  await Promise.all(sockets.map(close));
});

/** A frame as clients send it. */
function frame(first: number, payload: string): string {
  const mask = [1, 2, 3, 4];
  const masked = Array.from(
    payload,
    (character, index) =>
      String.fromCharCode(character.charCodeAt(0) ^ mask[index % 4]!),
  );
  return String.fromCharCode(first, 0x80 | payload.length, ...mask) +
    masked.join("");
}

async function converse(sent: string): Promise<string> {
  await using served = serve(Quiet);
  using client = await served.connect();
  // The first frames come together with the handshake: they were read ahead.
  await client.send(HANDSHAKE + sent);
  const answer = await client.readToEnd();
  const end = answer.indexOf("\r\n\r\n");
  const head = answer.slice(0, end);
  assertMatch(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assertEquals(
    field({ head }, "sec-websocket-accept"),
    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  );
  assertEquals(field({ head }, "connection"), "Upgrade");
  assertEquals(field({ head }, "transfer-encoding"), null);
  return answer.slice(end + 4);
}

const BYE = frame(0x88, "");
const CLOSED = "\x88\x02\x03\xe8";
const REFUSED = "\x88\x02\x03\xea";

for (
  const [title, sent, heard] of [
    ["a message", frame(0x81, "hi") + BYE, `\x81\x02hi${CLOSED}`],
    [
      "a message in fragments with a ping between",
      frame(0x01, "h") + frame(0x89, "?") + frame(0x80, "i") + BYE,
      `\x8a\x01?\x81\x02hi${CLOSED}`,
    ],
    ["a pong", frame(0x8a, "") + BYE, CLOSED],
    ["close", BYE, CLOSED],
    ["a frame without mask", "\x81\x00", REFUSED],
    ["reserved bits", frame(0xc1, "hi"), REFUSED],
    ["a continuation of nothing", frame(0x80, "hi"), REFUSED],
    [
      "a frame of 2^62 bytes",
      "\x81\xff\x40" + "\0".repeat(7),
      "\x88\x02\x03\xf1",
    ],
    ["a request in place of a frame", GET, REFUSED],
  ] as const
) {
  Deno.test(`detach(): the echo example takes ${title}`, async () => {
    assertEquals(await converse(sent), heard);
  });
}

Deno.test("detach(): a client that leaves within a frame is no error", async () => {
  await using served = serve(Quiet);
  using client = await served.connect();
  await client.send(HANDSHAKE + frame(0x81, "hello").slice(0, 4));
  await client.endSending();
  assertMatch(await client.readToEnd(), / 101 /);
});

Deno.test("detach(): without a handshake the echo example asks for one", async () => {
  await using served = serve(Quiet);
  assertMatch(
    await served.ask(GET),
    /^HTTP\/1\.1 426 Upgrade Required\r\nUpgrade: websocket\r\n/,
  );
});

Deno.test("detach() hands out what was read ahead, and raw streams", async () => {
  class Raw extends Quiet {
    override async doGET(): Promise<void> {
      const { rfile, wfile, connection } = await this.detach();
      assert(connection === this.connection);
      await wfile.write(latin1(`<${text(await rfile.read(4))}>`));
      await wfile.write(latin1(`<${text(await rfile.read())}>`));
    }
  }
  await using served = serve(Raw);
  using client = await served.connect();
  await client.send(GET + "abcd");
  assertEquals(await client.readSome(), "<abcd>");
  await client.send("efgh");
  await client.endSending();
  assertEquals(await client.readToEnd(), "<efgh>");
});

Deno.test("detach() lifts the time limits of reading", async () => {
  class Patient extends Quiet {
    override headerTimeout = 0.05;
    override idleTimeout = 0.05;
    override bodyTimeout = 0.05;
    async doPOST(): Promise<void> {
      await this.rfile.read();
      const { rfile, wfile } = await this.detach();
      await wfile.write(await rfile.read(1));
    }
  }
  await using served = serve(Patient);
  using client = await served.connect();
  await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
  await client.send("ab");
  await new Promise((resolve) => setTimeout(resolve, 150));
  await client.send("x");
  assertEquals(await client.readToEnd(), "x");
});

Deno.test("detach(): an error of a method that has taken over reaches the server", async () => {
  class Broken extends Quiet {
    override async doGET(): Promise<void> {
      await this.detach();
      throw new Error("mine");
    }
  }
  await using served = serve(Broken);
  assertEquals(await served.ask(GET), "");
  assertMatch(String(served.takeErrors()), /mine/);
});
