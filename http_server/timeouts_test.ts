/** Limits of time: what a slow or silent client costs, and what it is told. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { drive } from "../_tools/testing/drive.ts";
import { latin1, type RawClient } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SHORT = 0.1;

class Timed extends BaseHTTPRequestHandler {
  static log: unknown[][] = [];
  override logMessage(...args: unknown[]): void {
    Timed.log.push(args);
  }
  async doGET(): Promise<void> {
    this.sendResponse(204);
    await this.endHeaders();
  }
  async doPOST(): Promise<void> {
    await this.rfile.read();
    await this.doGET();
  }
  doPUT(): Promise<void> {
    return this.doGET();
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets a test move the clocks on, by seconds. */
async function withClock(
  use: (advance: (seconds: number) => void) => Promise<void>,
): Promise<void> {
  const { now } = performance;
  const { now: wallNow } = Date;
  let offset = 0;
  performance.now = () => now.call(performance) + offset;
  Date.now = () => wallNow() + offset;
  try {
    await use((seconds) => void (offset += seconds * 1000));
  } finally {
    performance.now = now;
    Date.now = wallNow;
  }
}

/** Runs a client against a handler, and shows what comes back and how late. */
async function time(
  HandlerClass: typeof Timed,
  use: (client: RawClient) => Promise<unknown>,
): Promise<{ answer: string; seconds: number; log: unknown[][] }> {
  Timed.log = [];
  await using served = serve(HandlerClass);
  using client = await served.connect();
  const started = performance.now();
  const using_ = use(client);
  const answer = await client.readToEnd();
  const seconds = (performance.now() - started) / 1000;
  await using_.catch(() => {});
  return { answer, seconds, log: Timed.log };
}

Deno.test("headerTimeout answers 408 to a head that does not end", async () => {
  class Handler extends Timed {
    override headerTimeout = SHORT;
  }
  for (const start of ["G", "GET / HTTP/1.1\r\nHost:", "\r\nGET /"]) {
    const { answer, seconds } = await time(
      Handler,
      (client) => client.send(start),
    );
    assertMatch(
      answer,
      /^HTTP\/1\.1 408 Request Timeout\r\n[^]*Connection: close/,
    );
    assert(seconds > SHORT * 0.9 && seconds < 2, `${seconds}`);
  }
});

Deno.test("headerTimeout counts from the first byte, not from the last", async () => {
  class Handler extends Timed {
    override headerTimeout = SHORT;
  }
  const { answer, seconds } = await time(Handler, async (client) => {
    await client.send("GET / HTTP/1.1\r\nA: ");
    for (let i = 0; i < 15; i++) {
      await client.send("x");
      await delay(20);
    }
  });
  assertMatch(answer, /^HTTP\/1\.1 408 /);
  assert(seconds < 1, `${seconds}`);
});

Deno.test("headerTimeout holds for the second request too", async () => {
  class Handler extends Timed {
    override headerTimeout = SHORT;
  }
  const { answer } = await time(Handler, (client) => client.send(GET + "GET"));
  assertMatch(answer, /^HTTP\/1\.1 204 [^]*HTTP\/1\.1 408 /);
});

Deno.test("a client that says nothing is closed without a word", async () => {
  class Handler extends Timed {
    override headerTimeout = SHORT;
    override idleTimeout = 30;
  }
  const { answer, seconds, log } = await time(Handler, async () => {});
  assertEquals([answer, log], ["", []]);
  assert(seconds > SHORT * 0.9 && seconds < 2, `${seconds}`);
});

Deno.test("idleTimeout closes between requests without a word", async () => {
  class Handler extends Timed {
    override idleTimeout = SHORT;
  }
  // Old browsers send a line end behind a body; that begins no request.
  for (const end of ["", "\r\n"]) {
    const { answer, seconds } = await time(
      Handler,
      (client) => client.send(GET + end),
    );
    assertMatch(answer, /^HTTP\/1\.1 204 [^]*\r\n\r\n$/);
    assertEquals(answer.match(/HTTP\/1\.1 /g)?.length, 1);
    assert(seconds > SHORT * 0.9 && seconds < 2, `${seconds}`);
  }
});

Deno.test("timeout, Python's, ends a connection too", async () => {
  class Handler extends Timed {
    override timeout = SHORT;
  }
  const { answer, seconds } = await time(Handler, (client) => client.send(GET));
  assertMatch(answer, /^HTTP\/1\.1 204 /);
  assert(seconds < 2, `${seconds}`);
});

