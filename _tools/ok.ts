/**
 * Everything that has to hold before a change is good, quick checks first:
 * `deno task ok`. Stops at the first that fails.
 *
 * @module
 */
const ROOT = new URL("../", import.meta.url);

const { exports, tasks } = JSON.parse(
  Deno.readTextFileSync(new URL("deno.json", ROOT)),
) as { exports: Record<string, string>; tasks: { test: string } };

const STEPS: readonly string[][] = [
  ["fmt", "--check"],
  ["lint"],
  ["check", "."],
  ["doc", "--lint", ...Object.values(exports)],
  // What is published has been checked already; left are the slow types.
  ["publish", "--dry-run", "--allow-dirty", "--no-check"],
  tasks.test.split(" ").slice(1),
];

for (const [index, args] of STEPS.entries()) {
  console.log(`\n${index + 1}/${STEPS.length} deno ${args.join(" ")}`);
  const start = performance.now();
  // By its path: where Deno came with npx there is no `deno` to be found.
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT })
    .spawn().status;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code !== 0) {
    console.error(`not ok: deno ${args[0]} failed after ${seconds} s`);
    Deno.exit(1);
  }
  console.log(`ok: deno ${args[0]} took ${seconds} s`);
}
