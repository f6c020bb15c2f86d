/** The way from the public socket to the application's process and back, in one process. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  fromFetchHandler,
  ThreadingHTTPServer,
} from "../../http_server/mod.ts";
import { field, RawClient } from "../../_tools/testing/raw_client.ts";
import { Link } from "./_link.ts";
import {
  connectPrivately,
  makeSocketFolder,
  type PrivateAddress,
} from "./_private_socket.ts";
import { relayTo } from "./_relay_handler.ts";
import {
  announcing,
  openRelayServer,
  type RelayServer,
} from "./_relay_receiver.ts";

type Handler = (
  request: Request,
  info: { remoteAddr: Deno.NetAddr },
) => Response | Promise<Response>;

/** A public server with a process behind it, which here is none. */
class Relayed implements AsyncDisposable {
  readonly links: Link[] = [];
  /** Kills the process once it is asked for the next link. */
  token = "right";
  /** Whether the process is told to take no further requests. */
  retired = false;
  readonly #folder: string | null;
  readonly #private: { server: RelayServer; address: PrivateAddress };
  readonly #public: ThreadingHTTPServer;
  readonly #serving: Promise<unknown>;

  constructor(handler: Handler, folder: string | null) {
    this.#folder = folder;
    class Quiet extends fromFetchHandler(handler) {
      override logMessage(): void {}
    }
    this.#private = openRelayServer(folder, "app", {
      token: "right",
      HandlerClass: announcing(Quiet, () => this.retired),
      server: {},
    });
    this.#public = new ThreadingHTTPServer(
      { hostname: "127.0.0.1", port: 0 },
      relayTo(async (ends) => {
        const socket = await connectPrivately(this.#private.address);
        const link = await Link.open(socket, { ...ends, token: this.token });
        this.links.push(link);
        return link;
      }),
    );
    this.#serving = Promise.all([
      this.#private.server.serveForever(),
      this.#public.serveForever(),
    ]);
  }

  /** Connects to the public server. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.#public.serverAddress);
  }

  /** Asks the public server to end. */
  async shutdown(drain: number): Promise<void> {
    await this.#public.shutdown({ drain });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#public.shutdown({ drain: 1 });
    await this.#private.server.shutdown({ drain: 1 });
    await this.#serving;
    await this.#public.serverClose();
    await this.#private.server.serverClose();
    if (this.#folder) await Deno.remove(this.#folder, { recursive: true });
  }
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** Waits until a request is given up. */
async function aborting(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

function relayed(handler: Handler): Relayed {
  return new Relayed(handler, makeSocketFolder());
}

for (
  const [kind, folder] of [
    ["a Unix socket", makeSocketFolder],
    ["a port", () => null],
  ] as const
) {
  Deno.test(`relayTo() carries requests over ${kind}, many on one connection, with the client's address`, async () => {
    await using server = new Relayed(
      async (request, { remoteAddr }) =>
        new Response(`${remoteAddr.port} ${await request.text()}`),
      folder(),
    );
    using client = await server.connect();
    const { port } = client.connection.localAddr as Deno.NetAddr;
    for (const text of ["", "a", "bc"]) {
      await client.send(
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
      assertEquals((await client.readAnswer()).body, `${port} ${text}`);
    }
    assertEquals(server.links.length, 1);
  });
}

Deno.test("relayTo() takes another link for the next request when the first is retired", async () => {
  let count = 0;
  await using server = relayed(() => new Response(`${++count}`));
  using client = await server.connect();
  for (let i = 1; i <= 3; i++) {
    await client.send(GET);
    assertEquals((await client.readAnswer()).body, `${i}`);
    // While it rests, or is about to: the word of it may still be on its way.
    server.links.at(-1)!.retire();
  }
  await client.send(GET);
  assertEquals((await client.readAnswer()).body, "4");
  assertEquals(server.links.length, 4);
});

for (const told of [true, false]) {
  const title = told
    ? "hands over what a retired process has not begun"
    : "waits for what a process does that does not know yet that it is retired";
  Deno.test(`relayTo() ${title}, in order and once`, async () => {
    const { promise: wait, resolve: go } = Promise.withResolvers<void>();
    const asked: string[] = [];
    await using server = relayed(async ({ url }) => {
      asked.push(url.slice(-1));
      if (url.endsWith("/1")) await wait;
      return new Response(url);
    });
    using client = await server.connect();
    const request = (n: number) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`;
    await client.send(request(1) + request(2));
    while (asked.length === 0) await new Promise((r) => setTimeout(r, 1));
    await client.send(request(3));
    server.retired = told;
    server.links[0]!.retire();
    go();
    assertEquals((await client.readAnswer()).body, "http://a/1");
    server.retired = false;
    for (const n of [2, 3]) {
      assertEquals((await client.readAnswer()).body, `http://a/${n}`);
    }
    await client.send(GET);
    await client.readAnswer();
    assertEquals(server.links.length, 2);
    assertEquals(asked, ["1", "2", "3", "/"]);
  });
}

Deno.test("relayTo() carries large bodies both ways", async () => {
  await using server = relayed(({ body }) => new Response(body));
  using client = await server.connect();
  const body = Array.from(
    { length: 4 << 20 },
    (_, i) => String.fromCharCode(i * i & 0xff),
  ).join("");
  const sending = client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = await client.readAnswer();
  await sending;
  assert(answer.body === body);
});

Deno.test("relayTo() closes where the application closes", async () => {
  await using server = relayed(() => new Response("bye"));
  using client = await server.connect();
  await client.send("GET / HTTP/1.0\r\n\r\n");
  assertMatch(await client.readToEnd(), /\r\n\r\nbye$/);
});

Deno.test("relayTo() tells the application that the client has ended its side, or left", async () => {
  const aborted = Promise.withResolvers<void>();
  await using server = relayed(async ({ url, signal }) => {
    if (url.endsWith("/wait")) {
      await aborting(signal);
      aborted.resolve();
    }
    return new Response("whole");
  });
  using client = await server.connect();
  await client.send(GET);
  await client.endSending();
  assertMatch(await client.readToEnd(), /whole$/);
  const leaving = await server.connect();
  await leaving.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  while (server.links.length < 2) await new Promise((r) => setTimeout(r, 1));
  leaving.close();
  await aborted.promise;
});

Deno.test("relayTo() answers 502 when the process dies before it answers, and cuts an answer that it has begun", async () => {
  await using server = relayed(async ({ url, signal }) => {
    if (url.endsWith("/begun")) {
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("begun"));
          },
        }),
      );
    }
    await aborting(signal);
    return new Response("too late");
  });
  using client = await server.connect();
  await client.send(GET);
  while (server.links.length < 1) await new Promise((r) => setTimeout(r, 1));
  server.links[0]!.close();
  const answer = await client.readAnswer();
  assertEquals([answer.status, field(answer, "connection")], [502, "close"]);
  using other = await server.connect();
  await other.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n");
  let received = "";
  while (!received.endsWith("begun\r\n")) received += await other.readSome();
  server.links[1]!.close();
  assertEquals(await other.readToEnd(), "");
});

