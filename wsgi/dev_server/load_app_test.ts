import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Folder } from "../../_tools/testing/folder.ts";
import { AppError } from "./app_error.ts";
import { loadApp, parseAppName } from "./load_app.ts";

Deno.test("parseAppName() finds the module and the export", () => {
  const here = `file://${Deno.cwd()}`;
  const cases: [app: string, module: string, path: string][] = [
    ["./app.ts", `${here}/app.ts`, "default"],
    ["app.ts", `${here}/app.ts`, "default"],
    ["./app.ts:site", `${here}/app.ts`, "site"],
    ["./app.ts:site.app", `${here}/app.ts`, "site.app"],
    ["/a/b.ts:$x_1", "file:///a/b.ts", "$x_1"],
    ["/a b%/c#d?.ts", "file:///a%20b%25/c%23d%3F.ts", "default"],
    ["/a:b/c.ts", "file:///a:b/c.ts", "default"],
    ["file:///a/b.ts", "file:///a/b.ts", "default"],
    ["file:///a/b.ts:x", "file:///a/b.ts", "x"],
    ["https://example.com/a.ts", "https://example.com/a.ts", "default"],
    ["https://example.com:8000/a.ts:x", "https://example.com:8000/a.ts", "x"],
    ["npm:hono", "npm:hono", "default"],
    ["jsr:@a/b", "jsr:@a/b", "default"],
    ["jsr:@a/b:x", "jsr:@a/b", "x"],
  ];
  for (const [app, module, path] of cases) {
    const parsed = parseAppName(app);
    assert(parsed.scheme === null);
    assertEquals([parsed.module, parsed.path.join(".")], [module, path], app);
  }
});

const FILES = {
  "wsgi.ts": `export default (environ, startResponse) => [];
    export const site = { app: (environ, startResponse) => [] };
    export const version = "1";`,
  "fetch.ts": `export default { fetch: () => new Response() };`,
  "named.ts": `export const app = () => new Response();`,
  "nothing.ts": ``,
  "text.ts": `export default "text";`,
  "class.ts": `export default class App { fetch() {} }`,
  "syntax.ts": `export default 1 1;`,
  "broken.ts": `import "./syntax.ts";`,
  "throws.ts": `function fail() { throw new RangeError("too far"); }\nfail();`,
  "links.ts": `import { no } from "./named.ts"; export default no;`,
  "text_thrown.ts": `throw "a text";`,
  "needs.ts": `import "./missing.ts";`,
  "bare.ts": `import "no-such-package-here";`,
};

Deno.test("loadApp() says what it has found", async () => {
  await using folder = await Folder.make(FILES);
  const found = async (app: string) =>
    (await loadApp({ app: folder.at(app) })).found;
  assertEquals(await found("wsgi.ts"), "a WSGI application");
  assertEquals(await found("wsgi.ts:site.app"), "a WSGI application");
  assertEquals(await found("fetch.ts"), "a fetch handler");
  assertEquals(await found("named.ts:app"), "a fetch handler");
});

Deno.test("loadApp() says in one line why an application cannot be loaded", async () => {
  await using folder = await Folder.make(FILES);
  const cases: [app: string, reason: RegExp][] = [
    ["none.ts", /^there is no such file$/],
    ["none.ts:x", /^there is no such file$/],
    ["nothing.ts", /^it has no default export$/],
    ["nothing.ts:x", /^it has no "x"$/],
    [
      "named.ts",
      /^it has no default export; name another, such as .*named\.ts:app$/,
    ],
    [
      "wsgi.ts:nope",
      /^it has no "nope"; name another, such as .*wsgi\.ts:site$/,
    ],
    ["wsgi.ts:site.nope", /^its "site" has no "nope"$/],
    ["wsgi.ts:version", /^it is text, not callable$/],
    ["wsgi.ts:site", /^it is an object without a fetch method, not callable$/],
    ["text.ts", /^it is text, not callable$/],
    ["class.ts", /^it is the class App, of which one needs an instance$/],
    ["syntax.ts", /^SyntaxError: Expected .* \(file:.*syntax\.ts:1:18\)$/],
    ["broken.ts", /^SyntaxError: Expected .* \(file:.*syntax\.ts:1:18\)$/],
    ["throws.ts", /^it throws RangeError: too far \(file:.*throws\.ts:1:25\)$/],
    [
      "links.ts",
      /^it throws SyntaxError: The requested .* at file:.*links\.ts:1:10$/,
    ],
    ["text_thrown.ts", /^it throws a text$/],
    ["needs.ts", /^it imports file:.*missing\.ts, which is not there$/],
    ["bare.ts", /^Import "no-such-package-here" not .*bare\.ts/],
  ];
  for (const [app, reason] of cases) {
    const error = await assertRejects(
      () => loadApp({ app: folder.at(app) }),
      AppError,
      undefined,
      app,
    );
    const [, shown = ""] = /^Cannot serve "\/.*?": (.*)$/.exec(error.message) ??
      [];
    assertMatch(shown, reason, `${app}: ${error.message}`);
  }
});
