/**
 * Handlers written for Python's `http.server` that read the request line
 * themselves, as wsgiref's, Django's and werkzeug's do.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { byteByByte, drive } from "../_tools/testing/drive.ts";
import { latin1, text } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

class Ported extends BaseHTTPRequestHandler {
  seen: string[] = [];
  override logMessage(): void {}

  override async handleOneRequest(): Promise<void> {
    this.rawRequestline = await this.rfile.readline(65537);
    if (this.rawRequestline.length > 65536) {
      this.requestline = "";
      this.requestVersion = "";
      this.command = "";
      await this.sendError(414);
      return;
    }
    if (this.rawRequestline.length === 0) {
      this.closeConnection = true;
      return;
    }
    if (!await this.parseRequest()) return;
    const length = Number(this.headers.get("content-length", "0"));
    const body = text(await this.rfile.read(length));
    this.seen.push(`${this.command} ${this.path} ${body}`);
    const answer = latin1(`${this.command} ${this.path} ${body}`);
    this.sendResponse(200);
    this.sendHeader("Content-Length", answer.length);
    await this.endHeaders();
    await this.wfile.write(answer);
  }
}

const GET = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

Deno.test("parseRequest() reads the fields behind a request line", async () => {
  for (const input of [[GET + GET], byteByByte(GET + GET)]) {
    const { handler, sent, error } = await drive(Ported, input);
    assertEquals(error, undefined);
    assertEquals(handler.seen, ["GET /a ", "GET /a "]);
    assertEquals(sent.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
    assertEquals(handler.headers.get("host"), "a");
    assertEquals(text(handler.rawRequestline), "");
  }
});

Deno.test("parseRequest() leaves the body to who has read the line, and closes behind it", async () => {
  const { handler, sent } = await drive(Ported, POST + GET);
  assertEquals(handler.seen, ["POST /b abc"]);
  assert(handler.closeConnection);
  assert(sent.endsWith("\r\n\r\nPOST /b abc"));
});

Deno.test("parseRequest() reads a line alone and a head as it is", async () => {
  class Lines extends BaseHTTPRequestHandler {
    override logMessage(): void {}
    override async handle(): Promise<void> {
      this.rawRequestline = latin1("GET /alone\r\n");
      assert(await this.parseRequest());
      assertEquals([this.path, this.requestVersion], ["/alone", "HTTP/0.9"]);
      this.rawRequestline = latin1("PUT /whole HTTP/1.1\r\nHost: b\r\n\r\n");
      assert(await this.parseRequest());
      assertEquals([this.path, this.headers.get("host")], ["/whole", "b"]);
      this.rawRequestline = latin1("GET /line HTTP/1.1\r\n");
      assert(await this.parseRequest());
      assertEquals([this.path, this.headers.get("host")], ["/line", "a"]);
      assertEquals(text(await this.rfile.read()), "rest");
    }
  }
  const { error } = await drive(Lines, "Host: a\r\n\r\nrest");
  assertEquals(error, undefined);
});

for (
  const [title, input, status] of [
    [
      "a field line too long",
      `GET / HTTP/1.1\r\nA: ${"x".repeat(65536)}\r\n\r\n`,
      431,
    ],
    ["too many fields", `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(100)}\r\n`, 431],
    [
      "a request line too long",
      `GET /${"x".repeat(70000)} HTTP/1.1\r\n\r\n`,
      414,
    ],
    ["a malformed field", "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a head that ends early", "GET / HTTP/1.1\r\nHost: a\r\n", 400],
    ["a malformed line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ] as const
) {
  Deno.test(`parseRequest() answers ${title} with ${status}`, async () => {
    const { sent, handler } = await drive(Ported, input + GET);
    assert(sent.startsWith(`HTTP/1.1 ${status} `), sent);
    assertEquals(sent.match(/HTTP\/1\.1 \d\d\d /g)?.length, 1);
    assertEquals(handler.seen, []);
  });
}

Deno.test("parseRequest() says no to nothing, and sends nothing", async () => {
  class Nothing extends BaseHTTPRequestHandler {
    override async handle(): Promise<void> {
      this.rawRequestline = new Uint8Array(0);
      assert(!await this.parseRequest());
    }
  }
  const { sent, error } = await drive(Nothing, GET);
  assertEquals([sent, error], ["", undefined]);
});

Deno.test("an answer that nobody frames closes the connection", async () => {
  class Unframed extends Ported {
    override async handleOneRequest(): Promise<void> {
      this.rawRequestline = await this.rfile.readline(65537);
      if (!await this.parseRequest()) return;
      this.sendResponse(200);
      await this.endHeaders();
      await this.wfile.write(latin1("hello"));
    }
  }
  await using served = serve(Unframed);
  const answer = await served.ask(GET + GET);
  assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
  assert(!answer.includes("Transfer-Encoding"));
});
