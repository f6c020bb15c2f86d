/** HTTP/0.9: a line, and then the bare body. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { byteByByte, drive } from "../_tools/testing/drive.ts";
import { latin1 } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

class Simple extends BaseHTTPRequestHandler {
  override logMessage(): void {}
  async doGET(): Promise<void> {
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/html");
    this.sendHeader("Connection", "keep-alive");
    await this.endHeaders();
    await this.wfile.write(latin1("OK: "));
    await this.wfile.write(latin1(`${this.command} ${this.path}`));
  }
}

class LikePython extends Simple {
  override defaultRequestVersion = "HTTP/0.9";
}

Deno.test("a line without version gets the body alone (test_simple_get)", async () => {
  await using served = serve(Simple);
  assertEquals(await served.ask("GET /index.html\r\n"), "OK: GET /index.html");
});

Deno.test("a line without version is answered as soon as it has ended", async () => {
  const { sent } = await drive(Simple, byteByByte("GET /\r\n"));
  assertEquals(sent, "OK: GET /");
});

Deno.test("a line without version is for GET only (test_invalid_request)", async () => {
  await using served = serve(Simple);
  const answer = await served.ask("POST /\r\n");
  assertStringIncludes(
    answer,
    "HTTP/1.1 400 Bad HTTP/0.9 request type ('POST')",
  );
});

Deno.test("defaultRequestVersion answers a broken line as HTTP/0.9 would (test_invalid_request)", async () => {
  await using served = serve(LikePython);
  for (const line of ["POST /", "GET", "GET / FTP/1.1", "GET / HTTP/1.1 x"]) {
    const answer = await served.ask(`${line}\r\n\r\n`);
    assert(answer.startsWith("<!DOCTYPE html>"), answer);
    assertStringIncludes(answer, "400");
  }
});

Deno.test("a connection serves one request of HTTP/0.9 (test_single_request)", async () => {
  await using served = serve(Simple);
  assertEquals(await served.ask("GET /a\r\nGET /b\r\n"), "OK: GET /a");
  assertEquals(
    await served.ask("GET /a\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"),
    "OK: GET /a",
  );
});

Deno.test("fields behind a line without version are not read", async () => {
  await using served = serve(Simple);
  assertEquals(
    await served.ask("GET /a\r\nContent-Length: 5\r\n\r\nhello"),
    "OK: GET /a",
  );
});

Deno.test("sendError() sends the page alone", async () => {
  await using served = serve(
    class extends Simple {
      override async doGET(): Promise<void> {
        await this.sendError(404);
      }
    },
  );
  const answer = await served.ask("GET /\r\n");
  assert(answer.startsWith("<!DOCTYPE html>"));
  assertStringIncludes(answer, "404");
});

Deno.test("an interim answer is not sent", async () => {
  const { sent } = await drive(
    class extends Simple {
      override async doGET(): Promise<void> {
        this.sendResponseOnly(103);
        await this.endHeaders();
        await super.doGET();
      }
    },
    "GET /\r\n",
  );
  assertEquals(sent, "OK: GET /");
});

Deno.test("a handler that never ends its head sends its body", async () => {
  const { sent, error } = await drive(
    class extends Simple {
      override async doGET(): Promise<void> {
        this.sendResponse(200);
        await this.wfile.write(latin1("bare"));
      }
    },
    "GET /\r\nGET /\r\n",
  );
  assertEquals([sent, error], ["bare", undefined]);
});
