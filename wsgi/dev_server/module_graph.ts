import { fromFileUrl } from "@std/path/from-file-url";

/** The files of a program. */
export interface ModuleGraph {
  /** The local modules that it consists of, also those that are missing. */
  readonly files: readonly string[];
  /** Whether all of them could be read: else more may belong to it. */
  readonly complete: boolean;
}

/** The part of `deno info --json` that is used. */
interface Info {
  readonly modules?: readonly {
    readonly specifier: string;
    readonly local?: string;
    readonly error?: string;
  }[];
}

/**
 * Finds the files that a module consists of, by `deno info`: what it imports,
 * and what that imports, imports of literal names at run time included. Needs
 * `--allow-run`.
 *
 * @param module The module: a URL.
 * @param flags Deno's options that decide how names are resolved.
 * @returns The files; packages from elsewhere are left out.
 *
 * @example Finds the files of a program
 * ```ts
 * import { moduleGraph } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(file, `import "node:path";`);
 * const { files, complete } = await moduleGraph(`file://${file}`);
 * assertEquals([files, complete], [[file], true]);
 * await Deno.remove(file);
 * ```
 */
export async function moduleGraph(
  module: string,
  flags: readonly string[] = [],
): Promise<ModuleGraph> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...flags, module],
    stdin: "null",
    stderr: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const { modules = [] }: Info = code === 0
    ? JSON.parse(new TextDecoder().decode(stdout))
    : {};
  const files = modules.filter(({ specifier }) =>
    specifier.startsWith("file:") && !specifier.includes("/node_modules/")
  ).map(({ specifier }) => fromFileUrl(specifier));
  const complete = modules.length > 0 &&
    modules.every(({ error }) => error === undefined);
  return { files, complete };
}
