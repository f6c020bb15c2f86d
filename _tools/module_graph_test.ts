import { assertEquals, assertThrows } from "@std/assert";
import { parseModule } from "./module_graph.ts";

const NAMES = {
  name: "@pystd/server",
  exports: { ".": "./mod.ts", "./io": "./socketserver/io/mod.ts" },
};

function targets(source: string, path = "a/b.ts"): (string | undefined)[] {
  return parseModule(path, source, NAMES).references.map(({ target }) =>
    target
  );
}

function impurities(source: string): string[] {
  return parseModule("a.ts", source, NAMES).impurities.map(({ what }) => what);
}

Deno.test("parseModule() finds every form of reference", () => {
  const forms: [source: string, target: string | undefined][] = [
    [`import { x } from "./x.ts";`, "a/x.ts"],
    [`import x from '../x.ts';`, "x.ts"],
    [`import * as x from "../c/d/x.ts";`, "c/d/x.ts"],
    [`import "./x.ts";`, "a/x.ts"],
    [`import {\n  x,\n} from\n  "./x.ts";`, "a/x.ts"],
    [`import type { X } from "./x.ts";`, "a/x.ts"],
    [`import { type X } from "./x.ts";`, "a/x.ts"],
    [`import py from "./x.py" with { type: "text" };`, "a/x.py"],
    [`import x = require("./x.ts");`, "a/x.ts"],
    [`export { x } from "./x.ts";`, "a/x.ts"],
    [`export type { X } from "./x.ts";`, "a/x.ts"],
    [`export * from "./x.ts";`, "a/x.ts"],
    [`export * as x from "./x.ts";`, "a/x.ts"],
    [`const x = await import("./x.ts");`, "a/x.ts"],
    ["import(`./x.ts`);", "a/x.ts"],
    [`type X = import("./x.ts").X;`, "a/x.ts"],
    [`type X = typeof import("./x.ts");`, "a/x.ts"],
    [`new Worker(new URL("./x.ts", import.meta.url));`, "a/x.ts"],
    [`new URL("x.ts", import.meta.url);`, "a/x.ts"],
    [`new URL("x/y.ts", import.meta.url);`, "a/x/y.ts"],
    [`new URL("x/", import.meta.url);`, "a/x/"],
    [`new URL("http://localhost/x.ts", import.meta.url);`, undefined],
    [`import.meta.resolve("./x.ts");`, "a/x.ts"],
    [`import.meta.resolve("@std/path");`, undefined],
    [`import "@pystd/server";`, "mod.ts"],
    [`import "@pystd/server/io";`, "socketserver/io/mod.ts"],
    [`import "@pystd/server/none";`, undefined],
    [`import "@std/path";`, undefined],
    [`import "node:fs";`, undefined],
    [`import "/x.ts";`, undefined],
  ];
  for (const [source, target] of forms) {
    assertEquals(targets(source), [target], source);
  }
});

Deno.test("parseModule() tells an import from a located file", () => {
  const { references } = parseModule(
    "b.ts",
    `import "./a.ts";\n\nnew URL("./b.ts", import.meta.url);`,
    NAMES,
  );
  assertEquals(references, [
    { specifier: "./a.ts", target: "a.ts", kind: "import", line: 1 },
    { specifier: "./b.ts", target: "b.ts", kind: "url", line: 3 },
  ]);
});

Deno.test("parseModule() takes no text for code", () => {
  const sources = [
    `// import "./x.ts";`,
    `/* import "./x.ts"; Deno.exit() */`,
    `/**\n * @example\n * \`\`\`ts\n * import { x } from "./x.ts";\n * await x();\n * \`\`\`\n */`,
    `const text = "import('./x.ts'); await Deno.exit();";`,
    "const text = `import './x.ts'; ${1} console.log()`;",
    `const expression = /import "\\.\\/x.ts"; fetch/;`,
    `new URL("./x.ts", "http://localhost");`,
  ];
  for (const source of sources) {
    assertEquals(targets(source), [], source);
    assertEquals(impurities(source), [], source);
  }
});

Deno.test("parseModule() finds what no pure file may do", () => {
  const sources: [source: string, ...what: string[]][] = [
    [`Deno.exit();`, "Deno"],
    [`type A = Deno.Addr;`, "Deno"],
    [`const { exit } = Deno;`, "Deno"],
    ["`${Deno.pid}`;", "Deno"],
    [`async function f() {}`, "async"],
    [`const f = async () => {};`, "async"],
    [`class C { async m() {} }`, "async"],
    [`const o = { async m() {} };`, "async"],
    [`await x;`, "await"],
    [`for await (const x of y);`, "for await"],
    [`await using x = y;`, "await using"],
    [`import("./x.ts");`, "import()"],
    [`new Promise(() => {});`, "Promise"],
    [`declare function f(): Promise<void>;`, "Promise"],
    [`type X = AsyncIterable<string>;`, "AsyncIterable"],
    [`fetch("/");`, "fetch"],
    [`const o = { fetch };`, "fetch"],
    [`const o = { [console]: 1 };`, "console"],
    [`o[console];`, "console"],
    [`setTimeout(f, 1); clearTimeout(1);`, "setTimeout", "clearTimeout"],
    [`setInterval(f, 1); queueMicrotask(f);`, "setInterval", "queueMicrotask"],
    [`console.log();`, "console"],
    [`globalThis.x;`, "globalThis"],
    [`process.env;`, "process"],
  ];
  for (const [source, ...what] of sources) {
    assertEquals(impurities(source), what, source);
  }
});

Deno.test("parseModule() takes no member for a global", () => {
  const sources = [
    `o.fetch(); o.console.setTimeout;`,
    `const o = { fetch: 1, Promise() {}, get Deno() { return 1; } };`,
    `class C { fetch = 1; console() {} }`,
    `interface I { fetch: string; setTimeout(): void }`,
    `enum E { Deno }`,
    `type F = N.Promise;`,
    `for (const x of y);`,
    `function* g() { yield 1; }`,
  ];
  for (const source of sources) assertEquals(impurities(source), [], source);
});

Deno.test("parseModule() reads the mark of a pure file", () => {
  const pure = (source: string) => parseModule("a.ts", source, NAMES).saysPure;
  assertEquals(pure(`// @pure\nexport const x = 1;`), true);
  assertEquals(pure(`/** Doc. */\n// @pure: values in, values out\nx;`), true);
  assertEquals(pure(`// @purely\nx;`), false);
  assertEquals(pure(`// not @pure\nx;`), false);
  assertEquals(pure(`const x = "// @pure";`), false);
});

Deno.test("parseModule() is not blinded by a lint directive", () => {
  const source = `// deno-lint-ignore-file\nimport "./x.ts";\nDeno.exit();`;
  assertEquals(targets(source), ["a/x.ts"]);
  assertEquals(impurities(source), ["Deno"]);
});

Deno.test("parseModule() refuses what is not TypeScript", () => {
  assertThrows(() => parseModule("a.ts", "import {", NAMES), SyntaxError);
});
