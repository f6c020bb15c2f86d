/**
 * The rules that keep the package a tower: imports go down, a `_private.ts`
 * stays in its folder, no two files need each other, pure files stay pure, and
 * what is published stands by itself. Each rule returns its violations, one
 * line each, and an empty list when it is kept.
 *
 * @module
 */
import type { Module, Reference } from "./module_graph.ts";
import type { Package } from "./package.ts";

/**
 * The floors, lowest first; a file stands on the one with the longest matching
 * path. The entrance of `wsgi/` stands above the rooms that it opens onto.
 */
export const FLOORS: readonly string[] = [
  "socketserver/io/",
  "socketserver/",
  "http_server/protocol/",
  "http_server/",
  "cgi/",
  "wsgi/",
  "wsgi/python/",
  "wsgi/dev_server/",
  "wsgi/main.ts",
  "wsgi/mod.ts",
  "mod.ts",
];

/**
 * Folders whose files are pure: no `Deno`, nothing asynchronous, no I/O, so
 * that they are tested with values alone. A pure file elsewhere says so itself,
 * in a comment above its code: `// @pure`.
 */
export const PURE_FOLDERS: readonly string[] = ["http_server/protocol/"];

/** What a pure file may import from outside the package. */
export const PURE_PACKAGES: ReadonlySet<string> = new Set([
  "@std/http",
  "@std/media-types",
  "@std/path",
]);

/** Imports that climb the tower, and files that stand on no floor. */
export function climbingImports(pkg: Package): string[] {
  const found: string[] = [];
  for (const module of publishedModules(pkg)) {
    const floor = floorOf(module.path);
    if (floor < 0) found.push(`${module.path} stands on no floor`);
    for (const reference of module.references) {
      const { target } = reference;
      if (target !== undefined && floorOf(target) > floor) {
        found.push(`${at(module, reference)} climbs to ${target}`);
      }
    }
  }
  return found;
}

/**
 * References to a `_private.ts` from another folder, or into a `_private/`
 * from outside the folder that holds it. Holds for tests, too.
 */
export function privateIntrusions(pkg: Package): string[] {
  const found: string[] = [];
  for (const module of pkg.modules.values()) {
    const home = folderOf(module.path);
    for (const reference of module.references) {
      const { target = "" } = reference;
      const segments = target.split("/");
      const intrudes = segments.some((segment, index) => {
        if (!segment.startsWith("_")) return false;
        const holder = segments.slice(0, index).map((part) => `${part}/`).join(
          "",
        );
        const isFile = index === segments.length - 1;
        return isFile ? home !== holder : !home.startsWith(holder);
      });
      if (intrudes) {
        found.push(`${at(module, reference)} reaches into private ${target}`);
      }
    }
  }
  return found;
}

/**
 * Circles between files. An import of types or an `import()` closes one like
 * any other: two files that can only be understood together are one file.
 */
export function circles(pkg: Package): string[] {
  const found: string[] = [];
  const finished = new Set<Module>();
  const trail: Module[] = [];
  const visit = (module: Module) => {
    if (finished.has(module)) return;
    const start = trail.indexOf(module);
    if (start >= 0) {
      const circle = [...trail.slice(start), module];
      found.push(circle.map(({ path }) => path).join(" -> "));
      return;
    }
    trail.push(module);
    for (const { kind, target } of module.references) {
      const next = pkg.modules.get(target ?? "");
      if (kind === "import" && next) visit(next);
    }
    trail.pop();
    finished.add(module);
  };
  for (const module of pkg.modules.values()) visit(module);
  return found;
}

/** References from published files to files that users do not get. */
export function unpublishedReferences(pkg: Package): string[] {
  const found: string[] = [];
  for (const module of publishedModules(pkg)) {
    for (const reference of module.references) {
      const { target } = reference;
      if (target !== undefined && !isPublished(pkg, target)) {
        found.push(`${at(module, reference)} needs unpublished ${target}`);
      }
    }
  }
  return found;
}

/** Imports from outside the package other than `@std/` and the runtime's own. */
export function foreignImports(pkg: Package): string[] {
  const found: string[] = [];
  for (const module of publishedModules(pkg)) {
    for (const reference of module.references) {
      const { specifier, target, kind } = reference;
      if (kind === "url" || target !== undefined) continue;
      const name = packageName(specifier);
      const isStd = name.startsWith("@std/") &&
        Object.hasOwn(pkg.config.imports, name);
      if (!isStd && !specifier.startsWith("node:")) {
        found.push(`${at(module, reference)} depends on ${specifier}`);
      }
    }
  }
  return found;
}

/** Published files that no entry point leads to. */
export function deadRooms(pkg: Package): string[] {
  const reached = new Set<string>();
  const reach = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target } of pkg.modules.get(path)?.references ?? []) {
      if (target !== undefined) reach(target);
    }
  };
  for (const entry of Object.values(pkg.config.exports)) {
    reach(entry.replace(/^\.\//, ""));
  }
  return publishedModules(pkg)
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => `${path} is reached from no entry point`);
}

/** Whatever a pure file does that no pure file may do. */
export function impurities(pkg: Package): string[] {
  const found: string[] = [];
  for (const module of pkg.modules.values()) {
    if (!isPure(pkg, module)) continue;
    for (const { what, line } of module.impurities) {
      found.push(`${module.path}:${line} is pure and uses ${what}`);
    }
    for (const reference of module.references) {
      const { specifier, target, kind } = reference;
      if (kind === "url") continue;
      const imported = pkg.modules.get(target ?? "");
      const allowed = imported
        ? isPure(pkg, imported)
        : PURE_PACKAGES.has(packageName(specifier));
      if (!allowed) {
        found.push(
          `${at(module, reference)} is pure and imports ${target ?? specifier}`,
        );
      }
    }
  }
  return found;
}

function isPure(pkg: Package, { path, saysPure }: Module): boolean {
  return saysPure ||
    pkg.published.has(path) &&
      PURE_FOLDERS.some((folder) => path.startsWith(folder));
}

function publishedModules(pkg: Package): Module[] {
  return [...pkg.modules.values()].filter(({ path }) =>
    pkg.published.has(path)
  );
}

/** Whether users get a file, or anything in a folder. */
function isPublished({ published }: Package, path: string): boolean {
  if (path !== "" && !path.endsWith("/")) return published.has(path);
  return [...published].some((file) => file.startsWith(path));
}

function floorOf(path: string): number {
  let best = -1;
  for (const [index, floor] of FLOORS.entries()) {
    const matches = floor.endsWith("/")
      ? path.startsWith(floor)
      : path === floor;
    if (matches && floor.length > (FLOORS[best]?.length ?? 0)) best = index;
  }
  return best;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** `@std/http/status` as `@std/http`. */
function packageName(specifier: string): string {
  const [scope, name] = specifier.split("/");
  return `${scope}/${name}`;
}

function at(module: Module, reference: Reference): string {
  return `${module.path}:${reference.line}`;
}
