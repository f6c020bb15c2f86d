/** Requests that other processes serve. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { children, isAlive } from "../_tools/testing/processes.ts";
import { connect } from "../_tools/testing/test_clients.ts";
import { until } from "../_tools/testing/waiting.ts";
import { ForkingHTTPServer } from "../http_server/http_server.ts";
import {
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixStreamServer,
} from "./forking_servers.ts";
import { runFixture } from "../_tools/testing/fixture.ts";
import type { ForkedHandler } from "./forking_mix_in.ts";

const LINUX = Deno.build.os === "linux";
const ADDRESS = { hostname: "127.0.0.1", port: 0 };

function handler(name: string): ForkedHandler {
  return {
    module: new URL("./testdata/forked_handlers.ts", import.meta.url),
    handler: name,
  };
}

/** What a server of these tests must have. */
type Server = ForkingTCPServer | ForkingUnixStreamServer | ForkingHTTPServer;

/** Serves while a test runs; what children report is gathered. */
async function whileServing<S extends Server>(
  server: S,
  test: (server: S, log: string[]) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  server.logger = { error: (...args: unknown[]) => log.push(args.join(" ")) };
  const serving = server.serveForever();
  try {
    await test(server, log);
  } finally {
    await server.shutdown();
    await serving;
    await server.serverClose();
  }
}

function test(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: title, ignore: !LINUX, fn });
}

/** Sends a line on a connection of its own; returns what comes back. */
async function say(server: Server, line: string): Promise<string> {
  using client = await connect(server.serverAddress);
  await client.send(`${line}\n`);
  await client.end();
  return (await client.rest()).trim();
}

test("ForkingTCPServer sends lines back from children, and lets them go (test_ForkingTCPServer)", async () => {
  const before = children().length;
  await whileServing(
    new ForkingTCPServer(ADDRESS, handler("Echo")),
    async (server) => {
      for (const line of ["one", "two", "three"]) {
        assertEquals(await say(server, line), line);
      }
      assertNotEquals(Number(await say(server, "pid")), Deno.pid);
      await until(() => server.activeChildren!.size === 0);
      assertEquals(server.fileno() > 0, true);
    },
  );
  assertEquals(children().length, before);
});

test("ForkingTCPServer uses a child again, and tells it of the client", async () => {
  await whileServing(
    new ForkingTCPServer(ADDRESS, handler("Echo")),
    async (server) => {
      const pids = new Set<string>();
      for (let i = 0; i < 5; i++) {
        pids.add(await say(server, "pid"));
        await until(() => server.activeChildren!.size === 0);
      }
      assertEquals(pids.size, 1);
      using client = await connect(server.serverAddress);
      await client.send("address\n");
      const { port } = client.connection.localAddr as Deno.NetAddr;
      assertEquals(await client.line(), `${port}\n`);
    },
  );
});

test("ForkingTCPServer passes much data in both directions", async () => {
  await whileServing(
    new ForkingTCPServer(ADDRESS, handler("Echo")),
    async (server) => {
      const line = "x".repeat(1023);
      const text = `${line}\n`.repeat(4096);
      using client = await connect(server.serverAddress);
      const sending = client.send(text).then(() => client.end());
      assertEquals((await client.rest()).length, text.length);
      await sending;
    },
  );
});

test("ForkingTCPServer loses one request to a handler that exits, loops or throws (test_forking_handled, test_forking_not_handled)", async () => {
  const server = new ForkingTCPServer(ADDRESS, handler("Echo"));
  server.maxChildren = 3;
  await whileServing(server, async (server, log) => {
    using steady = await connect(server.serverAddress);
    await steady.send("before\n");
    assertEquals(await steady.line(), "before\n");
    assertEquals(await say(server, "exit"), "");
    await until(() => log.some((line) => line.includes("status 7")));
    assertEquals(await say(server, "throw"), "");
    await steady.send("still\n");
    assertEquals(await steady.line(), "still\n");
    server.requestTimeout = 1;
    assertEquals(await say(server, "loop"), "");
    server.requestTimeout = null;
    await until(() => log.some((line) => line.includes("SIGKILL")));
    assertEquals(await say(server, "after"), "after");
  });
});

test("ForkingTCPServer accepts no more than it has children for", async () => {
  const server = new ForkingTCPServer(ADDRESS, handler("Echo"));
  server.maxChildren = 1;
  await whileServing(server, async (server) => {
    const first = await connect(server.serverAddress);
    await first.send("one\n");
    assertEquals(await first.line(), "one\n");
    const second = say(server, "two");
    assertEquals(server.activeChildren!.size, 1);
    first[Symbol.dispose]();
    assertEquals(await second, "two");
  });
});

test("ForkingTCPServer serves a client that says nothing, and one that is not heard", async () => {
  await whileServing(
    new ForkingTCPServer(ADDRESS, handler("Deaf")),
    async (server) => {
      assertEquals(await say(server, "x".repeat(300_000)), "deaf");
      using silent = await connect(server.serverAddress);
      assertEquals(await silent.line(), "deaf\n");
    },
  );
});

test("ForkingUnixStreamServer sends lines back from children (test_ForkingUnixStreamServer)", async () => {
  const folder = await Deno.makeTempDir();
  await whileServing(
    new ForkingUnixStreamServer({ path: `${folder}/socket` }, handler("Echo")),
    async (server) => assertEquals(await say(server, "unix"), "unix"),
  );
  await Deno.remove(folder, { recursive: true });
});

