// The order in which a server calls its hooks, recorded by overriding every one.
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ask, connect, LogBook } from "../_tools/testing/test_clients.ts";
import { until } from "../_tools/testing/waiting.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import { FatalError } from "./fatal_error.ts";
import { type TCPAddress, TCPServer } from "./tcp_server.ts";
import { ThreadingTCPServer } from "./threading_servers.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** What is called, in order; and where something goes wrong. */
class Script {
  readonly calls: string[] = [];
  readonly errors: unknown[] = [];
  readonly reported: unknown[] = [];
  readonly #throwing: { [call: string]: Error };
  verdict = true;

  constructor(throwing: { [call: string]: Error } = {}) {
    this.#throwing = throwing;
  }

  note(call: string): void {
    this.calls.push(call);
    const error = this.#throwing[call];
    if (error) throw error;
  }

  /** The calls since the last look. */
  take(): string[] {
    return this.calls.splice(0);
  }
}

function recordingHandler(script: Script) {
  return class extends BaseRequestHandler<Deno.Conn> {
    override setup(): void {
      script.note("setup");
    }
    override handle(): void {
      script.note("handle");
    }
    override finish(): void {
      script.note("finish");
    }
  };
}

// The mix-in alone has some of the hooks, so the two classes are written out
// around the same methods.
function recording<B extends typeof TCPServer>(Base: B, script: Script): B {
  abstract class Recording extends (Base as typeof TCPServer) {
    override logger = new LogBook();
    override lingerTime = 0;

    override serverBind(): void {
      script.note("serverBind");
      super.serverBind();
    }
    override serverActivate(): void {
      script.note("serverActivate");
      super.serverActivate();
    }
    override async serverClose(): Promise<void> {
      script.note("serverClose");
      await super.serverClose();
    }
    override async getRequest(): Promise<[Deno.Conn, TCPAddress]> {
      script.note("getRequest");
      return await super.getRequest();
    }
    override verifyRequest(): boolean {
      script.note("verifyRequest");
      return script.verdict;
    }
    override async processRequest(
      request: Deno.Conn,
      clientAddress: TCPAddress,
    ): Promise<void> {
      script.note("processRequest");
      await super.processRequest(request, clientAddress);
    }
    override async finishRequest(
      request: Deno.Conn,
      clientAddress: TCPAddress,
    ): Promise<void> {
      script.note("finishRequest");
      await super.finishRequest(request, clientAddress);
    }
    override async shutdownRequest(request: Deno.Conn): Promise<void> {
      script.note("shutdownRequest");
      await super.shutdownRequest(request);
    }
    override async closeRequest(request: Deno.Conn): Promise<void> {
      await super.closeRequest(request);
      script.note("closeRequest");
    }
    override handleError(
      _request: Deno.Conn,
      _clientAddress: TCPAddress,
      error: unknown,
    ): void {
      script.errors.push(error);
      script.note("handleError");
    }
    override handleTimeout(): void {
      script.note("handleTimeout");
    }
  }
  return Recording as unknown as B;
}

function serialServer(script: Script): TCPServer {
  return new (recording(TCPServer, script))(LOOPBACK, recordingHandler(script));
}

function threadingServer(script: Script): ThreadingTCPServer {
  class Recording extends recording(ThreadingTCPServer, script) {
    override async processRequestThread(
      request: unknown,
      clientAddress: unknown,
    ): Promise<void> {
      script.note("processRequestThread");
      await super.processRequestThread(request, clientAddress);
    }
    override excepthook(error: unknown): void {
      script.reported.push(error);
      script.note("excepthook");
    }
  }
  return new Recording(LOOPBACK, recordingHandler(script));
}

/** Serves one request and returns the calls; `error` is what came out of it. */
async function serveOne(
  server: TCPServer,
  script: Script,
): Promise<{ calls: string[]; error: unknown }> {
  script.take();
  const answer = ask(server.serverAddress, "");
  let error: unknown;
  await server.handleRequest().catch((thrown) => error = thrown);
  await answer;
  await until(() => script.calls.includes("closeRequest"));
  const calls = script.take();
  await server.serverClose();
  return { calls, error };
}

const SERIAL_START = [
  "getRequest",
  "verifyRequest",
  "processRequest",
  "finishRequest",
];
const THREADED_START = [
  "getRequest",
  "verifyRequest",
  "processRequest",
  "processRequestThread",
  "finishRequest",
];
const END = ["shutdownRequest", "closeRequest"];

