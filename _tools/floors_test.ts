import { assertEquals } from "@std/assert";
import {
  circles,
  climbingImports,
  deadRooms,
  foreignImports,
  impurities,
  privateIntrusions,
  unpublishedReferences,
} from "./floors.ts";
import { type Package, packageOf } from "./package.ts";

function tree(files: Record<string, string>): Package {
  return packageOf(new Map(Object.entries(files)), {
    name: "@pystd/server",
    exports: { ".": "./mod.ts", "./io": "./socketserver/io/mod.ts" },
    imports: { "@std/path": "jsr:@std/path@^1.0.0", chalk: "npm:chalk@5" },
    links: ["./linked/path"],
    publish: { exclude: ["_tools/", "bench/", "**/*_test.ts", "**/testdata/"] },
  });
}

Deno.test("climbingImports() allows every way down and along a floor", () => {
  const pkg = tree({
    "socketserver/io/a.ts": `import "./b.ts";`,
    "socketserver/a.ts": `import "./io/a.ts";`,
    "http_server/protocol/a.ts": `import "../../socketserver/io/a.ts";`,
    "http_server/a.ts":
      `import "./protocol/a.ts"; import "../socketserver/a.ts";`,
    "cgi/a.ts": `import "../http_server/a.ts";`,
    "wsgi/a.ts": `import "../cgi/a.ts"; import "../socketserver/io/a.ts";`,
    "wsgi/python/a.ts": `import "../a.ts";`,
    "wsgi/mod.ts": `export * from "./a.ts"; export * from "./python/a.ts";`,
    "mod.ts": `export * from "./wsgi/mod.ts";`,
  });
  assertEquals(climbingImports(pkg), []);
});

Deno.test("climbingImports() catches each step up", () => {
  const steps: [from: string, to: string][] = [
    ["socketserver/io/a.ts", "socketserver/b.ts"],
    ["socketserver/a.ts", "http_server/protocol/b.ts"],
    ["http_server/protocol/a.ts", "http_server/b.ts"],
    ["http_server/a.ts", "cgi/b.ts"],
    ["cgi/a.ts", "wsgi/b.ts"],
    ["wsgi/a.ts", "wsgi/python/b.ts"],
    ["wsgi/a.ts", "wsgi/dev_server/b.ts"],
    ["wsgi/a.ts", "wsgi/mod.ts"],
    ["wsgi/python/a.ts", "wsgi/dev_server/b.ts"],
    ["wsgi/main.ts", "mod.ts"],
    ["socketserver/io/a.ts", "mod.ts"],
  ];
  for (const [from, to] of steps) {
    const up = "../".repeat(from.split("/").length - 1);
    assertEquals(
      climbingImports(tree({ [from]: `import "${up}${to}";`, [to]: "" })),
      [`${from}:1 climbs to ${to}`],
    );
  }
});

Deno.test("climbingImports() counts types, import(), located files and the own name", () => {
  for (
    const source of [
      `import type { X } from "../mod.ts";`,
      `type X = import("../mod.ts").X;`,
      `import("../mod.ts");`,
      `new URL("../mod.ts", import.meta.url);`,
      `import "@pystd/server";`,
    ]
  ) {
    const pkg = tree({ "cgi/a.ts": source, "mod.ts": "" });
    assertEquals(climbingImports(pkg), ["cgi/a.ts:1 climbs to mod.ts"], source);
  }
});

Deno.test("climbingImports() leaves tests alone but no published file out", () => {
  const pkg = tree({
    "socketserver/a_test.ts": `import "../mod.ts";`,
    "bench/a.ts": `import "../mod.ts";`,
    "mod.ts": "",
    "attic/a.ts": "",
    "linked/path/mod.ts": `import "npm:x";`,
  });
  assertEquals(climbingImports(pkg), ["attic/a.ts stands on no floor"]);
});

Deno.test("privateIntrusions() keeps a private file to its folder", () => {
  const pkg = tree({
    "cgi/_a.ts": "",
    "cgi/a.ts": `import "./_a.ts";`,
    "cgi/a_test.ts": `import "./_a.ts";`,
    "wsgi/a.ts": `\nimport type { A } from "../cgi/_a.ts";`,
    "cgi/sub/a.ts": `import "../_a.ts";`,
    "bench/a.ts": `import "../cgi/_a.ts";`,
    "cgi/sub/_b.ts": "",
    "cgi/b.ts": `import "./sub/_b.ts";`,
  });
  assertEquals(privateIntrusions(pkg), [
    "wsgi/a.ts:2 reaches into private cgi/_a.ts",
    "cgi/sub/a.ts:1 reaches into private cgi/_a.ts",
    "bench/a.ts:1 reaches into private cgi/_a.ts",
    "cgi/b.ts:1 reaches into private cgi/sub/_b.ts",
  ]);
});

Deno.test("privateIntrusions() keeps a private folder to the folder that holds it", () => {
  const pkg = tree({
    "cgi/_common/a.ts": `import "./b.ts";`,
    "cgi/_common/b.ts": "",
    "cgi/a.ts": `import "./_common/a.ts";`,
    "cgi/sub/a.ts": `import "../_common/a.ts";`,
    "wsgi/a.ts": `import "../cgi/_common/a.ts";`,
    "_tools/a.ts": "",
    "wsgi/a_test.ts": `import "../_tools/a.ts";`,
  });
  assertEquals(privateIntrusions(pkg), [
    "wsgi/a.ts:1 reaches into private cgi/_common/a.ts",
  ]);
});

