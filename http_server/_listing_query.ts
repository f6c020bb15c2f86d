// @pure
/**
 * What a visitor asks of a listing, in the query of its address. Whatever is
 * not understood is ignored: a query may be meant for somebody else.
 *
 * @module
 */

import { compareNames } from "./_compare_names.ts";
import type { ListingEntry } from "./_listing_entry.ts";
import { sortedSlice } from "./_sorted_slice.ts";

/** A column that entries are sorted by. */
export type ListingSort = "name" | "size" | "modified";

/** Which entries are shown, and in which order. */
export interface ListingQuery {
  /** The column. */
  readonly sort: ListingSort;
  /** Whether the greatest comes first. */
  readonly descending: boolean;
  /** Number of the page, from 1. */
  readonly page: number;
  /** Text that shown names hold; `""` for all. */
  readonly filter: string;
}

/** What a column begins with: large and new is what people look for. */
export function startsDescending(sort: ListingSort): boolean {
  return sort !== "name";
}

/**
 * Reads the query of a listing's address.
 *
 * @param query With or without its question mark.
 */
export function parseListingQuery(query: string): ListingQuery {
  const parameters = new URLSearchParams(query);
  const asked = parameters.get("sort");
  const sort = asked === "size" || asked === "modified" ? asked : "name";
  const order = parameters.get("order");
  const page = parameters.get("page") ?? "";
  return {
    sort,
    descending: order === "desc" || order !== "asc" && startsDescending(sort),
    page: /^[1-9][0-9]{0,8}$/.test(page) ? Number(page) : 1,
    filter: (parameters.get("q") ?? "").slice(0, 255),
  };
}

/**
 * Writes the query of a listing's address, in its shortest form.
 *
 * @returns Such as `?sort=size&page=2`, or `./` for what needs none.
 */
export function formatListingQuery(query: ListingQuery): string {
  const { sort, descending, page, filter } = query;
  const parameters = new URLSearchParams();
  if (filter !== "") parameters.set("q", filter);
  if (sort !== "name") parameters.set("sort", sort);
  if (descending !== startsDescending(sort)) {
    parameters.set("order", descending ? "desc" : "asc");
  }
  if (page !== 1) parameters.set("page", String(page));
  return parameters.size === 0 ? "./" : `?${parameters}`;
}

/** Whether sorting needs more of an entry than its name. */
export function needsFacts({ sort }: ListingQuery): boolean {
  return sort !== "name";
}

/** The entries whose names hold the text, whatever the case. */
export function filterEntries(
  entries: readonly ListingEntry[],
  filter: string,
): readonly ListingEntry[] {
  if (filter === "") return entries;
  const wanted = fold(filter);
  return entries.filter(({ name }) => fold(name).includes(wanted));
}

function fold(text: string): string {
  return text.normalize().toLowerCase();
}

/**
 * Sorts entries, folders first.
 *
 * @param entries All of them.
 * @param query By what.
 * @param start The first that is wanted.
 * @param end The place behind the last that is wanted.
 */
export function sortEntries(
  entries: readonly ListingEntry[],
  { sort, descending }: Pick<ListingQuery, "sort" | "descending">,
  start = 0,
  end: number = entries.length,
): ListingEntry[] {
  const direction = descending ? -1 : 1;
  const value = (entry: ListingEntry): number =>
    (sort === "size" ? entry.size : entry.mtime) ?? -Infinity;
  return sortedSlice(
    entries,
    (a, b) => {
      if (a.kind !== b.kind) return a.kind === "directory" ? -1 : 1;
      if (sort === "name") return direction * compareNames(a.name, b.name);
      const [left, right] = [value(a), value(b)];
      if (left !== right) return left < right ? -direction : direction;
      return compareNames(a.name, b.name);
    },
    start,
    end,
  );
}
