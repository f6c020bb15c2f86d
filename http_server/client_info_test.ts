import { assertEquals } from "@std/assert";
import { watchFetchClient } from "./client_info.ts";

Deno.test("watchFetchClient() does not look at the signal of a quick answer", () => {
  const request = new Request("http://a/");
  Object.defineProperty(request, "signal", {
    get: () => {
      throw new Error("Deno would warn");
    },
  });
  watchFetchClient(request, () => {})();
});

Deno.test("watchFetchClient() tells why a client has left, once, and only while it watches", async () => {
  for (const watching of [true, false]) {
    const leaving = new AbortController();
    const request = new Request("http://a/", { signal: leaving.signal });
    const looked = Promise.withResolvers<void>();
    const { signal } = request;
    Object.defineProperty(request, "signal", {
      get: () => {
        looked.resolve();
        return signal;
      },
    });
    const reasons: unknown[] = [];
    const unwatch = watchFetchClient(request, (reason) => reasons.push(reason));
    await looked.promise;
    await null;
    if (!watching) unwatch();
    leaving.abort("gone");
    assertEquals(reasons, watching ? ["gone"] : []);
    unwatch();
  }
});
