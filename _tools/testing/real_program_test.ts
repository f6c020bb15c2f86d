import { assertEquals, assertRejects } from "@std/assert";
import { findProgram, testWithPrograms } from "./real_program.ts";

/** Registers a test for programs of which only `sh` is there. */
function registered(
  names: string[],
  required: boolean,
  used: Record<string, string>[] = [],
): Deno.TestDefinition {
  const tests: Deno.TestDefinition[] = [];
  testWithPrograms(names, "title", (programs) => void used.push(programs), {
    register: (test) => tests.push(test),
    required,
    find: (name) => name === "sh" ? "/bin/sh" : undefined,
  });
  assertEquals(tests.length, 1);
  return tests[0]!;
}

Deno.test("testWithPrograms() runs the test with the paths of its programs", async (t) => {
  for (const required of [true, false]) {
    const used: Record<string, string>[] = [];
    const test = registered(["sh"], required, used);
    assertEquals(test.name, "title");
    assertEquals(test.ignore, undefined);
    await test.fn(t);
    assertEquals(used, [{ sh: "/bin/sh" }]);
  }
});

Deno.test("testWithPrograms() ignores a test whose program is missing and says why", () => {
  const one = registered(["sh", "curl"], false);
  assertEquals(one.ignore, true);
  assertEquals(one.name, "title (ignored: curl is not installed)");
  const two = registered(["curl", "perl"], false);
  assertEquals(two.name, "title (ignored: curl and perl are not installed)");
});

Deno.test("testWithPrograms() fails where programs are required", async (t) => {
  const test = registered(["sh", "curl"], true);
  assertEquals(test.name, "title");
  assertEquals(test.ignore, undefined);
  await assertRejects(
    async () => await test.fn(t),
    Deno.errors.NotFound,
    "curl is not installed",
  );
});

Deno.test("findProgram() takes the first executable file on the path", async () => {
  const root = await Deno.makeTempDir();
  try {
    for (const folder of ["folder", "data", "first", "second"]) {
      await Deno.mkdir(`${root}/${folder}`);
    }
    await Deno.mkdir(`${root}/folder/tool`);
    await Deno.writeTextFile(`${root}/data/tool`, "", { mode: 0o644 });
    await Deno.writeTextFile(`${root}/first/tool`, "", { mode: 0o755 });
    await Deno.writeTextFile(`${root}/second/tool`, "", { mode: 0o755 });
    const path = ["", "none", "folder", "data", "first", "second"]
      .map((folder) => folder && `${root}/${folder}`).join(":");
    assertEquals(findProgram("tool", path), `${root}/first/tool`);
    assertEquals(findProgram("other", path), undefined);
    assertEquals(findProgram("tool", ""), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
