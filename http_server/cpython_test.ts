/**
 * The same bytes to CPython's `http.server` and to ours. Where they part, the
 * table says why; everywhere else they must agree.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  field,
  latin1,
  RawClient,
  text,
} from "../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

/** Does what the handler in `testdata/cpython_server.py` does. */
class Ours extends BaseHTTPRequestHandler {
  override logMessage(): void {}

  async answer(): Promise<void> {
    const body = text(await this.rfile.read());
    const answer = `${this.command} ${this.path} ${
      this.headers.get("X", "-")
    } ${body}`;
    this.sendResponse(200);
    this.sendHeader("Content-Length", answer.length);
    await this.endHeaders();
    await this.wfile.write(latin1(answer));
  }

  doGET(): Promise<void> {
    return this.answer();
  }
  doHEAD(): Promise<void> {
    return this.answer();
  }
  doPOST(): Promise<void> {
    return this.answer();
  }
  async doPUT(): Promise<void> {
    this.sendResponse(200);
    this.sendHeader("Content-Length", 0);
    await this.endHeaders();
  }
}

const HOST = "Host: a\r\n";
/** Behind each request: whether it is answered tells whether the connection has stayed. */
const NEXT = `GET /next HTTP/1.1\r\n${HOST}\r\n`;
const AND_NEXT = "200 OK: GET /next - ";

const long = "x".repeat(65536);

