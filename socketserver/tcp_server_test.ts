import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { cpuUsage } from "node:process";
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
import { StreamRequestHandler } from "./stream_request_handler.ts";
import { type ServerAddress, TCPServer } from "./tcp_server.ts";
import { ThreadingTCPServer } from "./threading_servers.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

// A polling server would need half a second, Python's interval.
const AT_ONCE = 300;

/** Echoes for each of three clients in a row, and closes, as Python's helper does. */
async function serveThreeClients(server: TCPServer): Promise<void> {
  assertEquals(server.serverAddress, server.socket.getsockname());
  await whileServing(server, async () => {
    for (const line of ["one\n", "two\n", "three\n"]) {
      assertEquals(await ask(server.serverAddress, line), line);
    }
  });
  assertEquals(server.fileno(), -1);
}

Deno.test("TCPServer echoes for one client after the other (test_TCPServer)", async () => {
  await serveThreeClients(new TCPServer(LOOPBACK, EchoHandler));
});

Deno.test("ThreadingTCPServer echoes (test_ThreadingTCPServer)", async () => {
  await serveThreeClients(new ThreadingTCPServer(LOOPBACK, EchoHandler));
});

Deno.test("TCPServer() takes an address in either spelling, and tells the bound one", async () => {
  for (
    const [address, hostname] of [
      [{ hostname: "127.0.0.1", port: 0 }, "127.0.0.1"],
      [["127.0.0.1", 0], "127.0.0.1"],
      [["localhost", 0], "127.0.0.1"],
      [{ port: 0 }, "0.0.0.0"],
      [["", 0], "0.0.0.0"],
      [{ hostname: "::1", port: 0 }, "::1"],
    ] as [ServerAddress, string][]
  ) {
    await using server = new TCPServer(address, EchoHandler);
    assertEquals(server.serverAddress.hostname, hostname);
    assert(server.serverAddress.port > 0);
  }
});

Deno.test("TCPServer: an IPv6 wildcard serves IPv4, too, and names such clients plainly", async () => {
  class V6 extends TCPServer {
    static override addressFamily = "AF_INET6" as const;
    override logger = new LogBook();
  }
  class Bomb extends BaseRequestHandler<Deno.Conn> {
    override handle(): void {
      throw new Error("mistake");
    }
  }
  const server = new V6({ port: 0 }, Bomb);
  assertEquals(server.serverAddress.hostname, "::");
  const { port } = server.serverAddress;
  await whileServing(server, async () => {
    await ask({ transport: "tcp", hostname: "127.0.0.1", port }, "");
    await ask({ transport: "tcp", hostname: "::1", port }, "");
  });
  const [mapped, plain] = server.logger.entries.map(({ message }) =>
    message.split("\n")[1]!
  );
  assertStringIncludes(mapped!, " 127.0.0.1:");
  assertStringIncludes(plain!, " [::1]:");
});

Deno.test("TCPServer(…, false) opens nothing until it is told to", async () => {
  for (const options of [false, { bindAndActivate: false }]) {
    const server = new TCPServer(LOOPBACK, EchoHandler, options);
    assertEquals(server.fileno(), -1);
    assertThrows(() => server.socket, TypeError, "not bound");
    assertEquals(server.serverAddress.port, 0);
    server.requestQueueSize = 50;
    server.serverBind();
    server.serverActivate();
    assert(server.fileno() > 0);
    await serveThreeClients(server);
  }
  const unbound = new TCPServer(LOOPBACK, EchoHandler, false);
  await unbound.serverClose();
});

Deno.test("TCPServer: class attributes are defaults, options come before them", async () => {
  class Own extends TCPServer {
    static override requestQueueSize = 7;
    static override allowReuseAddress = true;
  }
  await using plain = new TCPServer(LOOPBACK, EchoHandler);
  assertEquals(
    [
      plain.requestQueueSize,
      plain.allowReuseAddress,
      plain.allowReusePort,
      plain.addressFamily,
      plain.socketType,
      plain.timeout,
    ],
    [5, false, false, "AF_INET", "SOCK_STREAM", null],
  );
  await using own = new Own(LOOPBACK, EchoHandler);
  assertEquals([own.requestQueueSize, own.allowReuseAddress], [7, true]);
  await using asked = new Own(LOOPBACK, EchoHandler, {
    requestQueueSize: 9,
    allowReuseAddress: false,
  });
  assertEquals([asked.requestQueueSize, asked.allowReuseAddress], [9, false]);
});

