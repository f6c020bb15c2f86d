/**
 * What CPython's own tests ask of `BaseHTTPRequestHandler`, by their names, and
 * the ways of driving a handler. Its other tests lie beside, by topic.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  type Answer,
  field,
  fieldValues,
  latin1,
  text,
} from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import {
  BufferedIOBase,
  type BufferedReader,
  BytesIO,
} from "../socketserver/io/mod.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { exchange } from "./exchange.ts";
import { HTTPStatus } from "./protocol/mod.ts";

const utf8 = new TextEncoder();

class Quiet extends BaseHTTPRequestHandler {
  override requireHost = false; // CPython's tests send none.
  override logMessage(): void {}
}

/** The handler of CPython's `BaseHTTPServerTestCase`. */
class Methods extends Quiet {
  async doTEST(): Promise<void> {
    this.sendResponse(HTTPStatus.NO_CONTENT);
    this.sendHeader("Content-Type", "text/html");
    this.sendHeader("Connection", "close");
    await this.endHeaders();
  }

  async doKEEP(): Promise<void> {
    this.sendResponse(HTTPStatus.NO_CONTENT);
    this.sendHeader("Content-Type", "text/html");
    this.sendHeader("Connection", "keep-alive");
    await this.endHeaders();
  }

  async doKEYERROR(): Promise<void> {
    await this.sendError(999);
  }

  async doNOTFOUND(): Promise<void> {
    await this.sendError(HTTPStatus.NOT_FOUND);
  }

  async doEXPLAINERROR(): Promise<void> {
    await this.sendError(999, "Short Message", "This is a long \n explanation");
  }

  async doCUSTOM(): Promise<void> {
    this.sendResponse(999);
    this.sendHeader("Content-Type", "text/html");
    this.sendHeader("Connection", "close");
    await this.endHeaders();
  }

  async doLATINONEHEADER(): Promise<void> {
    this.sendResponse(999);
    this.sendHeader("X-Special", "Dängerous Mind");
    this.sendHeader("Connection", "close");
    await this.endHeaders();
    await this.wfile.write(
      utf8.encode(this.headers.get("x-special-incoming")!),
    );
  }

  async doSEND_ERROR(): Promise<void> {
    await this.sendError(Number(this.path.slice(1)));
  }

  async doHEAD(): Promise<void> {
    await this.sendError(Number(this.path.slice(1)));
  }
}

class LenientMethods extends Methods {
  override lenient = true;
}

/** Sends a request over a socket and reads one answer. */
async function ask(
  request: string,
  HandlerClass: typeof Quiet = Methods,
): Promise<Answer> {
  await using served = serve(HandlerClass);
  using client = await served.connect();
  await client.send(request);
  return await client.readAnswer(request.split(" ")[0]);
}

async function askStatus(
  request: string,
  HandlerClass: typeof Quiet = Methods,
): Promise<number> {
  return (await ask(request, HandlerClass)).status;
}

Deno.test("a method without its do method is answered with 501 (test_command)", async () => {
  const answer = await ask("GET / HTTP/1.1\r\n\r\n");
  assertEquals(answer.status, 501);
  assertStringIncludes(answer.head, "501 Unsupported method ('GET')\r\n");
});

Deno.test("lenient takes LF and blanks at the end of a request line, strict does not (test_request_line_trimming)", async () => {
  for (
    const request of [
      "XYZBOGUS / HTTP/1.1\n\r\n",
      "XYZBOGUS / HTTP/1.1  \r\n\r\n",
      "XYZBOGUS / HTTP/1.1\n\n",
    ]
  ) {
    assertEquals(await askStatus(request, LenientMethods), 501);
    assertEquals(await askStatus(request), 400);
  }
});

