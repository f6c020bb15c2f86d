import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { serveApp } from "../_tools/testing/served_app.ts";
import { until } from "../_tools/testing/waiting.ts";
import { StringIO } from "../socketserver/io/mod.ts";
import { fromFetchHandler } from "./from_fetch_handler.ts";
import { setupTestingDefaults } from "./setup_testing_defaults.ts";
import { toFetchHandler } from "./to_fetch_handler.ts";
import { validator } from "./validator.ts";

for (
  const [title, head] of [
    ["a method", "TRACE / HTTP/1.1\r\nHost: a"],
    ["a port", "GET / HTTP/1.1\r\nHost: a:99999"],
  ]
) {
  Deno.test(`fromFetchHandler() answers 400 where ${title} makes no Request`, async () => {
    let asked = 0;
    await using site = serveApp(fromFetchHandler((request) => {
      asked++;
      return new Response(request.url);
    }));
    using client = await RawClient.connect(site.served.address);
    await client.send(`${head}\r\n\r\n`);
    const { status } = await client.readAnswer();
    assertEquals([status, asked], [400, 0]);
    assertEquals(site.errors, "");
  });
}

Deno.test("fromFetchHandler() answers 400 where a field makes no Request", async () => {
  const app = fromFetchHandler(() => new Response("unasked"));
  let started = "";
  await app(setupTestingDefaults({ HTTP_X: "a\nb" }), (status) => {
    started = status;
    return () => Promise.resolve();
  });
  assertEquals(started, "400 Bad Request");
});

Deno.test("fromFetchHandler() keeps to PEP 3333", async () => {
  const errors = new StringIO();
  const handler = toFetchHandler(
    validator(fromFetchHandler(() => new Response("valid"))),
    { errors },
  );
  const response = await handler(new Request("http://localhost/"));
  assertEquals(await response.text(), "valid");
  assertEquals(errors.getvalue(), "");
});

Deno.test("fromFetchHandler() leaves out what concerns the connection", async () => {
  await using site = serveApp(fromFetchHandler(() =>
    new Response("a", {
      headers: {
        Connection: "close",
        "Transfer-Encoding": "chunked",
        "X-A": "b",
      },
    })
  ));
  const response = await fetch(site.url("/"));
  assertEquals(await response.text(), "a");
  assertEquals(response.headers.get("x-a"), "b");
  assertEquals(response.headers.get("content-length"), "1");
});

Deno.test("fromFetchHandler() aborts the signal and cancels the body when the client has left", async () => {
  let cancelled: unknown;
  let signal: AbortSignal | undefined;
  await using site = serveApp(fromFetchHandler((request) => {
    signal = request.signal;
    return new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(999));
        },
        cancel(reason) {
          cancelled = reason;
        },
      }),
    );
  }));
  using client = await RawClient.connect(site.served.address);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.readSome();
  client.close();
  await until(() => cancelled !== undefined);
  assert(signal!.aborted);
  assertStringIncludes(String(cancelled), "The client has left");
});

for (
  const [title, answer] of [
    ["fails", () => Promise.reject(new Error("a secret"))],
    ["gives no Response", () => ({}) as Response],
  ] as const
) {
  Deno.test(`fromFetchHandler() fails as applications do where the handler ${title}`, async () => {
    await using site = serveApp(fromFetchHandler(answer));
    const response = await fetch(site.url("/"));
    assertEquals(response.status, 500);
    assert(!(await response.text()).includes("secret"));
    assert(/a secret|gave no Response/.test(site.errors));
  });
}
