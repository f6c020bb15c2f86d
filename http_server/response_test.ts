/** How answers are framed, sent, refused and cut off. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { byteByByte, drive, type Driven } from "../_tools/testing/drive.ts";
import { field, fieldValues, latin1 } from "../_tools/testing/raw_client.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

const HELLO = latin1("hello");

/** Answers every method as `reply` does. */
class Replying extends BaseHTTPRequestHandler {
  reply: (handler: this) => void | Promise<void> = () => {};
  protected override _methodFor(): () => unknown {
    return () => this.reply(this);
  }
}

type Reply = (handler: Replying) => void | Promise<void>;

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function run(
  reply: Reply,
  input: string | string[] = GET,
  change: Reply = () => {},
): Promise<Driven<Replying>> {
  return drive(Replying, input, {
    change: (handler) => {
      handler.reply = reply;
      void change(handler);
    },
  });
}

/** Splits what was sent behind the first head. */
function parts(sent: string): { head: string; body: string } {
  const end = sent.indexOf("\r\n\r\n");
  assert(end >= 0, `no head in ${JSON.stringify(sent)}`);
  return { head: sent.slice(0, end), body: sent.slice(end + 4) };
}

async function hello(handler: Replying): Promise<void> {
  handler.sendResponse(200);
  await handler.endHeaders();
  await handler.wfile.write(HELLO);
}

async function helloWithLength(handler: Replying): Promise<void> {
  handler.sendResponse(200);
  handler.sendHeader("Content-Length", 5);
  await handler.endHeaders();
  await handler.wfile.write(HELLO);
}

// Framing.

for (
  const { title, reply, request, protocolVersion, framing, connection, stays }
    of [
      {
        title: "no length, 1.1: chunked",
        reply: hello,
        request: "GET / HTTP/1.1",
        framing: "chunked",
        connection: null,
        stays: true,
      },
      {
        title: "no length, 1.0: to the end of the connection",
        reply: hello,
        request: "GET / HTTP/1.0",
        framing: "close",
        connection: "close",
        stays: false,
      },
      {
        title: "no length, 1.0 with keep-alive: to the end of the connection",
        reply: hello,
        request: "GET / HTTP/1.0\r\nConnection: keep-alive",
        framing: "close",
        connection: "close",
        stays: false,
      },
      {
        title: "a length, 1.1: as it is",
        reply: helloWithLength,
        request: "GET / HTTP/1.1",
        framing: "length",
        connection: null,
        stays: true,
      },
      {
        title: "a length, 1.1 with close: as it is",
        reply: helloWithLength,
        request: "GET / HTTP/1.1\r\nConnection: close",
        framing: "length",
        connection: "close",
        stays: false,
      },
      {
        title: "no length, 1.1 with close: chunked",
        reply: hello,
        request: "GET / HTTP/1.1\r\nConnection: x, Close",
        framing: "chunked",
        connection: "close",
        stays: false,
      },
      {
        title: "a length, 1.0: as it is",
        reply: helloWithLength,
        request: "GET / HTTP/1.0",
        framing: "length",
        connection: "close",
        stays: false,
      },
      {
        title: "a length, 1.0 with keep-alive: stays",
        reply: helloWithLength,
        request: "GET / HTTP/1.0\r\nConnection: Keep-Alive",
        framing: "length",
        connection: "keep-alive",
        stays: true,
      },
      {
        title: "no length from a server of 1.0: to the end, as in Python",
        reply: hello,
        request: "GET / HTTP/1.1",
        protocolVersion: "HTTP/1.0",
        framing: "close",
        connection: null,
        stays: false,
      },
      {
        title: "a length from a server of 1.0: closes, as in Python",
        reply: helloWithLength,
        request: "GET / HTTP/1.1\r\nConnection: keep-alive",
        protocolVersion: "HTTP/1.0",
        framing: "length",
        connection: null,
        stays: false,
      },
    ]
) {
  Deno.test(`framing of an answer: ${title}`, async () => {
    const { sent, error } = await run(
      reply,
      `${request}\r\nHost: a\r\n\r\n`.repeat(2),
      (handler) => {
        handler.protocolVersion = protocolVersion ?? "HTTP/1.1";
      },
    );
    assertEquals(error, undefined);
    const { head, body } = parts(sent);
    assert(head.startsWith(`${protocolVersion ?? "HTTP/1.1"} 200 OK\r\n`));
    assertEquals(
      field({ head }, "transfer-encoding"),
      framing === "chunked" ? "chunked" : null,
    );
    assertEquals(
      field({ head }, "content-length"),
      framing === "length" ? "5" : null,
    );
    const framed = framing === "chunked" ? "5\r\nhello\r\n0\r\n\r\n" : "hello";
    assertEquals(body, stays ? `${framed}${head}\r\n\r\n${framed}` : framed);
    assertEquals(field({ head }, "connection"), connection);
  });
}