test("ForkingUDPServer sends datagrams back from children (test_ForkingUDPServer)", async () => {
  const server = new ForkingUDPServer(ADDRESS, handler("DatagramEcho"));
  const serving = server.serveForever();
  const { createSocket } = await import("node:dgram");
  const client = createSocket("udp4");
  for (const text of ["one", "two"]) {
    const answer = new Promise<string>((resolve) =>
      client.once("message", (message) => resolve(String(message)))
    );
    client.send(text, server.serverAddress.port, "127.0.0.1");
    assertEquals(await answer, text);
  }
  await new Promise<void>((resolve) => client.close(() => resolve()));
  await server.shutdown();
  await serving;
  await server.serverClose();
});

test("ForkingUnixDatagramServer sends datagrams back from children (test_ForkingUnixDatagramServer)", async () => {
  const { success, stdout, stderr } = await runFixture(
    new URL("./testdata/forked_unix_datagrams.ts", import.meta.url),
    { flags: ["--unstable-net"] },
  );
  assert(success, stderr);
  assertEquals(JSON.parse(stdout), ["one", "two", "x".repeat(5000)]);
});

test("ForkingHTTPServer survives handlers that exit or loop for ever", async () => {
  const server = new ForkingHTTPServer(ADDRESS, {
    module: new URL("../http_server/testdata/forked_hello.ts", import.meta.url),
    handler: "Hello",
  });
  server.requestTimeout = 2;
  server.maxChildren = 3;
  await whileServing(server, async (server) => {
    const url = `http://127.0.0.1:${server.serverPort}`;
    const get = async (path: string, init?: RequestInit) =>
      await (await fetch(url + path, {
        ...init,
        headers: { Connection: "close" },
      })).text();
    assert(Number(await get("/")) > 0);
    assertEquals(await get("/", { method: "POST", body: "posted" }), "posted");
    for (const path of ["/exit", "/loop"]) {
      assertEquals(await get(path).catch(() => "cut"), "cut");
      assert(Number(await get("/")) > 0);
    }
  });
});

test("shutdown({ drain }) of a forking server waits for its requests, then closes them", async () => {
  for (const finishes of [true, false]) {
    await using server = new ForkingTCPServer(ADDRESS, handler("Echo"));
    const serving = server.serveForever();
    using client = await connect(server.serverAddress);
    await client.send("before\n");
    assertEquals(await client.line(), "before\n");
    let stopped = false;
    const stopping = server.shutdown({ drain: finishes ? 60 : 0.1 }).then(() =>
      stopped = true
    );
    await serving;
    assertEquals(stopped, false);
    if (finishes) {
      await client.send("after\n");
      assertEquals(await client.line(), "after\n");
      await client.end();
    }
    assertEquals(await client.rest(), "");
    await stopping;
  }
});

test("a forking server survives a shutdownRequest that throws, and takes any requestTimeout", async () => {
  class Server extends ForkingTCPServer {
    override async shutdownRequest(request: Deno.Conn): Promise<void> {
      await super.shutdownRequest(request);
      throw new Error("not ended");
    }
  }
  const server = new Server(ADDRESS, handler("Echo"));
  server.requestTimeout = Infinity;
  await whileServing(server, async (server, log) => {
    for (const line of ["one", "two"]) {
      assertEquals(await say(server, line), line);
    }
    await until(() => log.length === 2);
    assert(log.every((line) => line.includes("not ended")), log.join());
  });
});

test("a forking server says why children cannot start", async () => {
  for (
    const bad of [
      handler("Nothing"),
      { module: "file:///no/such/module.ts", handler: "Echo" },
    ]
  ) {
    await whileServing(
      new ForkingTCPServer(ADDRESS, bad),
      async (server, log) => {
        assertEquals(await say(server, "x"), "");
        await until(() =>
          log.some((line) => line.includes("Cannot start a child"))
        );
      },
    );
  }
});

test("a forking server leaves no child behind when it is killed", async () => {
  const program = `
    import { ForkingTCPServer } from ${
    JSON.stringify(new URL("./forking_servers.ts", import.meta.url).href)
  };
    const server = new ForkingTCPServer({ hostname: "127.0.0.1", port: 0 }, ${
    JSON.stringify({ ...handler("Echo"), module: handler("Echo").module })
  });
    server.maxChildren = 2;
    const serving = server.serveForever();
    for (let i = 0; i < 2; i++) {
      const connection = await Deno.connect(server.serverAddress);
      await connection.write(new TextEncoder().encode("pid\\n" + (i ? "loop\\n" : "")));
      const buffer = new Uint8Array(100);
      await Deno.stdout.write(buffer.subarray(0, await connection.read(buffer)));
    }
    await serving;
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const parent = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--config",
      new URL("../deno.json", import.meta.url).pathname,
      file,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let said = "";
  const reader = parent.stdout.getReader();
  while (said.split("\n").length < 3) {
    const { value } = await reader.read();
    said += new TextDecoder().decode(value);
  }
  const pids = said.trim().split("\n").map(Number);
  assertEquals(pids.map(isAlive), [true, true]);
  parent.kill("SIGKILL");
  await parent.status;
  await reader.cancel();
  await until(() => !pids.some(isAlive));
  await Deno.remove(file);
});