const ALIKE: [title: string, request: string][] = [
  ["GET", `GET /a?b=c#d HTTP/1.1\r\n${HOST}\r\n`],
  ["HEAD", `HEAD /a HTTP/1.1\r\n${HOST}\r\n`],
  ["POST", `POST /a HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`],
  ["an empty body", `POST /a HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`],
  [
    "leading zeros of a length",
    `POST /a HTTP/1.1\r\n${HOST}Content-Length: 003\r\n\r\nabc`,
  ],
  ["an absolute target", `GET http://a/b HTTP/1.1\r\n${HOST}\r\n`],
  ["slashes in front", `GET ///a//b HTTP/1.1\r\n${HOST}\r\n`],
  ["an unknown method", `BREW / HTTP/1.1\r\n${HOST}\r\n`],
  ["a method in lower case", `get / HTTP/1.1\r\n${HOST}\r\n`],
  ["fields in any case", `GET / HTTP/1.1\r\nhOST: a\r\nx: 1\r\n\r\n`],
  ["a field twice", `GET / HTTP/1.1\r\n${HOST}X: 1\r\nX: 2\r\n\r\n`],
  ["blanks before a value", `GET / HTTP/1.1\r\n${HOST}X: \t 1 2\r\n\r\n`],
  ["no blank before a value", `GET / HTTP/1.1\r\n${HOST}X:1\r\n\r\n`],
  ["an empty value", `GET / HTTP/1.1\r\n${HOST}X:\r\n\r\n`],
  ["Latin-1 in a value", `GET / HTTP/1.1\r\n${HOST}X: \xe9\r\n\r\n`],
  ["colons in a value", `GET / HTTP/1.1\r\n${HOST}X: a:b: c\r\n\r\n`],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
  [
    "HTTP/1.0 with keep-alive",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
  ],
  ["HTTP/1.1 with close", `GET / HTTP/1.1\r\n${HOST}Connection: Close\r\n\r\n`],
  ["HTTP/1.2", `GET / HTTP/1.2\r\n${HOST}\r\n`],
  ["HTTP/1.01", `GET / HTTP/1.01\r\n${HOST}\r\n`],
  ["HTTP/0.9 without version", "GET /a\r\n"],
  ["HTTP/0.9 with version", "GET /a HTTP/0.9\r\n\r\n"],
  ["99 fields", `GET / HTTP/1.1\r\n${HOST}${"A: b\r\n".repeat(98)}\r\n`],
  ["100 fields", `GET / HTTP/1.1\r\n${HOST}${"A: b\r\n".repeat(99)}\r\n`],
  [
    "a field line of 65536 bytes",
    `GET / HTTP/1.1\r\n${HOST}A: ${long.slice(5)}\r\n\r\n`,
  ],
  [
    "a field line above",
    `GET / HTTP/1.1\r\n${HOST}A: ${long.slice(4)}\r\n\r\n`,
  ],
  [
    "a request line of 65536 bytes",
    `GET /${long.slice(16)} HTTP/1.1\r\n${HOST}\r\n`,
  ],
  [
    "100-continue",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nExpect: 100-Continue\r\n\r\nabc`,
  ],
  [
    "100-continue of HTTP/1.0",
    `POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc`,
  ],
  ["four words", `GET / x HTTP/1.1\r\n${HOST}\r\n`],
  ["nothing", ""],
];

const APART: [
  title: string,
  request: string,
  python: string[],
  ours: string[],
  why: string,
][] = [
  [
    "no Host",
    "GET / HTTP/1.1\r\n\r\n",
    ["200 OK: GET / - ", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9112, 3.2; `requireHost = false` takes it",
  ],
  [
    "two Hosts",
    `GET / HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`,
    ["200 OK: GET / - ", AND_NEXT],
    ["400 Bad Request"],
    "the proxy before us may have checked the other one",
  ],
  [
    "a request line above the limit",
    `GET /${long} HTTP/1.1\r\n${HOST}\r\n`,
    ["414 Request-URI Too Long"],
    ["414 URI Too Long"],
    "RFC 9110 has renamed it, and so has Python since",
  ],
  [
    "an empty line in front",
    `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`,
    [],
    ["200 OK: GET / - ", AND_NEXT],
    "RFC 9112, 2.2: a server should skip at least one",
  ],
  [
    "two blanks",
    `GET  / HTTP/1.1\r\n${HOST}\r\n`,
    ["200 OK: GET / - ", AND_NEXT],
    ["400 Bad request syntax ('GET  / HTTP/1.1')"],
    "RFC 9112, 3: one SP each; `lenient` takes it",
  ],
  [
    "other blanks of Unicode in a target",
    `GET /a\xa0b HTTP/1.1\r\n${HOST}\r\n`,
    ["400 Bad request syntax ('GET /a\\xa0b HTTP/1.1')"],
    ["200 OK: GET /a\xa0b - ", AND_NEXT],
    "they are no blanks in HTTP",
  ],
  [
    "LF for a line end",
    `GET / HTTP/1.1\n${HOST}\n`,
    // Its `Host: a\r\n` and the LF behind are the rest of the head.
    ["200 OK: GET / - ", AND_NEXT],
    ["400 Bad Request"],
    "some proxies see another end of the head; `lenient` takes it",
  ],
  [
    "a line without a colon",
    `GET / HTTP/1.1\r\n${HOST}garbage\r\nX: 1\r\n\r\n`,
    ["200 OK: GET / - ", AND_NEXT],
    ["400 Bad Request"],
    "Python drops the line and all fields behind it",
  ],
  [
    "a blank before the colon",
    `POST / HTTP/1.1\r\n${HOST}Content-Length : 3\r\n\r\n`,
    ["200 OK: POST / - ", AND_NEXT],
    ["400 Bad Request"],
    "Python drops the field, a proxy may read it",
  ],
  [
    "a folded line",
    `GET / HTTP/1.1\r\n${HOST}X: 1\r\n 2\r\n\r\n`,
    ["200 OK: GET / 1\r\n 2 ", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9112, 5.2; Python keeps the line break in the value",
  ],
  [
    "blanks behind a value",
    `GET / HTTP/1.1\r\n${HOST}X: 1 \t\r\n\r\n`,
    ["200 OK: GET / 1 \t ", AND_NEXT],
    ["200 OK: GET / 1 ", AND_NEXT],
    "RFC 9110, 5.5: they are no part of the value",
  ],
  [
    "CR inside a value",
    `GET / HTTP/1.1\r\n${HOST}X: 1\r2\r\n\r\n`,
    ["200 OK: GET / 1 ", AND_NEXT],
    ["400 Bad Request"],
    "Python reads the CR as a line end",
  ],
  [
    "NUL inside a value",
    `GET / HTTP/1.1\r\n${HOST}X: 1\x002\r\n\r\n`,
    ["200 OK: GET / 1\x002 ", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9110, 5.5",
  ],
  [
    "chunks",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    ["200 OK: POST / - ", "400 bare"],
    ["200 OK: POST / - abc", AND_NEXT],
    "Python does not know them, and takes them for requests",
  ],
  [
    "chunks with a length",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc`,
    ["200 OK: POST / - abc", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9112, 6.1",
  ],
  [
    "an unknown transfer coding",
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\n`,
    ["200 OK: POST / - ", AND_NEXT],
    ["501 Not Implemented"],
    "RFC 9112, 6.1",
  ],
  [
    "two lengths",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    ["200 OK: POST / - abc", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9112, 6.3",
  ],
  [
    "a length with a sign",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: +3\r\n\r\nabc`,
    ["200 OK: POST / - abc", AND_NEXT],
    ["400 Bad Request"],
    "RFC 9110, 8.6",
  ],
  [
    "a body that is not read",
    `PUT / HTTP/1.1\r\n${HOST}Content-Length: ${NEXT.length}\r\n\r\n${NEXT}`,
    ["200 OK: ", AND_NEXT, AND_NEXT],
    ["200 OK: ", AND_NEXT],
    "Python takes it for a request",
  ],
  [
    "Connection as a list",
    `GET / HTTP/1.1\r\n${HOST}Connection: x, close\r\n\r\n`,
    ["200 OK: GET / - ", AND_NEXT],
    ["200 OK: GET / - "],
    "RFC 9110, 7.6.1",
  ],
  [
    "another expectation",
    `GET / HTTP/1.1\r\n${HOST}Expect: magic\r\n\r\n`,
    ["200 OK: GET / - ", AND_NEXT],
    ["417 Expectation Failed"],
    "RFC 9110, 10.1.1",
  ],
  [
    "100-continue without a body",
    `GET / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`,
    ["100 Continue", "200 OK: GET / - ", AND_NEXT],
    ["200 OK: GET / - ", AND_NEXT],
    "there is nothing to go on with; `eagerContinue` sends it",
  ],
  [
    "100-continue with a body that is not read",
    `PUT / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`,
    ["100 Continue", "200 OK: ", AND_NEXT],
    ["200 OK: "],
    "100 is sent when the body is read; nobody can tell whether it comes",
  ],
  [
    "HTTP/2.0",
    `GET / HTTP/2.0\r\n${HOST}\r\n`,
    ["400 bare"],
    ["505 Invalid HTTP version (2.0)"],
    "`defaultRequestVersion`: Python answers a version it does not know as HTTP/0.9",
  ],
  [
    "no version at all",
    `GET / FTP/1.1\r\n${HOST}\r\n`,
    ["400 bare"],
    ["400 Bad request version ('FTP/1.1')"],
    "`defaultRequestVersion`",
  ],
  [
    "one word",
    "GET\r\n\r\n",
    ["400 bare"],
    ["400 Bad request syntax ('GET')"],
    "`defaultRequestVersion`",
  ],
  [
    "POST without version",
    "POST /\r\n",
    ["400 bare"],
    ["400 Bad HTTP/0.9 request type ('POST')"],
    "`defaultRequestVersion`",
  ],
  [
    "a head that ends early",
    `GET / HTTP/1.1\r\n${HOST}`,
    ["200 OK: GET / - "],
    ["400 Bad Request"],
    "half a request must not be answered as a whole one",
  ],
  [
    "a body that ends early",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 300\r\n\r\nabc`,
    [`200 OK: POST / - abc${NEXT}`],
    [],
    "half a body must not be taken for a whole one",
  ],
];

/** Requests that end within; nothing can come behind them. */
const LAST = new Set(["a head that ends early"]);

/** What comes back, in short: status, reason, and the body of 200. */
async function ask(
  address: Deno.NetAddr,
  title: string,
  request: string,
): Promise<string[]> {
  using client = await RawClient.connect(address);
  await client.sendUntilRefused(request + (LAST.has(title) ? "" : NEXT));
  await client.endSending().catch(() => {});
  let rest = await client.readToEnd();
  const head = request.startsWith("HEAD");
  const seen: string[] = [];
  while (rest !== "") {
    const line = /^HTTP\/1\.1 ([^\r\n]*)\r\n/.exec(rest);
    if (line === null) {
      return [...seen, rest.includes("<html") ? "400 bare" : `bare: ${rest}`];
    }
    const end = rest.indexOf("\r\n\r\n") + 4;
    const length = head && seen.length === 0
      ? 0
      : Number(field({ head: rest.slice(0, end - 4) }, "content-length") ?? 0);
    const ok = line[1]!.startsWith("200");
    seen.push(ok ? `${line[1]}: ${rest.slice(end, end + length)}` : line[1]!);
    rest = rest.slice(end + length);
  }
  return seen;
}

testWithPrograms(
  ["python3"],
  "CPython's http.server and ours answer alike, but for a list",
  async ({ python3 }, t) => {
    await using served = serve(Ours);
    await using python = await startPython(python3);
    for (const [title, request] of ALIKE) {
      await t.step(`alike: ${title}`, async () => {
        assertEquals(
          await ask(served.address, title, request),
          await ask(python.address, title, request),
        );
      });
    }
    for (const [title, request, theirs, ours, why] of APART) {
      await t.step(`apart: ${title}: ${why}`, async () => {
        assertEquals(
          await ask(python.address, title, request),
          theirs,
        );
        assertEquals(await ask(served.address, title, request), ours);
        assertNotEquals(theirs, ours);
      });
    }
  },
);

interface Python extends AsyncDisposable {
  address: Deno.NetAddr;
  /** Such as 3.11. */
  version: string;
}

async function startPython(python3: string): Promise<Python> {
  const program = new URL("./testdata/cpython_server.py", import.meta.url);
  const child = new Deno.Command(python3, {
    args: [program.pathname],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const [port, version] = new TextDecoder().decode(value).split(" ");
  return {
    address: { transport: "tcp", hostname: "127.0.0.1", port: Number(port) },
    version: version!,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await output.cancel();
      await child.status;
    },
  };
}