for (const status of [204, 205, 304]) {
  Deno.test(`an answer of status ${status} has no body, whatever is written`, async () => {
    const { sent } = await run(async (handler) => {
      handler.sendResponse(status);
      await handler.endHeaders();
      await handler.wfile.write(HELLO);
    }, GET + GET);
    assertEquals(sent.split("\r\n\r\n").length, 3);
    assert(sent.endsWith("\r\n\r\n"));
    assert(!sent.includes("hello"));
    assertEquals(
      fieldValues({ head: sent }, "content-length"),
      status === 205 ? ["0", "0"] : [],
    );
    assertEquals(field({ head: sent }, "transfer-encoding"), null);
  });
}

for (const reply of [hello, helloWithLength]) {
  Deno.test(`HEAD gets the head of GET and no body: ${reply.name}`, async () => {
    const { sent } = await run(reply, GET.replace("GET", "HEAD") + GET);
    const [first, ...rest] = sent.split("\r\n\r\n");
    assert(rest.join("").startsWith("HTTP/1.1 200 OK"));
    assertEquals(
      field({ head: first! }, "content-length"),
      reply === hello ? null : "5",
    );
    assertEquals(field({ head: first! }, "transfer-encoding"), null);
  });
}

Deno.test("an answer that is not written at all is a fault of the handler: 500", async () => {
  const { sent, error } = await run(() => {});
  assertMatch(sent, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
  assertMatch(String(error), /no response was sent/);
});

Deno.test("an answer without endHeaders() is completed", async () => {
  const { sent, error } = await run((handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Content-Length", 0);
  });
  assertEquals(error, undefined);
  assert(sent.endsWith("Content-Length: 0\r\n\r\n"));
});

Deno.test("a body before endHeaders() is a fault of the handler, and closes the connection", async () => {
  const { sent, error } = await run(async (handler) => {
    handler.sendResponse(200);
    await handler.wfile.write(HELLO);
  }, GET + GET);
  assertEquals(sent, "hello");
  assertMatch(String(error), /endHeaders/);
});

Deno.test("bytes that a handler frames itself pass as they are", async () => {
  const whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const { sent, error } = await run(async (handler) => {
    await handler.wfile.write(latin1(whole));
  }, GET + GET);
  assertEquals(sent, whole + whole);
  assertEquals(error, undefined);
});

Deno.test("a status line by hand and sendHeader() go together", async () => {
  const { sent, error } = await run(async (handler) => {
    await handler.wfile.write(latin1("HTTP/1.1 200 OK\r\n"));
    handler.sendHeader("Content-Length", 2);
    await handler.endHeaders();
    await handler.wfile.write(latin1("ok"));
  });
  assertEquals(sent, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  assertEquals(error, undefined);
});

Deno.test("flushHeaders() of a final head leaves framing to the handler, and closes", async () => {
  const { sent, error } = await run(async (handler) => {
    handler.sendResponseOnly(200);
    handler.sendHeader("A", "b");
    await handler.flushHeaders();
    handler.sendHeader("C", "d");
    await handler.endHeaders();
    await handler.wfile.write(HELLO);
  }, GET + GET);
  assertEquals(sent, "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\nhello");
  assertEquals(error, undefined);
});

Deno.test("chunks that the handler makes itself are left alone", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Transfer-Encoding", "chunked");
    await handler.endHeaders();
    await handler.wfile.write(latin1("2\r\nok\r\n0\r\n\r\n"));
  }, GET + GET);
  assertEquals(sent.match(/\r\n\r\n2\r\nok\r\n0\r\n\r\n/g)?.length, 2);
  assertEquals(
    fieldValues({ head: sent }, "transfer-encoding"),
    ["chunked", "chunked"],
  );
});

