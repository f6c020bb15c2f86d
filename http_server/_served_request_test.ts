import { assert, assertEquals, assertThrows } from "@std/assert";
import { servedRequest } from "./_served_request.ts";
import { Fields, ProtocolError } from "./protocol/mod.ts";

function request(
  { method = "GET", url = "http://a/b?c", body = null as string | null } = {},
): { request: Request; leave: () => void } {
  const controller = new AbortController();
  return {
    request: servedRequest({
      method,
      url,
      headers: new Fields([["X-A", "1"], ["x-a", "2"]]),
      body: body === null ? null : new Response(body).body,
      client: controller,
    }),
    leave: () => controller.abort(),
  };
}

Deno.test("servedRequest() passes for a Request in all its properties", () => {
  const served = request().request;
  const real = new Request("http://a/b?c", { headers: { "x-a": "1, 2" } });
  assert(served instanceof Request);
  assertEquals(String(served), String(real));
  for (const key of Object.keys(Request.prototype) as (keyof Request)[]) {
    if (key === "signal" || typeof real[key] === "function") continue;
    if (key === "headers") assertEquals([...served[key]], [...real[key]]);
    else assertEquals(served[key], real[key], key);
  }
  assertEquals(Object.keys(served), Object.keys(real));
});

Deno.test("servedRequest() keeps its headers, and what a handler changes in them", () => {
  const { request: served } = request();
  served.headers.set("y", "3");
  assertEquals(served.headers.get("y"), "3");
  assertEquals(new Request(served).headers.get("y"), "3");
});

Deno.test("servedRequest() writes the URL as a Request does", () => {
  for (
    const url of [
      "http://A:80/x/../y",
      "http://a/%7e?q=\u{e9}",
      "http://[::1]:8000/",
      "http://127.1/",
    ]
  ) {
    assertEquals(request({ url }).request.url, new Request(url).url);
  }
});

Deno.test("servedRequest() writes the method as a Request does", () => {
  for (const method of ["get", "GET", "patch", "M-SEARCH", "QUERY"]) {
    assertEquals(
      request({ method }).request.method,
      new Request("http://a/", { method }).method,
    );
  }
});

for (
  const [how, copy] of [
    ["new Request()", (served: Request) => new Request(served)],
    ["clone()", (served: Request) => served.clone()],
    ["itself", (served: Request) => served],
  ] as const
) {
  Deno.test(`servedRequest() is copied with its body: ${how}`, async () => {
    const { request: served } = request({ method: "POST", body: "hello" });
    const copied = copy(served);
    assertEquals(copied.method, "POST");
    assertEquals(copied.headers.get("x-a"), "1, 2");
    assertEquals(await copied.text(), "hello");
    if (how !== "clone()") assert(served.bodyUsed);
    else assertEquals(await served.text(), "hello");
  });
}

Deno.test("servedRequest() aborts its signal with the client, and that of a copy", () => {
  const { request: served, leave } = request();
  const copy = served.clone();
  assert(!served.signal.aborted);
  leave();
  assert(served.signal.aborted && copy.signal.aborted);
});

Deno.test("servedRequest() refuses what makes no URL", () => {
  assertThrows(() => request({ url: "http://a b/" }), ProtocolError);
});
