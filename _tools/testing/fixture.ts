/**
 * Runs programs of `testdata/`, for what a test cannot show in its own
 * process: flags, limits, how a program ends.
 *
 * @module
 */

/** How to run a program. */
export interface FixtureOptions {
  /** What the program is told. */
  readonly args?: readonly string[];
  /** Flags of Deno. */
  readonly flags?: readonly string[];
  /** Descriptors that it may have. */
  readonly files?: number;
  /** Milliseconds until it is killed. */
  readonly killAfter?: number;
}

/** What came of it. */
export interface FixtureResult {
  /** Whether it ended by itself, with status 0. */
  readonly success: boolean;
  /** What it wrote. */
  readonly stdout: string;
  /** What it complained about. */
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runFixture(
  program: URL,
  options: FixtureOptions = {},
): Promise<FixtureResult> {
  const { args = [], flags = [], files, killAfter } = options;
  const limit = files === undefined ? "" : `ulimit -n ${files}; `;
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `${limit}exec "$0" "$@"`,
      Deno.execPath(),
      "run",
      "--allow-all",
      "--no-check",
      ...flags,
      program.href,
      ...args,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = killAfter === undefined
    ? undefined
    : setTimeout(() => child.kill("SIGKILL"), killAfter);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return {
    success,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