Deno.test("an empty write is no last chunk", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendResponse(200);
    await handler.endHeaders();
    await handler.wfile.write(HELLO);
    await handler.wfile.write(new Uint8Array(0));
    await handler.wfile.write(HELLO);
  });
  assertEquals(
    parts(sent).body,
    "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n",
  );
});

Deno.test("large chunks that nobody waits for keep their order, whatever becomes of their bytes", async () => {
  const large = latin1("x".repeat(100_000));
  const { sent, error } = await run(async (handler) => {
    handler.sendResponse(200);
    await handler.endHeaders();
    void handler.wfile.write(HELLO);
    void handler.wfile.write(large);
    const writing = handler.wfile.write(HELLO);
    large.fill(121);
    await writing;
  });
  assertEquals(error, undefined);
  const hello = "5\r\nhello\r\n";
  assertEquals(
    parts(sent).body,
    `${hello}186a0\r\n${"x".repeat(100_000)}\r\n${hello}0\r\n\r\n`,
  );
});

Deno.test("writes that nobody waits for keep their order", async () => {
  for (const wbufsize of [65536, 10, 0]) {
    const { sent, error } = await run(
      async (handler) => {
        handler.sendResponse(200);
        await handler.endHeaders();
        void handler.wfile.write(latin1("one"));
        void handler.wfile.write(latin1("twenty-two"));
        await handler.wfile.write(latin1("3"));
      },
      GET + GET,
      (handler) => {
        handler.wbufsize = wbufsize;
      },
    );
    assertEquals(error, undefined);
    assertEquals(
      parts(sent).body.split("HTTP/1.1 200")[0],
      "3\r\none\r\na\r\ntwenty-two\r\n1\r\n3\r\n0\r\n\r\n",
    );
  }
});

// Interim answers.

Deno.test("interim answers come before the final one", async () => {
  const { sent, writes } = await run(async (handler) => {
    handler.sendResponseOnly(103);
    handler.sendHeader("Link", "</a.css>; rel=preload");
    await handler.endHeaders();
    await helloWithLength(handler);
  }, GET + GET);
  assertEquals(
    writes[0],
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
  );
  assertEquals(sent.match(/ 200 OK\r\n/g)?.length, 2);
});

Deno.test("an HTTP/1.0 client gets no interim answer", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendResponseOnly(103);
    await handler.endHeaders();
    await helloWithLength(handler);
  }, "GET / HTTP/1.0\r\n\r\n");
  assertMatch(sent, /^HTTP\/1\.1 200 OK\r\n/);
});

// One answer for one request.

for (
  const [title, again] of [
    ["a second answer", (handler) => helloWithLength(handler)],
    ["sendError()", (handler) => handler.sendError(404)],
    ["an interim answer", async (handler) => {
      handler.sendResponseOnly(103);
      await handler.endHeaders();
    }],
    ["fields", async (handler) => {
      handler.sendHeader("A", "b");
      await handler.endHeaders();
    }],
    ["flushed fields", async (handler) => {
      handler.sendHeader("A", "b");
      await handler.flushHeaders();
    }],
  ] as [string, Reply][]
) {
  Deno.test(`${title} behind an answer is refused and cuts the connection`, async () => {
    const { sent, error } = await run(async (handler) => {
      await helloWithLength(handler);
      await again(handler);
    }, GET + GET);
    assertInstanceOf(error, TypeError);
    assert(sent.endsWith("\r\n\r\nhello"));
    assertEquals(sent.match(/HTTP\/1\.1/g)?.length, 1);
  });
}

Deno.test("a head without status line is a fault of the handler: 500", async () => {
  for (const fields of [[], ["A"]]) {
    const { sent, error } = await run(async (handler) => {
      for (const name of fields) handler.sendHeader(name, "b");
      await handler.endHeaders();
    });
    assertMatch(String(error), /no status line/);
    assertMatch(sent, /^HTTP\/1\.1 500 /);
  }
});

Deno.test("endHeaders() twice sends one head", async () => {
  const { sent, error } = await run(async (handler) => {
    await helloWithLength(handler);
    await handler.endHeaders();
  });
  assertEquals(error, undefined);
  assertEquals(parts(sent).body, "hello");
});

