import { dirname, fromFileUrl, join } from "./paths.ts";
/**
 * The options that this program was started with, for children that shall have
 * the same.
 *
 * @module
 */

/** Options that are for one process alone. */
const OWN = /^(?:--watch|--inspect|--reload|-r$|--no-clear-screen|--check)/;

/** What kinds of access there are. */
const ACCESS = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
  "import",
] as const;

/**
 * Finds the options that this program was started with. On Linux they are read
 * from the system if everything is allowed; elsewhere what is allowed as a
 * whole is passed on, and what is allowed in part cannot be seen.
 *
 * @returns The words behind `deno run`.
 */
export function ownDenoFlags(): string[] {
  const words = ownWords();
  return words && denoFlags(words, Deno.args) || permissionFlags();
}

function permissionFlags(): string[] {
  const granted = ACCESS.filter((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  if (granted.length === ACCESS.length) return ["--allow-all"];
  return ["--no-prompt", ...granted.map((name) => `--allow-${name}`)];
}

/** The words of this process. */
function ownWords(): string[] | null {
  try {
    return Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
  } catch {
    return null;
  }
}

/**
 * Cuts Deno's own options out of a command line.
 *
 * @param words All words, the program's name first.
 * @param args The words that belong to the script.
 * @returns The options, `null` if it is not that of `deno run`.
 */
export function denoFlags(
  words: readonly string[],
  args: readonly string[],
): string[] | null {
  const end = words.length - args.length;
  const ownArgs = words.slice(end);
  if (ownArgs.some((word, index) => word !== args[index])) return null;
  let before = words.slice(1, end);
  if (before.at(-1) === "--") before = before.slice(0, -1);
  // The last word is the script; without `run` it is an option that comes first.
  if (before[0] === "run") before = before.slice(1);
  else if (!before[0]?.startsWith("-")) return null;
  return before.slice(0, -1).filter((word) => !OWN.test(word));
}

/** What Deno reads its configuration from. */
const CONFIG_NAMES = ["deno.json", "deno.jsonc", "package.json"];

/**
 * Finds the configuration that Deno has found for a program.
 *
 * @param main The program: a URL.
 * @returns Paths of the files, nearest first.
 */
export function configFiles(main: string): string[] {
  if (!main.startsWith("file:")) return [];
  for (let at = dirname(fromFileUrl(main));; at = dirname(at)) {
    const found = CONFIG_NAMES.map((name) => join(at, name)).filter(isFile);
    if (found.length > 0 || at === dirname(at)) return found;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
