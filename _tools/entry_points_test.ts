/** What somebody sees first of each entry point. */
import { assert } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

const { exports } = JSON.parse(
  Deno.readTextFileSync(new URL("deno.json", ROOT)),
) as { exports: Record<string, string> };

for (const [name, file] of Object.entries(exports)) {
  Deno.test(`the entry point ${name} begins with what it is, and an example`, () => {
    const source = Deno.readTextFileSync(new URL(file, ROOT));
    const [, documentation = ""] = /^\/\*\*([^]*?)\*\//.exec(source) ?? [];
    assert(documentation.includes("@module"), file);
    assert(documentation.includes("@example"), file);
  });
}