Deno.test("sendError() replaces an answer that has not left yet", async () => {
  const { sent, error } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Content-Length", 5);
    handler.sendHeader("Content-Type", "image/png");
    await handler.sendError(404);
  });
  assertEquals(error, undefined);
  const { head, body } = parts(sent);
  assertMatch(head, /^HTTP\/1\.1 404 Not Found\r\n/);
  assertEquals(fieldValues({ head }, "content-length"), [String(body.length)]);
  assertEquals(fieldValues({ head }, "content-type").length, 1);
  assertEquals(fieldValues({ head }, "date").length, 1);
});

Deno.test("fields before sendError() go with it", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendHeader("Retry-After", 7);
    await handler.sendError(503);
  });
  assertEquals(field(parts(sent), "retry-after"), "7");
});

Deno.test("sendResponse() again replaces the answer that was begun", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("ETag", '"a"');
    handler.sendResponse(204);
    await handler.endHeaders();
  });
  const { head } = parts(sent);
  assertMatch(head, /^HTTP\/1\.1 204 No Content\r\n/);
  assertEquals(field({ head }, "etag"), null);
  assertEquals(fieldValues({ head }, "date").length, 1);
});

// Bodies of the wrong length.

Deno.test("a body shorter than Content-Length cuts the connection", async () => {
  const { sent, error, log, handler } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Content-Length", 6);
    await handler.endHeaders();
    await handler.wfile.write(HELLO);
  }, GET + GET);
  assertEquals(error, undefined);
  assertEquals(parts(sent).body, "hello");
  assert(handler.closeConnection);
  assertMatch(String(log.at(-1)![0]), /shorter than its Content-Length/);
});

Deno.test("HEAD may announce a length and write nothing", async () => {
  const { log } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Content-Length", 6);
    await handler.endHeaders();
  }, GET.replace("GET", "HEAD"));
  assertEquals(log.length, 1);
});

Deno.test("a body longer than Content-Length throws, and nothing beyond it leaves", async () => {
  const { sent, error } = await run(async (handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Content-Length", 6);
    await handler.endHeaders();
    await handler.wfile.write(HELLO);
    await handler.wfile.write(HELLO);
  }, GET + GET);
  assertInstanceOf(error, RangeError);
  assertEquals(parts(sent).body, "hello");
});

for (const length of ["x", "+5", "5, 5", "-1", "0x5", "1e3", ""]) {
  Deno.test(`Content-Length "${length}" of a handler throws before a byte leaves`, async () => {
    const { sent, error } = await run(async (handler) => {
      handler.sendResponse(200);
      handler.sendHeader("Content-Length", length);
      await handler.endHeaders();
    });
    assertInstanceOf(error, TypeError);
    assertMatch(sent, /^HTTP\/1\.1 500 /);
  });
}

// Handlers that fail.

