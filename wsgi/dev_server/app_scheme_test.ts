import { assertEquals } from "@std/assert";
import { APP_SCHEMES, loadApp, parseAppName } from "./load_app.ts";

Deno.test("loadApp() asks who knows the scheme of a name", async () => {
  const asked: unknown[] = [];
  APP_SCHEMES.set("test-scheme", {
    load(name, settings) {
      asked.push(name, settings);
      return Promise.resolve({ application: () => [], found: "a test" });
    },
    watched: () => Promise.resolve([]),
  });
  try {
    assertEquals(parseAppName("test-scheme:a.b:c"), {
      scheme: "test-scheme",
      name: "a.b:c",
    });
    const { found } = await loadApp({
      app: "test-scheme:a.b:c",
      schemes: { "test-scheme": { workers: 2 } },
    });
    assertEquals(found, "a test");
    assertEquals(asked, ["a.b:c", { workers: 2 }]);
  } finally {
    APP_SCHEMES.delete("test-scheme");
  }
});
