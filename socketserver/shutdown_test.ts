import { assert, assertEquals } from "@std/assert";
import {
  handling,
  Idle,
  MemoryServer,
  stop,
  ThreadingMemoryServer,
} from "../_tools/testing/memory_server.ts";
import { countListeners } from "../_tools/testing/test_clients.ts";
import { pause, timed, until } from "../_tools/testing/waiting.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";

// A polling server would need half a second, Python's interval.
const AT_ONCE = 200;

Deno.test("shutdown() ends an idle server in milliseconds (test_shutdown)", async () => {
  const server = new MemoryServer(Idle);
  const serving = server.serveForever();
  assert(await timed(() => server.shutdown()) < AT_ONCE);
  await serving;
});

Deno.test("shutdown() issued right after the start ends the loop, of many servers at once (test_shutdown)", async () => {
  const servers = Array.from({ length: 20 }, () => new MemoryServer(Idle));
  const serving = servers.map((server) => server.serveForever(0.01));
  const took = await timed(() =>
    Promise.all(servers.map((server) => server.shutdown()))
  );
  await Promise.all(serving);
  assert(took < AT_ONCE);
});

Deno.test("shutdown() waits for the request at hand of a serial server", async () => {
  const gate = Promise.withResolvers<void>();
  const server = new MemoryServer(handling(() => gate.promise));
  const serving = server.serveForever();
  server.deliver("a", "b");
  await until(() => server.handlers.size === 1);
  let stopped = false;
  const stopping = server.shutdown().then(() => stopped = true);
  await pause(5);
  assertEquals(stopped, false);
  gate.resolve();
  await stopping;
  await serving;
  assertEquals(server.closed, ["a"]);
});

Deno.test("shutdown() before serveForever() resolves, and that returns at once; the one after serves", async () => {
  const server = new MemoryServer(Idle);
  server.deliver("a");
  await server.shutdown();
  await server.serveForever();
  assertEquals(server.closed, []);
  const serving = server.serveForever();
  await until(() => server.closed.length === 1);
  await stop(server, serving);
});

for (const Server of [MemoryServer, ThreadingMemoryServer]) {
  Deno.test(`shutdown() from inside a request of a ${Server.name} resolves and ends the loop`, async () => {
    const server: MemoryServer = new Server(handling(async () => {
      await server.shutdown();
    }));
    const serving = server.serveForever();
    server.deliver("a", "b");
    await serving;
    await server.serverClose();
    assertEquals(server.closed, ["a"]);
  });

  Deno.test(`shutdown({ drain }) from inside a request of a ${Server.name} does not wait for that`, async () => {
    const server: MemoryServer = new Server(handling(async () => {
      await server.shutdown({ drain: 60 });
    }));
    const serving = server.serveForever();
    server.deliver("a");
    const took = await timed(async () => {
      await serving;
      await server.serverClose();
    });
    assert(took < AT_ONCE);
    assertEquals(server.closed, ["a"]);
  });
}

Deno.test("shutdown() from what an earlier request left behind waits for the request at hand", async () => {
  const gate = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const server: MemoryServer = new MemoryServer(
    handling(async ({ request }) => {
      if (request === "b") return await gate.promise;
      setTimeout(() => stopping = server.shutdown(), 5);
    }),
  );
  const serving = server.serveForever();
  server.deliver("a", "b");
  await until(() => stopping !== undefined);
  const first = await Promise.race([
    stopping!.then(() => "stopped"),
    pause(10).then(() => "waiting"),
  ]);
  assertEquals(first, "waiting");
  gate.resolve();
  await stopping;
  await serving;
});

Deno.test("an AbortSignal ends the loop, as shutdown() does", async () => {
  const server = new MemoryServer(Idle);
  const ending = new AbortController();
  const serving = server.serveForever({ signal: ending.signal });
  server.deliver("a");
  await until(() => server.closed.length === 1);
  ending.abort();
  assert(await timed(() => serving) < AT_ONCE);
});

Deno.test("an AbortSignal that has aborted lets nothing be served, and the next loop serves", async () => {
  const server = new MemoryServer(Idle);
  server.deliver("a");
  await server.serveForever({ signal: AbortSignal.abort() });
  assertEquals(server.closed, []);
  const serving = server.serveForever();
  await until(() => server.closed.length === 1);
  await stop(server, serving);
});

