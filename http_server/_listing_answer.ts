import { BytesIO } from "../socketserver/io/mod.ts";
import { CompressedBody } from "./_compressed_body.ts";
import { examineEntries, readEntries } from "./_directory_entries.ts";
import {
  chooseCompression,
  type Field,
  type FilePlanOptions,
  type FileRequest,
  look,
} from "./_file_plan.ts";
import type { Bounds } from "./_file_source.ts";
import {
  filterEntries,
  needsFacts,
  parseListingQuery,
  sortEntries,
} from "./_listing_query.ts";
import { LISTING_POLICY } from "./_page_policy.ts";
import {
  formatListing,
  formatListingJson,
  formatListingText,
} from "./_directory_listing.ts";
import type { ListingEntry } from "./_listing_entry.ts";
import { negotiateMediaType } from "./protocol/mod.ts";

/** What a listing depends on beside the request. */
export interface ListingContext {
  /** The path of the folder's address, as it was sent. */
  readonly urlPath: string;
  /** The query of its address. */
  readonly query: string;
  /** Whether names with a leading dot are shown. */
  readonly hidden: boolean;
  /** Where the folder must lie, and where links in it may lead. */
  readonly bounds: Bounds | null;
  /** What the server wants. */
  readonly options: FilePlanOptions;
}

/** A listing, or why there is none. */
export type ListingAnswer =
  | {
    readonly kind: "content";
    readonly status: 200;
    readonly fields: readonly Field[];
    readonly length: number | null;
    readonly body: BytesIO | CompressedBody | null;
  }
  | { readonly kind: "error"; readonly status: 403 | 404 | 503 };

/** Rows of a page: what a browser shows at once without an effort. */
const PAGE_SIZE = 500;

const TYPES: readonly string[] = [
  "text/html",
  "application/json",
  "text/plain",
];

/**
 * Lists a folder as the client wants it: a page, JSON, or plain names.
 *
 * @param request Method and fields.
 * @param path The folder.
 * @param context What else counts.
 */
export async function answerListing(
  request: FileRequest,
  path: string,
  context: ListingContext,
): Promise<ListingAnswer> {
  const read = await readEntries(path, context.bounds, context.hidden);
  if (read.kind === "none") return { kind: "error", status: read.status };
  const accept = look(request, "Accept");
  const type = negotiateMediaType(accept, TYPES) ?? TYPES[0]!;
  const text = await format(type, read.entries, path, context);
  return send(new TextEncoder().encode(text), type, request, context.options);
}

async function format(
  type: string,
  all: readonly ListingEntry[],
  path: string,
  { urlPath, query: text }: ListingContext,
): Promise<string> {
  const asked = parseListingQuery(text);
  let entries = filterEntries(all, asked.filter);
  if (needsFacts(asked) || type === "application/json") {
    entries = await examineEntries(path, entries);
  }
  if (type === "application/json") {
    return formatListingJson(sortEntries(entries, asked));
  }
  if (type === "text/plain") {
    return formatListingText(sortEntries(entries, asked));
  }
  const pages = Math.max(1, Math.ceil(entries.length / PAGE_SIZE));
  const query = { ...asked, page: Math.min(asked.page, pages) };
  const start = (query.page - 1) * PAGE_SIZE;
  let shown = sortEntries(entries, asked, start, start + PAGE_SIZE);
  if (!needsFacts(query)) shown = await examineEntries(path, shown);
  const folders = entries.filter(({ kind }) => kind === "directory").length;
  return formatListing({
    urlPath,
    query,
    entries: shown,
    folders,
    files: entries.length - folders,
    pages,
  });
}

function send(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  request: FileRequest,
  options: FilePlanOptions,
): ListingAnswer {
  const isJson = type === "application/json";
  const fields: Field[] = [
    ["Content-Type", isJson ? type : `${type}; charset=utf-8`],
    ["Vary", options.compress ? "Accept, Accept-Encoding" : "Accept"],
    ["X-Content-Type-Options", "nosniff"],
  ];
  if (type === "text/html") {
    fields.push(["Content-Security-Policy", LISTING_POLICY]);
  }
  if (options.cacheControl !== null) {
    fields.push(["Cache-Control", options.cacheControl]);
  }
  const compression = chooseCompression(request, bytes.length, type, options);
  if (compression !== null) fields.push(["Content-Encoding", compression]);
  else fields.push(["Content-Length", String(bytes.length)]);
  fields.push(...options.extraFields);
  const wanted = request.method === "HEAD" ? null : new BytesIO(bytes);
  const body = wanted === null || compression === null
    ? wanted
    : new CompressedBody(wanted, compression, bytes.length);
  const length = compression === null ? bytes.length : null;
  return { kind: "content", status: 200, fields, length, body };
}
