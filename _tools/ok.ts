/**
 * Everything that has to hold before a change is good: `deno task ok`. First
 * the quick checks, all at once; then the tests, folder by folder, in one
 * process more than there are processors, since many of them wait. Processes,
 * not threads: some tests measure the memory, open files or CPU time of theirs.
 *
 * @module
 */
import { type TestFolder, testFolders } from "./test_folders.ts";

const ROOT = new URL("../", import.meta.url);

const { exports, tasks } = JSON.parse(
  Deno.readTextFileSync(new URL("deno.json", ROOT)),
) as { exports: Record<string, string>; tasks: { test: string } };

const CHECKS: readonly string[][] = [
  ["fmt", "--check"],
  ["lint"],
  // Tests and examples, too: they run without another check.
  ["check", "--doc", "."],
  ["doc", "--lint", ...Object.values(exports)],
  // What is published is checked beside it; left are the slow types.
  ["publish", "--dry-run", "--allow-dirty", "--no-check"],
];

// Where a leak began is asked of a test that leaks: it costs a third of the time.
const TEST: readonly string[] = tasks.test.split(" ").slice(1)
  .filter((flag) => flag !== "--trace-leaks").concat("--no-check");

const begin = performance.now();
const ending = new AbortController();
try {
  await Promise.all(CHECKS.map((args) => run(`deno ${args[0]}`, args)));
  const folders = testFolders(ROOT);
  const testInTurn = async () => {
    for (let folder; (folder = folders.shift());) {
      await test(folder);
      if (ending.signal.aborted) return;
    }
  };
  const processes = navigator.hardwareConcurrency + 1;
  await Promise.all(Array.from({ length: processes }, testInTurn));
  console.log(`ok: everything took ${since(begin)}`);
} catch (error) {
  ending.abort();
  console.error(`not ok: ${(error as Error).message}`);
  Deno.exitCode = 1;
}

/** Runs the tests and examples of one folder, with a place for temporary files of its own. */
async function test({ path, below }: TestFolder): Promise<void> {
  const temporary = await Deno.makeTempDir();
  try {
    const args = [...TEST, path];
    if (below.length > 0) args.push(`--ignore=${below.join()}`);
    await run(`deno test ${path}`, args, { TMPDIR: temporary });
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Runs Deno, and shows what it printed if it fails. */
async function run(
  title: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const start = performance.now();
  // By its path: where Deno came with npx there is no `deno` to be found.
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env,
    cwd: ROOT,
    signal: ending.signal,
  }).output();
  if (ending.signal.aborted) return;
  if (code === 0) return console.log(`ok: ${title} took ${since(start)}`);
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  throw new Error(`${title} failed after ${since(start)}`);
}

function since(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
