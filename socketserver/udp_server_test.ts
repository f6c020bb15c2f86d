import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { LogBook, whileServing } from "../_tools/testing/test_clients.ts";
import { pause, timed, until } from "../_tools/testing/waiting.ts";
import { BaseRequestHandler } from "./base_request_handler.ts";
import { DatagramRequestHandler } from "./datagram_request_handler.ts";
import type { DatagramRequest } from "./datagram_request_handler.ts";
import { ThreadingUDPServer } from "./threading_servers.ts";
import { UDPServer } from "./udp_server.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const utf8 = new TextEncoder();

class Echo extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(await this.rfile.read());
  }
}

/** A client without a server's help. */
class UDPClient implements AsyncDisposable {
  readonly #socket: ReturnType<typeof createSocket>;
  readonly #received: Uint8Array[] = [];
  #arrival = Promise.withResolvers<void>();

  constructor(type: "udp4" | "udp6" = "udp4") {
    this.#socket = createSocket(type);
    this.#socket.on("message", (message) => {
      this.#received.push(message);
      this.#arrival.resolve();
    });
  }

  send(data: Uint8Array | string, to: Deno.NetAddr): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(
        Buffer.from(data),
        to.port,
        to.hostname,
        (error) => error ? reject(error) : resolve(),
      );
    });
  }

  async receive(): Promise<Uint8Array> {
    while (this.#received.length === 0) {
      await this.#arrival.promise;
      this.#arrival = Promise.withResolvers();
    }
    return this.#received.shift()!;
  }

  async ask(text: string, to: Deno.NetAddr): Promise<string> {
    await this.send(text, to);
    return new TextDecoder().decode(await this.receive());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

for (const Server of [UDPServer, ThreadingUDPServer]) {
  Deno.test(`${Server.name} echoes (test_${Server.name})`, async () => {
    const server = new Server(LOOPBACK, Echo);
    assertEquals(server.serverAddress, server.socket.getsockname());
    assert(server.serverAddress.port > 0);
    await whileServing(server, async () => {
      await using client = new UDPClient();
      for (const text of ["one", "two", "three"]) {
        assertEquals(await client.ask(text, server.serverAddress), text);
      }
    });
    assertEquals(server.fileno(), -1);
  });

  Deno.test(`${Server.name} stops in milliseconds, and closes while it serves`, async () => {
    const server = new Server(LOOPBACK, Echo);
    const serving = server.serveForever();
    await pause(1);
    assert(await timed(() => server.shutdown()) < 300);
    await serving;
    const again = server.serveForever();
    await pause(1);
    await server.serverClose();
    assert(await timed(() => again) < 300);
    await server.serverClose();
  });
}

Deno.test("UDPServer() takes an address in either spelling", async () => {
  for (
    const [address, hostname] of [
      [["127.0.0.1", 0], "127.0.0.1"],
      [["localhost", 0], "127.0.0.1"],
      [{ port: 0 }, "0.0.0.0"],
      [{ hostname: "::1", port: 0 }, "::1"],
    ] as [[string, number], string][]
  ) {
    await using server = new UDPServer(address, Echo);
    assertEquals(server.serverAddress.hostname, hostname);
    assertEquals(server.serverAddress.transport, "udp");
    assert(server.serverAddress.port > 0);
  }
});

Deno.test("UDPServer serves over IPv6", async () => {
  const server = new UDPServer({ hostname: "::1", port: 0 }, Echo);
  await whileServing(server, async () => {
    await using client = new UDPClient("udp6");
    assertEquals(await client.ask("six", server.serverAddress), "six");
  });
});

Deno.test("UDPServer: class attributes are defaults, options come before them", async () => {
  class Own extends UDPServer {
    static override maxPacketSize = 100;
  }
  await using plain = new UDPServer(LOOPBACK, Echo);
  assertEquals(
    [plain.maxPacketSize, plain.addressFamily, plain.socketType],
    [8192, "AF_INET", "SOCK_DGRAM"],
  );
  await using own = new Own(LOOPBACK, Echo);
  await using asked = new Own(LOOPBACK, Echo, { maxPacketSize: 5 });
  assertEquals([own.maxPacketSize, asked.maxPacketSize], [100, 5]);
  const later = new UDPServer(LOOPBACK, Echo, false);
  assertEquals(later.fileno(), -1);
  assertThrows(() => later.socket, TypeError, "not bound");
  later.serverBind();
  later.serverActivate();
  assert(later.fileno() > 0);
  await later.serverClose();
});

Deno.test("UDPServer that cannot bind leaves nothing open, however often (test_tcpserver_bind_leak)", async () => {
  await using taken = new UDPServer(LOOPBACK, Echo);
  const { port } = taken.serverAddress;
  for (const Server of [UDPServer, ThreadingUDPServer]) {
    for (let i = 0; i < 50; i++) {
      assertThrows(
        () => new Server({ hostname: "127.0.0.1", port }, Echo),
        Deno.errors.AddrInUse,
      );
      assertThrows(
        () => new Server({ hostname: "192.0.2.1", port: 0 }, Echo),
        Deno.errors.AddrNotAvailable,
      );
      for (const bad of [-1, 65536, 1.5, NaN]) {
        assertThrows(
          () => new Server({ hostname: "127.0.0.1", port: bad }, Echo),
          RangeError,
          `"${bad}"`,
        );
      }
    }
  }
});

Deno.test("UDPServer() with a name that is no address says so from the constructor", () => {
  assertThrows(
    () => new UDPServer({ hostname: "no.such.host.invalid", port: 0 }, Echo),
    Error,
    "no.such.host.invalid",
  );
});

Deno.test({
  name: "UDPServer() without permission throws from the constructor",
  permissions: { net: false },
  fn() {
    assertThrows(() => new UDPServer(LOOPBACK, Echo), Deno.errors.NotCapable);
  },
});

Deno.test("UDPServer cuts datagrams that are longer than maxPacketSize", async () => {
  const server = new UDPServer(LOOPBACK, Echo, { maxPacketSize: 4 });
  await whileServing(server, async () => {
    await using client = new UDPClient();
    assertEquals(await client.ask("abcdef", server.serverAddress), "abcd");
    assertEquals(await client.ask("abcd", server.serverAddress), "abcd");
    server.maxPacketSize = 6;
    assertEquals(await client.ask("abcdef", server.serverAddress), "abcdef");
  });
});

Deno.test("UDPServer: an empty datagram is a request, too", async () => {
  await whileServing(new UDPServer(LOOPBACK, Echo), async (server) => {
    await using client = new UDPClient();
    assertEquals(await client.ask("", server.serverAddress), "");
  });
});

Deno.test("UDPServer: an answer that cannot be sent is reported, and the next is served", async () => {
  class Long extends DatagramRequestHandler {
    override async handle(): Promise<void> {
      const packet = await this.rfile.read();
      await this.wfile.write(
        packet.length === 1 ? new Uint8Array(100_000) : packet,
      );
    }
  }
  const server = new UDPServer(LOOPBACK, Long);
  const log = server.logger = new LogBook();
  await whileServing(server, async () => {
    await using client = new UDPClient();
    await client.send("x", server.serverAddress);
    assertEquals(await client.ask("next", server.serverAddress), "next");
  });
  assertEquals(log.entries.length, 1);
});

Deno.test("UDPServer: the request is the packet and the socket, and closing it does nothing", async () => {
  let request: DatagramRequest | undefined;
  class Keeping extends BaseRequestHandler<DatagramRequest, Deno.NetAddr> {
    override async handle(): Promise<void> {
      request = this.request;
      await this.request[1].sendto(utf8.encode("by hand"), this.clientAddress);
    }
  }
  await whileServing(new UDPServer(LOOPBACK, Keeping), async (server) => {
    await using client = new UDPClient();
    assertEquals(await client.ask("a", server.serverAddress), "by hand");
    assertEquals(request![0], utf8.encode("a"));
    assertEquals(request![0].buffer.byteLength, 1);
    assert(request![1] === server.socket);
    assertEquals(await client.ask("b", server.serverAddress), "by hand");
  });
});

Deno.test("UDPServer.handleRequest() waits no longer than it should", async () => {
  let timeouts = 0;
  class Patient extends UDPServer {
    override handleTimeout(): void {
      timeouts++;
    }
  }
  await using server = new Patient(LOOPBACK, Echo);
  for (const [own, socket] of [[60, 0.01], [0.01, null]] as const) {
    server.timeout = own;
    server.socket.settimeout(socket);
    assert(await timed(() => server.handleRequest()) < 1000);
  }
  assertEquals(timeouts, 2);
  await using client = new UDPClient();
  server.timeout = 5;
  const answer = client.ask("a", server.serverAddress);
  await server.handleRequest();
  assertEquals([await answer, timeouts], ["a", 2]);
});

Deno.test("UDPServer: a flood is dropped, not kept", async () => {
  let served = 0;
  class Counting extends BaseRequestHandler<DatagramRequest> {
    override handle(): void {
      served++;
    }
  }
  await using server = new UDPServer(LOOPBACK, Counting);
  await using client = new UDPClient();
  const packet = new Uint8Array(60_000);
  for (let i = 0; i < 2000; i++) {
    await client.send(packet, server.serverAddress);
  }
  await whileServing(server, async () => {
    await until(() => served > 0);
    await using other = new UDPClient();
    server.RequestHandlerClass = Echo;
    let answered = false;
    const answer = (async () => {
      while (!answered) {
        await other.send("still there", server.serverAddress);
        await pause(20);
      }
    })();
    assertEquals(
      new TextDecoder().decode(await other.receive()),
      "still there",
    );
    answered = true;
    await answer;
  });
  // 4 MB in the queue, and what the operating system holds.
  assert(served < 200, `${served}`);
});