// The sanitizers see what stays open.
Deno.test("TCPServer() that cannot bind leaves nothing open, however often (test_tcpserver_bind_leak)", async () => {
  await using taken = new TCPServer(LOOPBACK, EchoHandler);
  const { port } = taken.serverAddress;
  for (const Server of [TCPServer, ThreadingTCPServer]) {
    for (let i = 0; i < 200; i++) {
      assertThrows(
        () => new Server({ hostname: "127.0.0.1", port }, EchoHandler),
        Deno.errors.AddrInUse,
      );
    }
    for (const bad of [-1, 65536, 1.5, NaN, Infinity]) {
      for (let i = 0; i < 50; i++) {
        assertThrows(
          () => new Server({ hostname: "127.0.0.1", port: bad }, EchoHandler),
          RangeError,
          `"${bad}"`,
        );
      }
    }
    for (let i = 0; i < 50; i++) {
      assertThrows(
        () => new Server({ hostname: "192.0.2.1", port: 0 }, EchoHandler),
        Deno.errors.AddrNotAvailable,
      );
    }
  }
});

Deno.test("TCPServer() whose serverActivate throws leaves nothing open", () => {
  let port = 0;
  class Failing extends TCPServer {
    override serverActivate(): void {
      port = this.serverAddress.port;
      throw new Error("no");
    }
  }
  assertThrows(() => new Failing(LOOPBACK, EchoHandler), Error, "no");
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("TCPServer() whose serverClose fails, too, tells the first error", async () => {
  class Failing extends TCPServer {
    override serverBind(): void {
      throw new Error("first");
    }
    override serverClose(): Promise<void> {
      return Promise.reject(new Error("second"));
    }
  }
  assertThrows(() => new Failing(LOOPBACK, EchoHandler), Error, "first");
  await pause(1);
});

Deno.test({
  name: "TCPServer() without permission throws from the constructor",
  permissions: { net: false },
  fn() {
    assertThrows(
      () => new TCPServer(LOOPBACK, EchoHandler),
      Deno.errors.NotCapable,
    );
  },
});

Deno.test("TCPServer() refuses allowReusePort without the flag it needs", () => {
  assertThrows(
    () => new TCPServer(LOOPBACK, EchoHandler, { allowReusePort: true }),
    TypeError,
    "--unstable-net",
  );
});

Deno.test("TCPServer: with allowReusePort two bind the same port", async () => {
  const { success, stdout } = await runFixture(fixture("reuse_port.ts"), {
    flags: ["--unstable-net"],
  });
  assertEquals([success, stdout], [true, "same port\n"]);
});

Deno.test("serverClose() may be called again, and the number is -1 (test_context_manager)", async () => {
  const server = new TCPServer(LOOPBACK, EchoHandler);
  assert(server.fileno() > 0);
  await server.serverClose();
  await server.serverClose();
  assertEquals(server.fileno(), -1);
  const closed = new TCPServer(LOOPBACK, EchoHandler);
  {
    await using server = closed;
    assert(server.fileno() > 0);
  }
  assertEquals(closed.fileno(), -1);
});

Deno.test("two servers in one process: closing one does not touch the other", async () => {
  const one = new ThreadingTCPServer(LOOPBACK, EchoHandler);
  const two = new ThreadingTCPServer(LOOPBACK, EchoHandler);
  await whileServing(two, async () => {
    await whileServing(one, async () => {
      assertEquals(await ask(one.serverAddress, "one\n"), "one\n");
    });
    assertEquals(one.fileno(), -1);
    assertEquals(await ask(two.serverAddress, "two\n"), "two\n");
  });
});

for (const Server of [TCPServer, ThreadingTCPServer]) {
  Deno.test(`serverClose() during serveForever() ends the loop of a ${Server.name}`, async () => {
    for (const busy of [false, true]) {
      const server = new Server(LOOPBACK, EchoHandler);
      const serving = server.serveForever();
      if (busy) assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
      else await pause(1);
      const took = await timed(async () => {
        await server.serverClose();
        await serving;
      });
      assert(took < AT_ONCE, `${took}`);
    }
  });

  Deno.test(`a ${Server.name} that idles burns no CPU and stops in milliseconds (test_shutdown)`, async () => {
    const server = new Server(LOOPBACK, EchoHandler);
    const serving = server.serveForever();
    assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
    await pause(50); // let the collector have its time
    const before = cpuUsage();
    await pause(500);
    const { user, system } = cpuUsage(before);
    assert(user + system < 100_000, `${user + system} us of CPU`);
    assert(await timed(() => server.shutdown()) < AT_ONCE);
    await serving;
    await server.serverClose();
  });

  Deno.test(`AbortSignal ends a ${Server.name}`, async () => {
    const ending = new AbortController();
    await using server = new Server(LOOPBACK, EchoHandler);
    const serving = server.serveForever({ signal: ending.signal });
    assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
    ending.abort();
    assert(await timed(() => serving) < AT_ONCE);
  });

  Deno.test(`1,000 short connections in a row leave nothing open: ${Server.name}`, async () => {
    await whileServing(new Server(LOOPBACK, EchoHandler), async (server) => {
      for (let i = 0; i < 1000; i++) {
        assertEquals(await ask(server.serverAddress, "a\n"), "a\n");
      }
    });
  });

  Deno.test(`${Server.name}: a refused request is ended once, without a handler (test_shutdown_request_called_if_verify_request_false)`, async () => {
    const ended: string[] = [];
    class Refusing extends (Server as typeof TCPServer) {
      override verifyRequest(): boolean {
        return false;
      }
      override async shutdownRequest(request: Deno.Conn): Promise<void> {
        ended.push("shutdown");
        await super.shutdownRequest(request);
      }
      override async closeRequest(request: Deno.Conn): Promise<void> {
        ended.push("close");
        await super.closeRequest(request);
      }
    }
    await using server = new Refusing(LOOPBACK, EchoHandler);
    const handled = server.handleRequest();
    assertEquals(await ask(server.serverAddress, ""), "");
    await handled;
    await server.serverClose(); // waits for what a threading server still ends
    assertEquals(ended, ["shutdown", "close"]);
  });

  for (const moment of ["before", "during", "after"]) {
    Deno.test(`${Server.name}: a client that leaves ${moment} handle is closed once and harms nobody`, async () => {
      const closes = new Map<Deno.Conn, number>();
      class Counting extends (Server as typeof TCPServer) {
        override logger = new LogBook();
        override async closeRequest(request: Deno.Conn): Promise<void> {
          closes.set(request, (closes.get(request) ?? 0) + 1);
          await super.closeRequest(request);
        }
      }
      const left = Promise.withResolvers<void>();
      class Slow extends StreamRequestHandler {
        override async handle(): Promise<void> {
          if (moment === "before") await left.promise;
          for await (const line of this.rfile) await this.wfile.write(line);
        }
      }
      await whileServing(new Counting(LOOPBACK, Slow), async (server) => {
        const client = await connect(server.serverAddress);
        if (moment !== "before") {
          await client.send("a\n");
          assertEquals(await client.line(), "a\n");
        }
        // Unread bytes make the system send a reset instead of a proper end.
        if (moment === "during") await client.send("unread\n".repeat(1000));
        if (moment === "after") await client.end();
        client[Symbol.dispose]();
        left.resolve();
        await until(() => closes.size === 1);
        assertEquals(await ask(server.serverAddress, "b\n"), "b\n");
      });
      assertEquals([...closes.values()], [1, 1]);
    });
  }
}

/** Answers without reading the request, and counts the bytes it was sent. */
class Hasty extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(new TextEncoder().encode("no\n"));
  }
}

