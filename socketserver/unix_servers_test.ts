import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { runFixture } from "../_tools/testing/fixture.ts";
import {
  ask,
  connect,
  EchoHandler,
  LogBook,
  whileServing,
} from "../_tools/testing/test_clients.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import { StreamRequestHandler } from "./stream_request_handler.ts";
import { ThreadingUnixStreamServer } from "./threading_servers.ts";
import { UnixDatagramServer } from "./unix_datagram_server.ts";
import { UnixStreamServer } from "./unix_stream_server.ts";

/** Calls `use` with a path that nobody has. */
async function withPath(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/socket`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const Server of [UnixStreamServer, ThreadingUnixStreamServer]) {
  Deno.test(`${Server.name} echoes (test_${Server.name})`, async () => {
    await withPath(async (path) => {
      const server = new Server({ path }, EchoHandler);
      assertEquals(server.serverAddress, server.socket.getsockname());
      assertEquals(server.serverAddress.path, path);
      await whileServing(server, async () => {
        for (const line of ["one\n", "two\n", "three\n"]) {
          assertEquals(await ask(server.serverAddress, line), line);
        }
      });
      assertEquals(server.fileno(), -1);
      // At once: a late removal would hit the file of the next server.
      assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
    });
  });
}

Deno.test("UnixStreamServer takes a path alone, and options", async () => {
  await withPath(async (path) => {
    await using server = new UnixStreamServer(path, EchoHandler, {
      requestQueueSize: 9,
    });
    assertEquals(
      [server.requestQueueSize, server.addressFamily, server.socketType],
      [9, "AF_UNIX", "SOCK_STREAM"],
    );
    const later = new UnixStreamServer(`${path}2`, EchoHandler, false);
    assertEquals(later.fileno(), -1);
    later.serverBind();
    later.serverActivate();
    assert(later.fileno() > 0);
    await later.serverClose();
  });
});

Deno.test("UnixStreamServer that cannot bind leaves nothing open, and the other's file alone (test_tcpserver_bind_leak)", async () => {
  await withPath(async (path) => {
    await whileServing(new UnixStreamServer(path, EchoHandler), async (one) => {
      for (let i = 0; i < 100; i++) {
        assertThrows(
          () => new UnixStreamServer(path, EchoHandler),
          Deno.errors.AddrInUse,
        );
        assertThrows(
          () => new UnixStreamServer(`${path}/none/socket`, EchoHandler),
          Error,
        );
      }
      assertEquals(await ask(one.serverAddress, "a\n"), "a\n");
    });
  });
});

Deno.test({
  name: "UnixStreamServer without permission throws from the constructor",
  permissions: { read: false, write: false },
  fn() {
    assertThrows(
      () => new UnixStreamServer("/tmp/never-made", EchoHandler),
      Deno.errors.NotCapable,
    );
  },
});

Deno.test("UnixStreamServer names a client without a path in its reports", async () => {
  class Bomb extends BaseRequestHandler<Deno.Conn> {
    override handle(): void {
      throw new Error("mistake");
    }
  }
  await withPath(async (path) => {
    const server = new UnixStreamServer(path, Bomb);
    const log = server.logger = new LogBook();
    await whileServing(server, async () => {
      assertEquals(await ask(server.serverAddress, ""), "");
    });
    assert(log.entries[0]!.message.includes("from an unnamed client\n"));
  });
});

Deno.test("StreamRequestHandler asks no Unix connection for TCP_NODELAY", async () => {
  class Quick extends StreamRequestHandler<Deno.UnixAddr> {
    override disableNagleAlgorithm = true;
    override timeout = 5;
    override async handle(): Promise<void> {
      await this.wfile.write(await this.rfile.readline());
    }
  }
  await withPath(async (path) => {
    const server = new UnixStreamServer(path, Quick);
    await whileServing(server, async () => {
      using client = await connect(server.serverAddress);
      await client.send("a\n");
      assertEquals(await client.rest(), "a\n");
    });
  });
});

Deno.test("UnixDatagramServer says which flag it needs, before anything is opened", async () => {
  await withPath(async (path) => {
    for (let i = 0; i < 20; i++) {
      assertThrows(
        () => new UnixDatagramServer(path, BaseRequestHandler),
        TypeError,
        "--unstable-net",
      );
    }
    await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
  });
});

Deno.test("UnixDatagramServer and ThreadingUnixDatagramServer echo (test_UnixDatagramServer, test_ThreadingUnixDatagramServer)", async () => {
  const { success, stdout, stderr } = await runFixture(
    new URL("./testdata/unix_datagrams.ts", import.meta.url),
    { flags: ["--unstable-net"] },
  );
  assert(success, stderr);
  const result = {
    answers: [
      "one",
      "two",
      "three",
      "x".repeat(5000),
      "atrue",
      "t1true",
      "t2true",
    ],
    bound: true,
    quick: true,
    taken: "AddrInUse",
    fileno: -1,
    left: 2,
  };
  assertEquals(JSON.parse(stdout), [result, result]);
});
