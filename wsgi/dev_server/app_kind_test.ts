// deno-lint-ignore-file no-unused-vars require-await -- the parameters are what is looked at
import { assertEquals, assertMatch } from "@std/assert";
import { setupTestingDefaults, validator } from "../mod.ts";
import { findKind } from "./app_kind.ts";

const RESPONSE = new Response();

Deno.test("findKind() tells WSGI applications from fetch handlers", () => {
  const fetches: unknown[] = [
    { fetch: () => RESPONSE },
    new (class {
      fetch() {
        return RESPONSE;
      }
    })(),
    Object.assign((_a: unknown, _b: unknown) => {}, { fetch: () => RESPONSE }),
    () => RESPONSE,
    (x: Request) => RESPONSE,
    async (request: Request) => RESPONSE,
    (request: Request, info: unknown) => RESPONSE,
    (_req: Request, env: unknown, context: unknown) => RESPONSE,
    function handler(req: Request, info: unknown) {},
    async function (request: Request, info: unknown) {},
    { handler(request: Request, info: unknown) {} }.handler,
    // A pattern has no name, the number decides.
    ({ url }: Request) => RESPONSE,
  ];
  for (const value of fetches) {
    assertEquals(findKind(value).kind, "fetch", String(value));
  }
  const applications: unknown[] = [
    (environ: unknown, startResponse: unknown) => [],
    (e: unknown, s: unknown) => [],
    async (environ: unknown, startResponse: unknown) => [],
    function* (environ: unknown, startResponse: unknown) {},
    async function* app(environ: unknown, startResponse: unknown) {},
    { app(environ: unknown, startResponse: unknown) {} }.app,
    (environ: unknown, ...rest: unknown[]) => [],
    (env: unknown, start_response: unknown) => [],
    (...args: unknown[]) => [],
    async (...args: unknown[]) => [],
    function wrapper(...args: unknown[]) {},
    validator(() => []),
    // Bound functions have no source, but a number of parameters.
    ((environ: unknown, startResponse: unknown) => []).bind(null),
  ];
  for (const value of applications) {
    assertEquals(findKind(value).kind, "wsgi", String(value));
  }
});

Deno.test("findKind() believes what it is told about a function", () => {
  const either = (a: unknown, b: unknown) => [];
  assertEquals(findKind(either, "fetch").kind, "fetch");
  assertEquals(findKind((a: unknown) => [], "wsgi").kind, "wsgi");
});

Deno.test("findKind() calls fetch as a method", async () => {
  const app = {
    text: "hi",
    fetch() {
      return new Response(this.text);
    },
  };
  const found = findKind(app);
  assertEquals(found.kind, "fetch");
  if (found.kind !== "fetch") return;
  const response = await found.handler(new Request("http://a/"), {
    remoteAddr: { transport: "tcp", hostname: "a", port: 1 },
    environ: setupTestingDefaults(),
  });
  assertEquals(await response.text(), "hi");
});

Deno.test("findKind() says why something cannot be served", () => {
  class Handler {}
  const cases: [value: unknown, reason: RegExp][] = [
    [null, /^it is null, not callable$/],
    ["text", /^it is text, not callable$/],
    [7, /^it is a number, not callable$/],
    [{}, /^it is an object without a fetch method, not callable$/],
    [{ fetch: 1 }, /^it is an object without a fetch method, not callable$/],
    [Handler, /^it is the class Handler, of which one needs an instance$/],
  ];
  for (const [value, reason] of cases) {
    const found = findKind(value);
    assertEquals(found.kind, "none");
    if (found.kind === "none") assertMatch(found.reason, reason);
  }
});
