/**
 * Tests that drive a real program: a browser, curl, a Python interpreter.
 *
 * Where the program is missing such a test is ignored and its title gives the
 * reason, so that the other tests run on any machine. Where the environment
 * says `CI=true` it fails instead: there a missing program is a hole in what
 * `.ci/run` installs, and a suite that skips its way to green proves nothing.
 *
 * Programs are found once, while the test module loads, and handed over as
 * paths:
 *
 * ```ts ignore
 * testWithPrograms(["curl"], "doGET() serves curl", async ({ curl }) => {
 *   const { stdout } = await new Deno.Command(curl, { args: [url] }).output();
 * });
 * ```
 *
 * @module
 */

/** A test that uses programs: gets their paths by name, and the test context. */
export type ProgramTest<Name extends string> = (
  programs: Readonly<Record<Name, string>>,
  t: Deno.TestContext,
) => void | Promise<void>;

/** Where a test is registered and what decides its fate; for tests of this file. */
export interface ProgramTestOptions {
  /** Registers the test. By default `Deno.test`. */
  readonly register?: (test: Deno.TestDefinition) => void;
  /** Whether a missing program is a failure. By default whether `CI=true`. */
  readonly required?: boolean;
  /** Finds a program. By default {@linkcode findProgram}. */
  readonly find?: (name: string) => string | undefined;
}

/**
 * Finds a program as a shell would. Needs `--allow-read` and `--allow-env`.
 *
 * @param name The name of the program, without a folder.
 * @param path Folders to look in, separated by colons. By default `PATH`.
 * @returns Its path, or `undefined` if it is not installed.
 */
export function findProgram(
  name: string,
  path: string = Deno.env.get("PATH") ?? "",
): string | undefined {
  return path.split(":").filter((folder) => folder !== "")
    .map((folder) => `${folder}/${name}`)
    .find(isExecutable);
}

/**
 * Registers a test that needs programs.
 *
 * @param names The programs.
 * @param title The title of the test.
 * @param fn The test.
 * @param options What tests of this function replace.
 */
export function testWithPrograms<const Name extends string>(
  names: readonly Name[],
  title: string,
  fn: ProgramTest<Name>,
  options: ProgramTestOptions = {},
): void {
  const {
    register = Deno.test,
    required = Deno.env.get("CI") === "true",
    find = findProgram,
  } = options;
  const found = names.map((name) => [name, find(name)] as const);
  const missing = found.filter(([, path]) => path === undefined)
    .map(([name]) => name);
  if (missing.length === 0) {
    const programs = Object.fromEntries(found) as Record<Name, string>;
    return register({ name: title, fn: (t) => fn(programs, t) });
  }
  const verb = missing.length === 1 ? "is" : "are";
  const reason = `${missing.join(" and ")} ${verb} not installed`;
  if (!required) {
    const name = `${title} (ignored: ${reason})`;
    return register({ name, ignore: true, fn: () => {} });
  }
  register({
    name: title,
    fn: () => {
      throw new Deno.errors.NotFound(`Cannot run the test: ${reason}`);
    },
  });
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}
