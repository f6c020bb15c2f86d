// @pure
/**
 * The pages that show what is in a folder: made of values alone, so that they
 * can be looked at without a disk and without a server.
 *
 * @module
 */

import { LISTING_SCRIPT } from "./_listing_script.ts";
import { LISTING_STYLE } from "./_listing_style.ts";
import {
  formatListingQuery,
  type ListingQuery,
  type ListingSort,
  startsDescending,
} from "./_listing_query.ts";
import type { ListingEntry } from "./_listing_entry.ts";
import {
  guessMediaType,
  percentDecodeText,
  percentEncodeSegment,
} from "./protocol/mod.ts";

/** What a page shows. */
export interface Listing {
  /** The path of its address, as it was sent. */
  readonly urlPath: string;
  /** What was asked for. */
  readonly query: ListingQuery;
  /** The entries of this page, in order. */
  readonly entries: readonly ListingEntry[];
  /** How many folders there are on all pages. */
  readonly folders: number;
  /** How many files. */
  readonly files: number;
  /** How many pages. */
  readonly pages: number;
}

/** Makes the page. */
export function formatListing(listing: Listing): string {
  const { urlPath, query, entries, pages } = listing;
  const title = `Directory listing for ${
    escape(visible(percentDecodeText(urlPath, { replace: true })))
  }`;
  const isRoot = !/[^/]/.test(urlPath);
  const rows = entries.map(row);
  if (!isRoot) rows.unshift(UP);
  const message = entries.length > 0
    ? ""
    : query.filter === ""
    ? "This folder is empty"
    : 'Nothing matches. <a href="./">Show all</a>';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${ICON}">
<style>${LISTING_STYLE}</style>
</head>
<body>
${SYMBOLS}
<main>
<h1 class="unseen">${title}</h1>
<header>
<nav aria-label="Path"><ol>${breadcrumbs(urlPath)}</ol></nav>
<form role="search">${
    hiddenFields(query)
  }<input type="search" name="q" value="${
    escape(query.filter)
  }" placeholder="Filter" aria-label="Filter" autocomplete="off" autocapitalize="off" spellcheck="false"></form>
</header>
${pages > 1 ? pageLinks(query, pages) : ""}
<div class="card">
<table>
<thead><tr>${column("name", "Name", query)}${column("size", "Size", query)}${
    column("modified", 'Modified<span class="utc"> (UTC)</span>', query)
  }</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p class="none"${entries.length > 0 ? " hidden" : ""}>${message}</p>