Deno.test("relayTo() gives a resting connection another link when its process has died", async () => {
  await using server = relayed(() => new Response("hi"));
  using client = await server.connect();
  await client.send(GET);
  await client.readAnswer();
  while (server.links[0]!.busy) await new Promise((r) => setTimeout(r, 1));
  server.links[0]!.close();
  await client.send(GET);
  assertEquals((await client.readAnswer()).body, "hi");
  assertEquals(server.links.length, 2);
});

Deno.test("a process serves nobody who does not know its token", async () => {
  await using server = relayed(() => new Response("secret"));
  server.token = "wrong";
  using client = await server.connect();
  await client.send(GET);
  assertEquals((await client.readAnswer()).status, 502);
});

Deno.test("relayTo() closes resting connections when the server stops, and others after the answer", async () => {
  const { promise: wait, resolve: go } = Promise.withResolvers<void>();
  await using server = relayed(async () => {
    await wait;
    return new Response("done");
  });
  using resting = await server.connect();
  using busy = await server.connect();
  await busy.send(GET);
  while (server.links.length < 1) await new Promise((r) => setTimeout(r, 1));
  const stopped = server.shutdown(5);
  assertEquals(await resting.readToEnd(), "");
  go();
  assertMatch(await busy.readToEnd(), /done$/);
  resting.close();
  busy.close();
  await stopped;
});
