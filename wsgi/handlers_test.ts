/** The handlers over streams, by the behaviours that CPython's tests assert. */
import {
  assert,
  assertEquals,
  AssertionError,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { BytesIO, StringIO } from "../socketserver/io/mod.ts";
import { text } from "../_tools/testing/raw_client.ts";
import { BaseHandler } from "./base_handler.ts";
import { BaseCGIHandler, IISCGIHandler } from "./cgi_handlers.ts";
import { setupTestingDefaults } from "./setup_testing_defaults.ts";
import { type OutputStream, SimpleHandler } from "./simple_handler.ts";
import type { HeaderList, WSGIApplication, WSGIEnvironment } from "./types.ts";

const utf8 = new TextEncoder();

/** A handler in memory, with Python's version of HTTP. */
class TestHandler extends SimpleHandler {
  override osEnviron = {};
  override httpVersion = "1.0";
  declare readonly stdout: BytesIO;
  declare readonly stderr: StringIO;

  constructor(
    environ: Partial<WSGIEnvironment> = {},
    stdout: OutputStream = new BytesIO(),
  ) {
    super(
      new BytesIO(),
      stdout,
      new StringIO(),
      setupTestingDefaults({ ...environ }),
    );
  }

  get sent(): string {
    return text(this.stdout.getvalue()).replace(/^Date: .*\r\n/m, "");
  }

  get logged(): string {
    return this.stderr.getvalue();
  }
}

/** An application that answers with some blocks. */
function answering(
  blocks: readonly string[],
  headers: HeaderList = [],
  status = "200 OK",
): WSGIApplication {
  return (_environ, startResponse) => {
    startResponse(status, [...headers]);
    return blocks.map((block) => utf8.encode(block));
  };
}

async function run(
  app: WSGIApplication,
  environ: Partial<WSGIEnvironment> = {},
  change: (handler: TestHandler) => void = () => {},
): Promise<TestHandler> {
  const handler = new TestHandler(environ);
  change(handler);
  await handler.run(app);
  return handler;
}

Deno.test("SimpleHandler merges the process, the variables and its own keys, in this order (testEnviron)", async () => {
  let seen: WSGIEnvironment | undefined;
  await run(
    (environ, startResponse) => {
      seen = environ;
      startResponse("200 OK", []);
      return [];
    },
    { FOO: "bar", "wsgi.run_once": true },
    (handler) => {
      Object.assign(handler, {
        osEnviron: { FOO: "process", LANG: "C" },
        serverSoftware: "S/1",
      });
    },
  );
  assertEquals([seen!.FOO, seen!.LANG, seen!.SERVER_SOFTWARE], [
    "bar",
    "C",
    "S/1",
  ]);
  assertEquals([seen!["wsgi.run_once"], seen!["wsgi.multithread"]], [
    false,
    true,
  ]);
  assertEquals(Object.getPrototypeOf(seen), null);
});

Deno.test("BaseCGIHandler adds no server of its own (testCGIEnviron)", async () => {
  const handler = new BaseCGIHandler(
    new BytesIO(),
    new BytesIO(),
    new StringIO(),
    setupTestingDefaults(),
  );
  handler.osEnviron = {};
  let seen: WSGIEnvironment | undefined;
  await handler.run((environ, startResponse) => {
    seen = { ...environ };
    startResponse("200 OK", []);
    return [];
  });
  assertEquals(seen!.SERVER_SOFTWARE, undefined);
  assert("wsgi.input" in seen!);
});

for (
  const [HTTPS, scheme] of [["", "http"], ["on", "https"], ["1", "https"], [
    "yes",
    "https",
  ], ["0", "http"]] as const
) {
  Deno.test(`BaseHandler takes HTTPS "${HTTPS}" for ${scheme} (testScheme)`, () => {
    const handler = new TestHandler({ HTTPS });
    handler.setupEnviron();
    assertEquals(handler.getScheme(), scheme);
  });
}

Deno.test("BaseHandler leaves streams and variables to subclasses (testAbstractMethods)", () => {
  const missing = ["_write", "_flush", "getStdin", "getStderr", "addCgiVars"];
  assertEquals(missing.filter((name) => name in BaseHandler.prototype), []);
});

const LENGTHS: readonly [
  title: string,
  app: WSGIApplication,
  answer: string,
][] = [
  [
    "the length of one block",
    answering(["http"]),
    "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nhttp",
  ],
  ["no length of what write() sends", async (_environ, start) => {
    await start("200 OK", [])(utf8.encode("http"));
    return [];
  }, "HTTP/1.0 200 OK\r\n\r\nhttp"],
  [
    "no length of several blocks",
    answering(["a", "b"]),
    "HTTP/1.0 200 OK\r\n\r\nab",
  ],
  [
    "zero for none",
    answering([]),
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
  ],
  [
    "zero for an empty block",
    answering([""]),
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
  ],
  [
    "bytes, not characters",
    answering(["\u0442"]),
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n\xd1\x82",
  ],
  [
    "the length that is given",
    answering([], [["Content-Length", "12345"]]),
    "HTTP/1.0 200 OK\r\nContent-Length: 12345\r\n\r\n",
  ],
  [
    "no length where there is no body",
    answering([], [], "204 No Content"),
    "HTTP/1.0 204 No Content\r\n\r\n",
  ],
];

for (const [title, app, answer] of LENGTHS) {
  Deno.test(`SimpleHandler sends ${title} (testContentLength)`, async () => {
    assertEquals((await run(app)).sent, answer);
  });
}

const FRAMED: readonly [
  title: string,
  app: WSGIApplication,
  environ: Partial<WSGIEnvironment>,
  answer: string,
][] = [
  [
    "chunks to whom knows them",
    answering(["ab", "", "c"]),
    {},
    "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
  ],
  ["no chunks to HTTP/1.0", answering(["ab", "c"]), {
    SERVER_PROTOCOL: "HTTP/1.0",
  }, "\r\nabc"],
  [
    "no body to HEAD",
    answering(["ab"]),
    { REQUEST_METHOD: "HEAD" },
    "Content-Length: 2\r\n\r\n",
  ],
  ["no length to HEAD that it does not know", answering([]), {
    REQUEST_METHOD: "HEAD",
  }, "\r\n\r\n"],
  [
    "no body with 304",
    answering(["ab"], [], "304 Not Modified"),
    {},
    "304 Not Modified\r\n\r\n",
  ],
  [
    "what the length allows",
    answering(["abc", "def"], [["Content-Length", "4"]]),
    {},
    "Content-Length: 4\r\n\r\nabcd",
  ],
];

for (const [title, app, environ, answer] of FRAMED) {
  Deno.test(`SimpleHandler sends ${title} with HTTP/1.1`, async () => {
    const { sent } = await run(
      app,
      { SERVER_PROTOCOL: "HTTP/1.1", ...environ },
      (handler) => {
        handler.httpVersion = "1.1";
      },
    );
    assert(sent.startsWith("HTTP/1.1 "), sent);
    assert(sent.endsWith(answer), sent);
  });
}

Deno.test("SimpleHandler says that a body is longer or shorter than its Content-Length", async () => {
  const long = await run(answering(["abc", "d"], [["Content-Length", "2"]]));
  assert(long.sent.endsWith("\r\n\r\nab"));
  assert(long.logged.includes("longer than its Content-Length"));
  const short = await run(answering(["a"], [["Content-Length", "2"]]));
  assert(short.logged.includes("1 bytes shorter"));
});

Deno.test("SimpleHandler sends a page for an error, and its stack to the log alone (testBasicErrorOutput)", async () => {
  const fine = await run(answering([]));
  assertEquals(fine.logged, "");
  const handler = await run(() => {
    throw new AssertionError("a secret");
  });
  const { errorBody } = new TestHandler();
  assertEquals(
    handler.sent,
    `HTTP/1.0 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: ${errorBody.length}\r\n\r\n${
      text(errorBody)
    }`,
  );
  assertMatch(handler.logged, /AssertionError: a secret\n +at /);
});

Deno.test("SimpleHandler cuts a stack where it is told to", async () => {
  const handler = await run(
    () => {
      throw new Error("deep");
    },
    {},
    (handler) => {
      handler.tracebackLimit = 1;
    },
  );
  assertEquals(handler.logged.trimEnd().split("\n").length, 2);
});

Deno.test("SimpleHandler sends no second head behind an error (testErrorAfterOutput)", async () => {
  const handler = await run(async (_environ, start) => {
    await start("200 OK", [])(utf8.encode("some output"));
    throw new Error("later");
  });
  assertEquals(handler.sent, "HTTP/1.0 200 OK\r\n\r\nsome output");
  assert(handler.logged.includes("later"));
});

for (const serverSoftware of ["FooBar/1.0", null]) {
  for (const httpVersion of ["1.0", "1.1"]) {
    for (const SERVER_PROTOCOL of ["HTTP/0.9", "HTTP/1.0", "HTTP/1.1"]) {
      Deno.test(`SimpleHandler begins ${httpVersion} answers of ${serverSoftware} to ${SERVER_PROTOCOL} (testHeaderFormats)`, async () => {
        const change = (originServer: boolean) => (handler: TestHandler) => {
          Object.assign(handler, { serverSoftware, httpVersion, originServer });
        };
        const gateway = await run(
          answering([]),
          { SERVER_PROTOCOL },
          change(false),
        );
        assertEquals(
          gateway.sent,
          "Status: 200 OK\r\nContent-Length: 0\r\n\r\n",
        );
        const origin = await run(
          answering([]),
          { SERVER_PROTOCOL },
          change(true),
        );
        const server = serverSoftware === null
          ? ""
          : `Server: ${serverSoftware}\r\n`;
        assertEquals(
          origin.sent,
          SERVER_PROTOCOL === "HTTP/0.9"
            ? ""
            : `HTTP/${httpVersion} 200 OK\r\n${server}Content-Length: 0\r\n\r\n`,
        );
      });
    }
  }
}

Deno.test("SimpleHandler lets an application give Date and Server itself", async () => {
  const handler = await run(
    answering(["x"], [["Date", "now"], ["Server", "mine"]]),
    {},
    (handler) => {
      handler.serverSoftware = "S/1";
    },
  );
  assertEquals(
    text(handler.stdout.getvalue()),
    "HTTP/1.0 200 OK\r\nDate: now\r\nServer: mine\r\nContent-Length: 1\r\n\r\nx",
  );
});

Deno.test("SimpleHandler sends any bytes (testBytesData)", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const handler = await run((_environ, start) => {
    start("200 OK", []);
    return [bytes];
  });
  assertEquals(handler.stdout.getvalue().slice(-256), bytes);
});

