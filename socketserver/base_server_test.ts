import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  handling,
  Idle,
  MemoryServer,
  stop,
  ThreadingMemoryServer,
} from "../_tools/testing/memory_server.ts";
import { pause, timed, until } from "../_tools/testing/waiting.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import { BaseServer } from "./base_server.ts";
import { FatalError } from "./fatal_error.ts";
import type { RequestHandler } from "./request_handler.ts";

// A polling server would need half a second, Python's interval.
const AT_ONCE = 200;

Deno.test("BaseServer() stores address and handler class, and opens nothing", () => {
  const server = new MemoryServer(Idle);
  assertEquals(server.serverAddress, "memory");
  assertStrictEquals(server.RequestHandlerClass, Idle);
  assertEquals(server.timeout, null);
});

Deno.test("serveForever() serves one request after the other", async () => {
  const steps: string[] = [];
  const server = new MemoryServer(handling(async ({ request }) => {
    steps.push(`begin ${request}`);
    await pause(1);
    steps.push(`end ${request}`);
  }));
  const serving = server.serveForever();
  server.deliver("a", "b");
  await until(() => steps.length === 4);
  assertEquals(steps, ["begin a", "end a", "begin b", "end b"]);
  await stop(server, serving);
});

Deno.test("serveForever() may be called again after a shutdown", async () => {
  const server = new MemoryServer(Idle);
  for (const request of ["a", "b", "c"]) {
    const serving = server.serveForever();
    server.deliver(request);
    await until(() => server.closed.includes(request));
    await server.shutdown();
    await serving;
  }
  await server.serverClose();
});

Deno.test("serveForever() refuses a closed server", async () => {
  const server = new MemoryServer(Idle);
  await server.serverClose();
  await assertRejects(() => server.serveForever(), RangeError, "-1");
  await server.shutdown();
});

Deno.test("serveForever() refuses a poll interval that is no number", async () => {
  class Serviced extends MemoryServer {
    override serviceActions(): void {}
  }
  const server = new Serviced(Idle);
  await assertRejects(() => server.serveForever(NaN), RangeError, "NaN");
});

Deno.test("serveForever() waits out a poll interval longer than any timer", async () => {
  let rounds = 0;
  class Serviced extends MemoryServer {
    override serviceActions(): void {
      rounds++;
    }
  }
  const server = new Serviced(Idle);
  const serving = server.serveForever(1e9);
  await pause(30);
  assertEquals(rounds, 0);
  await stop(server, serving);
});

Deno.test("an idle server does not wake up", async () => {
  const server = new MemoryServer(Idle);
  const serving = server.serveForever(0.001);
  await pause(5);
  const before = server.wakeups;
  await pause(300);
  assertEquals(server.wakeups, before);
  await stop(server, serving);
});

// What goes wrong with one request ends that request and nothing else.
for (
  const [hook, Server] of Object.entries({
    verifyRequest: class extends MemoryServer {
      override verifyRequest(request: string): boolean {
        if (request === "bad") throw new Error("mistake");
        return true;
      }
    },
    "async verifyRequest": class extends MemoryServer {
      override async verifyRequest(request: string): Promise<boolean> {
        await pause(0);
        if (request === "bad") throw new Error("mistake");
        return true;
      }
    },
    processRequest: class extends MemoryServer {
      override async processRequest(
        request: string,
        from: string,
      ): Promise<void> {
        if (request === "bad") throw new Error("mistake");
        await super.processRequest(request, from);
      }
    },
  })
) {
  Deno.test(`an error of ${hook} is reported, the request is closed and the loop goes on`, async () => {
    const server = new Server(Idle);
    const serving = server.serveForever();
    server.deliver("bad", "good");
    await until(() => server.closed.includes("good"));
    await stop(server, serving);
    assertEquals(server.closed, ["bad", "good"]);
    assertEquals(server.errors.map(String), ["Error: mistake"]);
  });
}

const Bomb = handling(({ request }) => {
  if (request === "bad") throw new Error("mistake");
});

