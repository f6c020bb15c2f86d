import { joinPath } from "./_file_finder.ts";
import { type Bounds, examine, statusOf } from "./_file_source.ts";
import type { ListingEntry } from "./_listing_entry.ts";

/** What is in a folder, or why that cannot be told. */
export type DirectoryEntries =
  | { readonly kind: "entries"; readonly entries: ListingEntry[] }
  | { readonly kind: "none"; readonly status: 403 | 404 | 503 };

const NOT_FOUND: DirectoryEntries = { kind: "none", status: 404 };

/** Names examined before others get their turn: a millisecond or two. */
const SLICE = 256;

/**
 * Reads the names in a folder that would be served. Sizes and times are left
 * out: {@linkcode examineEntries} asks for those that are shown.
 *
 * @param path The folder.
 * @param bounds Where it must lie, and where links in it may lead.
 * @param hidden Whether names with a leading dot count.
 */
export async function readEntries(
  path: string,
  bounds: Bounds | null,
  hidden: boolean,
): Promise<DirectoryEntries> {
  const entries: ListingEntry[] = [];
  let links = 0;
  try {
    const real = bounds === null ? path : Deno.realPathSync(path);
    if (bounds !== null && !bounds.contain(real)) return NOT_FOUND;
    for await (const entry of Deno.readDir(real)) {
      const { name, isDirectory, isFile, isSymlink } = entry;
      if (name.startsWith(".") && !hidden) continue;
      if (isSymlink) {
        const there = examine(joinPath(path, name), bounds);
        if (there) entries.push({ name, link: true, ...there });
        if (++links % SLICE === 0) await nextTurn();
      } else if (isDirectory || isFile) {
        const kind = isDirectory ? "directory" : "file";
        entries.push({ name, link: false, kind, size: null, mtime: null });
      }
    }
    // Somebody may have put a link in the place of the folder meanwhile.
    if (bounds !== null && Deno.realPathSync(real) !== real) return NOT_FOUND;
  } catch (error) {
    return { kind: "none", status: statusOf(error) };
  }
  return { kind: "entries", entries };
}

/**
 * Asks for sizes and times.
 *
 * @param path The folder that the entries are in.
 * @param entries Some of its entries.
 * @returns The same with all that could be learned; others are left as they are.
 */
export async function examineEntries(
  path: string,
  entries: readonly ListingEntry[],
): Promise<ListingEntry[]> {
  const examined: ListingEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    const there = entry.link ? null : examine(joinPath(path, entry.name), null);
    examined.push(there ? { ...entry, ...there } : entry);
  }
  return examined;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
