/** Graceful stop: idle connections close at once, running requests end. */
import { assert, assertEquals } from "@std/assert";
import { field, latin1, RawClient } from "../_tools/testing/raw_client.ts";
import { GatedConnection } from "../_tools/testing/test_sockets.ts";
import { until } from "../_tools/testing/waiting.ts";
import { makeHandler } from "../socketserver/mod.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { ThreadingHTTPServer } from "./http_server.ts";

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

class Handler extends BaseHTTPRequestHandler {
  static begun = Promise.withResolvers<void>();
  static goOn = Promise.withResolvers<void>();
  static failure: unknown;
  override logMessage(): void {}

  async doGET(): Promise<void> {
    if (this.path.startsWith("/slow")) {
      Handler.begun.resolve();
      await Handler.goOn.promise;
    }
    this.sendResponse(200);
    if (this.path.endsWith("keep")) this.sendHeader("Connection", "keep-alive");
    await this.endHeaders();
    await this.wfile.write(latin1(this.path));
    if (this.path !== "/endless") return;
    Handler.begun.resolve();
    try {
      for (;;) {
        await this.wfile.write(latin1("more"));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } catch (error) {
      Handler.failure = error;
      throw error;
    }
  }
}

async function withServer(
  use: (
    server: ThreadingHTTPServer,
    connect: () => Promise<RawClient>,
  ) => Promise<void>,
): Promise<unknown[]> {
  Handler.begun = Promise.withResolvers();
  Handler.goOn = Promise.withResolvers();
  const server = new ThreadingHTTPServer(
    { hostname: "127.0.0.1", port: 0 },
    Handler,
  );
  const errors: unknown[] = [];
  server.handleError = (_request, _address, error) => void errors.push(error);
  const serving = server.serveForever();
  const clients: RawClient[] = [];
  try {
    await use(server, async () => {
      clients.push(await RawClient.connect(server.serverAddress));
      return clients.at(-1)!;
    });
    await serving;
  } finally {
    for (const client of clients) client.close();
    await server.serverClose();
  }
  return errors;
}

async function seconds(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return (performance.now() - started) / 1000;
}

Deno.test("shutdown({ drain }) closes idle connections at once and without a word", async () => {
  const errors = await withServer(async (server, connect) => {
    const fresh = await connect();
    const used = await connect();
    await used.send(GET("/a"));
    assertEquals((await used.readAnswer()).body, "/a");
    while (server.handlers.size < 2) await new Promise((r) => setTimeout(r, 1));
    assert(await seconds(server.shutdown({ drain: 20 })) < 2);
    assertEquals(await fresh.readToEnd(), "");
    assertEquals(await used.readToEnd(), "");
    assertEquals(server.handlers.size, 0);
  });
  assertEquals(errors, []);
});

for (const path of ["/slow", "/slow-keep"]) {
  Deno.test(`shutdown({ drain }) lets running requests end, and says close: ${path}`, async () => {
    const errors = await withServer(async (server, connect) => {
      const client = await connect();
      // The second request is in the server's hands, and yet not begun.
      await client.send(GET(path) + GET("/second"));
      await Handler.begun.promise;
      const stopped = server.shutdown({ drain: 20 });
      Handler.goOn.resolve();
      const answer = await client.readAnswer();
      assertEquals(answer.body, path);
      assertEquals(field(answer, "connection"), "close");
      assertEquals(await client.readToEnd(), "");
      client.close();
      assert(await seconds(stopped) < 2);
    });
    assertEquals(errors, []);
  });
}

Deno.test("shutdown({ drain }) answers a request whose head is still arriving, and closes", async () => {
  await withServer(async (server, connect) => {
    const client = await connect();
    await client.send(GET("/first"));
    await client.readAnswer();
    await client.send("GET /keep HTTP/1.1\r\nHost:");
    // Only once the server has seen that much is the connection not idle.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = server.shutdown({ drain: 20 });
    await client.send(" a\r\n\r\n");
    const answer = await client.readAnswer();
    assertEquals([answer.body, field(answer, "connection")], [
      "/keep",
      "close",
    ]);
    assertEquals(await client.readToEnd(), "");
    client.close();
    assert(await seconds(stopped) < 2);
  });
});

Deno.test("shutdown({ drain }) cuts what does not end in time", async () => {
  const errors = await withServer(async (server, connect) => {
    const client = await connect();
    await client.send(GET("/endless"));
    await Handler.begun.promise;
    const took = await seconds(server.shutdown({ drain: 0.1 }));
    assert(took >= 0.09 && took < 2, `${took}`);
    const answer = await client.readToEnd().catch(() => "");
    assert(!answer.endsWith("0\r\n\r\n"));
    while (server.handlers.size > 0) await new Promise((r) => setTimeout(r, 1));
  });
  // A connection that the server itself has closed is no error of the handler.
  assertEquals(errors, []);
  assert(Handler.failure !== undefined);
});

Deno.test("shutdown() leaves running requests to themselves", async () => {
  await withServer(async (server, connect) => {
    const client = await connect();
    await client.send(GET("/slow"));
    await Handler.begun.promise;
    assert(await seconds(server.shutdown()) < 2);
    assertEquals(server.handlers.size, 1);
    Handler.goOn.resolve();
    assertEquals((await client.readAnswer()).body, "/slow");
    client.close();
    while (server.handlers.size > 0) await new Promise((r) => setTimeout(r, 1));
  });
});

Deno.test("serverStopping() closes an idle connection behind its last answer, not before", async () => {
  const connection = new GatedConnection();
  const handler = makeHandler(
    Handler,
    connection as unknown as Deno.Conn,
    { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    {},
  ) as Handler;
  const served = handler.run();
  await until(() => connection.reading.length === 1);
  connection.reading[0]!.give(GET("/a"));
  // The client has not taken the answer, and the next request is waited for.
  await until(() => connection.reading.length === 2);
  const { bytes, take } = connection.writing[0]!;
  handler.serverStopping();
  assertEquals(connection.closes, 0);
  take(bytes.length);
  await until(() => connection.closes === 1);
  connection.reading[1]!.fail(new Deno.errors.Interrupted("closed"));
  await served;
});