for (
  const [title, version, status] of [
    ["no HTTP version (test_version_bogus)", "FUBAR", 400],
    ["three numbers (test_version_digits)", "HTTP/9.9.9", 400],
    ["signs (test_version_signs_and_underscores)", "HTTP/-9_9_9.+9_9_9", 400],
    ["lower case", "http/1.1", 400],
    ["no minor number", "HTTP/1", 400],
    [
      "11 digits (test_major_version_number_too_long)",
      "HTTP/90987654321.0",
      400,
    ],
    [
      "11 digits (test_minor_version_number_too_long)",
      "HTTP/1.90987654321",
      400,
    ],
    ["version 2 and above (test_version_invalid)", "HTTP/9.9", 505],
    ["version 2", "HTTP/2.0", 505],
    ["an unknown minor number", "HTTP/1.9", 501],
  ] as const
) {
  Deno.test(`a version with ${title} is answered with ${status}`, async () => {
    assertEquals(await askStatus(`GET / ${version}\r\n\r\n`), status);
  });
}

Deno.test("a request line without version is dispatched if its method is GET (test_version_none_get)", async () => {
  await using served = serve(Methods);
  assertStringIncludes(
    await served.ask("GET /\r\n\r\n"),
    "Unsupported method ('GET')",
  );
});

Deno.test("a request line without version is refused if its method is not GET (test_version_none)", async () => {
  assertEquals(await askStatus("CUSTOM /\r\n\r\n"), 400);
  assertEquals(await askStatus("CUSTOM / \r\n\r\n", LenientMethods), 400);
});

Deno.test("a request line of one word is refused (test_send_blank)", async () => {
  assertEquals(await askStatus(" / \r\n\r\n"), 400);
  assertEquals(await askStatus(" / \r\n\r\n", LenientMethods), 400);
  assertEquals(await askStatus("GET\r\n\r\n"), 400);
});

Deno.test("sendError() closes, whatever Connection the request has (test_header_close, test_header_keep_alive)", async () => {
  for (const option of ["close", "keep-alive"]) {
    await using served = serve(Methods);
    const answers = await served.ask(
      `GET / HTTP/1.1\r\nConnection: ${option}\r\n\r\n`.repeat(2),
    );
    assertEquals(answers.match(/HTTP\/1\.1 501 /g)?.length, 1);
  }
});

Deno.test("a method of one's own is called (test_handler)", async () => {
  assertEquals(await askStatus("TEST / HTTP/1.1\r\n\r\n"), 204);
});