Deno.test("a handler that throws before its head is answered with 500, and the server is told", async () => {
  const fault = new Error("secret");
  const { sent, error } = await run((handler) => {
    handler.sendResponse(200);
    handler.sendHeader("Set-Cookie", "half=done");
    throw fault;
  }, GET + GET);
  assertEquals(error, fault);
  assertMatch(sent, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
  assert(!sent.includes("secret") && !sent.includes("half"));
  assertEquals(field(parts(sent), "connection"), "close");
  assertEquals(sent.match(/HTTP\/1\.1/g)?.length, 1);
});

for (const reply of [hello, helloWithLength]) {
  Deno.test(`a handler that throws behind its head cuts the connection: ${reply.name}`, async () => {
    const fault = new Error("later");
    const { sent, error } = await run(async (handler) => {
      await reply(handler);
      throw fault;
    }, GET + GET);
    assertEquals(error, fault);
    assertEquals(
      parts(sent).body,
      reply === hello ? "5\r\nhello\r\n" : "hello",
    );
  });
}

for (
  const fault of [
    new Deno.errors.NotFound("no such file"),
    new Deno.errors.TimedOut("upstream"),
    new Deno.errors.ConnectionReset("upstream"),
    new Deno.errors.BrokenPipe("upstream"),
    new Deno.errors.UnexpectedEof("upstream"),
  ]
) {
  Deno.test(`an error of the system that is not the client's is the handler's: ${fault.name}`, async () => {
    const { sent, error } = await run(() => {
      throw fault;
    });
    assertEquals(error, fault);
    assertMatch(sent, /^HTTP\/1\.1 500 /);
  });
}

Deno.test("a client that left is logged, not thrown", async () => {
  for (const wbufsize of [65536, 0]) {
    const { error, log, writes } = await drive(Replying, [GET, GET], {
      change: (handler) => {
        handler.wbufsize = wbufsize;
        handler.reply = hello;
      },
      onWrite: () => {
        throw new Deno.errors.BrokenPipe("gone");
      },
    });
    assertEquals(error, undefined);
    assertEquals(writes, []);
    assertMatch(String(log.at(-1)![0]), /Client left/);
    assertEquals(log.length, 2);
  }
});

Deno.test("a handler that fails for a client that left is still reported", async () => {
  const fault = new Error("mine");
  const { error } = await drive(Replying, GET, {
    change: (handler) => {
      handler.reply = () => {
        throw fault;
      };
    },
    onWrite: () => {
      throw new Deno.errors.BrokenPipe("gone");
    },
  });
  assertEquals(error, fault);
});

Deno.test("a ProtocolError of a handler is answered with its status", async () => {
  const { ProtocolError } = await import("./protocol/mod.ts");
  const { sent, error } = await run(() => {
    throw new ProtocolError("Cannot read form: it is none", 422);
  });
  assertEquals(error, undefined);
  assertMatch(sent, /^HTTP\/1\.1 422 Unprocessable Content\r\n/);
});

// Injection.

const DANGEROUS = [
  "a\rb",
  "a\nb",
  "a\r\nb",
  "a\0b",
  "a\x1bb",
  "a\u0100b",
  "\u560a",
];

for (const text of DANGEROUS) {
  const shown = JSON.stringify(text);
  for (
    const [what, reply] of [
      ["a value", (handler) => handler.sendHeader("A", text)],
      ["a name", (handler) => handler.sendHeader(text, "a")],
      ["a reason", (handler) => handler.sendResponse(200, text)],
      ["a reason of sendError()", (handler) => handler.sendError(404, text)],
    ] as [string, Reply][]
  ) {
    Deno.test(`${shown} in ${what} throws before a byte leaves`, async () => {
      const { sent, error } = await run(async (handler) => {
        if (what === "a value" || what === "a name") handler.sendResponse(200);
        await reply(handler);
        await handler.endHeaders();
      });
      assertInstanceOf(error, TypeError);
      assertMatch(sent, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
      assertEquals(sent.match(/HTTP\/1\.1/g)?.length, 1);
    });
  }
}

for (const name of ["", "a b", "a:", "ä", "a(b"]) {
  Deno.test(`a name "${name}" that is no token throws`, async () => {
    const { error } = await run((handler) => {
      handler.sendResponse(200);
      handler.sendHeader(name, "a");
    });
    assertInstanceOf(error, TypeError);
  });
}

Deno.test("values may hold tabs and Latin-1", async () => {
  const { sent } = await run(async (handler) => {
    handler.sendResponse(200, "Schön");
    handler.sendHeader("A", "a\tb é");
    await handler.endHeaders();
  });
  assertMatch(sent, /^HTTP\/1\.1 200 Schön\r\n/);
  assertStringIncludes(sent, "\r\nA: a\tb é\r\n");
});

// Number of writes.

for (
  const [title, reply, count] of [
    ["a head with its body", helloWithLength, 1],
    ["a head with its only chunk", hello, 1],
    ["sendError()", (handler) => handler.sendError(404), 1],
    ["a hundred small writes", async (handler) => {
      handler.sendResponse(200);
      await handler.endHeaders();
      for (let i = 0; i < 100; i++) await handler.wfile.write(HELLO);
    }, 1],
    ["a write, a wait, a write", async (handler) => {
      await hello(handler);
      await new Promise((resolve) => setImmediate(resolve)); // behind the writer's
      await handler.wfile.write(HELLO);
    }, 2],
    ["a flush between two writes", async (handler) => {
      await hello(handler);
      await handler.wfile.flush();
      await handler.wfile.write(HELLO);
    }, 2],
    ["an interim answer and a final one", async (handler) => {
      handler.sendResponseOnly(103);
      await handler.endHeaders();
      await hello(handler);
    }, 2],
  ] as [string, Reply, number][]
) {
  Deno.test(`writes: ${title} leaves in ${count}`, async () => {
    assertEquals((await run(reply)).writes.length, count);
  });
}

Deno.test("writes: an unbuffered handler sends a head and each chunk in one", async () => {
  const { writes } = await run(
    async (handler) => {
      await hello(handler);
      await handler.wfile.write(HELLO);
    },
    GET,
    (handler) => {
      handler.wbufsize = 0;
    },
  );
  assertEquals(writes.slice(1), [
    "5\r\nhello\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
  ]);
});

Deno.test("writes: answers to pipelined requests leave together", async () => {
  const alone = (await run(helloWithLength, GET)).sent;
  const { writes } = await run(helloWithLength, GET + GET + GET);
  assertEquals(writes, [alone.repeat(3)]);
});

Deno.test("writes: an answer does not wait for a request that is not whole", async () => {
  const alone = (await run(helloWithLength, GET)).sent;
  const { writes } = await run(helloWithLength, [
    GET + GET + GET.slice(0, 9),
    GET.slice(9),
  ]);
  assertEquals(writes, [alone.repeat(2), alone]);
});

Deno.test("writes: an answer does not wait for a handler that waits", async () => {
  const leave = Promise.withResolvers<void>();
  let served = 0;
  const { writes } = await drive(Replying, GET + GET, {
    change: (handler) => {
      handler.reply = async (handler) => {
        if (served++ > 0) await leave.promise;
        await helloWithLength(handler);
      };
    },
    onWrite: () => leave.resolve(),
  });
  assertEquals(writes.length, 2);
});

Deno.test("large chunks are sent whole", async () => {
  const size = 300_000;
  const { sent } = await run(async (handler) => {
    handler.sendResponse(200);
    await handler.endHeaders();
    await handler.wfile.write(new Uint8Array(size).fill(97));
    await handler.wfile.write(HELLO);
  });
  assertEquals(
    parts(sent).body,
    `493e0\r\n${"a".repeat(size)}\r\n5\r\nhello\r\n0\r\n\r\n`,
  );
});

Deno.test("requests are read in whatever pieces they come", async () => {
  const requests =
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello` +
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
    `5\r\nhello\r\n0\r\nT: x\r\n\r\n` + GET;
  const echo: Reply = async (handler) => {
    const body = await handler.rfile.read();
    handler.sendResponseOnly(200);
    handler.sendHeader("Content-Length", body.length);
    await handler.endHeaders();
    await handler.wfile.write(body);
  };
  const expected =
    `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello`.repeat(2) +
    `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`;
  assertEquals((await run(echo, requests)).sent, expected);
  assertEquals((await run(echo, byteByByte(requests))).sent, expected);
  for (let cut = 1; cut < requests.length; cut++) {
    const pieces = [requests.slice(0, cut), requests.slice(cut)];
    assertEquals((await run(echo, pieces)).sent, expected, `cut at ${cut}`);
  }
});

// Methods.

class Options extends BaseHTTPRequestHandler {
  override offersAllow = true;
  async doGET(): Promise<void> {
    await this.sendError(404);
  }
  async doPUT(): Promise<void> {
    await this.sendError(404);
  }
}

Deno.test("offersAllow answers known methods with 405 and Allow, others with 501", async () => {
  const of = (method: string) =>
    drive(Options, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
  const { sent } = await of("DELETE");
  assertMatch(sent, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
  assertEquals(field(parts(sent), "allow"), "GET, OPTIONS, PUT");
  for (const method of ["BREW", "get", "constructor", "toString"]) {
    assertMatch((await of(method)).sent, /^HTTP\/1\.1 501 /, method);
  }
});

Deno.test("offersAllow answers OPTIONS with Allow and keeps the connection", async () => {
  const { sent } = await drive(
    Options,
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".repeat(2),
  );
  assertEquals(sent.match(/HTTP\/1\.1 204 No Content\r\n/g)?.length, 2);
  assertEquals(
    fieldValues({ head: sent }, "allow"),
    Array(2).fill("GET, OPTIONS, PUT"),
  );
});

Deno.test("without offersAllow OPTIONS and DELETE are answered with 501", async () => {
  for (const method of ["OPTIONS", "DELETE"]) {
    const { sent } = await drive(
      BaseHTTPRequestHandler,
      `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    assertMatch(sent, /^HTTP\/1\.1 501 Unsupported method/);
    assertEquals(field(parts(sent), "allow"), null);
  }
});
