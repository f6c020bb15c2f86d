/**
 * Runs the benchmarks: all of them, or those that are named.
 *
 *     deno run --allow-all bench/mod.ts [--write] [NAME…]
 *
 * `--write` puts the results into `README.md`.
 *
 * @module
 */
import { cgi } from "./cgi.ts";
import { echo } from "./echo.ts";
import { files } from "./files.ts";
import { growth } from "./growth.ts";
import { hello } from "./hello.ts";
import { idle } from "./idle.ts";
import { python } from "./python.ts";
import { start } from "./start.ts";
import { workers } from "./workers.ts";
import { wsgi } from "./wsgi.ts";
import { writeResults } from "./_report.ts";

const SCENARIOS: ReadonlyMap<string, () => Promise<void>> = new Map([
  ["echo", echo],
  ["hello", hello],
  ["wsgi", wsgi],
  ["python", python],
  ["files", files],
  ["cgi", cgi],
  ["workers", workers],
  ["idle", idle],
  ["start", start],
  ["growth", growth],
]);

const chosen = Deno.args.filter((arg) => arg !== "--write");
const names = chosen.length > 0 ? chosen : [...SCENARIOS.keys()];
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
if (Deno.args.includes("--write")) await writeResults();