Deno.test("keep-alive of an answer keeps the connection (test_return_header_keep_alive)", async () => {
  await using served = serve(Methods);
  using client = await served.connect();
  await client.send("KEEP / HTTP/1.1\r\n\r\n");
  assertEquals(field(await client.readAnswer(), "connection"), "keep-alive");
  await client.send("TEST / HTTP/1.1\r\n\r\n");
  assertEquals((await client.readAnswer()).status, 204);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("sendError() sends an unknown status code (test_internal_key_error)", async () => {
  const { head, body } = await ask("KEYERROR / HTTP/1.1\r\n\r\n");
  assertStringIncludes(head, "HTTP/1.1 999 ???\r\n");
  assertStringIncludes(body, "???");
});

Deno.test("sendResponse() sends an unknown status code (test_return_custom_status)", async () => {
  const { head } = await ask("CUSTOM / HTTP/1.1\r\n\r\n");
  assertStringIncludes(head, "HTTP/1.1 999 \r\n");
});

Deno.test("sendError() shows the explanation (test_return_explain_error)", async () => {
  const answer = await ask("EXPLAINERROR / HTTP/1.1\r\n\r\n");
  assertStringIncludes(answer.head, "HTTP/1.1 999 Short Message\r\n");
  assertEquals(Number(field(answer, "content-length")), answer.body.length);
  assertStringIncludes(answer.body, "This is a long \n explanation");
});

Deno.test("fields are Latin-1 in both directions (test_latin1_header)", async () => {
  const answer = await ask(
    "LATINONEHEADER / HTTP/1.1\r\nX-Special-Incoming: Ärger mit Unicode\r\n\r\n",
  );
  assertEquals(field(answer, "x-special"), "Dängerous Mind");
  assertEquals(
    new TextDecoder().decode(latin1(answer.body)),
    "Ärger mit Unicode",
  );
});

Deno.test("sendError() sends the length of its page (test_error_content_length)", async () => {
  const answer = await ask("NOTFOUND / HTTP/1.1\r\n\r\n");
  assertEquals(answer.status, 404);
  assertEquals(Number(field(answer, "content-length")), answer.body.length);
  assertEquals(field(answer, "content-type"), "text/html;charset=utf-8");
  assertEquals(field(answer, "connection"), "close");
});

for (
  const [code, length] of [[101, null], [204, null], [205, "0"], [
    304,
    null,
  ]] as const
) {
  for (
    const [method, name] of [["SEND_ERROR", "test_send_error"], [
      "HEAD",
      "test_head_via_send_error",
    ]]
  ) {
    Deno.test(`sendError(${code}) sends no page to ${method} (${name})`, async () => {
      await using served = serve(Methods);
      const answer = await served.ask(`${method} /${code} HTTP/1.1\r\n\r\n`);
      assert(answer.endsWith("\r\n\r\n"));
      const head = answer.slice(0, -4);
      assertStringIncludes(head, `HTTP/1.1 ${code} `);
      assertEquals(field({ head }, "content-type"), null);
      assertEquals(field({ head }, "transfer-encoding"), null);
      // Python sends no length with 205 either; RFC 9110, 15.3.6 wants one.
      assertEquals(field({ head }, "content-length"), length);
    });
  }
}

Deno.test("sendError(102) begins with an interim answer without page (test_send_error)", async () => {
  await using served = serve(Methods);
  const answer = await served.ask("SEND_ERROR /102 HTTP/1.1\r\n\r\n");
  const head = answer.slice(0, answer.indexOf("\r\n\r\n"));
  assertStringIncludes(head, "HTTP/1.1 102 Processing\r\n");
  assertEquals(field({ head }, "content-type"), null);
  assertEquals(field({ head }, "content-length"), null);
  // No final answer was sent, and a client waits for one.
  assertStringIncludes(answer, "\r\n\r\nHTTP/1.1 500 ");
  assertMatch(String(served.takeErrors()), /no response was sent/);
});

Deno.test("sendError(200) tells HEAD the length and type of its page (test_head_via_send_error)", async () => {
  await using served = serve(Methods);
  const answer = await served.ask("HEAD /200 HTTP/1.1\r\n\r\n");
  assert(answer.endsWith("\r\n\r\n"));
  const head = answer.slice(0, -4);
  assert(Number(field({ head }, "content-length")) > 0);
  assertEquals(field({ head }, "content-type"), "text/html;charset=utf-8");
});

// Without a socket, as CPython's BaseHTTPRequestHandlerTestCase has it.

class Socketless extends Quiet {
  getCalled = false;

  async doGET(): Promise<void> {
    this.getCalled = true;
    this.sendResponse(HTTPStatus.OK);
    this.sendHeader("Content-Type", "text/html");
    await this.endHeaders();
    await this.wfile.write(utf8.encode("<html><body>Data</body></html>\r\n"));
  }
}

class RejectingSocketless extends Socketless {
  override async handleExpect100(): Promise<boolean> {
    await this.sendError(HTTPStatus.EXPECTATION_FAILED);
    return false;
  }
}

/** Counts writes. */
class AuditableBytesIO extends BufferedIOBase {
  readonly writes: string[] = [];

  override write(bytes: ArrayBufferView): Promise<number> {
    this.writes.push(text(bytes as Uint8Array));
    return Promise.resolve(bytes.byteLength);
  }

  override async flush(): Promise<void> {}
}

const ADDRESS: Deno.NetAddr = {
  transport: "tcp",
  hostname: "127.0.0.1",
  port: 1337,
};

function socketless<H extends Quiet>(
  HandlerClass: new (...args: ConstructorParameters<typeof Quiet>) => H,
  input: string,
  output: BufferedIOBase = new BytesIO(),
): H {
  const handler = new HandlerClass(undefined as never, ADDRESS, {});
  handler.rfile = new BytesIO(latin1(input)) as unknown as BufferedReader;
  handler.wfile = output;
  return handler;
}

async function typical<H extends Quiet>(
  HandlerClass: new (...args: ConstructorParameters<typeof Quiet>) => H,
  input: string,
  change: (handler: H) => void = () => {},
): Promise<{ handler: H; lines: string[] }> {
  const output = new BytesIO();
  const handler = socketless(HandlerClass, input, output);
  change(handler);
  await handler.handleOneRequest();
  const lines = text(output.getvalue()).split(/(?<=\n)/);
  return { handler, lines };
}

function checkExpectedHeaders(lines: string[]): void {
  const head = lines.join("").replace(/\r\n$/, "");
  for (const name of ["Server", "Date", "Content-Type"]) {
    assertEquals(fieldValues({ head }, name).length, 1, name);
  }
}

for (
  const [title, version, lazily] of [
    ["test_http_1_1", "HTTP/1.1", false],
    ["test_http_1_0", "HTTP/1.0", false],
    ["test_with_continue_1_0", "HTTP/1.0", true],
  ] as const
) {
  const expect = lazily ? "Expect: 100-continue\r\n" : "";
  Deno.test(`handleOneRequest() answers ${version} without a socket (${title})`, async () => {
    const { handler, lines } = await typical(
      Socketless,
      `GET / ${version}\r\n${expect}\r\n`,
    );
    assertEquals(lines[0], "HTTP/1.1 200 OK\r\n");
    checkExpectedHeaders(lines);
    assert(handler.getCalled);
    assertStringIncludes(lines.join(""), "<html><body>Data</body></html>\r\n");
    assertEquals(handler.requestline, `GET / ${version}`);
    assertEquals(handler.command, "GET");
    assertEquals(handler.path, "/");
    assertEquals(handler.requestVersion, version);
    assertEquals(
      handler.headers.items(),
      lazily ? [["Expect", "100-continue"]] : [],
    );
  });
}

Deno.test("handleOneRequest() answers HTTP/0.9 with the body alone (test_http_0_9)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    "GET / HTTP/0.9\r\n\r\n",
  );
  assertEquals(lines, ["<html><body>Data</body></html>\r\n"]);
  assert(handler.getCalled);
});

