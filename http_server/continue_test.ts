/** `Expect: 100-continue`: told when the body is wanted, and only then. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { drive } from "../_tools/testing/drive.ts";
import { field, latin1, text } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

class Echo extends BaseHTTPRequestHandler {
  override logMessage(): void {}

  async doPOST(): Promise<void> {
    await this.answer(text(await this.rfile.read()));
  }

  async doPUT(): Promise<void> {
    await this.answer("unread");
  }

  doGET(): Promise<void> {
    return this.doPOST();
  }

  async answer(body: string): Promise<void> {
    this.sendResponseOnly(200);
    this.sendHeader("Content-Length", body.length);
    await this.endHeaders();
    await this.wfile.write(latin1(body));
  }
}

function request(
  method: string,
  expect = "100-continue",
  version = "1.1",
): string {
  return `${method} / HTTP/${version}\r\nHost: a\r\nContent-Length: 3\r\n` +
    `Expect: ${expect}\r\n\r\n`;
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("100 is sent when the body is first read, and the body comes then", async () => {
  await using served = serve(Echo);
  using client = await served.connect();
  await client.send(request("POST"));
  assertEquals(await client.readSome(), CONTINUE);
  await client.send("abc" + GET);
  assertEquals((await client.readAnswer()).body, "abc");
  assertEquals((await client.readAnswer()).body, "");
});

Deno.test("100 is not sent to a client whose body is not read, and the connection closes", async () => {
  await using served = serve(Echo);
  using client = await served.connect();
  await client.send(request("PUT"));
  const answer = await client.readAnswer();
  assertEquals(answer.body, "unread");
  // It may send the body or not: behind this answer nobody could tell.
  assertEquals(field(answer, "connection"), "close");
  await client.sendUntilRefused("abc" + GET);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("100 is sent once, however often the body is read", async () => {
  class Twice extends Echo {
    override async doPOST(): Promise<void> {
      await this.rfile.read(1);
      await this.rfile.read(1);
      await super.doPOST();
    }
  }
  const { sent } = await drive(Twice, request("POST") + "abc");
  assertEquals(
    sent,
    `${CONTINUE}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc`,
  );
});

Deno.test("100 comes before an answer that was begun and not sent", async () => {
  class Eager extends Echo {
    override async doPOST(): Promise<void> {
      this.sendResponseOnly(200);
      this.sendHeader("A", "b");
      const body = await this.rfile.read();
      this.sendHeader("Content-Length", body.length);
      await this.endHeaders();
      await this.wfile.write(body);
    }
  }
  const { sent } = await drive(Eager, request("POST") + "abc");
  assertEquals(
    sent,
    `${CONTINUE}HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nabc`,
  );
});

Deno.test("100 never comes behind the head of the answer", async () => {
  class Late extends Echo {
    override async doPOST(): Promise<void> {
      this.sendResponseOnly(200);
      await this.endHeaders();
      await this.wfile.write(latin1("<"));
      await this.wfile.write(await this.rfile.read());
    }
  }
  const { sent } = await drive(Late, request("POST") + "abc" + GET);
  assertEquals(
    sent,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
      "1\r\n<\r\n3\r\nabc\r\n0\r\n\r\n",
  );
});

Deno.test("100 is not asked for by HTTP/1.0, nor sent by a server of HTTP/1.0", async () => {
  for (const [version, protocol] of [["1.0", "1.1"], ["1.1", "1.0"]]) {
    const { sent } = await drive(
      Echo,
      request("POST", "100-continue", version) + "abc",
      { change: (handler) => handler.protocolVersion = `HTTP/${protocol}` },
    );
    assert(sent.startsWith(`HTTP/${protocol} 200 OK\r\n`), sent);
  }
});

Deno.test("100 is not sent where there is no body to wait for", async () => {
  const { sent } = await drive(
    Echo,
    "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n" + GET,
  );
  assert(!sent.includes("100 Continue"));
  assertEquals(sent.match(/ 200 OK/g)?.length, 2);
});

Deno.test("an empty body needs no 100", async () => {
  const { sent } = await drive(
    Echo,
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
  );
  assert(!sent.includes("100 Continue"));
});

Deno.test("Expect is a list of tokens in any case", async () => {
  const { sent } = await drive(Echo, request("POST", "100-Continue") + "abc");
  assert(sent.startsWith(CONTINUE));
});

for (
  const expect of [
    "200-ok",
    "100-continue, magic",
    "100-continues",
    '"100-continue"',
  ]
) {
  Deno.test(`Expect: ${expect} is answered with 417`, async () => {
    const { sent } = await drive(Echo, request("POST", expect) + "abc" + GET);
    assertMatch(sent, /^HTTP\/1\.1 417 Expectation Failed\r\n/);
    assertEquals(sent.match(/HTTP\/1\.1 \d/g)?.length, 1);
  });
}

Deno.test("a second Expect counts too", async () => {
  const { sent } = await drive(
    Echo,
    request("POST", "100-continue\r\nExpect: magic") + "abc",
  );
  assertMatch(sent, /^HTTP\/1\.1 417 /);
});

Deno.test("eagerContinue sends 100 before the method runs", async () => {
  const { sent } = await drive(Echo, request("PUT") + "abc" + GET, {
    change: (handler) => handler.eagerContinue = true,
  });
  assert(sent.startsWith(CONTINUE));
  // The client was told to send its body, so it is drained.
  assertEquals(sent.match(/ 200 OK/g)?.length, 2);
});

Deno.test("handleExpect100() refuses before the body, and closes", async () => {
  class Refusing extends Echo {
    override async handleExpect100(): Promise<boolean> {
      if (Number(this.headers.get("content-length")) < 3) return true;
      await this.sendError(413);
      return false;
    }
  }
  await using served = serve(Refusing);
  using client = await served.connect();
  await client.send(request("POST"));
  assertEquals((await client.readAnswer()).status, 413);
  await client.sendUntilRefused("abc" + GET);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("a body too large is refused without 100", async () => {
  const { sent } = await drive(Echo, request("POST"), {
    change: (handler) => handler.maxBodyBytes = 2,
  });
  assertMatch(sent, /^HTTP\/1\.1 413 Content Too Large\r\n/);
});

Deno.test("100 leaves without the fields of the answer behind it", async () => {
  class Fielded extends Echo {
    override async doPOST(): Promise<void> {
      this.sendHeader("A", "b");
      await super.doPOST();
    }
  }
  const { writes } = await drive(Fielded, request("POST") + "abc");
  assertEquals(writes[0], CONTINUE);
  assertMatch(writes[1]!, /^HTTP\/1\.1 200 OK\r\nA: b\r\n/);
});