Deno.test("SimpleHandler closes once what fails, and keeps its state to be looked at (testCloseOnError, testDontResetInternalStateOnException)", async () => {
  let closed = 0;
  let state: unknown[] = [];
  class Looking extends TestHandler {
    override logException(): Promise<void> {
      state = [
        this.environ !== null,
        this.headers !== null,
        this.result !== null,
      ];
      return Promise.resolve();
    }
  }
  const handler = new Looking();
  await handler.run((_environ, start) => {
    start("200 OK", []);
    return {
      [Symbol.iterator]: () => ({
        next() {
          throw new Error("while it is iterated");
        },
      }),
      close: () => void closed++,
    };
  });
  assertEquals([closed, state], [1, [true, true, true]]);
  assertEquals(handler.environ, null);
});

for (
  const [title, make] of [
    ["a generator", function* (ended: () => void) {
      try {
        while (true) yield utf8.encode("x");
      } finally {
        ended();
      }
    }],
    ["an async generator", async function* (ended: () => void) {
      try {
        while (true) yield await Promise.resolve(utf8.encode("x"));
      } finally {
        ended();
      }
    }],
    ["a stream", (ended: () => void) =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(utf8.encode("x")),
        cancel: ended,
      })],
  ] as const
) {
  Deno.test(`SimpleHandler ends ${title} when nobody takes more`, async () => {
    let ended = 0;
    let writes = 0;
    const handler = new TestHandler({}, {
      write: (bytes: Uint8Array) =>
        ++writes > 5
          ? Promise.reject(new Deno.errors.BrokenPipe("gone"))
          : Promise.resolve(bytes.length),
      flush: () => Promise.resolve(),
    });
    await handler.run((_environ, start) => {
      start("200 OK", []);
      return make(() => ended++);
    });
    assertEquals([ended, handler.logged], [1, ""]);
  });
}

