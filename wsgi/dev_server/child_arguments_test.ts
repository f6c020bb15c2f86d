import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { denoFlags } from "../../socketserver/deno_flags.ts";
import { getChildArguments, resolvingFlags } from "./child_arguments.ts";

/** What Deno has found for this test. */
const CONFIG = `--config=${
  fromFileUrl(import.meta.resolve("../../deno.json"))
}`;

Deno.test("denoFlags() finds Deno's options in a command line (test_manage_py, test_python_m_django)", () => {
  const cases: [words: string, args: string, flags: string | null][] = [
    ["deno run -A main.ts", "", "-A"],
    ["deno run -A main.ts ./app.ts 8000", "./app.ts 8000", "-A"],
    ["/usr/bin/deno -A main.ts x", "x", "-A"],
    ["deno run main.ts", "", ""],
    ["deno run -NR --config x.json jsr:@a/b", "", "-NR --config x.json"],
    ["deno run -A main.ts -- -x", "-x", "-A"],
    // What is for one process alone is not passed on.
    ["deno run -A --watch --inspect-brk=1:2 -r --check main.ts", "", "-A"],
    // No command line of `deno run`.
    ["deno test -A x_test.ts", "", null],
    ["deno serve -A main.ts", "", null],
    ["deno run -A main.ts a", "b", null],
    ["program", "", null],
  ];
  for (const [words, args, flags] of cases) {
    assertEquals(
      denoFlags(words.split(" "), args === "" ? [] : args.split(" ")),
      flags === null ? null : flags === "" ? [] : flags.split(" "),
      words,
    );
  }
});

Deno.test("resolvingFlags() keeps what decides how names are resolved", () => {
  assertEquals(
    resolvingFlags(
      "-A --config=a.json -c b.json --allow-net=c --import-map map.json --unstable-net --no-lock --seed 7"
        .split(" "),
    ),
    "--config=a.json -c b.json --import-map map.json --unstable-net --no-lock"
      .split(" "),
  );
});

Deno.test("getChildArguments() passes on what is allowed, and no more", () => {
  // This is no `deno run`: the permissions are asked for.
  const flags = getChildArguments();
  const everything = ["read", "write", "net", "env", "sys", "run", "ffi"]
    .every((name) =>
      Deno.permissions.querySync({ name } as Deno.PermissionDescriptor)
        .state === "granted"
    );
  if (everything) assertEquals(flags, ["--allow-all", CONFIG]);
  else assert(!flags.includes("--allow-all"));
});

Deno.test({
  name: "getChildArguments() passes on single permissions",
  permissions: { read: true, net: true },
  fn() {
    assertEquals(getChildArguments(), [
      "--no-prompt",
      "--allow-read",
      "--allow-net",
      CONFIG,
    ]);
  },
});
