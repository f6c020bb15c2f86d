/**
 * The package as the checks see it: its sources, and which of them users get.
 *
 * @module
 */
import { globToRegExp } from "@std/path/glob-to-regexp";
import { type Module, type PackageNames, parseModule } from "./module_graph.ts";

/** The fields of `deno.json` that the checks read. */
export interface PackageConfig extends PackageNames {
  /** The import map: `{ "@std/path": "jsr:@std/path@^1.0.0" }`. */
  readonly imports: Readonly<Record<string, string>>;
  /** Folders that stand in for packages of the import map: not this package. */
  readonly links?: readonly string[];
  /** What is not published, as globs from the root. */
  readonly publish: { readonly exclude: readonly string[] };
}

/** A package with its sources read. */
export interface Package {
  /** Its `deno.json`. */
  readonly config: PackageConfig;
  /** All TypeScript files, tests and tools too, by path. */
  readonly modules: ReadonlyMap<string, Module>;
  /** The paths that users get, TypeScript or not. */
  readonly published: ReadonlySet<string>;
}

/**
 * Makes a package of files in memory.
 *
 * @param files Text of each file by its path. Only `.ts` files are parsed.
 * @param config The package's `deno.json`.
 * @returns The package.
 * @throws {SyntaxError} If a `.ts` file is not TypeScript.
 */
export function packageOf(
  files: ReadonlyMap<string, string>,
  config: PackageConfig,
): Package {
  const excluded = config.publish.exclude.map((glob) =>
    globToRegExp(bare(glob))
  );
  const links = (config.links ?? []).map((link) => `${bare(link)}/`);
  const modules = new Map<string, Module>();
  const published = new Set<string>();
  for (const [path, source] of files) {
    if (links.some((link) => path.startsWith(link))) continue;
    if (path.endsWith(".ts")) {
      modules.set(path, parseModule(path, source, config));
    }
    const isExcluded = withAncestors(path).some((part) =>
      excluded.some((glob) => glob.test(part))
    );
    if (!isExcluded) published.add(path);
  }
  return { config, modules, published };
}

/**
 * Reads the package that has its `deno.json` in `root`. Needs `--allow-read`.
 *
 * @param root The folder, as a `file:` URL that ends in a slash.
 * @returns The package.
 */
export function readPackage(root: URL): Package {
  const config = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", root)),
  ) as PackageConfig;
  const files = new Map<string, string>();
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(new URL(folder, root))) {
      if (entry.name.startsWith(".") || IGNORED.has(entry.name)) continue;
      const path = folder + entry.name;
      if (entry.isDirectory) {
        walk(`${path}/`);
      } else if (entry.isFile) {
        const isSource = path.endsWith(".ts");
        const url = new URL(encodeURI(path), root);
        files.set(path, isSource ? Deno.readTextFileSync(url) : "");
      }
    }
  };
  walk("");
  return packageOf(files, config);
}

/** `./a/b/` as `a/b`. */
function bare(folder: string): string {
  return folder.replace(/^\.\//, "").replace(/\/$/, "");
}

const IGNORED: ReadonlySet<string> = new Set(["coverage", "node_modules"]);

/** `a/b/c.ts` as `a`, `a/b` and `a/b/c.ts`: a pattern may name a folder. */
function withAncestors(path: string): string[] {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}