for (
  const [hook, calls] of [
    ["serverBind", ["serverBind", "serverClose"]],
    ["serverActivate", ["serverBind", "serverActivate", "serverClose"]],
  ] as const
) {
  Deno.test(`call order: a server whose ${hook} throws is closed, and the error thrown again`, () => {
    for (const make of [serialServer, threadingServer]) {
      const error = new Error("no");
      const script = new Script({ [hook]: error });
      assertStrictEquals(assertThrows(() => make(script)), error);
      assertEquals(script.take(), [...calls]);
    }
  });
}

Deno.test("call order: constructing binds and activates", async () => {
  for (const make of [serialServer, threadingServer]) {
    const script = new Script();
    const server = make(script);
    assertEquals(script.take(), ["serverBind", "serverActivate"]);
    await server.serverClose();
  }
});

// One row for each way a handler can end; the same in both servers.
const ROWS: { title: string; throwing: string | null; steps: string[] }[] = [
  {
    title: "a good request",
    throwing: null,
    steps: ["setup", "handle", "finish"],
  },
  {
    title: "handle throws",
    throwing: "handle",
    steps: ["setup", "handle", "finish", "handleError"],
  },
  {
    title: "setup throws",
    throwing: "setup",
    steps: ["setup", "handleError"],
  },
  {
    title: "finish throws",
    throwing: "finish",
    steps: ["setup", "handle", "finish", "handleError"],
  },
];

for (const { title, throwing, steps } of ROWS) {
  for (
    const [kind, make, start] of [
      ["serial", serialServer, SERIAL_START],
      ["threaded", threadingServer, THREADED_START],
    ] as const
  ) {
    Deno.test(`call order: ${title}, ${kind}`, async () => {
      const mistake = new Error("mistake");
      const script = new Script(throwing ? { [throwing]: mistake } : {});
      const { calls, error } = await serveOne(make(script), script);
      assertEquals(calls, [...start, ...steps, ...END]);
      assertEquals(script.errors, throwing ? [mistake] : []);
      assertEquals([error, script.reported], [undefined, []]);
    });
  }
}

Deno.test("call order: a refused request reaches no handler", async () => {
  for (const make of [serialServer, threadingServer]) {
    const script = new Script();
    script.verdict = false;
    const { calls } = await serveOne(make(script), script);
    assertEquals(calls, ["getRequest", "verifyRequest", ...END]);
  }
});

Deno.test("call order: FatalError, serial: the request ends, then the error leaves handleRequest", async () => {
  const fatal = new FatalError("exit");
  const script = new Script({ handle: fatal });
  const { calls, error } = await serveOne(serialServer(script), script);
  assertEquals(calls, [...SERIAL_START, "setup", "handle", "finish", ...END]);
  assertStrictEquals(error, fatal);
  assertEquals(script.errors, []);
});

Deno.test("call order: FatalError, serial: the request ends, then the error leaves serveForever", async () => {
  const fatal = new FatalError("exit");
  const script = new Script({ handle: fatal });
  const server = serialServer(script);
  script.take();
  const serving = assertRejects(() => server.serveForever(), FatalError);
  await ask(server.serverAddress, "");
  assertStrictEquals(await serving, fatal);
  assertEquals(script.take(), [
    ...SERIAL_START,
    "setup",
    "handle",
    "finish",
    ...END,
  ]);
  await server.serverClose();
});

Deno.test("call order: FatalError, threaded: the request ends, and the error is the task's", async () => {
  const fatal = new FatalError("exit");
  const script = new Script({ handle: fatal });
  const server = threadingServer(script);
  script.take();
  const answer = ask(server.serverAddress, "");
  await server.handleRequest();
  await answer;
  await until(() => script.reported.length > 0);
  assertEquals(script.take(), [
    ...THREADED_START,
    "setup",
    "handle",
    "finish",
    ...END,
    "excepthook",
  ]);
  assertEquals([script.reported, script.errors], [[fatal], []]);
  await server.serverClose();
});

