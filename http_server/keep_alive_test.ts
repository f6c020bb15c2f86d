/** Whether and how a connection goes on to its next request. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { byteByByte, drive } from "../_tools/testing/drive.ts";
import { field, latin1, text } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

class Quiet extends BaseHTTPRequestHandler {
  override logMessage(): void {}

  async answer(body: string): Promise<void> {
    const bytes = latin1(body);
    this.sendResponse(200);
    this.sendHeader("Content-Length", bytes.length);
    await this.endHeaders();
    await this.wfile.write(bytes);
  }
}

/** Answers with its path, and leaves bodies where they are. */
class Path extends Quiet {
  async doGET(): Promise<void> {
    await this.answer(this.path);
  }
  doPOST(): Promise<void> {
    return this.doGET();
  }
}

const GET = (path: string, fields = "") =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** The bodies of answers that have lengths. */
function bodies(sent: string): string[] {
  const found: string[] = [];
  while (sent !== "") {
    const end = sent.indexOf("\r\n\r\n") + 4;
    const length = Number(
      field({ head: sent.slice(0, end) }, "content-length"),
    );
    found.push(sent.slice(end, end + length));
    sent = sent.slice(end + length);
  }
  return found;
}

// Connection, in both directions. RFC 9112, 9.3 and 9.6.
for (
  const [version, asked, sent, protocol, told, stays] of [
    ["1.1", null, null, "1.1", null, true],
    ["1.1", "keep-alive", null, "1.1", null, true],
    ["1.1", "close", null, "1.1", "close", false],
    ["1.1", "x, CLOSE", null, "1.1", "close", false],
    ["1.1", "closed", null, "1.1", null, true],
    ["1.1", "keep-alive, close", null, "1.1", "close", false],
    ["1.1", null, "close", "1.1", "close", false],
    ["1.1", null, "Keep-Alive", "1.1", "Keep-Alive", true],
    ["1.1", "close", "keep-alive", "1.1", "close", false],
    ["1.1", null, "Upgrade, close", "1.1", "Upgrade, close", false],
    ["1.0", null, null, "1.1", "close", false],
    ["1.0", "keep-alive", null, "1.1", "keep-alive", true],
    ["1.0", "Keep-Alive, x", null, "1.1", "keep-alive", true],
    ["1.0", null, "keep-alive", "1.1", "close", false],
    ["1.0", "keep-alive", "close", "1.1", "close", false],
    ["1.1", null, null, "1.0", null, false],
    ["1.1", "keep-alive", null, "1.0", null, false],
    ["1.0", "keep-alive", null, "1.0", null, false],
    ["1.1", null, "keep-alive", "1.0", "keep-alive", true],
  ] as const
) {
  Deno.test(`Connection: ${asked} of HTTP/${version}, ${sent} from a handler of HTTP/${protocol}: ${told}`, async () => {
    class Handler extends Quiet {
      override protocolVersion = `HTTP/${protocol}`;
      async doGET(): Promise<void> {
        this.sendResponse(200);
        if (sent !== null) this.sendHeader("Connection", sent);
        this.sendHeader("Content-Length", 0);
        await this.endHeaders();
      }
    }
    const request = `GET / HTTP/${version}\r\nHost: a\r\n${
      asked === null ? "" : `Connection: ${asked}\r\n`
    }\r\n`;
    const { sent: answers } = await drive(Handler, request.repeat(2));
    const heads = answers.split("\r\n\r\n").slice(0, -1);
    assertEquals(heads.length, stays ? 2 : 1);
    for (const head of heads) assertEquals(field({ head }, "connection"), told);
  });
}

Deno.test("two Connection fields are one list", async () => {
  const { sent } = await drive(
    Path,
    GET("/a", "Connection: x\r\nConnection: close\r\n") + GET("/b"),
  );
  assertEquals(bodies(sent), ["/a"]);
});

Deno.test("closeConnection set by a method closes and says so", async () => {
  class Closing extends Path {
    override doGET(): Promise<void> {
      this.closeConnection = true;
      return super.doGET();
    }
  }
  const { sent } = await drive(Closing, GET("/a") + GET("/b"));
  assertEquals(bodies(sent), ["/a"]);
  assertEquals(field({ head: sent }, "connection"), "close");
});

Deno.test("pipelined requests are answered in their order, however long each takes", async () => {
  class Slow extends Path {
    override async doGET(): Promise<void> {
      const delay = this.path === "/0" ? 20 : 0;
      await new Promise((resolve) => setTimeout(resolve, delay));
      await super.doGET();
    }
  }
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
  await using served = serve(Slow);
  using client = await served.connect();
  await client.send(paths.map((path) => GET(path)).join(""));
  for (const path of paths) {
    assertEquals((await client.readAnswer()).body, path);
  }
});

Deno.test("a connection serves requests that come one after the other", async () => {
  await using served = serve(Path);
  using client = await served.connect();
  for (const path of ["/a", "/b", "/c"]) {
    await client.send(GET(path));
    assertEquals((await client.readAnswer()).body, path);
  }
});

