import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  ask,
  connect,
  EchoHandler,
  LogBook,
  whileServing,
} from "../_tools/testing/test_clients.ts";
import { pause, timed, until } from "../_tools/testing/waiting.ts";
import { runFixture } from "../_tools/testing/fixture.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import { FatalError } from "./fatal_error.ts";
import { StreamRequestHandler } from "./stream_request_handler.ts";
import { TCPServer } from "./tcp_server.ts";
import { isThreading, ThreadingMixIn } from "./threading_mix_in.ts";
import {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from "./threading_servers.ts";
import { UDPServer } from "./udp_server.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const AT_ONCE = 300;

/** Shows the tasks that `serverClose` waits for. */
class Server extends ThreadingTCPServer {
  override logger = new LogBook();

  get threads(): { length: number; join(): Promise<void> } {
    return (this as unknown as { _threads: Server["threads"] })._threads;
  }
}

/** A handler that ends when its gate opens. */
function gated(gate: Promise<void>) {
  return class extends BaseRequestHandler<Deno.Conn> {
    override async handle(): Promise<void> {
      await gate;
    }
  };
}

Deno.test("ThreadingMixIn() gives a class like its base, and both ways of asking find it", async () => {
  class Own extends TCPServer {
    static override requestQueueSize = 77;
    answer = 42;
  }
  class Mixed extends ThreadingMixIn(Own) {}
  await using server = new Mixed(LOOPBACK, EchoHandler);
  assertInstanceOf(server, Own);
  assertEquals([Mixed.requestQueueSize, server.requestQueueSize], [77, 77]);
  assertEquals(server.answer, 42);
  assertEquals(server instanceof ThreadingMixIn, true);
  assertEquals(isThreading(server), true);
  await using serial = new TCPServer(LOOPBACK, EchoHandler);
  for (const other of [serial, {}, null, undefined, 5, "x"]) {
    assertEquals(isThreading(other), false);
    assertEquals(other as unknown instanceof ThreadingMixIn, false);
  }
});

Deno.test("the ready-made threading servers are the servers with the mix-in", async () => {
  assertInstanceOf(ThreadingTCPServer.prototype, TCPServer);
  assertInstanceOf(ThreadingUDPServer.prototype, UDPServer);
  assert(ThreadingUnixStreamServer.addressFamily === "AF_UNIX");
  assert(ThreadingUnixDatagramServer.addressFamily === "AF_UNIX");
  await using server = new ThreadingTCPServer(LOOPBACK, EchoHandler);
  assertEquals(
    [server.daemonThreads, server.blockOnClose, server.maxConcurrent],
    [false, true, null],
  );
});

Deno.test("a threading server that never served can be closed (test_close_immediately)", async () => {
  const server = new Server(LOOPBACK, EchoHandler);
  assertEquals(server.threads.length, 0);
  await server.threads.join();
  await server.serverClose();
});

Deno.test("finished tasks are not kept (test_threads_reaped)", async () => {
  await whileServing(new Server(LOOPBACK, EchoHandler), async (server) => {
    for (let i = 0; i < 10; i++) {
      assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
      await until(() => server.threads.length === 0);
    }
  });
});

Deno.test("clients that keep silent delay nobody", async () => {
  await whileServing(new Server(LOOPBACK, EchoHandler), async (server) => {
    using _one = await connect(server.serverAddress);
    using _two = await connect(server.serverAddress);
    const took = await timed(async () => {
      assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
    });
    assert(took < 1000);
    _one.end();
    _two.end();
  });
});

Deno.test("clients that read slowly delay nobody", async () => {
  class Generous extends StreamRequestHandler {
    override async handle(): Promise<void> {
      const line = await this.rfile.readline();
      if (line.length === 1) return void await this.wfile.write(line);
      await this.wfile.write(new Uint8Array(20_000_000));
    }
  }
  await whileServing(new Server(LOOPBACK, Generous), async (server) => {
    const slow = await connect(server.serverAddress);
    await slow.send("much\n");
    assertEquals(await ask(server.serverAddress, "\n"), "\n");
    slow[Symbol.dispose]();
  });
});

Deno.test("2,000 connections at once, each served", async () => {
  const { port, stop } = await startFixture("echo_server.ts");
  try {
    const clients = await Promise.all(
      Array.from(
        { length: 2000 },
        () => connect({ transport: "tcp", hostname: "127.0.0.1", port }),
      ),
    );
    const answers = await Promise.all(clients.map(async (client, i) => {
      await client.send(`client ${i}\n`);
      return await client.line();
    }));
    assertEquals(answers, clients.map((_, i) => `client ${i}\n`));
    for (const client of clients) client[Symbol.dispose]();
  } finally {
    await stop();
  }
});

Deno.test("maxConcurrent: at the limit nothing is accepted, and nothing is lost", async () => {
  const gates = Array.from(
    { length: 5 },
    () => Promise.withResolvers<void>(),
  );
  let running = 0, most = 0, served = 0;
  class Counted extends BaseRequestHandler<Deno.Conn> {
    override async handle(): Promise<void> {
      most = Math.max(most, ++running);
      await gates[served++]!.promise;
      running--;
    }
  }
  const server = new Server(LOOPBACK, Counted);
  server.maxConcurrent = 2;
  await whileServing(server, async () => {
    const clients = await Promise.all(
      gates.map(() => connect(server.serverAddress)),
    );
    const ends = clients.map(async (client) => {
      await client.rest();
      client[Symbol.dispose]();
    });
    await until(() => running === 2);
    await pause(20);
    assertEquals([running, server.threads.length], [2, 2]);
    for (const [i, gate] of gates.entries()) {
      await until(() => served > i);
      gate.resolve();
    }
    await Promise.all(ends);
  });
  assertEquals([served, most], [5, 2]);
});

Deno.test("maxConcurrent: a server at its limit still stops in milliseconds", async () => {
  const gate = Promise.withResolvers<void>();
  const server = new Server(LOOPBACK, gated(gate.promise));
  server.maxConcurrent = 1;
  const serving = server.serveForever();
  using _served = await connect(server.serverAddress);
  using _waiting = await connect(server.serverAddress);
  await until(() => server.threads.length === 1);
  assert(await timed(() => server.shutdown()) < AT_ONCE);
  await serving;
  gate.resolve();
  await server.serverClose();
});

Deno.test("serverClose() waits for requests if blockOnClose, and not if not", async () => {
  for (const blockOnClose of [true, false]) {
    const gate = Promise.withResolvers<void>();
    const server = new Server(LOOPBACK, gated(gate.promise));
    server.blockOnClose = blockOnClose;
    const client = await connect(server.serverAddress);
    await server.handleRequest();
    let closed = false;
    const closing = server.serverClose().then(() => closed = true);
    await pause(10);
    assertEquals(closed, !blockOnClose);
    gate.resolve();
    assertEquals(await client.rest(), "");
    client[Symbol.dispose]();
    await closing;
    await until(() => server.threads.length === 0);
  }
});

Deno.test("serverClose() does not wait for daemons", async () => {
  const gate = Promise.withResolvers<void>();
  const server = new Server(LOOPBACK, gated(gate.promise));
  server.daemonThreads = true;
  const client = await connect(server.serverAddress);
  await server.handleRequest();
  assertEquals(server.threads.length, 0);
  assert(await timed(() => server.serverClose()) < AT_ONCE);
  gate.resolve();
  assertEquals(await client.rest(), "");
  client[Symbol.dispose]();
});

Deno.test("daemons do not keep the program alive, others do", async () => {
  const { success, stdout } = await runFixture(
    new URL("./testdata/daemon_threads.ts", import.meta.url),
    { args: ["daemon"] },
  );
  assertEquals([success, stdout], [true, "closed\n"]);
  const other = await runFixture(
    new URL("./testdata/daemon_threads.ts", import.meta.url),
    { args: ["other"], killAfter: 1500 },
  );
  assertEquals([other.success, other.stdout], [false, "closed\n"]);
});

Deno.test("an error of a task reaches handleError (test_threading_handled)", async () => {
  const errors: unknown[] = [];
  const mistake = new Error("mistake");
  class Reporting extends Server {
    override handleError(
      _request: Deno.Conn,
      _from: Deno.NetAddr,
      error: unknown,
    ): void {
      errors.push(error);
    }
  }
  class Bomb extends BaseRequestHandler<Deno.Conn> {
    override handle(): void {
      throw mistake;
    }
  }
  await whileServing(new Reporting(LOOPBACK, Bomb), async (server) => {
    assertEquals(await ask(server.serverAddress, ""), "");
    assertEquals(await ask(server.serverAddress, ""), "");
  });
  assertEquals(errors, [mistake, mistake]);
});

class Exit extends BaseRequestHandler<Deno.Conn> {
  override handle(): void {
    throw new FatalError("exit");
  }
}

Deno.test("a FatalError of a task does not reach handleError, but is reported (test_threading_not_handled)", async () => {
  const server = new Server(LOOPBACK, Exit);
  await whileServing(server, async () => {
    assertEquals(await ask(server.serverAddress, ""), "");
    assertEquals(await ask(server.serverAddress, ""), "");
  });
  assertEquals(server.logger.entries.length, 2);
  for (const { message, error } of server.logger.entries) {
    assertEquals(message, "Cannot finish a request: its task failed");
    assertInstanceOf(error, FatalError);
  }
});

Deno.test("an excepthook that fails is logged, and nothing leaves serverClose()", async () => {
  for (const isAsync of [false, true]) {
    class Failing extends Server {
      override excepthook(): void | Promise<void> {
        if (isAsync) return Promise.reject(new Error("async"));
        throw new Error("sync");
      }
    }
    const server = new Failing(LOOPBACK, Exit);
    await whileServing(server, async () => {
      assertEquals(await ask(server.serverAddress, ""), "");
    });
    assertEquals(server.logger.entries.map(({ error }) => String(error)), [
      `Error: ${isAsync ? "async" : "sync"}`,
    ]);
  }
});

Deno.test("processRequestThread may be overridden, around the whole request", async () => {
  const steps: unknown[] = [];
  class Around extends Server {
    override async processRequestThread(
      request: unknown,
      clientAddress: unknown,
    ): Promise<void> {
      steps.push("before", (clientAddress as Deno.NetAddr).hostname);
      await super.processRequestThread(request, clientAddress);
      steps.push("after");
    }
  }
  await whileServing(new Around(LOOPBACK, EchoHandler), async (server) => {
    assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
  });
  assertEquals(steps, ["before", "127.0.0.1", "after"]);
});

Deno.test("a handler may replace the class of later requests", async () => {
  class Second extends StreamRequestHandler {
    override async handle(): Promise<void> {
      await this.wfile.write(new TextEncoder().encode("second\n"));
    }
  }
  class First extends StreamRequestHandler<Deno.NetAddr, Server> {
    override async handle(): Promise<void> {
      this.server.RequestHandlerClass = Second;
      await this.wfile.write(new TextEncoder().encode("first\n"));
    }
  }
  await whileServing(new Server(LOOPBACK, First), async (server) => {
    assertEquals(await ask(server.serverAddress, ""), "first\n");
    assertEquals(await ask(server.serverAddress, ""), "second\n");
    assertStrictEquals(server.RequestHandlerClass, Second);
  });
});

Deno.test("shutdown({ drain }) lets answers be finished, then closes what is left", async () => {
  const server = new Server(LOOPBACK, EchoHandler);
  const serving = server.serveForever();
  using busy = await connect(server.serverAddress);
  using silent = await connect(server.serverAddress);
  await until(() => server.handlers.size === 2);
  const stopping = server.shutdown({ drain: 0.2 });
  await busy.send("last words\n");
  assertEquals(await busy.line(), "last words\n");
  await busy.end();
  assertEquals(await busy.rest(), "");
  assertEquals(server.handlers.size, 1);
  const took = await timed(() => stopping);
  assert(took < 1000, `${took}`);
  await serving;
  assertEquals(await silent.rest().catch(() => ""), "");
  await server.serverClose();
  assertEquals(server.handlers.size, 0);
});

Deno.test("serverClose() of a threading server that still serves ends the loop, and waits for the requests", async () => {
  const server = new Server(LOOPBACK, EchoHandler);
  const serving = server.serveForever();
  using client = await connect(server.serverAddress);
  await client.send("a\n");
  assertEquals(await client.line(), "a\n");
  let closed = false;
  const closing = server.serverClose().then(() => closed = true);
  assert(await timed(() => serving) < AT_ONCE);
  await client.send("b\n");
  assertEquals(await client.line(), "b\n");
  assertEquals(closed, false);
  await client.end();
  await closing;
});

/** Starts a server of `testdata/` that tells its port. */
async function startFixture(
  name: string,
): Promise<{ port: number; stop(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "--no-check",
      new URL(`./testdata/${name}`, import.meta.url).pathname,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  return {
    port,
    async stop(): Promise<void> {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

for (const verdict of ["refused", "failed to verify"]) {
  Deno.test(`ThreadingMixIn(): a client that was ${verdict}, and stays, delays nobody`, async () => {
    class Choosy extends Server {
      #first = true;
      override verifyRequest(): boolean {
        if (!this.#first) return true;
        this.#first = false;
        if (verdict === "refused") return false;
        throw new Error("no verdict");
      }
    }
    await whileServing(new Choosy(LOOPBACK, EchoHandler), async (server) => {
      using unwanted = await connect(server.serverAddress);
      assertEquals(await unwanted.rest(), "");
      const took = await timed(async () =>
        assertEquals(await ask(server.serverAddress, "a\n"), "a\n")
      );
      assert(took < AT_ONCE, `${took} ms`);
      assertEquals(server.threads.length, 1);
    });
  });
}

Deno.test("ThreadingMixIn() tells excepthook that a refused request cannot be ended", async () => {
  const failures: unknown[] = [];
  class Choosy extends Server {
    override verifyRequest(): boolean {
      return false;
    }
    override async shutdownRequest(request: Deno.Conn): Promise<void> {
      await super.shutdownRequest(request);
      throw new Error("not ended");
    }
    override excepthook(error: unknown): void {
      failures.push(error);
    }
  }
  await whileServing(new Choosy(LOOPBACK, EchoHandler), async (server) => {
    assertEquals(await ask(server.serverAddress, ""), "");
    await until(() => failures.length === 1);
    assertEquals(String(failures[0]), "Error: not ended");
  });
});
