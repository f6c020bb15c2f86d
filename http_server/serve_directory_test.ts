import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Folder } from "../_tools/testing/folder.ts";
import { type RawClient, text } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BasicAuth } from "./basic_auth.ts";
import type { FileServerOptions } from "./file_server_options.ts";
import { DEFAULTS } from "./_file_settings.ts";
import { serveDirectory } from "./serve_directory.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";
import { toFetchHandler } from "./to_fetch_handler.ts";

class Quiet extends SimpleHTTPRequestHandler {
  override logMessage(): void {}
}

const CONTENT = {
  "index.txt": "hello, world",
  "big.txt": "0123456789".repeat(20_000),
  "page.html": "<p>page</p>\n".repeat(200),
  "page.html.gz": "not really gzip",
  "empty": "",
  "sub": { "a.txt": "a", ".hidden": "h" },
  "site": { "index.html": "<p>index</p>" },
  "404.html": "<p>nothing here</p>",
};

const OLD = 1_700_000_000;
const DATE = "Tue, 14 Nov 2023 22:13:20 GMT";

type Ask = readonly [
  target: string,
  fields?: Record<string, string>,
  method?: string,
];

const REQUESTS: readonly Ask[] = [
  ["/index.txt"],
  ["/index.txt", {}, "HEAD"],
  ["/index.txt?query"],
  ["/index.txt/"],
  ["/empty"],
  ["/empty", { Range: "bytes=0-" }],
  ["/big.txt"],
  ["/big.txt", {}, "HEAD"],
  ["/big.txt", { Range: "bytes=199990-" }],
  ["/big.txt", { Range: "bytes=-5" }],
  ["/big.txt", { Range: "bytes=0-0" }, "HEAD"],
  ["/big.txt", { Range: "bytes=200000-" }],
  ["/big.txt", { Range: "bytes=0-0", "If-Range": DATE }],
  ["/big.txt", {
    Range: "bytes=0-0",
    "If-Range": "Tue, 14 Nov 2023 22:13:21 GMT",
  }],
  ["/big.txt", { "Accept-Encoding": "gzip" }],
  ["/big.txt", { "Accept-Encoding": "br" }],
  ["/big.txt", { "Accept-Encoding": "br" }, "HEAD"],
  ["/page.html", { "Accept-Encoding": "gzip" }],
  ["/page.html", { "Accept-Encoding": "gzip" }, "HEAD"],
  ["/index.txt", { "If-Modified-Since": DATE }],
  ["/index.txt", { "If-None-Match": "*" }],
  ["/index.txt", { "If-None-Match": "*" }, "HEAD"],
  ["/index.txt", { "If-Match": '"x"' }],
  ["/index.txt", { "If-Unmodified-Since": "Tue, 14 Nov 2023 22:13:19 GMT" }],
  ["/sub"],
  ["/sub?a=b"],
  ["/sub/"],
  ["/sub/", {}, "HEAD"],
  ["/sub/?sort=size"],
  ["/", { "Accept-Encoding": "gzip" }],
  ["/sub/", { Accept: "application/json" }],
  ["/sub/", { Accept: "text/plain" }],
  ["/site/"],
  ["/site"],
  ["/none"],
  ["/none", {}, "HEAD"],
  ["/sub/.hidden"],
  ["/%2e%2e%2fx"],
  ["/a%00"],
  ["/index.txt", {}, "OPTIONS"],
  ["/index.txt", {
    Origin: "http://b",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "x-a",
  }, "OPTIONS"],
  ["/index.txt", {}, "PUT"],
  ["/index.txt", { Authorization: `Basic ${btoa("ada:lovelace")}` }],
  ["/index.txt", { Authorization: `Basic ${btoa("ada:wrong")}` }],
];

const OPTIONS: readonly FileServerOptions[] = [
  {},
  {
    cors: "*",
    cacheControl: "max-age=60",
    extraResponseHeaders: [["X-A", "1"]],
  },
  { compress: false, entityTags: false, listing: false, notFoundPage: false },
  { spa: true, cleanUrls: true, hidden: true, indexPages: ["index.txt"] },
  { auth: new BasicAuth(["ada:lovelace"]) },
];

/** What this connection and this moment decide. */
const OWN = new Set(["connection", "date", "server", "transfer-encoding"]);

interface Seen {
  status: number;
  fields: string[];
  body: string;
}

/** Fields in an order that does not depend on how they were sent. */
function comparable(fields: Iterable<readonly [string, string]>): string[] {
  return [...fields].map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((line) => !OWN.has(line.split(":")[0]!)).sort();
}

async function overSocket(
  client: RawClient,
  [target, fields = {}, method = "GET"]: Ask,
): Promise<Seen> {
  const lines = Object.entries({ Host: "localhost", ...fields }).map((
    [name, value],
  ) => `${name}: ${value}\r\n`);
  await client.send(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const { status, head, body } = await client.readAnswer(method);
  const pairs = head.split("\r\n").slice(1).map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status, fields: comparable(pairs), body };
}

async function overFetch(
  handler: (request: Request) => Promise<Response>,
  [target, fields = {}, method = "GET"]: Ask,
): Promise<Seen> {
  const response = await handler(
    new Request(`http://localhost${target}`, { method, headers: fields }),
  );
  const body = text(new Uint8Array(await response.arrayBuffer()));
  return {
    status: response.status,
    fields: comparable(response.headers),
    body,
  };
}

