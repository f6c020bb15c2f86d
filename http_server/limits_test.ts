/** Limits of size, and what a client costs that breaks or ignores them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { byteByByte, drive } from "../_tools/testing/drive.ts";
import { liveMemory } from "../_tools/testing/live_memory.ts";
import { field, latin1, type RawClient } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

class Limited extends BaseHTTPRequestHandler {
  override maxRequestLine = 40;
  override maxFieldLine = 30;
  override maxFields = 4;
  override maxHeadBytes = 120;
  override maxBodyBytes: number | null = 10;
  bodies: number[] = [];
  override logMessage(): void {}

  async doGET(): Promise<void> {
    this.sendResponse(204);
    await this.endHeaders();
  }

  async doPOST(): Promise<void> {
    this.bodies.push((await this.rfile.read()).length);
    await this.doGET();
  }
}

const HOST = "Host: a\r\n";
const line = (length: number) => `GET /${"x".repeat(length - 16)} HTTP/1.1\r\n`;
const field_ = (length: number) => `A: ${"x".repeat(length - 5)}\r\n`;
const chunked =
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const lengthy = (length: number | string) =>
  `POST / HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n`;

for (
  const [title, input, status] of [
    ["a request line of the limit", `${line(40)}${HOST}\r\n`, 204],
    ["a request line above it", `${line(41)}${HOST}\r\n`, 414],
    ["a request line above it that never ends", line(42).slice(0, -2), 414],
    ["a field line of the limit", `${line(20)}${HOST}${field_(30)}\r\n`, 204],
    ["a field line above it", `${line(20)}${HOST}${field_(31)}\r\n`, 431],
    [
      "a field line above it that never ends",
      `${line(20)}${field_(99)}`.slice(0, 51),
      431,
    ],
    [
      "fields of the limit",
      `${line(20)}${HOST}${"A: b\r\n".repeat(3)}\r\n`,
      204,
    ],
    ["fields above it", `${line(20)}${HOST}${"A: b\r\n".repeat(4)}\r\n`, 431],
    [
      "a head of the limit",
      `${line(20)}${HOST}${field_(30)}${field_(30)}${field_(29)}\r\n`,
      204,
    ],
    [
      "a head above it",
      `${line(20)}${HOST}${field_(30)}${field_(30)}${field_(30)}\r\n\r\n`,
      431,
    ],
    ["a body of the limit", `${lengthy(10)}${"x".repeat(10)}`, 204],
    ["a body above it", lengthy(11), 413],
    ["a body far above it", lengthy("999999999999"), 413],
    [
      "chunks of the limit",
      `${chunked}a\r\n${"x".repeat(10)}\r\n0\r\n\r\n`,
      204,
    ],
    ["chunks above it", `${chunked}6\r\nxxxxxx\r\n5\r\n`, 413],
    ["a chunk of a gibibyte", `${chunked}40000000\r\nx`, 413],
  ] as const
) {
  Deno.test(`limits: ${title} gives ${status}`, async () => {
    // More behind it: a refusal ends the connection, nothing else does.
    const next = `GET /next HTTP/1.1\r\n${HOST}\r\n`;
    for (const data of [input + next, input]) {
      for (const pieces of [[data], byteByByte(data)]) {
        const { sent, error } = await drive(Limited, pieces);
        assertEquals(error, undefined);
        assertEquals(Number(sent.slice(9, 12)), status, sent);
        const count = sent.match(/HTTP\/1\.1 \d/g)!.length;
        assertEquals(count, status === 204 && data !== input ? 2 : 1);
        if (status !== 204) {
          assertEquals(field({ head: sent }, "connection"), "close");
        }
      }
    }
  });
}

Deno.test("limits: a chunk above maxBodyBytes is refused before its data", async () => {
  const { sent } = await drive(Limited, byteByByte(`${chunked}b\r\n`));
  assertMatch(sent, /^HTTP\/1\.1 413 /);
});

Deno.test("limits: a body of Content-Length above maxBodyBytes does not reach the method", async () => {
  const { handler } = await drive(Limited, lengthy(11) + "x".repeat(11));
  assertEquals(handler.bodies, []);
});

Deno.test("limits: an unread body may be longer than maxBodyBytes only in name", async () => {
  const { sent } = await drive(
    Limited,
    chunked.replace("POST", "GET") + "b\r\n" + "x".repeat(11) + "\r\n0\r\n\r\n",
  );
  // It was never wanted; the drain stops at the limit, and closes.
  assertEquals(sent.match(/HTTP\/1\.1 \d/g)?.length, 1);
  assertMatch(sent, / 204 /);
});

Deno.test("limits: no more than what is needed is read of a head that is refused", async () => {
  const { read } = await drive(
    Limited,
    byteByByte(line(400) + HOST + "\r\n"),
  );
  assertEquals(read, 40);
});

Deno.test("a chunked body of 1 GiB to a GET is refused early", async () => {
  class Get extends BaseHTTPRequestHandler {
    override logMessage(): void {}
    async doGET(): Promise<void> {
      this.sendResponse(204);
      await this.endHeaders();
    }
  }
  await using served = serve(Get);
  using client = await served.connect();
  await client.send(chunked.replace("POST", "GET"));
  const piece = latin1(`10000\r\n${"x".repeat(0x10000)}\r\n`);
  let sent = 0;
  const sending = (async () => {
    for (; sent < 1 << 30; sent += 0x10000) await client.send(piece);
  })().catch(() => {});
  assertEquals((await client.readAnswer()).status, 204);
  await sending;
  // What the drain and the lingering close take, and what lies in the
  // buffers of two sockets.
  assert(sent < 32 << 20, `${sent} bytes were taken`);
});

Deno.test("10,000 pipelined requests from a client that does not read cost little memory", async () => {
  const body = new Uint8Array(5000);
  class Large extends BaseHTTPRequestHandler {
    static answered = 0;
    override logMessage(): void {}
    async doGET(): Promise<void> {
      Large.answered++;
      this.sendResponse(200);
      this.sendHeader("Content-Length", body.length);
      await this.endHeaders();
      await this.wfile.write(body);
    }
  }
  await using served = serve(Large);
  using client = await served.connect();
  const before = liveMemory();
  const requests = `GET / HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(10_000);
  const sending = client.send(requests);
  // It comes to a stop when both sockets' buffers are full.
  let answered = -1;
  while (Large.answered !== answered) {
    answered = Large.answered;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(answered < 5000, `${answered} answers were made`);
  const grown = liveMemory() - before;
  assert(grown < 2 << 20, `${grown} bytes more`);
  // And it goes on when the client reads.
  for (let i = 0; i < 10_000; i++) {
    assertEquals((await client.readAnswer()).body.length, body.length);
  }
  await sending;
});

Deno.test("a half-closed client gets its whole answer", async () => {
  const size = 5_000_000;
  class Large extends BaseHTTPRequestHandler {
    override logMessage(): void {}
    async doGET(): Promise<void> {
      this.sendResponse(200);
      await this.endHeaders();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const piece = new Uint8Array(50_000).fill(97);
      for (let i = 0; i < size; i += piece.length) {
        await this.wfile.write(piece);
      }
    }
  }
  await using served = serve(Large);
  using client = await served.connect();
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.endSending();
  assertEquals((await client.readAnswer()).body.length, size);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("maxConcurrent leaves further connections waiting until one ends", async () => {
  await using served = serve(Limited, (server) => server.maxConcurrent = 2);
  const get = `GET / HTTP/1.1\r\n${HOST}\r\n`;
  const clients: RawClient[] = [];
  try {
    for (let i = 0; i < 3; i++) {
      const client = await served.connect();
      clients.push(client);
      await client.send(get);
      if (i < 2) assertEquals((await client.readAnswer()).status, 204);
    }
    assertEquals(served.server.handlers.size, 2);
    const third = clients[2]!.readAnswer();
    const early = await Promise.race([
      third.then(() => "early"),
      new Promise((resolve) => setTimeout(() => resolve("waiting"), 100)),
    ]);
    assertEquals(early, "waiting");
    clients[0]!.close();
    assertEquals((await third).status, 204);
  } finally {
    for (const client of clients) client.close();
  }
});