Deno.test("maxRequests says close with the last answer", async () => {
  class Three extends Path {
    override maxRequests = 3;
  }
  await using served = serve(Three);
  const answers = await served.ask(GET("/a").repeat(5));
  assertEquals(bodies(answers), ["/a", "/a", "/a"]);
  const heads = answers.split("HTTP/1.1 200").slice(1);
  assertEquals(
    heads.map((head) => field({ head }, "connection")),
    [null, null, "close"],
  );
});

Deno.test("maxRequests holds against keep-alive of the handler", async () => {
  class One extends Quiet {
    override maxRequests = 1;
    async doGET(): Promise<void> {
      this.sendResponse(204);
      this.sendHeader("Connection", "keep-alive");
      await this.endHeaders();
    }
  }
  const { sent } = await drive(One, GET("/").repeat(2));
  assertEquals(sent.match(/ 204 /g)?.length, 1);
  assertEquals(field({ head: sent }, "connection"), "close");
});

// Bodies that nobody has read.

const smuggled = GET("/smuggled");

for (
  const [title, request] of [
    [
      "a length",
      `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    ],
    [
      "chunks",
      `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${smuggled.length.toString(16)};x=y\r\n${smuggled}\r\n0\r\nT: u\r\n\r\n`,
    ],
  ] as const
) {
  Deno.test(`an unread body of ${title} is drained, whatever it holds`, async () => {
    for (
      const input of [[request + GET("/b")], byteByByte(request + GET("/b"))]
    ) {
      const { sent } = await drive(Path, input);
      assertEquals(bodies(sent), ["/a", "/b"]);
    }
  });
  Deno.test(`an unread body of ${title} beyond maxDrainBytes closes the connection`, async () => {
    for (
      const input of [[request + GET("/b")], byteByByte(request + GET("/b"))]
    ) {
      const { sent } = await drive(Path, input, {
        change: (handler) => handler.maxDrainBytes = 10,
      });
      assertEquals(bodies(sent), ["/a"]);
    }
  });
}

Deno.test("an unread body that is announced beyond maxDrainBytes is not read at all", async () => {
  const head = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n`;
  const { sent, read } = await drive(Path, [head, "x".repeat(100)], {
    change: (handler) => handler.maxDrainBytes = 99,
  });
  assertEquals(bodies(sent), ["/a"]);
  assertEquals(read, head.length);
});

Deno.test("a body that was read in part is drained", async () => {
  class Partly extends Path {
    override async doPOST(): Promise<void> {
      await this.answer(text(await this.rfile.read(3)));
    }
  }
  const { sent } = await drive(
    Partly,
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdef` +
      `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `4\r\nghij\r\n2\r\nkl\r\n0\r\n\r\n` + GET("/b"),
  );
  assertEquals(bodies(sent), ["abc", "ghi", "/b"]);
});

Deno.test("an unread body that is malformed closes the connection behind the answer", async () => {
  const { sent, error } = await drive(
    Path,
    `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `3\r\nabcd\r\n0\r\n\r\n` + GET("/b"),
  );
  assertEquals(error, undefined);
  assertEquals(bodies(sent), ["/a"]);
});

Deno.test("an unread body that ends early closes the connection behind the answer", async () => {
  const { sent, error } = await drive(
    Path,
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabc`,
  );
  assertEquals(error, undefined);
  assertEquals(bodies(sent), ["/a"]);
});

Deno.test("a client that sends too large a body still reads its answer", async () => {
  await using served = serve(Path);
  using client = await served.connect();
  await client.send(
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n`,
  );
  // All of it is under way before the answer is read; a server that closed at
  // once would reset the connection, and the answer would be lost.
  await client.send("x".repeat(600_000) + GET("/b"));
  assertEquals((await client.readAnswer()).body, "/a");
  assertEquals(await client.readToEnd(), "");
});

Deno.test("a read that nobody has waited for takes nothing of the next request", async () => {
  class Careless extends Path {
    override async doPOST(): Promise<void> {
      void this.rfile.read().catch(() => {});
      await this.answer("careless");
    }
  }
  await using served = serve(Careless);
  using client = await served.connect();
  await client.send(
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab`,
  );
  assertEquals((await client.readAnswer()).body, "careless");
  await client.sendUntilRefused(`cde${GET("/b")}`);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("rfile of a request that has ended holds nothing of the next one", async () => {
  const kept: BaseHTTPRequestHandler["rfile"][] = [];
  class Keeping extends Path {
    override async doGET(): Promise<void> {
      kept.push(this.rfile);
      for (const rfile of kept) {
        assertEquals(await rfile.read(), new Uint8Array(0));
      }
      await super.doGET();
    }
  }
  const { sent } = await drive(Keeping, GET("/a") + GET("/b") + GET("/c"));
  assertEquals(bodies(sent), ["/a", "/b", "/c"]);
});

Deno.test("rfile that a method has closed leaves the connection to the next request", async () => {
  class Closing extends Path {
    override async doPOST(): Promise<void> {
      await this.rfile.read();
      await this.rfile.close();
      await this.wfile.close();
      await this.answer("closed").catch(() => {});
    }
  }
  const { sent, error } = await drive(
    Closing,
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab` + GET("/b"),
  );
  assertEquals(error, undefined);
  assertEquals(bodies(sent), ["closed", "/b"]);
});

Deno.test("rfile ends where the body ends, by every way of reading", async () => {
  for (
    const framed of [
      "Content-Length: 11\r\n\r\nhello\nworld",
      "Transfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n7\r\no\nworld\r\n0\r\n\r\n",
    ]
  ) {
    class Reading extends Path {
      override async doPOST(): Promise<void> {
        const { rfile } = this;
        const line = text(await rfile.readline());
        const some = text(await rfile.read(2));
        const target = new Uint8Array(2);
        const count = await rfile.readinto(target);
        const rest = text(await rfile.read());
        const end = (await rfile.read1()).length +
          (await rfile.readline()).length;
        await this.answer(
          `${line}|${some}|${text(target)}${count}|${rest}|${end}`,
        );
      }
    }
    const request = `POST / HTTP/1.1\r\nHost: a\r\n${framed}${GET("/b")}`;
    for (const input of [[request], byteByByte(request)]) {
      const { sent } = await drive(Reading, input);
      assertEquals(bodies(sent), ["hello\n|wo|rl2|d|0", "/b"]);
    }
  }
});

Deno.test("reading a body that ends early throws in the method, and closes", async () => {
  class Reading extends Path {
    override async doPOST(): Promise<void> {
      await assertRejects(
        () => this.rfile.read(),
        Deno.errors.UnexpectedEof,
      );
      await this.answer("short");
    }
  }
  const { sent, error } = await drive(
    Reading,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabc`,
  );
  assertEquals(error, undefined);
  assertEquals(bodies(sent), ["short"]);
});

Deno.test("a body that ends early is the client's fault, not an error of the server", async () => {
  class Reading extends Path {
    override async doPOST(): Promise<void> {
      await this.rfile.read();
      await this.answer("never");
    }
  }
  const { sent, error, log } = await drive(
    Reading,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabc`,
  );
  assertEquals([sent, error], ["", undefined]);
  assertMatch(String(log.at(-1)![0]), /Client left/);
});

Deno.test("a malformed chunk is answered with 400 if the method has read it", async () => {
  class Reading extends Path {
    override async doPOST(): Promise<void> {
      await this.rfile.read();
      await this.answer("never");
    }
  }
  const { sent, error } = await drive(
    Reading,
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n` +
      GET("/b"),
  );
  assertEquals(error, undefined);
  assertMatch(sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assertEquals(sent.match(/HTTP\/1\.1 \d/g)?.length, 1);
});

Deno.test("an error of one request says nothing of the one before", async () => {
  const { sent, log } = await drive(
    Path,
    GET("/a").replace("GET", "POST") + "BAD\r\n\r\n",
  );
  const [, second] = sent.split(/(?=HTTP\/1\.1 400)/);
  assertMatch(second!, /^HTTP\/1\.1 400 Bad request syntax \('BAD'\)\r\n/);
  assertEquals(log.at(-1), ['"%s" %s %s', "BAD", 400, "-"]);
});

Deno.test("a limit broken behind a HEAD request is answered with a page", async () => {
  class Heads extends Path {
    doHEAD(): Promise<void> {
      return this.doGET();
    }
  }
  const { sent, log } = await drive(
    Heads,
    GET("/a").replace("GET", "HEAD") + `GET /${"x".repeat(70000)}`,
  );
  assertMatch(sent, /414 URI Too Long\r\n[^]*<\/html>/);
  assertEquals(log.at(-1), ['"%s" %s %s', "", 414, "-"]);
});

for (
  const [title, input, logs] of [
    ["between two requests is not worth a word", GET("/a"), 1],
    ["within a head is logged", GET("/a") + "GET", 2],
  ] as const
) {
  Deno.test(`a client that resets ${title}`, async () => {
    const { sent, error, log } = await drive(Path, input, {
      onRead: (count) => {
        if (count > 0) throw new Deno.errors.ConnectionReset("reset");
      },
    });
    assertEquals(bodies(sent), ["/a"]);
    assertEquals(error, undefined);
    assertEquals(log.length, logs);
  });
}

Deno.test("trailers are there once the body was read, and apart from headers", async () => {
  class Trailing extends Path {
    override async doPOST(): Promise<void> {
      const before = this.trailers.size;
      await this.rfile.read();
      const after = this.trailers.items().join(" ");
      await this.answer(`${before} ${after} ${this.headers.get("a")}`);
    }
    override doGET(): Promise<void> {
      return this.answer(String(this.trailers.size));
    }
    override handleExpect100(): boolean {
      assertEquals(this.trailers.size, 0); // Those of the request before.
      return true;
    }
  }
  const request =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n" +
    GET("/b", "Expect: 100-continue\r\n");
  for (const input of [[request], byteByByte(request)]) {
    assertEquals(bodies((await drive(Trailing, input)).sent), [
      "0 A,b C,d null",
      "0",
    ]);
  }
});
