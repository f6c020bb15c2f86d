/**
 * Tests with a Python that has a module: Debian's own has Debian's modules,
 * but another may come before it in `PATH`.
 *
 * @module
 */
import { findProgram, testWithPrograms } from "./real_program.ts";

/**
 * Registers a test that gets the path of an interpreter.
 *
 * @param module A module that it must have.
 * @param title The title of the test.
 * @param fn The test.
 */
export function testWithPython(
  module: string,
  title: string,
  fn: (python: string, t: Deno.TestContext) => void | Promise<void>,
): void {
  const name = module === "sys" ? "python3" : `python3 with ${module}`;
  testWithPrograms(
    [name],
    title,
    (programs, t) => fn(programs[name]!, t),
    { find: () => findPython(module) },
  );
}

const found = new Map<string, string | undefined>();

/** Finds an interpreter that has a module. */
export function findPython(module: string): string | undefined {
  if (!found.has(module)) {
    const candidates = [findProgram("python3"), "/usr/bin/python3"];
    found.set(
      module,
      candidates.find((python) => python !== undefined && has(python, module)),
    );
  }
  return found.get(module);
}

function has(python: string, module: string): boolean {
  try {
    return new Deno.Command(python, {
      args: ["-c", `import ${module}`],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}