Deno.test("circles() finds none in a tower", () => {
  const pkg = tree({
    "a.ts":
      `import "./b.ts"; import "./c.ts"; new Worker(new URL("./a.ts", import.meta.url));`,
    "b.ts": `import "./c.ts";`,
    "c.ts": `import "./none.ts";`,
  });
  assertEquals(circles(pkg), []);
});

Deno.test("circles() finds each circle once, of any length and kind", () => {
  const pkg = tree({
    "a.ts": `import "./b.ts";`,
    "b.ts": `export type { C } from "./c.ts";`,
    "c.ts": `import("./a.ts");`,
    "self.ts": `import "./self.ts";`,
    "x.ts": `import type { Y } from "./y.ts"; import "./a.ts";`,
    "y.ts": `import type { X } from "./x.ts";`,
  });
  assertEquals(circles(pkg), [
    "a.ts -> b.ts -> c.ts -> a.ts",
    "self.ts -> self.ts",
    "x.ts -> y.ts -> x.ts",
  ]);
});

Deno.test("unpublishedReferences() catches what users would miss", () => {
  const pkg = tree({
    "mod.ts": `import "./a.ts"; new URL(".", import.meta.url);
      import "./_tools/b.ts";
      import { X } from "./a_test.ts";
      import text from "./testdata/x.txt" with { type: "text" };
      new URL("./testdata/", import.meta.url);
      import "./none.ts";`,
    "a.ts": "",
    "a_test.ts": `import "./_tools/b.ts";`,
    "_tools/b.ts": "",
    "testdata/x.txt": "",
  });
  assertEquals(unpublishedReferences(pkg), [
    "mod.ts:2 needs unpublished _tools/b.ts",
    "mod.ts:3 needs unpublished a_test.ts",
    "mod.ts:4 needs unpublished testdata/x.txt",
    "mod.ts:5 needs unpublished testdata/",
    "mod.ts:6 needs unpublished none.ts",
  ]);
});

Deno.test("foreignImports() allows the standard library and the runtime's own", () => {
  const pkg = tree({
    "a.ts":
      `import "@std/path"; import "@std/path/posix"; import "node:zlib"; import "./b.ts";`,
    "a_test.ts": `import "npm:chalk";`,
    "b.ts": [
      "chalk",
      "npm:chalk",
      "@std/unlisted",
      "https://example.com/x.ts",
      "jsr:@std/path",
    ]
      .map((specifier) => `import "${specifier}";\n`).join(""),
  });
  assertEquals(foreignImports(pkg), [
    "b.ts:1 depends on chalk",
    "b.ts:2 depends on npm:chalk",
    "b.ts:3 depends on @std/unlisted",
    "b.ts:4 depends on https://example.com/x.ts",
    "b.ts:5 depends on jsr:@std/path",
  ]);
});

Deno.test("deadRooms() finds published files that no entry point leads to", () => {
  const pkg = tree({
    "mod.ts": `import type { A } from "./a.ts"; import("./lazy.ts");`,
    "a.ts": `new Worker(new URL("./worker.ts", import.meta.url));`,
    "lazy.ts": "",
    "worker.ts": "",
    "socketserver/io/mod.ts": "",
    "dead.ts": `import "./deader.ts";`,
    "deader.ts": "",
    "tested.ts": "",
    "tested_test.ts": `import "./tested.ts";`,
  });
  assertEquals(deadRooms(pkg), [
    "dead.ts is reached from no entry point",
    "deader.ts is reached from no entry point",
    "tested.ts is reached from no entry point",
  ]);
});

Deno.test("impurities() holds the pure folder and marked files to the rule", () => {
  const pkg = tree({
    "http_server/protocol/a.ts": `\nconsole.log(await fetch("/"));`,
    "http_server/protocol/a_test.ts": `console.log(await fetch("/"));`,
    "http_server/_plan.ts": `// @pure\nasync function f() {}`,
    "http_server/send.ts": `console.log(await fetch("/"));`,
  });
  assertEquals(impurities(pkg), [
    "http_server/protocol/a.ts:2 is pure and uses console",
    "http_server/protocol/a.ts:2 is pure and uses await",
    "http_server/protocol/a.ts:2 is pure and uses fetch",
    "http_server/_plan.ts:2 is pure and uses async",
  ]);
});

Deno.test("impurities() lets a pure file import only pure files and packages", () => {
  const pkg = tree({
    "http_server/protocol/a.ts": `import "./b.ts";
      import "../../socketserver/io/pure.ts";
      import "@std/path";
      import type { Impure } from "../../socketserver/io/impure.ts";
      import "node:fs";
      import "@std/fs";`,
    "http_server/protocol/b.ts": "",
    "socketserver/io/pure.ts": "// @pure",
    "socketserver/io/impure.ts": "",
  });
  assertEquals(impurities(pkg), [
    "http_server/protocol/a.ts:4 is pure and imports socketserver/io/impure.ts",
    "http_server/protocol/a.ts:5 is pure and imports node:fs",
    "http_server/protocol/a.ts:6 is pure and imports @std/fs",
  ]);
});
