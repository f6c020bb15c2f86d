import { configFiles, ownDenoFlags } from "../../socketserver/deno_flags.ts";

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

/** Options that name a configuration, or none. */
const CONFIG = /^(?:-c|--config|--no-config)(?:=|$)/;

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
  const flags = ownDenoFlags();
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

/** The options among Deno's that decide how names of modules are resolved. */
export function resolvingFlags(flags: readonly string[]): string[] {
  return flags.filter((flag, index) =>
    RESOLVING.test(flag) ||
    index > 0 && !flag.startsWith("-") && TAKES_WORD.has(flags[index - 1]!) &&
      RESOLVING.test(flags[index - 1]!)
  );
}