Deno.test("handleOneRequest() refuses four words (test_extra_space)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    "GET /spaced out HTTP/1.1\r\nHost: dummy\r\n\r\n",
  );
  assert(lines[0]!.startsWith("HTTP/1.1 400 "));
  checkExpectedHeaders(lines.slice(0, lines.indexOf("\r\n")));
  assert(!handler.getCalled);
});

Deno.test("eagerContinue sends 100 before the method runs (test_with_continue_1_1, test_header_unbuffered_when_continue)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    "GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
    (handler) => handler.eagerContinue = true,
  );
  assertEquals(lines.slice(0, 3), [
    "HTTP/1.1 100 Continue\r\n",
    "\r\n",
    "HTTP/1.1 200 OK\r\n",
  ]);
  checkExpectedHeaders(lines.slice(2));
  assert(handler.getCalled);
  assertEquals(handler.headers.items(), [["Expect", "100-continue"]]);
});

Deno.test("handleExpect100() that returns false stops the method (test_with_continue_rejected)", async () => {
  const { handler, lines } = await typical(
    RejectingSocketless,
    "GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
  );
  assertEquals(lines[0], "HTTP/1.1 417 Expectation Failed\r\n");
  checkExpectedHeaders(lines);
  assert(!handler.getCalled);
  const closes = lines.filter((line) => line === "Connection: close\r\n");
  assertEquals(closes.length, 1);
  assert(handler.closeConnection);
});

