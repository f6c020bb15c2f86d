/** `serveCgi()` with streams in memory, and as a process of its own. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { latin1, text } from "../_tools/testing/raw_client.ts";
import { until } from "../_tools/testing/waiting.ts";
import {
  assertFlat,
  MIB,
  residentMemory,
} from "../_tools/testing/processes.ts";
import type { CgiVariables } from "./request_from_environ.ts";
import { serveCgi } from "./serve_cgi.ts";
import type { ByteSink, ByteSource } from "./standard_streams.ts";

const POST = {
  GATEWAY_INTERFACE: "CGI/1.1",
  REQUEST_METHOD: "POST",
  SERVER_NAME: "a",
  SCRIPT_NAME: "/b",
};

/** Gives one item a read; then it ends, or waits for ever. */
class Source implements ByteSource {
  closed = false;
  readonly #items: string[];
  readonly #ends: boolean;

  constructor(items: string[], ends = true) {
    this.#items = items;
    this.#ends = ends;
  }

  read(target: Uint8Array): Promise<number | null> {
    const item = this.#items.shift();
    if (item === undefined) {
      return this.#ends ? Promise.resolve(null) : new Promise(() => {});
    }
    const bytes = latin1(item.slice(0, target.length));
    target.set(bytes);
    if (item.length > bytes.length) {
      this.#items.unshift(item.slice(bytes.length));
    }
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.closed = true;
  }
}

/** Keeps what is written, one item a write; fails once it is told to. */
class Sink implements ByteSink {
  readonly written: string[] = [];
  failure: Error | null = null;
  #most: number;

  constructor(most = Infinity) {
    this.#most = most;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.failure) return Promise.reject(this.failure);
    const part = bytes.subarray(0, this.#most);
    this.written.push(text(part));
    return Promise.resolve(part.length);
  }
}

type Handler = Parameters<typeof serveCgi>[0];

/** Runs a handler for a POST. */
async function run(
  handler: Handler,
  environ: CgiVariables = {},
  body: Source | string = "",
  stdout = new Sink(),
): Promise<{ answer: string; writes: string[]; log: string[] }> {
  const log: string[] = [];
  await serveCgi(handler, {
    environ: { ...POST, ...environ },
    stdin: typeof body === "string" ? new Source([body]) : body,
    stdout,
    log: (line) => log.push(line),
  });
  return { answer: stdout.written.join(""), writes: stdout.written, log };
}

/** Gives the parts of a body one after another, each in a turn of its own. */
function slowly(...parts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(latin1(part));
    },
  }, { highWaterMark: 0 });
}

const OK = "Status: 200 OK\r\n";
const FAILED =
  "Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\nInternal Server Error\n";

Deno.test("serveCgi() writes head and body at once where both are there", async () => {
  const { writes, log } = await run(() => new Response("hello"));
  assertEquals(writes, [
    `${OK}content-type: text/plain;charset=UTF-8\r\n\r\nhello`,
  ]);
  assertEquals(log, []);
});

Deno.test("serveCgi() writes head and parts of a body as they come", async () => {
  const stdout = new Sink();
  const body = new ReadableStream({
    async pull(controller) {
      const { length } = stdout.written;
      controller.enqueue(latin1("abc"[length - 1]!));
      if (length === 3) controller.close();
      else await until(() => stdout.written.length > length);
    },
    start: () => until(() => stdout.written.length > 0),
  }, { highWaterMark: 0 });
  const { writes } = await run(() => new Response(body), {}, "", stdout);
  assertEquals(writes, [`${OK}\r\n`, "a", "b", "c"]);
});

Deno.test("serveCgi() writes all of what is taken bit by bit", async () => {
  const body = "x".repeat(200_000);
  const stdout = new Sink(999);
  const { answer } = await run(
    () => new Response(slowly(body)),
    {},
    "",
    stdout,
  );
  assertEquals(answer, `${OK}\r\n${body}`);
});

for (
  const [title, response, environ] of [
    ["no body", () => new Response(null), {}],
    ["an empty body", () => new Response(slowly()), {}],
    ["HEAD", () => new Response(slowly("x")), { REQUEST_METHOD: "HEAD" }],
  ] as const
) {
  Deno.test(`serveCgi() writes a head alone for ${title}`, async () => {
    assertEquals((await run(response, environ)).answer, `${OK}\r\n`);
  });
}

