import { configFiles } from "./module_graph.ts";

/** Options of Deno that decide how names of modules are resolved, with a value in the next word or none. */
const RESOLVING =
  /^(?:--config|-c|--no-config|--import-map|--lock|--no-lock|--frozen|--node-modules-dir|--vendor|--cert|--cached-only|--no-npm|--no-remote|--conditions|--unstable(?:-[a-z-]+)?)(?:=|$)/;

/** Options that take the next word unless they hold a value. */
const TAKES_WORD = new Set([
  "--config",
  "-c",
  "--import-map",
  "--cert",
  "--conditions",
  "--location",
  "--seed",
  "--preload",
  "--require",
  "--log-level",
  "-L",
]);

/** Options that are for one process alone. */
const OWN = /^(?:--watch|--inspect|--reload|-r$|--no-clear-screen|--check)/;

/** Options that name a configuration, or none. */
const CONFIG = /^(?:-c|--config|--no-config)(?:=|$)/;

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
 * Finds the options that this program was started with, for a child that
 * shall have the same: Django's `get_child_arguments`. On Linux they are read
 * from the system if everything is allowed; elsewhere what is allowed as a
 * whole is passed on, and what is allowed in part cannot be seen.
 *
 * @returns The words behind `deno run`.
 *
 * @example Starts a child that may do the same
 * ```ts
 * import { getChildArguments } from "@pystd/server/dev-server";
 *
 * const command = new Deno.Command(Deno.execPath(), {
 *   args: ["run", ...getChildArguments(), "child.ts"],
 * });
 * ```
 */
export function getChildArguments(): string[] {
  const words = ownWords();
  const flags = words && denoFlags(words, Deno.args) || permissionFlags();
  return [...flags, ...configFlags(flags)];
}

/** The configuration that Deno has found for this program, for a child that lies elsewhere. */
function configFlags(flags: readonly string[]): string[] {
  if (flags.some((flag) => CONFIG.test(flag))) return [];
  const [nearest] = configFiles(Deno.mainModule);
  return nearest && /deno\.jsonc?$/.test(nearest)
    ? [`--config=${nearest}`]
    : [];
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

/** The options among Deno's that decide how names of modules are resolved. */
export function resolvingFlags(flags: readonly string[]): string[] {
  return flags.filter((flag, index) =>
    RESOLVING.test(flag) ||
    index > 0 && !flag.startsWith("-") && TAKES_WORD.has(flags[index - 1]!) &&
      RESOLVING.test(flags[index - 1]!)
  );
}
