import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import {
  HTTPSServer,
  type HTTPSServerOptions,
  ThreadingHTTPSServer,
} from "./https_server.ts";

const DATA = new URL("./testdata/tls/", import.meta.url);
const authority = new URL("ca.pem", DATA);
const certfile = new URL("cert.pem", DATA);
const keyfile = new URL("key.pem", DATA);
const encrypted = new URL("encrypted_key.pem", DATA);
const both = new URL("cert_and_encrypted_key.pem", DATA);
const other = new URL("other_key.pem", DATA);
const LOCAL = { hostname: "127.0.0.1", port: 0 };

class Hello extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    this.sendResponse(200);
    await this.endHeaders();
    await this.wfile.write(new TextEncoder().encode("hello"));
  }
  override logMessage(): void {}
}

async function get(server: HTTPSServer): Promise<string> {
  using client = Deno.createHttpClient({
    caCerts: [Deno.readTextFileSync(authority)],
  });
  const response = await fetch(`https://localhost:${server.serverPort}/`, {
    client,
  });
  return await response.text();
}

Deno.test("ThreadingHTTPSServer serves over TLS (test_get)", async () => {
  await using server = new ThreadingHTTPSServer(LOCAL, Hello, {
    certfile,
    keyfile,
  });
  const serving = server.serveForever();
  assertEquals(await get(server), "hello");
  await server.shutdown({ drain: 5 });
  await serving;
});

Deno.test("HTTPSServer takes every layout of certificate and key (test_valid_certdata)", async () => {
  const layouts: HTTPSServerOptions[] = [
    { certfile, keyfile },
    { certfile, keyfile: encrypted, password: "secret" },
    { certfile, keyfile: encrypted, password: () => "secret" },
    {
      certfile,
      keyfile: encrypted,
      password: new TextEncoder().encode("secret"),
    },
    { certfile: both, password: "secret" },
    {
      cert: Deno.readTextFileSync(certfile),
      key: Deno.readTextFileSync(keyfile),
    },
  ];
  for (const layout of layouts) {
    await using server = new ThreadingHTTPSServer(LOCAL, Hello, layout);
    const serving = server.serveForever();
    assertEquals(await get(server), "hello");
    await server.shutdown({ drain: 5 });
    await serving;
  }
});

Deno.test("HTTPSServer refuses what is no certificate with its key, and leaves nothing open (test_invalid_certdata)", () => {
  const invalid: [HTTPSServerOptions, new (message: string) => Error][] = [
    [{}, TypeError],
    [{ certfile }, Deno.errors.InvalidData],
    [{ certfile, keyfile: other }, Deno.errors.InvalidData],
    [{ certfile: keyfile, keyfile: certfile }, Deno.errors.InvalidData],
    [{ certfile, keyfile: encrypted }, TypeError],
    [{ certfile, keyfile: encrypted, password: "wrong" }, TypeError],
    [{ certfile: both, password: "wrong" }, TypeError],
    [{ cert: "", key: "" }, Deno.errors.InvalidData],
    [{ certfile: new URL("missing.pem", DATA) }, Deno.errors.NotFound],
  ];
  for (const [options, error] of invalid) {
    assertThrows(() => new HTTPSServer(LOCAL, Hello, options), error);
  }
});

Deno.test("ThreadingHTTPSServer serves others while clients keep silent in the handshake", async () => {
  await using server = new ThreadingHTTPSServer(LOCAL, Hello, {
    certfile,
    keyfile,
  });
  const lines: string[] = [];
  server.logger = { error: (message) => lines.push(message) };
  const serving = server.serveForever();
  const silent = await Promise.all(
    Array.from({ length: 20 }, () => Deno.connect(server.serverAddress)),
  );
  assertEquals(await get(server), "hello");
  for (const client of silent) client.close();
  await server.shutdown({ drain: 5 });
  await serving;
  assertEquals(lines.length, 20);
});

Deno.test("HTTPSServer.handshakeTimeout ends a handshake that nobody goes on with", async () => {
  await using server = new HTTPSServer(LOCAL, Hello, { certfile, keyfile });
  server.handshakeTimeout = 0.05;
  const lines: string[] = [];
  server.logger = { error: (message) => lines.push(message) };
  const served = server.handleRequest();
  using _client = await Deno.connect(server.serverAddress);
  await served;
  assertStringIncludes(lines.join(), "TLS handshake with 127.0.0.1 failed");
});

Deno.test("HTTPSServer tells of a client that speaks plain HTTP in one line", async () => {
  await using server = new HTTPSServer(LOCAL, Hello, { certfile, keyfile });
  const lines: string[] = [];
  server.logger = { error: (message) => lines.push(message) };
  const served = server.handleRequest();
  using client = await Deno.connect(server.serverAddress);
  await client.write(
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
  );
  while (await client.read(new Uint8Array(100)) !== null);
  await served;
  assertEquals(lines.length, 1);
});

Deno.test("HTTPSServer offers http/1.1 by ALPN", async () => {
  await using server = new ThreadingHTTPSServer(LOCAL, Hello, {
    certfile,
    keyfile,
  });
  assertEquals(server.alpnProtocols, ["http/1.1"]);
  assertInstanceOf(server, HTTPSServer);
  const served = server.handleRequest();
  using client = await Deno.connectTls({
    ...server.serverAddress,
    hostname: "localhost",
    caCerts: [Deno.readTextFileSync(authority)],
    alpnProtocols: ["h2", "http/1.1"],
  });
  assertEquals((await client.handshake()).alpnProtocol, "http/1.1");
  await served;
});