const UNREAD = "x".repeat(200_000);

Deno.test("TCPServer: the answer to a request that was not read arrives whole", async () => {
  await whileServing(new TCPServer(LOOPBACK, Hasty), async (server) => {
    using client = await connect(server.serverAddress);
    for (let i = 0; i < 3; i++) {
      await client.send(UNREAD);
      await pause(20); // the time that a reset needs to arrive
    }
    assertEquals(await client.rest(), "no\n");
  });
});

// If this fails the test above proves nothing.
Deno.test("TCPServer with lingerTime 0 closes at once, which resets the connection", async () => {
  const server = new TCPServer(LOOPBACK, Hasty);
  server.lingerTime = 0;
  await whileServing(server, async () => {
    using client = await connect(server.serverAddress);
    await client.send(UNREAD);
    await pause(20);
    await assertRejects(() => client.send(UNREAD));
  });
});

Deno.test("TCPServer lingers no longer than lingerTime, and reads no more than lingerBytes", async () => {
  const server = new TCPServer(LOOPBACK, Hasty);
  server.lingerTime = 0.05;
  const took = await timed(async () => {
    const served = server.handleRequest();
    using client = await connect(server.serverAddress);
    assertEquals(await client.rest(), "no\n");
    await served; // the client has not closed
  });
  assert(took >= 49 && took < 1000, `${took}`);

  server.lingerTime = 60;
  server.lingerBytes = 10_000;
  const served = server.handleRequest();
  using client = await connect(server.serverAddress);
  assertEquals(await client.line(), "no\n");
  await client.send(UNREAD).catch(() => {});
  await served;
  await server.serverClose();
});