Deno.test("serveForever() leaves nothing behind at its AbortSignal", async () => {
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const server = new MemoryServer(Idle);
  const serving = server.serveForever({ signal });
  assertEquals(listeners(), 1);
  await stop(server, serving);
  assertEquals(listeners(), 0);
});

/** Blocks until its request is closed, or until it is told to stop if it listens to that. */
function blocking(listens: boolean) {
  return class extends BaseRequestHandler<string, string, DrainingServer> {
    override async handle(): Promise<void> {
      const ended = Promise.withResolvers<void>();
      this.server.release.set(this.request, ended.resolve);
      await ended.promise;
    }
    override serverStopping(): void {
      this.server.told.push(this.request);
      if (listens) this.server.release.get(this.request)?.();
    }
  };
}

interface DrainingServer extends MemoryServer {
  release: Map<string, () => void>;
  told: string[];
}

for (const Base of [MemoryServer, ThreadingMemoryServer]) {
  class Draining extends Base implements DrainingServer {
    release = new Map<string, () => void>();
    told: string[] = [];

    override closeRequest(request: string): void | Promise<void> {
      this.release.get(request)?.();
      return super.closeRequest(request);
    }
  }

  Deno.test(`shutdown({ drain }) lets requests end that end by themselves: ${Base.name}`, async () => {
    const server = new Draining(blocking(false));
    const serving = server.serveForever();
    server.deliver("a");
    await until(() => server.release.size === 1);
    const stopping = server.shutdown({ drain: 60 });
    assertEquals(server.told, ["a"]);
    await pause(5);
    assertEquals(server.closed, []);
    server.release.get("a")!();
    await stopping;
    await serving;
    assertEquals(server.closed, ["a"]);
    await server.serverClose();
  });

  Deno.test(`shutdown({ drain }) ends handlers that listen at once: ${Base.name}`, async () => {
    const server = new Draining(blocking(true));
    const serving = server.serveForever();
    server.deliver("a");
    await until(() => server.release.size === 1);
    const took = await timed(() => server.shutdown({ drain: 60 }));
    await serving;
    assert(took < AT_ONCE);
    assertEquals(server.closed, ["a"]);
    await server.serverClose();
  });

  Deno.test(`shutdown({ drain }) closes the requests that are late: ${Base.name}`, async () => {
    const server = new Draining(blocking(false));
    const serving = server.serveForever();
    server.deliver("a");
    await until(() => server.release.size === 1);
    const took = await timed(() => server.shutdown({ drain: 0.03 }));
    await serving;
    assert(took >= 29 && took < 30 + AT_ONCE, `${took}`);
    assert(server.closed.includes("a"));
    await server.serverClose();
  });

  Deno.test(`shutdown({ drain }) of an idle server takes milliseconds, and of one that never served: ${Base.name}`, async () => {
    const server = new Draining(Idle);
    assert(await timed(() => server.shutdown({ drain: 1e9 })) < AT_ONCE);
    await server.serveForever();
    const serving = server.serveForever();
    assert(await timed(() => server.shutdown({ drain: 1e9 })) < AT_ONCE);
    await serving;
    await server.serverClose();
  });
}

Deno.test("shutdown({ drain }) longer than any timer does not end requests at once", async () => {
  const gate = Promise.withResolvers<void>();
  const server = new ThreadingMemoryServer(handling(() => gate.promise));
  const serving = server.serveForever();
  server.deliver("a");
  await until(() => server.handlers.size === 1);
  const stopping = server.shutdown({ drain: 1e9 });
  await pause(20);
  assertEquals(server.closed, []);
  gate.resolve();
  await Promise.all([stopping, serving]);
});

Deno.test("shutdown({ drain }) waits for a request that was being verified", async () => {
  const gate = Promise.withResolvers<void>();
  const steps: string[] = [];
  class Careful extends ThreadingMemoryServer {
    override async verifyRequest(): Promise<boolean> {
      steps.push("verify");
      await gate.promise;
      return true;
    }
  }
  class Told extends BaseRequestHandler<string, string> {
    override async handle(): Promise<void> {
      await pause(10);
      steps.push("handled");
    }
    override serverStopping(): void {
      steps.push("told");
    }
  }
  const server = new Careful(Told);
  const serving = server.serveForever();
  server.deliver("a");
  await until(() => steps.length === 1);
  const stopping = server.shutdown({ drain: 60 }).then(() =>
    steps.push("stopped")
  );
  await pause(5);
  gate.resolve();
  await stopping;
  await serving;
  assertEquals(steps, ["verify", "told", "handled", "stopped"]);
});