for (const Base of [MemoryServer, ThreadingMemoryServer]) {
  Deno.test(`an error of handleError is logged, the request is closed and the loop goes on: ${Base.name}`, async () => {
    class Clumsy extends Base {
      override handleError(): void {
        throw new Error("second mistake");
      }
    }
    const server = new Clumsy(Bomb);
    const serving = server.serveForever();
    server.deliver("bad", "good");
    await until(() => server.closed.includes("good"));
    await stop(server, serving);
    assertEquals(server.closed, ["bad", "good"]);
    assertEquals(server.logger.entries.map(({ error }) => String(error)), [
      "Error: second mistake",
    ]);
  });

  Deno.test(`an error of shutdownRequest ends neither the loop nor the closing: ${Base.name}`, async () => {
    class Stuck extends Base {
      override async shutdownRequest(request: string): Promise<void> {
        if (request === "bad") throw new Error("stuck");
        await super.shutdownRequest(request);
      }
    }
    const server = new Stuck(Idle);
    const serving = server.serveForever();
    server.deliver("bad", "good");
    await until(() => server.closed.includes("good"));
    await stop(server, serving);
    const reports = [
      ...server.errors,
      ...server.logger.entries.map(({ error }) => error),
    ];
    assert(reports.map(String).includes("Error: stuck"));
  });
}

Deno.test("a FatalError of handleError leaves the loop, and the request is closed", async () => {
  class Strict extends MemoryServer {
    override handleError(): void {
      throw new FatalError("exit");
    }
  }
  const server = new Strict(Bomb);
  server.deliver("bad");
  await assertRejects(() => server.serveForever(), FatalError, "exit");
  assertEquals(server.closed, ["bad"]);
});

Deno.test("handleError() logs the address and the stack between two rules", async () => {
  class Plain extends MemoryServer {
    override handleError(
      ...args: Parameters<MemoryServer["handleError"]>
    ): void {
      BaseServer.prototype.handleError.apply(this, args);
    }
  }
  const starved = Object.assign(new Error("no files left"), {
    code: "EMFILE",
  });
  for (const thrown of [new RangeError("mistake"), "just a text", starved]) {
    const server = new Plain(handling(() => {
      throw thrown;
    }));
    server.deliver("bad");
    await server.handleRequest();
    const [{ message }] = server.logger.entries as [{ message: string }];
    const lines = message.split("\n");
    assertEquals([lines.at(0), lines.at(-1)], ["-".repeat(40), "-".repeat(40)]);
    assertStringIncludes(lines[1]!, "from");
    assertStringIncludes(lines[2]!, String(thrown));
    // To show a stack Deno opens files, and panics where it cannot.
    assertEquals(lines.length > 4, thrown instanceof RangeError);
  }
});

Deno.test("an error of a sync handler reaches handleError (test_sync_handled)", async () => {
  const server = new MemoryServer(Bomb);
  server.deliver("bad");
  await server.handleRequest();
  assertEquals(server.errors.map(String), ["Error: mistake"]);
});

Deno.test("a FatalError of a sync handler leaves handleRequest, not handleError (test_sync_not_handled)", async () => {
  const server = new MemoryServer(handling(() => {
    throw new FatalError("exit");
  }));
  server.deliver("bad");
  await assertRejects(() => server.handleRequest(), FatalError);
  assertEquals([server.errors, server.closed], [[], ["bad"]]);
});

Deno.test("handleRequest() waits no longer than timeout, then calls handleTimeout()", async () => {
  let timeouts = 0;
  class Patient extends MemoryServer {
    override handleTimeout(): void {
      timeouts++;
    }
  }
  const server = new Patient(Idle);
  server.timeout = 0.02;
  const took = await timed(() => server.handleRequest());
  assertEquals(timeouts, 1);
  assert(took >= 19);
  server.timeout = 0;
  await server.handleRequest();
  assertEquals(timeouts, 2);
  server.deliver("a");
  await server.handleRequest();
  assertEquals([timeouts, server.closed], [2, ["a"]]);
});

Deno.test("handleRequest() without a timeout waits for the request", async () => {
  const server = new MemoryServer(Idle);
  const served = server.handleRequest();
  await pause(5);
  server.deliver("a");
  await served;
  assertEquals(server.closed, ["a"]);
});

Deno.test("serveForever() ignores timeout", async () => {
  let timeouts = 0;
  class Patient extends MemoryServer {
    override handleTimeout(): void {
      timeouts++;
    }
  }
  const server = new Patient(Idle);
  server.timeout = 0.001;
  const serving = server.serveForever(0.001);
  await pause(10);
  await stop(server, serving);
  assertEquals(timeouts, 0);
});

Deno.test("RequestHandlerClass may be replaced; only later requests see it", async () => {
  const served: string[] = [];
  const server: MemoryServer = new MemoryServer(handling(({ request }) => {
    served.push(`first ${request}`);
    server.RequestHandlerClass = handling(({ request }) => {
      served.push(`second ${request}`);
    });
  }));
  const serving = server.serveForever();
  server.deliver("a", "b", "c");
  await until(() => server.closed.length === 3);
  await stop(server, serving);
  assertEquals(served, ["first a", "second b", "second c"]);
});

