import { type Bounds, examine, statusOf } from "./_file_source.ts";
import { joinPath } from "./_file_finder.ts";
import type { ListingEntry } from "./directory_listing.ts";

/** What is in a folder, or why that cannot be told. */
export type DirectoryEntries =
  | { readonly kind: "entries"; readonly entries: ListingEntry[] }
  | { readonly kind: "none"; readonly status: 403 | 404 | 503 };

/** Names examined before others get their turn: about a millisecond. */
const SLICE = 256;

/**
 * Reads what is in a folder and would be served.
 *
 * @param path The folder.
 * @param bounds Where links may lead.
 * @param hidden Whether names with a leading dot count.
 */
export async function readEntries(
  path: string,
  bounds: Bounds | null,
  hidden: boolean,
): Promise<DirectoryEntries> {
  const entries: ListingEntry[] = [];
  try {
    let count = 0;
    for await (const { name, isSymlink } of Deno.readDir(path)) {
      if (name.startsWith(".") && !hidden) continue;
      if (++count % SLICE === 0) await nextTurn();
      // Only links can lead out of a folder that lies within.
      const there = examine(joinPath(path, name), isSymlink ? bounds : null);
      if (there) entries.push({ name, link: isSymlink, ...there });
    }
  } catch (error) {
    return { kind: "none", status: statusOf(error) };
  }
  return { kind: "entries", entries };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
