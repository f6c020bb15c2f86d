import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { Folder } from "../../_tools/testing/folder.ts";
import { configFiles } from "../../socketserver/deno_flags.ts";
import { moduleGraph } from "./module_graph.ts";

async function graph(
  folder: Folder,
  name: string,
): Promise<[string[], boolean]> {
  const url = pathToFileURL(folder.at(name)).href;
  const { files, complete } = await moduleGraph(url, ["--no-config"]);
  const names = files.map((file) => file.slice(folder.path.length + 1));
  return [names.toSorted(), complete];
}

Deno.test("moduleGraph() finds everything that a module imports (test_main_module_is_resolved, test_file_added)", async () => {
  await using folder = await Folder.make({
    "app.ts":
      `import "./a b/one.ts"; import "node:path"; import type { T } from "./types.ts";
      import data from "./data.json" with { type: "json" };
      export const later = () => import("./late.ts");`,
    "a b": { "one.ts": `export * from "../two.ts";` },
    "two.ts": "export {};",
    "types.ts": "export type T = 1;",
    "late.ts": "",
    "data.json": "{}",
    "unused.ts": "",
  });
  const [files, complete] = await graph(folder, "app.ts");
  assertEquals(complete, true);
  assertEquals(
    files.filter((name) => name !== "types.ts"),
    ["a b/one.ts", "app.ts", "data.json", "late.ts", "two.ts"],
  );
});

Deno.test("moduleGraph() names modules that are missing or broken, and says that there may be more", async () => {
  await using folder = await Folder.make({
    "app.ts": `import "./broken.ts"; import "./none/missing.ts";`,
    "broken.ts": `import "./behind.ts"; export const = 1;`,
    "behind.ts": "",
  });
  assertEquals(await graph(folder, "app.ts"), [
    ["app.ts", "broken.ts", "none/missing.ts"],
    false,
  ]);
  assertEquals(await graph(folder, "nothing.ts"), [["nothing.ts"], false]);
});

Deno.test("configFiles() finds the nearest configuration", async () => {
  await using folder = await Folder.make({
    "deno.json": "{}",
    "a": { "b": { "main.ts": "" }, "c": { "package.json": "{}" } },
  });
  const main = (name: string) => pathToFileURL(folder.at(name)).href;
  assertEquals(configFiles(main("a/b/main.ts")), [folder.at("deno.json")]);
  assertEquals(configFiles(main("a/c/main.ts")), [
    folder.at("a/c/package.json"),
  ]);
  assertEquals(configFiles("jsr:@a/b"), []);
});