Deno.test("SimpleHandler ends a generator that was never asked for a block", async () => {
  let closed = 0;
  const handler = await run((_environ, start) => {
    start("200 OK", [["Content-Length", "nine"]]);
    const body = (function* (): Generator<Uint8Array> {})();
    return Object.assign(body, { close: () => void closed++ });
  });
  assertEquals(closed, 1);
  assert(handler.logged !== undefined);
});

Deno.test("SimpleHandler completes short writes, and says so once (testPartialWrite)", async () => {
  const written: number[] = [];
  const handler = new TestHandler({}, {
    write(bytes: Uint8Array) {
      written.push(...bytes.subarray(0, 7));
      return Promise.resolve(Math.min(7, bytes.length));
    },
    flush: () => Promise.resolve(),
  });
  await handler.run(answering(["a body of some length"]));
  assert(
    text(new Uint8Array(written)).endsWith(
      "\r\n\r\na body of some length",
    ),
  );
  assertEquals(handler.logged.match(/partial/g)?.length, 1);
});

for (
  const error of ["ConnectionAborted", "ConnectionReset", "BrokenPipe"] as const
) {
  Deno.test(`SimpleHandler is silent about ${error} of its stream (testClientConnectionTerminations)`, async () => {
    const handler = new TestHandler({}, {
      write: () => Promise.reject(new Deno.errors[error]("gone")),
      flush: () => Promise.resolve(),
    });
    await handler.run(answering(["x"]));
    assertEquals(handler.logged, "");
  });

  Deno.test(`SimpleHandler logs ${error} of what an application talks to`, async () => {
    const handler = await run(() => {
      throw new Deno.errors[error]("the database");
    });
    assert(handler.logged.includes("the database"));
    assert(handler.sent.startsWith("HTTP/1.0 500 "));
  });
}

