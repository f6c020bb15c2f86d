/**
 * Runs the benchmarks: all of them, or those that are named.
 *
 *     deno run --allow-all bench/mod.ts [NAME…]
 *
 * @module
 */
import { echo } from "./echo.ts";
import { files } from "./files.ts";
import { hello } from "./hello.ts";

const SCENARIOS: ReadonlyMap<string, () => Promise<void>> = new Map([
  ["echo", echo],
  ["hello", hello],
  ["files", files],
]);

const names = Deno.args.length > 0 ? Deno.args : [...SCENARIOS.keys()];
for (const name of names) {
  const run = SCENARIOS.get(name);
  if (!run) {
    console.error(
      `Cannot run "${name}": there are ${[...SCENARIOS.keys()].join(", ")}`,
    );
    Deno.exit(1);
  }
  await run();
}