Deno.test("serveDirectory(), toFetchHandler() and the handler itself give the same answers", async () => {
  await using folder = await Folder.make(CONTENT);
  for (
    const name of [
      "index.txt",
      "big.txt",
      "page.html",
      "page.html.gz",
      "empty",
      "sub/a.txt",
      "sub",
      "site/index.html",
      "site",
      "404.html",
    ]
  ) {
    await Deno.utime(folder.at(name), OLD, OLD);
  }
  const statuses = new Set<number>();
  for (const options of OPTIONS) {
    const Handler = Quiet.configure({ directory: folder.path, ...options });
    await using served = serve(Handler);
    const fetchers = [
      serveDirectory(folder.path, options),
      toFetchHandler(Handler),
    ];
    for (const ask of REQUESTS) {
      const what = `${JSON.stringify(ask)} with ${JSON.stringify(options)}`;
      using client = await served.connect();
      const expected = await overSocket(client, ask);
      statuses.add(expected.status);
      for (const fetcher of fetchers) {
        const seen = await overFetch(fetcher, ask);
        assertEquals(seen.status, expected.status, what);
        if (expected.status < 400 || expected.status === 416) {
          assertEquals(seen, expected, what);
        } else {
          // Error pages have a reason phrase of their own in Python's handler.
          const kept = (fields: string[]) =>
            fields.filter((line) => !line.startsWith("content-length"));
          assertEquals(kept(seen.fields), kept(expected.fields), what);
        }
      }
    }
  }
  assertEquals([...statuses].sort(), [
    200,
    204,
    206,
    301,
    304,
    401,
    403,
    404,
    405,
    412,
    416,
  ]);
});

Deno.test("serveDirectory() has the defaults of SimpleHTTPRequestHandler", () => {
  const handler = new Quiet({} as Deno.Conn, {} as Deno.NetAddr, {});
  for (const [name, value] of Object.entries(DEFAULTS)) {
    assertEquals(
      (handler as unknown as Record<string, unknown>)[name],
      value,
      name,
    );
  }
});

Deno.test("serveDirectory() takes a URL for the folder", async () => {
  await using folder = await Folder.make({ "a b.txt": "x" });
  const handler = serveDirectory(new URL(`file://${folder.path}/`));
  const response = await handler(new Request("http://localhost/a%20b.txt"));
  assertEquals(await response.text(), "x");
});

Deno.test("serveDirectory() compresses so that it can be undone, and closes what it opened", async () => {
  await using folder = await Folder.make({
    "big.css": "body { color: red }\n".repeat(50_000),
  });
  const handler = serveDirectory(folder.path);
  const get = (coding: string) =>
    handler(
      new Request("http://localhost/big.css", {
        headers: { "Accept-Encoding": coding },
      }),
    );
  const plain = await (await get("identity")).text();
  for (
    const [coding, undo] of [["gzip", gunzipSync], [
      "br",
      brotliDecompressSync,
    ]] as const
  ) {
    const response = await get(coding);
    assertEquals(response.headers.get("Content-Encoding"), coding);
    const bytes = new Uint8Array(await response.arrayBuffer());
    assert(bytes.length < plain.length / 100);
    assertEquals(text(undo(bytes)), plain);
    // Nobody reads these: the sanitizers of the test look for what stays open.
    await (await get(coding)).body!.cancel();
    const reader = (await get(coding)).body!.getReader();
    await reader.read();
    await reader.cancel();
  }
});

Deno.test("serveDirectory() sends files beside a file that are newer than it", async () => {
  await using folder = await Folder.make({
    "a.js": "original".repeat(200),
    "a.js.br": "brotli",
    "a.js.zst": "zstd",
    "a.js.gz": "gzip",
  });
  const get = async (accept: string) => {
    const request = new Request("http://localhost/a.js", {
      headers: { "Accept-Encoding": accept },
    });
    const response = await serveDirectory(folder.path)(request);
    return [
      response.headers.get("Content-Encoding"),
      text(new Uint8Array(await response.arrayBuffer())).slice(0, 8),
    ];
  };
  for (const name of ["a.js", "a.js.br", "a.js.zst", "a.js.gz"]) {
    await Deno.utime(folder.at(name), OLD, OLD);
  }
  assertEquals(await get("gzip, br, zstd"), ["br", "brotli"]);
  assertEquals(await get("gzip, zstd"), ["zstd", "zstd"]);
  assertEquals(await get("gzip"), ["gzip", "gzip"]);
  assertEquals(await get("identity"), [null, "original"]);
  // The edited file is not answered with what was made of the old one.
  await Deno.utime(folder.at("a.js"), OLD + 1, OLD + 1);
  const [coding, body] = await get("zstd");
  assertEquals([coding, body], [null, "original"]);
});

Deno.test("serveDirectory() answers over Deno.serve", async () => {
  await using folder = await Folder.make({
    "a.txt": "0123456789".repeat(100_000),
  });
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
  }, serveDirectory(folder.path));
  const url = `http://127.0.0.1:${server.addr.port}`;
  const all = await fetch(`${url}/a.txt`);
  assertEquals((await all.text()).length, 1_000_000);
  const part = await fetch(`${url}/a.txt`, {
    headers: { Range: "bytes=999995-" },
  });
  assertEquals([part.status, await part.text()], [206, "56789"]);
  const head = await fetch(`${url}/a.txt`, {
    method: "HEAD",
    headers: { "Accept-Encoding": "identity" },
  });
  assertEquals(head.headers.get("Content-Length"), "1000000");
  const listing = await fetch(url);
  assertStringIncludes(await listing.text(), "a.txt");
});