Deno.test("serveCgi() cancels a body that HEAD does not want", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    cancel() {
      cancelled = true;
    },
  });
  await run(() => new Response(body), { REQUEST_METHOD: "HEAD" });
  assert(cancelled);
});

Deno.test("serveCgi() reads the body to CONTENT_LENGTH and no further", async () => {
  const source = new Source(["he", "llo, mo", "re"], false);
  const { answer } = await run(
    async (request) => new Response(latin1(await request.text())),
    { CONTENT_LENGTH: "5" },
    source,
  );
  assertEquals(answer, `${OK}\r\nhello`);
});

for (
  const environ of [{}, {
    CONTENT_LENGTH: "",
    HTTP_TRANSFER_ENCODING: "chunked",
  }]
) {
  Deno.test(`serveCgi() reads the body to its end with ${JSON.stringify(environ)}`, async () => {
    const { answer } = await run(
      async (request) => new Response(latin1(await request.text())),
      environ,
      new Source(["he", "llo"]),
    );
    assertEquals(answer, `${OK}\r\nhello`);
  });
}

Deno.test("serveCgi() gives the handler a body that is cut short as an error", async () => {
  const { answer, log } = await run(
    async (request) => new Response(await request.text()),
    { CONTENT_LENGTH: "9" },
    "hello",
  );
  assertEquals(answer, FAILED);
  assertMatch(log[0]!, /4 bytes too early/);
});

Deno.test("serveCgi() sends a body back while it comes", async () => {
  const { answer } = await run(
    ({ body }) => new Response(body),
    { CONTENT_LENGTH: "6" },
    new Source(["abc", "def"]),
  );
  assertEquals(answer, `${OK}\r\nabcdef`);
});

Deno.test("serveCgi() lets request.formData() read forms", async () => {
  const form = new FormData();
  form.set("name", "Zoë");
  form.set("file", new File(["\0\xff"], "a.bin"));
  const sent = new Request("http://a/", { method: "POST", body: form });
  const body = text(await sent.bytes());
  const { answer } = await run(
    async (request) => {
      const form = await request.formData();
      const { name, size } = form.get("file") as File;
      return Response.json([form.get("name"), name, size]);
    },
    {
      CONTENT_TYPE: sent.headers.get("content-type")!,
      CONTENT_LENGTH: String(body.length),
    },
    body,
  );
  assertMatch(answer, /\r\n\r\n\["Zo\xc3\xab","a.bin",3\]$/);
});

Deno.test("serveCgi() tells where the request comes from", async () => {
  const { answer } = await run(
    (_request, { remoteAddr }) => Response.json(remoteAddr),
    { REMOTE_ADDR: "192.0.2.1", REMOTE_PORT: "5000" },
  );
  assertMatch(
    answer,
    /\{"transport":"tcp","hostname":"192.0.2.1","port":5000\}$/,
  );
});

const FAILURES: readonly [
  title: string,
  handler: Handler,
  logged: RegExp,
  environ?: CgiVariables,
][] = [
  [
    "throws",
    () => {
      throw new Error("secret");
    },
    /^Error: secret\n +at /,
  ],
  ["rejects with no error", () => Promise.reject("secret"), /^secret$/],
  [
    "answers nothing",
    () => undefined as unknown as Response,
    /gave no Response/,
  ],
  ["answers with an error", () => Response.error(), /status 0/],
  [
    "answers with what was read",
    async () => {
      const response = new Response("x");
      await response.text();
      return response;
    },
    /read already/,
  ],
  [
    "gets a length that is none",
    () => new Response(),
    /CONTENT_LENGTH is "x"/,
    { CONTENT_LENGTH: "x" },
  ],
  ["gets no method", () => new Response(), /REQUEST_METHOD/, {
    REQUEST_METHOD: "",
  }],
];

for (const [title, handler, logged, environ] of FAILURES) {
  Deno.test(`serveCgi() answers 500, and tells only the log, where a handler ${title}`, async () => {
    const { answer, log } = await run(handler, environ);
    assertEquals(answer, FAILED);
    assertEquals(log.length, 1);
    assertMatch(log[0]!, logged);
  });
}