</div>
<footer>
<p role="status">${summary(listing)}</p>
${pages > 1 ? pageLinks(query, pages) : ""}
</footer>
</main>
<script>${LISTING_SCRIPT}</script>
</body>
</html>
`;
}

/** Makes the listing for programs: an array of objects. */
export function formatListingJson(entries: readonly ListingEntry[]): string {
  const objects = entries.map(({ name, kind, link, size, mtime }) => ({
    name,
    type: kind,
    ...link ? { link } : {},
    ...size === null ? {} : { size },
    mtime: mtime === null ? null : new Date(mtime).toISOString(),
  }));
  return `[${
    objects.map((each) => `\n  ${JSON.stringify(each)}`).join(",")
  }\n]\n`;
}

/** Makes the listing for scripts: one name a line, folders with a slash. */
export function formatListingText(entries: readonly ListingEntry[]): string {
  return entries.map(({ name, kind }) =>
    `${escapeControls(name)}${kind === "directory" ? "/" : ""}\n`
  ).join("");
}

function row({ name, kind, link, size, mtime }: ListingEntry): string {
  const slash = kind === "directory" ? "/" : "";
  const classes = `${kind}${link ? " link" : ""}`;
  const icon = kind === "directory" ? "folder" : iconOf(name);
  return `<tr class="${classes}"><td><a href="${
    percentEncodeSegment(name)
  }${slash}"><svg aria-hidden="true"><use href="#${icon}"/></svg><bdi class="name">${
    escape(visible(name))
  }${slash}</bdi></a></td><td>${
    size === null
      ? ""
      : `<span title="${grouped(size)} bytes">${formatSize(size)}</span>`
  }</td><td>${time(mtime)}</td></tr>`;
}

const UP =
  `<tr class="directory up"><td><a href="../"><svg aria-hidden="true"><use href="#up"/></svg><span>Parent folder</span></a></td><td></td><td></td></tr>`;

function time(mtime: number | null): string {
  if (mtime === null) return "";
  const text = new Date(mtime).toISOString();
  return `<time datetime="${text}">${
    text.slice(0, 16).replace("T", " ")
  }</time>`;
}

/** Such as `0 B`, `1.5 kB`, `12 MB`: three digits at most. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be rounded to 1000.
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A whole number as English writes it; `toLocaleString` takes 4 ms for its first. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
}

const UNITS: readonly string[] = ["B", "kB", "MB", "GB", "TB", "PB"];

function breadcrumbs(urlPath: string): string {
  // Between two slashes is a folder to browsers, though it has no name.
  const names = urlPath.split("/").slice(1, -1);
  const items = names.map((name, index) =>
    name === ""
      ? ""
      : `<li><a href="${"../".repeat(names.length - 1 - index) || "./"}"${
        index === names.length - 1 ? ' aria-current="page"' : ""
      }><bdi>${
        escape(visible(percentDecodeText(name, { replace: true })))
      }</bdi></a></li>`
  );
  const home = "../".repeat(names.length) || "./";
  items.unshift(
    `<li><a href="${home}"><svg aria-hidden="true"><use href="#home"/></svg><span${
      names.length > 0 ? ' class="unseen"' : ""
    }>Home</span></a></li>`,
  );
  return items.join("");
}

function column(sort: ListingSort, label: string, query: ListingQuery): string {
  const active = query.sort === sort;
  const descending = active ? !query.descending : startsDescending(sort);
  const href = formatListingQuery({ ...query, sort, descending, page: 1 });
  const state = active
    ? ` aria-sort="${query.descending ? "descending" : "ascending"}"`
    : "";
  return `<th scope="col"${state}><a href="${escape(href)}">${label}</a></th>`;
}

/** A form of its own forgets what the address says. */
function hiddenFields({ sort, descending }: ListingQuery): string {
  const fields: [string, string][] = [];
  if (sort !== "name") fields.push(["sort", sort]);
  if (descending !== startsDescending(sort)) {
    fields.push(["order", descending ? "desc" : "asc"]);
  }
  return fields.map(([name, value]) =>
    `<input type="hidden" name="${name}" value="${value}">`
  ).join("");
}

function summary({ folders, files, entries, pages }: Listing): string {
  const parts: string[] = [];
  if (folders > 0) parts.push(count(folders, "folder"));
  if (files > 0) {
    const sizes = entries.map(({ size }) => size ?? 0);
    const total = pages > 1
      ? ""
      : `, ${formatSize(sizes.reduce((sum, size) => sum + size, 0))}`;
    parts.push(count(files, "file") + total);
  }
  return parts.join(", ");
}

function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function pageLinks(query: ListingQuery, pages: number): string {
  const { page } = query;
  const link = (to: number, label: string): string =>
    `<a href="${escape(formatListingQuery({ ...query, page: to }))}"${
      to === page ? ' aria-current="page"' : ""
    }>${label}</a>`;
  const items: string[] = [];
  if (page > 1) items.push(link(page - 1, "Previous"));
  let last = 0;
  for (const number of [1, page - 1, page, page + 1, pages]) {
    if (number <= last || number > pages) continue;
    if (number > last + 1) items.push("<span>\u2026</span>");
    items.push(link(number, String(number)));
    last = number;
  }
  if (page < pages) items.push(link(page + 1, "Next"));
  return `<nav class="pages" aria-label="Pages">${items.join("")}</nav>`;
}

/**
 * What a name really holds: control characters as escapes, and a mark for what
 * would turn the letters round (`\u202egpj.exe` looks like `exe.jpg`).
 */
function visible(text: string): string {
  return text
    // deno-lint-ignore no-control-regex -- they are what is looked for
    .replace(/[\0-\x1f\x7f-\x9f]/g, escapeControl)
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

function escapeControls(name: string): string {
  return name
    .replaceAll("\\", "\\\\")
    // deno-lint-ignore no-control-regex -- they are what is looked for
    .replace(/[\0-\x1f\x7f-\x9f]/g, escapeControl);
}

function escapeControl(character: string): string {
  if (character === "\n") return "\\n";
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll('"', "&quot;");
}

function iconOf(name: string): string {
  const type = guessMediaType(name);
  const main = type.slice(0, type.indexOf("/"));
  if (main === "image") return "image";
  if (main === "audio" || main === "video") return "media";
  if (ARCHIVES.has(type)) return "archive";
  return main === "text" || TEXTS.test(type) ? "text" : "file";
}

const ARCHIVES: ReadonlySet<string> = new Set([
  "application/gzip",
  "application/java-archive",
  "application/vnd.rar",
  "application/x-7z-compressed",
  "application/x-bzip2",
  "application/x-tar",
  "application/x-xz",
  "application/zip",
  "application/zstd",
]);

const TEXTS = /^application\/(?:json|pdf|xml|yaml|toml)$|\+(?:json|xml)$/;

const FOLDER =
  "M2.5 5.5A1.5 1.5 0 0 1 4 4h3.6l1.9 2H16a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 16H4a1.5 1.5 0 0 1-1.5-1.5z";
const SHEET =
  "M5.5 2.5h6l3.5 3.5v10a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 4 16V4a1.5 1.5 0 0 1 1.5-1.5zM11 2.8V6.5h3.7";

const ICON = percentEncodeSegment(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path fill="#3b82d6" d="${FOLDER}"/></svg>`,
);

const PATHS: readonly (readonly [id: string, path: string, filled?: true])[] = [
  ["folder", FOLDER, true],
  ["file", SHEET],
  ["text", `${SHEET}M7 10h5.5M7 12.5h5.5M7 15h3.5`],
  [
    "image",
    "M4 3.5h12A1.5 1.5 0 0 1 17.5 5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V5A1.5 1.5 0 0 1 4 3.5zM2.8 14l4.2-4 3 3 2.5-2.5 4.7 4.2M13 7.3v.01",
  ],
  [
    "media",
    "M4 3.5h12A1.5 1.5 0 0 1 17.5 5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V5A1.5 1.5 0 0 1 4 3.5zM8.2 7.2v5.6l4.6-2.8z",
  ],
  [
    "archive",
    "M3 3.5h14v3.5H3zM4 7v8a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 16 15V7M8 10.2h4",
  ],
  ["up", "M10 16V4.5M5 9.5l5-5 5 5"],
  ["home", "M3 9.5 10 3.5l7 6M5 8v8.5h3.8V12h2.4v4.5H15V8"],
];

const SYMBOLS = `<svg hidden>${
  PATHS.map(([id, path, filled]) =>
    `<symbol id="${id}" viewBox="0 0 20 20"><path d="${path}" fill="${
      filled ? "currentColor" : "none"
    }"${
      filled
        ? ""
        : ' stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"'
    }/></symbol>`
  ).join("")
}</svg>`;
