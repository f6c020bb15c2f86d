/** The development server as part of a program, which goes on afterwards. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Folder } from "../../_tools/testing/folder.ts";
import { AppError } from "./app_error.ts";
import { runserver } from "./runserver.ts";

function source(text: string): string {
  return `export default () => new Response(${JSON.stringify(text)});\n`;
}

for (const reload of [false, true]) {
  Deno.test(`runserver() serves until it is told to stop, and leaves nothing open, ${reload ? "with" : "without"} the reloader`, async () => {
    await using folder = await Folder.make({ "app.ts": source("one") });
    const stop = new AbortController();
    const lines: string[] = [];
    const url = Promise.withResolvers<string>();
    const running = runserver({
      settings: { app: folder.at("app.ts"), quiet: true },
      bind: "127.0.0.1",
      port: 0,
      reload,
      signal: stop.signal,
      print(line) {
        lines.push(line);
        const [found] = /http:[^)]+/.exec(line) ?? [];
        if (found) url.resolve(found);
      },
      log: (line) => lines.push(line),
    });
    const ask = async () => await (await fetch(await url.promise)).text();
    assertEquals(await ask(), "one");
    if (reload) {
      await Deno.writeTextFile(folder.at("app.ts"), source("another"));
      while (await ask() !== "another");
      assertMatch(lines.join("\n"), /app\.ts changed, reloading/);
    }
    stop.abort();
    await running;
    assertEquals(lines.includes("Serving a fetch handler"), true);
  });
}

Deno.test("runserver() says why it cannot serve, and leaves nothing open", async () => {
  await using folder = await Folder.make({ "app.ts": source("one") });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const options = { bind: "127.0.0.1", port, print: () => {} };
  const app = folder.at("app.ts");
  for (const reload of [false, true]) {
    await assertRejects(
      () => runserver({ ...options, settings: { app }, reload }),
      Error,
      `Cannot listen on 127.0.0.1 port ${port}: it is in use`,
    );
  }
  await assertRejects(
    () => runserver({ ...options, settings: { app: `${app}:none` } }),
    AppError,
    'it has no "none"',
  );
});