Deno.test("sendError() writes twice (test_header_buffering_of_send_error)", async () => {
  const output = new AuditableBytesIO();
  const handler = socketless(Socketless, "", output);
  handler.requestVersion = "HTTP/1.1";
  handler.requestline = "";
  handler.command = null;
  await handler.sendError(418);
  assertEquals(output.writes.length, 2);
  assertMatch(output.writes[0]!, /^HTTP\/1\.1 418 I'm a Teapot\r\n/);
});

Deno.test("sendResponseOnly() writes nothing before endHeaders() (test_header_buffering_of_send_response_only)", async () => {
  const output = new AuditableBytesIO();
  const handler = socketless(Socketless, "", output);
  handler.requestVersion = "HTTP/1.1";
  handler.sendResponseOnly(418);
  assertEquals(output.writes, []);
  await handler.endHeaders();
  // Nobody would frame the body, so no field may say that it is framed.
  assertEquals(output.writes, ["HTTP/1.1 418 I'm a Teapot\r\n\r\n"]);
});

Deno.test("sendHeader() writes nothing before endHeaders() (test_header_buffering_of_send_header)", async () => {
  const output = new AuditableBytesIO();
  const handler = socketless(Socketless, "", output);
  handler.requestVersion = "HTTP/1.1";
  handler.sendHeader("Foo", "foo");
  handler.sendHeader("bar", "bar");
  assertEquals(output.writes, []);
  await handler.endHeaders();
  assertEquals(output.writes, ["Foo: foo\r\nbar: bar\r\n\r\n"]);
});

Deno.test("flushHeaders() writes once, endHeaders() the rest", async () => {
  const output = new AuditableBytesIO();
  const handler = socketless(Socketless, "", output);
  handler.requestVersion = "HTTP/1.1";
  handler.sendResponseOnly(200);
  handler.sendHeader("Foo", "foo");
  await handler.flushHeaders();
  assertEquals(output.writes, ["HTTP/1.1 200 OK\r\nFoo: foo\r\n"]);
  await handler.flushHeaders();
  assertEquals(output.writes.length, 1);
  await handler.endHeaders();
  assertEquals(output.writes.slice(1), ["\r\n"]);
});

Deno.test("a request line beyond the limit is answered with 414 (test_request_length)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    "GET " + "x".repeat(65537),
  );
  assertEquals(lines[0], "HTTP/1.1 414 URI Too Long\r\n");
  assert(!handler.getCalled);
  assertEquals(handler.requestline, "");
});

Deno.test("a field line beyond the limit is answered with 431 (test_header_length)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    `GET / HTTP/1.1\r\nX-Foo: bar${"r".repeat(65537)}\r\n\r\n`,
  );
  assertEquals(lines[0], "HTTP/1.1 431 Line too long\r\n");
  assert(!handler.getCalled);
  assertEquals(handler.requestline, "GET / HTTP/1.1");
});

Deno.test("too many fields are answered with 431 (test_too_many_headers)", async () => {
  const { handler, lines } = await typical(
    Socketless,
    `GET / HTTP/1.1\r\n${"X-Foo: bar\r\n".repeat(101)}\r\n`,
  );
  assertEquals(lines[0], "HTTP/1.1 431 Too many headers\r\n");
  assert(!handler.getCalled);
  assertEquals(handler.requestline, "GET / HTTP/1.1");
});

Deno.test("error pages hold no markup of the client (test_html_escape_on_error)", async () => {
  for (const end of ["\r\n\r\n", ""]) {
    const { lines } = await typical(
      Socketless,
      `<script>alert("hello")</script> / HTTP/1.1${end}`,
    );
    const page = lines.join("").split("\r\n\r\n")[1]!;
    assert(!page.includes("<script>"), page);
    if (end !== "") {
      assertStringIncludes(page, '&lt;script&gt;alert("hello")&lt;/script&gt;');
    }
  }
});

Deno.test("handle() goes on until closeConnection (test_close_connection)", async () => {
  for (const values of [[true], [false, false, true]]) {
    const left = [...values];
    class Counting extends Quiet {
      override handleOneRequest(): Promise<void> {
        this.closeConnection = left.shift()!;
        return Promise.resolve();
      }
    }
    await socketless(Counting, "").handle();
    assertEquals(left, []);
  }
});