Deno.test("call order: processRequest of a threading server returns while the handler works", async () => {
  const script = new Script();
  const gate = Promise.withResolvers<void>();
  class Waiting extends BaseRequestHandler<Deno.Conn> {
    override async handle(): Promise<void> {
      await gate.promise;
      script.note("handle");
    }
  }
  const server = threadingServer(script);
  server.RequestHandlerClass = Waiting;
  script.take();
  const answer = ask(server.serverAddress, "");
  await server.handleRequest();
  script.note("handleRequest returns");
  const closing = server.serverClose();
  gate.resolve();
  await answer;
  await closing;
  assertEquals(script.take(), [
    ...THREADED_START,
    "handleRequest returns",
    "serverClose",
    "handle",
    ...END,
  ]);
});

Deno.test("call order: when getRequest fails with an OS error nothing else is called, and the loop goes on", async () => {
  for (const Base of [TCPServer, ThreadingTCPServer]) {
    const script = new Script();
    let failures = 2;
    class Failing extends recording(Base, script) {
      override async getRequest(): Promise<[Deno.Conn, TCPAddress]> {
        const taken = await super.getRequest();
        if (failures-- <= 0) return taken;
        taken[0].close();
        throw new Deno.errors.ConnectionAborted("gone");
      }
    }
    const server = new Failing(LOOPBACK, recordingHandler(script));
    script.take();
    const serving = server.serveForever();
    for (let i = 0; i < 3; i++) await ask(server.serverAddress, "");
    await server.shutdown();
    await serving;
    assertEquals(script.take(), [
      "getRequest",
      "getRequest",
      ...SERIAL_START,
      "setup",
      "handle",
      "finish",
      ...END,
    ]);
    await server.serverClose();
  }
});

Deno.test("call order: an error of getRequest that is a mistake leaves the loop", async () => {
  const script = new Script({ getRequest: new RangeError("mistake") });
  const server = serialServer(script);
  using _client = await connect(server.serverAddress);
  await assertRejects(() => server.serveForever(), RangeError, "mistake");
  await server.serverClose();
});

Deno.test("call order: handleRequest that times out calls handleTimeout only", async () => {
  for (const make of [serialServer, threadingServer]) {
    const script = new Script();
    const server = make(script);
    script.take();
    server.timeout = 0.01;
    await server.handleRequest();
    assertEquals(script.take(), ["handleTimeout"]);
    await server.serverClose();
  }
});

Deno.test("call order: serviceActions follows each request and each poll interval", async () => {
  const script = new Script();
  class Serviced extends recording(TCPServer, script) {
    override serviceActions(): void {
      script.note("serviceActions");
    }
  }
  const server = new Serviced(LOOPBACK, recordingHandler(script));
  const request = [
    ...SERIAL_START,
    "setup",
    "handle",
    "finish",
    ...END,
    "serviceActions",
  ];
  script.take();
  // An interval that no test waits for: whatever is called follows a request.
  const serving = server.serveForever(600);
  await ask(server.serverAddress, "");
  await ask(server.serverAddress, "");
  await until(() => script.calls.length >= 2 * request.length);
  await server.shutdown();
  await serving;
  assertEquals(script.take(), [...request, ...request]);

  const idle = server.serveForever(0.005);
  await until(() => script.calls.length >= 3);
  await server.shutdown();
  await idle;
  assertEquals(new Set(script.take()), new Set(["serviceActions"]));
  await server.serverClose();
});

Deno.test("call order: a loop that was told to stop leaves at once, whoever waits", async () => {
  const script = new Script();
  const server = serialServer(script);
  script.take();
  using _client = await connect(server.serverAddress);
  await server.shutdown();
  await server.serveForever();
  assertEquals(script.take(), []);
  await server.serverClose();
});

Deno.test("call order: a loop that ends, by an error too, clears the flag and releases those who wait", async () => {
  const gate = Promise.withResolvers<void>();
  let rounds = 0;
  class Serviced extends TCPServer {
    override async serviceActions(): Promise<void> {
      rounds++;
      await gate.promise;
      if (rounds === 1) throw new Error("broken");
    }
  }
  const server = new Serviced(LOOPBACK, BaseRequestHandler);
  const failing = assertRejects(
    () => server.serveForever(0.001),
    Error,
    "broken",
  );
  await until(() => rounds === 1);
  const stopping = server.shutdown();
  gate.resolve();
  await Promise.all([failing, stopping]);
  // With the flag still up the next loop would leave at once.
  const serving = server.serveForever(0.001);
  await until(() => rounds >= 5);
  await server.shutdown();
  await serving;
  await server.serverClose();
});