Deno.test("BaseHandler refuses control characters in status, names and values (testRaisesControlCharacters)", () => {
  for (let code = 0; code < 32; code++) {
    const character = String.fromCharCode(code);
    const start = (status: string, headers: HeaderList) => () => {
      const handler = new TestHandler();
      handler.setupEnviron();
      handler.startResponse(status, headers);
    };
    assertThrows(start(`200 O${character}K`, []), TypeError);
    assertThrows(start("200 OK", [[`a${character}`, "b"]]), TypeError);
    if (character !== "\t") {
      assertThrows(start("200 OK", [["a", `b${character}`]]), TypeError);
    }
  }
});

const STATUSES: readonly [status: unknown, why: string][] = [
  ["200", "shorter than four"],
  ["OK", "shorter than four"],
  ["abcd", "begins with no number"],
  ["2000 OK", "no blank"],
  [200, "no text"],
];

for (const [status, why] of STATUSES) {
  Deno.test(`BaseHandler refuses status ${JSON.stringify(status)}: ${why} (test_status_validation_errors)`, async () => {
    const handler = await run(answering([], [], status as string));
    assert(handler.logged.includes(why), handler.logged);
    assert(handler.sent.startsWith("HTTP/1.0 500 "));
  });
}

Deno.test("BaseHandler refuses hop-by-hop fields, a second start and blocks before the first", async () => {
  const cases: [WSGIApplication, string][] = [
    [answering([], [["Connection", "close"]]), "server's business"],
    [(_environ, start) => {
      start("200 OK", []);
      start("200 OK", []);
      return [];
    }, "twice"],
    [() => [utf8.encode("x")], "startResponse was not called"],
    [() => [], "startResponse was not called"],
    [() => ["text" as never], "is a Uint8Array"],
    [answering(["x"]).bind(null), ""],
    [() => null as never, "no iterable"],
    [() => "text" as never, "no iterable"],
  ];
  for (const [app, why] of cases) {
    const handler = await run(app);
    assert(handler.logged.includes(why), handler.logged);
    assertEquals(handler.sent.startsWith("HTTP/1.0 500 "), why !== "");
  }
});

Deno.test("startResponse replaces an answer for an error, or throws it behind the head", async () => {
  const replaced = await run((_environ, start) => {
    start("200 OK", [["A", "b"]]);
    start("418 Teapot", [], new Error("tea"));
    return [utf8.encode("tea")];
  });
  assertEquals(
    replaced.sent,
    "HTTP/1.0 418 Teapot\r\nContent-Length: 3\r\n\r\ntea",
  );
  const late = await run(async (_environ, start) => {
    await start("200 OK", [])(utf8.encode("x"));
    start("418 Teapot", [], ["type", new Error("too late"), null]);
    return [];
  });
  assertEquals(late.sent, "HTTP/1.0 200 OK\r\n\r\nx");
  assert(late.logged.includes("too late"));
});

for (
  const [SCRIPT_NAME, PATH_INFO, left] of [
    ["/script", "/script/a", "/a"],
    ["/script", "/script", ""],
    ["/script", "/scripted", "/scripted"],
    ["/script", "/other", "/other"],
  ] as const
) {
  Deno.test(`IISCGIHandler makes "${left}" of "${PATH_INFO}"`, () => {
    const handler = new IISCGIHandler({
      SCRIPT_NAME,
      PATH_INFO,
      GATEWAY_INTERFACE: "CGI/1.1",
    });
    assertEquals(handler.baseEnv.PATH_INFO, left);
  });
}