Deno.test("dateTimeString() is an HTTP date (test_date_time_string)", () => {
  const handler = socketless(Quiet, "");
  const now = Math.floor(Date.now() / 1000);
  const date = new Date(now * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const expected = `${handler.weekdayname[(date.getUTCDay() + 6) % 7]}, ${
    two(date.getUTCDate())
  } ${handler.monthname[date.getUTCMonth() + 1]} ${date.getUTCFullYear()} ${
    two(date.getUTCHours())
  }:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`;
  assertEquals(handler.dateTimeString(now), expected);
  assertEquals(handler.dateTimeString(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  assertMatch(handler.dateTimeString(), / GMT$/);
});

Deno.test("exchange() drives a handler over one connection", async () => {
  const answer = text(
    await exchange(
      Socketless,
      "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    ),
  );
  assertEquals(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
});

Deno.test("handleOneRequest() leaves rfile and wfile as they were", async () => {
  const { handler } = await typical(Socketless, "GET / HTTP/1.1\r\n\r\n");
  assert(handler.wfile instanceof BytesIO);
  const { rfile } = handler;
  await handler.handleOneRequest(); // the end of the stream
  assert(handler.closeConnection);
  assert(handler.rfile === rfile);
});

Deno.test("handleOneRequest() reads several requests of one stream", async () => {
  const output = new BytesIO();
  const handler = socketless(
    Socketless,
    "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
    output,
  );
  await handler.handleOneRequest();
  assertEquals(handler.path, "/a");
  assert(!handler.closeConnection);
  await handler.handleOneRequest();
  assertEquals(handler.path, "/b");
  handler.rfile = new BytesIO(
    latin1("GET /c HTTP/1.0\r\n\r\n"),
  ) as unknown as BufferedReader;
  await handler.handleOneRequest();
  assertEquals(handler.path, "/c");
});

Deno.test("do methods are found by exact case, and only by names of methods", async () => {
  class Odd extends Quiet {
    called: string[] = [];
    doget = (): void => void this.called.push("get");
    doSecret(): void {
      this.called.push("Secret");
    }
    doValue = 7;
    async "doM-SEARCH"(): Promise<void> {
      this.sendResponse(200);
      await this.endHeaders();
      this.called.push("M-SEARCH");
    }
  }
  for (
    const method of [
      "get",
      "Secret",
      "Value",
      "VALUE",
      "constructor",
      "__proto__",
      "toString",
    ]
  ) {
    const { handler, lines } = await typical(
      Odd,
      `${method} / HTTP/1.1\r\n\r\n`,
    );
    assertEquals(handler.called, []);
    assertMatch(lines[0]!, /^HTTP\/1\.1 501 /, method);
  }
  const { handler } = await typical(Odd, "M-SEARCH / HTTP/1.1\r\n\r\n");
  assertEquals(handler.called, ["M-SEARCH"]);
});

for (
  const [target, path] of [
    ["//evil.example/..", "/evil.example/.."],
    ["////a//b", "/a//b"],
    ["/a//b", "/a//b"],
    ["/%2f?q=%20#f", "/%2f?q=%20#f"],
    ["http://a//b", "http://a//b"],
    ["*", "*"],
  ] as const
) {
  Deno.test(`path of the target "${target}" is "${path}"`, async () => {
    const { handler } = await typical(
      Socketless,
      `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    assertEquals(handler.path, path);
  });
}

Deno.test("only SP and HTAB part the words of a request line", async () => {
  const { handler } = await typical(
    Socketless,
    "GET /a\x85b\xa0c HTTP/1.1\r\n\r\n",
  );
  assertEquals(handler.path, "/a\x85b\xa0c");
});

Deno.test("empty lines before a request are skipped, a few at most", async () => {
  assertEquals(
    await askStatus("\r\n\r\nTEST / HTTP/1.1\r\n\r\n"),
    204,
  );
  assertEquals(
    await askStatus("\r\n".repeat(5) + "TEST / HTTP/1.1\r\n\r\n"),
    400,
  );
});

Deno.test("the Server field has both version words", async () => {
  class Named extends Methods {
    override serverVersion = "Mine/1";
    override sysVersion = "Sys/2";
  }
  const answer = await ask("TEST / HTTP/1.1\r\n\r\n", Named);
  assertEquals(field(answer, "server"), "Mine/1 Sys/2");
});

Deno.test("MessageClass makes the fields", async () => {
  const { handler } = await typical(
    class extends Socketless {},
    "GET / HTTP/1.1\r\nA: b\r\n\r\n",
  );
  class Mine extends handler.MessageClass {
    mine = true;
  }
  const { handler: other } = await typical(
    Socketless,
    "GET / HTTP/1.1\r\nA: b\r\n\r\n",
    (handler) => handler.MessageClass = Mine,
  );
  assert(other.headers instanceof Mine);
  assertEquals(other.headers.get("a"), "b");
});