Deno.test("bodyTimeout answers 408 to a body that does not end", async () => {
  class Handler extends Timed {
    override bodyTimeout = SHORT;
  }
  for (
    const framed of [
      "Content-Length: 500\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
    ]
  ) {
    const { answer, seconds, log } = await time(Handler, async (client) => {
      await client.send(`POST / HTTP/1.1\r\nHost: a\r\n${framed}`);
      if (!framed.includes("Length")) return;
      for (let i = 0; i < 15; i++) {
        await client.send("x");
        await delay(20);
      }
    });
    assertMatch(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert(seconds > SHORT * 0.9 && seconds < 1, `${seconds}`);
    assertEquals(log[0]![0], "Request timed out: %s");
  }
});

Deno.test("bodyTimeout and minBodyRate count the client's time, not the handler's", async () => {
  await withClock(async (advance) => {
    class Handler extends Timed {
      override bodyTimeout = 1;
      override minBodyRate = 1_000_000;
      override async doPOST(): Promise<void> {
        advance(10);
        await this.rfile.read(3);
        advance(10);
        await this.rfile.read();
        await this.doGET();
      }
    }
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
    const { sent } = await drive(Handler, [head, "ab", "cd", "ef"], {
      // Long enough for a time that is up already to be noticed.
      onRead: () => delay(5),
    });
    assertMatch(sent, /^HTTP\/1\.1 204 /);
  });
});

for (
  const { title, bytes, late } of [
    { title: "a byte in six seconds is too slow", bytes: 1, late: true },
    { title: "240 bytes a second are enough", bytes: 241, late: false },
  ]
) {
  Deno.test(`minBodyRate: ${title}`, async () => {
    await withClock(async (advance) => {
      const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n";
      const { sent } = await drive(
        Timed,
        [head, "x".repeat(bytes), "y".repeat(300 - bytes)],
        {
          onRead: async (count) => {
            if (count === 1) advance(5.9);
            if (count === 2) await delay(50);
          },
        },
      );
      assertMatch(sent, late ? /^HTTP\/1\.1 408 / : /^HTTP\/1\.1 204 /);
      await delay(60); // The read that was given up ends.
    });
  });
}

Deno.test("minBodyRate of null takes any time", async () => {
  await withClock(async (advance) => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
    const { sent } = await drive(Timed, [head, "x", "y"], {
      change: (handler) => handler.minBodyRate = null,
      onRead: (count) => {
        if (count > 0) advance(1000);
      },
    });
    assertMatch(sent, /^HTTP\/1\.1 204 /);
  });
});

Deno.test("drainTimeout ends a connection whose unread body does not come", async () => {
  class Handler extends Timed {
    override drainTimeout = SHORT;
  }
  const { answer, seconds } = await time(
    Handler,
    (client) =>
      client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nx"),
  );
  assertMatch(answer, /^HTTP\/1\.1 204 [^]*\r\n\r\n$/);
  assert(seconds > SHORT * 0.9 && seconds < 2, `${seconds}`);
});

Deno.test("writeTimeout ends a connection whose client does not read", async () => {
  let failure: unknown;
  class Handler extends Timed {
    override writeTimeout = SHORT;
    override async doGET(): Promise<void> {
      this.sendResponse(200);
      await this.endHeaders();
      try {
        while (true) await this.wfile.write(new Uint8Array(1 << 20));
      } catch (error) {
        failure = error;
        throw error;
      }
    }
  }
  Timed.log = [];
  await using served = serve(Handler, (server) => server.lingerTime = SHORT);
  using client = await served.connect();
  await client.send(GET);
  while (served.server.handlers.size === 0) await delay(1);
  while (served.server.handlers.size > 0) await delay(10);
  assert(failure instanceof Deno.errors.TimedOut);
  assertEquals(Timed.log.at(-1)![0], "Request timed out: %s");
});

Deno.test("a slow writer is not a slow reader: writeTimeout is for each portion", async () => {
  class Handler extends Timed {
    override writeTimeout = SHORT;
    override async doGET(): Promise<void> {
      this.sendResponse(200);
      this.closeConnection = true;
      await this.endHeaders();
      for (let i = 0; i < 5; i++) {
        await this.wfile.write(latin1("x"));
        await delay(SHORT * 500);
      }
    }
  }
  const { answer } = await time(Handler, (client) => client.send(GET));
  assert(answer.endsWith("\r\n0\r\n\r\n"));
});

Deno.test("slow heads from 500 connections do not delay others", async () => {
  await using served = serve(Timed, (server) => server.lingerTime = 0);
  const slow = await Promise.all(
    Array.from({ length: 500 }, () => served.connect()),
  );
  try {
    for (const client of slow) {
      await client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    }
    using client = await served.connect();
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      // Each of the slow ones says a little more meanwhile.
      const saying = Promise.all(slow.map((one) => one.send("A: b\r\n")));
      const started = performance.now();
      await client.send(GET);
      assertEquals((await client.readAnswer()).status, 204);
      times.push(performance.now() - started);
      await saying;
    }
    assertEquals(served.server.handlers.size, 501);
    times.sort((a, b) => a - b);
    assert(times[10]! < 100, `median of ${times[10]} ms`);
  } finally {
    for (const client of slow) client.close();
  }
});