Deno.test("serveCgi() fails where a body does behind its head", async () => {
  const sink = new Sink();
  const failing = new ReadableStream({
    async pull() {
      await until(() => sink.written.length > 0);
      throw new Error("broken");
    },
  }, { highWaterMark: 0 });
  await assertRejects(
    () => run(() => new Response(failing), {}, "", sink),
    Error,
    "broken",
  );
  assertEquals(sink.written, [`${OK}\r\n`]);
});

Deno.test("serveCgi() is quiet where the server has left, and tells the handler", async () => {
  const sink = new Sink();
  let signal: AbortSignal | undefined;
  let cancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(latin1("more"));
      sink.failure = new Deno.errors.BrokenPipe("Broken pipe");
    },
    cancel() {
      cancelled = true;
    },
  }, { highWaterMark: 0 });
  const { log } = await run(
    (request) => {
      signal = request.signal;
      return new Response(body);
    },
    {},
    "",
    sink,
  );
  assertEquals(log, []);
  assert(cancelled && signal?.aborted);
});

Deno.test("serveCgi() closes its input, read or not", async () => {
  for (
    const handler of [
      () => new Response("x"),
      () => {
        throw new Error("no");
      },
    ]
  ) {
    const source = new Source(["hello"], false);
    await run(handler, {}, source);
    assert(source.closed);
  }
});

Deno.test("serveCgi() says what is wrong where no server has started it", async () => {
  await assertRejects(
    () => run(() => new Response("x"), { GATEWAY_INTERFACE: undefined }),
    TypeError,
    "a web server must start this program",
  );
});

const CHILD = new URL("testdata/child.ts", import.meta.url).pathname;

/** Starts a script as a server does. */
function start(path: string, environ: CgiVariables = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-env", "--no-prompt", CHILD],
    clearEnv: true,
    env: { ...POST, PATH_INFO: path, NO_COLOR: "1", ...environ } as Record<
      string,
      string
    >,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("serveCgi() ends with its answer, though nobody ends its input", async () => {
  const script = start("/early", { CONTENT_LENGTH: "1000" });
  const writer = script.stdin.getWriter();
  await writer.write(latin1("some"));
  assertEquals(
    text(await new Response(script.stdout).bytes()),
    `${OK}\r\nsome`,
  );
  assertEquals(await new Response(script.stderr).text(), "");
  assertEquals((await script.status).code, 0);
  await writer.close().catch(() => {});
});

Deno.test("serveCgi() ends quietly where nobody reads its answer", async () => {
  const script = start("/endless");
  await script.stdout.cancel();
  assertEquals(await new Response(script.stderr).text(), "aborted\n");
  assertEquals((await script.status).code, 0);
  await script.stdin.close().catch(() => {});
});

for (
  const [title, path, environ, answer, stderr, code] of [
    ["fails", "/fails", {}, FAILED, /^Error: secret\n/, 0],
    [
      "fails behind its head",
      "/fails-late",
      {},
      `${OK}\r\nbegun`,
      /^error: .*Error: secret\n/,
      1,
    ],
    [
      "is run by hand",
      "/",
      { GATEWAY_INTERFACE: "" },
      "",
      /^error: .*TypeError: .*a web server must start this program\n/,
      1,
    ],
  ] as const
) {
  Deno.test(`serveCgi() tells its standard error what happened where it ${title}`, async () => {
    const script = start(path, environ);
    await script.stdin.close().catch(() => {});
    assertEquals(text(await new Response(script.stdout).bytes()), answer);
    assertMatch(await new Response(script.stderr).text(), stderr);
    assertEquals((await script.status).code, code);
  });
}

Deno.test({
  name: "serveCgi() passes 1 GiB through at constant memory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const script = start("/", { CONTENT_LENGTH: String(1024 * MIB) });
    const block = new Uint8Array(MIB).fill(120);
    const feeding = (async () => {
      const writer = script.stdin.getWriter();
      for (let i = 0; i < 1024; i++) await writer.write(block);
      await writer.close();
    })();
    let received = 0;
    const memory: number[] = [];
    for await (const chunk of script.stdout) {
      if ((received + chunk.length) >> 26 > received >> 26) {
        memory.push(residentMemory(script.pid) / MIB);
      }
      received += chunk.length;
    }
    await feeding;
    assertEquals(received, `${OK}\r\n`.length + 1024 * MIB);
    assertEquals(await new Response(script.stderr).text(), "");
    await script.status;
    assertFlat(memory);
  },
});