Deno.test("RequestHandlerClass may be a function, or any class with run()", async () => {
  const served: unknown[] = [];
  const arrow = (
    request: string,
    from: string,
    server: MemoryServer,
  ): RequestHandler => ({
    run: () => void served.push([request, from, server]),
  });
  class WithMethod implements RequestHandler {
    #request: string;
    constructor(request: string) {
      this.#request = request;
    }
    run(): void {
      served.push(this.#request);
    }
  }
  class WithField implements RequestHandler {
    run: () => void;
    constructor(request: string) {
      this.run = () => void served.push(request);
    }
  }
  const server = new MemoryServer(arrow);
  server.deliver("a");
  await server.handleRequest();
  function plain(request: string): RequestHandler {
    return { run: () => void served.push(request) };
  }
  for (
    const [request, Class] of Object.entries({
      b: plain,
      c: WithMethod,
      d: WithField,
      e: handling(({ request }) => void served.push(request)),
    })
  ) {
    server.RequestHandlerClass = Class;
    server.deliver(request);
    await server.handleRequest();
  }
  assertEquals(server.errors, []);
  assertEquals(served.slice(1), ["b", "c", "d", "e"]);
  assertEquals((served[0] as unknown[]).slice(0, 2), ["a", "sender of a"]);
  assertStrictEquals((served[0] as unknown[])[2], server);
});

Deno.test("serverClose() during serveForever() ends the loop", async () => {
  const server = new MemoryServer(Idle);
  const serving = server.serveForever();
  server.deliver("a");
  await until(() => server.closed.length === 1);
  await server.serverClose();
  assert(await timed(() => serving) < AT_ONCE);
});

Deno.test("await using closes the server (test_context_manager)", async () => {
  let server: MemoryServer;
  {
    await using closing = new MemoryServer(Idle);
    server = closing;
    assert(server.fileno() > 0);
  }
  assertEquals(server.fileno(), -1);
});

/** A server whose getRequest fails for want of descriptors while `starved`. */
class StarvedServer extends MemoryServer {
  starved = true;
  attempts = 0;

  override getRequest(): Promise<[string, string]> {
    this.attempts++;
    if (!this.starved) return super.getRequest();
    const error = Object.assign(new Error("Too many open files"), {
      code: "EMFILE",
    });
    return Promise.reject(error);
  }
}

Deno.test("out of resources: the server tries ever less often, says so once, and recovers", async () => {
  const server = new StarvedServer(Idle);
  server.deliver("a");
  const serving = server.serveForever();
  await until(() => server.attempts === 1);
  await pause(250);
  // 10, 20, 40, 80, 160 ms: without a pause there would be thousands.
  assert(server.attempts >= 3 && server.attempts <= 6, `${server.attempts}`);
  server.starved = false;
  await until(() => server.closed.length === 1);
  await stop(server, serving);
  assertEquals(server.logger.entries.length, 1);
  assertEquals(server.errors, []);
});

Deno.test("out of resources: shutdown() does not wait for the pause", async () => {
  const server = new StarvedServer(Idle);
  server.deliver("a");
  const serving = server.serveForever();
  await until(() => server.attempts === 5);
  assert(await timed(() => stop(server, serving)) < 100);
});

Deno.test("BaseRequestHandler.run() enters and leaves the server's handlers, whatever happens", async () => {
  for (const step of ["setup", "handle", "finish", "none"]) {
    class Failing extends BaseRequestHandler<string> {
      override setup(): void {
        assertEquals(server.handlers.has(this), true);
        if (step === "setup") throw new Error(step);
      }
      override handle(): void {
        if (step === "handle") throw new Error(step);
      }
      override finish(): void {
        assertEquals(server.handlers.has(this), true);
        if (step === "finish") throw new Error(step);
      }
    }
    const server = new MemoryServer(Failing);
    server.deliver("a");
    await server.handleRequest();
    assertEquals(server.errors.length, step === "none" ? 0 : 1);
    assertEquals(server.handlers.size, 0);
  }
});

Deno.test("BaseRequestHandler works without a server", async () => {
  const steps: string[] = [];
  class Steps extends BaseRequestHandler<null, null> {
    override setup(): void {
      steps.push("setup");
    }
    override handle(): void {
      steps.push("handle");
    }
    override finish(): void {
      steps.push("finish");
    }
  }
  await new Steps(null, null, {}).run();
  assertEquals(steps, ["setup", "handle", "finish"]);
});