for (const Server of [TCPServer, ThreadingTCPServer]) {
  Deno.test(`${Server.name}: stopping does not wait for a client that keeps an answered connection open`, async () => {
    const server = new Server(LOOPBACK, Hasty);
    server.lingerTime = 60;
    const serving = server.serveForever();
    using client = await connect(server.serverAddress);
    assertEquals(await client.rest(), "no\n");
    const took = await timed(async () => {
      await server.shutdown();
      await serving;
      await server.serverClose();
    });
    assert(took < AT_ONCE, `${took}`);
  });
}

Deno.test("TCPServer: shutdown() from inside a request ends the server, and the answer arrives", async () => {
  class Last extends StreamRequestHandler<Deno.NetAddr, TCPServer> {
    override async handle(): Promise<void> {
      await this.server.shutdown();
      await this.wfile.write(new TextEncoder().encode("bye\n"));
    }
  }
  for (const Server of [TCPServer, ThreadingTCPServer]) {
    const server = new Server(LOOPBACK, Last);
    const serving = server.serveForever();
    using client = await connect(server.serverAddress);
    assertEquals(await client.rest(), "bye\n");
    await serving;
    await server.serverClose();
  }
});

Deno.test("getRequest() called twice at once gives two connections", async () => {
  await using server = new TCPServer(LOOPBACK, EchoHandler);
  const requests = Promise.all([server.getRequest(), server.getRequest()]);
  using _one = await connect(server.serverAddress);
  using _two = await connect(server.serverAddress);
  const [[first], [second]] = await requests;
  assert(first !== second);
  first.close();
  second.close();
});

Deno.test("a connection that comes after handleRequest() timed out is served by the next call", async () => {
  await using server = new TCPServer(LOOPBACK, EchoHandler);
  server.timeout = 0.01;
  await server.handleRequest();
  const answer = ask(server.serverAddress, "kept\n");
  server.timeout = 5;
  await server.handleRequest();
  assertEquals(await answer, "kept\n");
});

Deno.test("a connection that nobody took is closed with the server", async () => {
  const server = new TCPServer(LOOPBACK, EchoHandler);
  server.timeout = 0.01;
  await server.handleRequest();
  using client = await connect(server.serverAddress);
  await pause(10);
  await server.serverClose();
  const rest = await client.rest().catch((error) => error);
  if (rest !== "") assertInstanceOf(rest, Deno.errors.ConnectionReset);
});

Deno.test("handleRequest() waits for the shorter of the server's and the socket's time-out", async () => {
  await using server = new TCPServer(LOOPBACK, EchoHandler);
  assertEquals(server.socket.gettimeout(), null);
  for (
    const [own, socket] of [[60, 0.01], [0.01, 60], [null, 0.01], [0.01, null]]
  ) {
    server.timeout = own!;
    server.socket.settimeout(socket!);
    assertEquals(server.socket.gettimeout(), socket);
    assert(await timed(() => server.handleRequest()) < 1000);
  }
});

Deno.test("handleRequest() of a server that is closed meanwhile returns", async () => {
  const server = new TCPServer(LOOPBACK, EchoHandler);
  const handled = server.handleRequest();
  await pause(1);
  await server.serverClose();
  await handled;
});

Deno.test("TCPServer out of descriptors neither spins nor dies, and recovers", async () => {
  const { success, stdout, stderr } = await runFixture(
    fixture("out_of_files.ts"),
    {
      files: 64,
    },
  );
  assert(success, stderr);
  const report = JSON.parse(stdout);
  assertEquals(report.served, 200);
  assert(report.cpuMilliseconds < 300, stdout);
  assertEquals(report.complaints, 1);
});

function fixture(name: string): URL {
  return new URL(`./testdata/${name}`, import.meta.url);
}
