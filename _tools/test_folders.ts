/**
 * The folders of the package, to be tested one by one.
 *
 * @module
 */

/** A folder with tests or examples in it. */
export interface TestFolder {
  /** Its path from the root. */
  readonly path: string;
  /** The paths of the folders right in it, which are listed apart. */
  readonly below: readonly string[];
  /** Bytes of its tests. */
  readonly size: number;
}

/**
 * Lists the folders whose files may hold tests or examples, those with the most
 * tests first: who takes them in turn is done soonest.
 *
 * @param root The package's folder, as a `file:` URL that ends in a slash.
 */
export function testFolders(root: URL): TestFolder[] {
  const found: TestFolder[] = [];
  const walk = (path: string): boolean => {
    const below: string[] = [];
    let size = 0;
    let counts = false;
    for (const { name, isDirectory } of Deno.readDirSync(new URL(path, root))) {
      if (isDirectory) {
        if (name.startsWith(".") || IGNORED.has(name)) continue;
        if (walk(`${path}${name}/`)) below.push(`${path}${name}`);
      } else if (/\.(ts|md)$/.test(name)) {
        counts = true;
        if (!name.endsWith("_test.ts")) continue;
        size += Deno.statSync(new URL(path + name, root)).size;
      }
    }
    if (counts) found.push({ path, below: below.sort(), size });
    return counts || below.length > 0;
  };
  walk("./");
  return found.sort((a, b) => b.size - a.size);
}

/** What holds no tests of the package. */
const IGNORED: ReadonlySet<string> = new Set([
  "coverage",
  "node_modules",
  "std_links",
  "testdata",
]);
