import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  formatListing,
  formatListingJson,
  formatListingText,
  formatSize,
  type Listing,
} from "./_directory_listing.ts";
import type { ListingEntry } from "./_listing_entry.ts";
import {
  filterEntries,
  formatListingQuery,
  parseListingQuery,
  sortEntries,
} from "./_listing_query.ts";

function entry(name: string, size: number | null = 1, mtime = 0): ListingEntry {
  return {
    name,
    kind: size === null ? "directory" : "file",
    link: false,
    size,
    mtime,
  };
}

function page(listing: Partial<Listing> = {}): string {
  return formatListing({
    urlPath: "/",
    query: parseListingQuery(""),
    entries: [],
    folders: 0,
    files: 0,
    pages: 1,
    ...listing,
  });
}

Deno.test("sortEntries() puts folders first and orders names as people do", () => {
  const names = [
    "file 10",
    "B",
    "file 2",
    "a",
    "\u00e4",
    "Z",
    "a.b",
    "A",
    "_x",
    "\u65e5",
  ].map((name) => entry(name));
  const entries = [...names, entry("folder 10", null), entry("Folder 9", null)];
  const sorted = (descending: boolean) =>
    sortEntries(entries, { sort: "name", descending }).map(({ name }) => name);
  assertEquals(sorted(false), [
    "Folder 9",
    "folder 10",
    "_x",
    "a",
    "A",
    "\u00e4",
    "a.b",
    "B",
    "file 2",
    "file 10",
    "Z",
    "\u65e5",
  ]);
  assertEquals(sorted(true).slice(0, 3), ["folder 10", "Folder 9", "\u65e5"]);
});

Deno.test("sortEntries() orders by size and time, then by name", () => {
  const entries = [
    entry("b", 5, 10),
    entry("a", 5, 30),
    entry("c", 7, 20),
    entry("d", null, 5),
    entry("e", null, 50),
  ];
  const sorted = (sort: "size" | "modified", descending: boolean) =>
    sortEntries(entries, { sort, descending }).map(({ name }) => name).join("");
  assertEquals(sorted("size", true), "decab");
  assertEquals(sorted("size", false), "deabc");
  assertEquals(sorted("modified", true), "edacb");
  assertEquals(sorted("modified", false), "debca");
});

Deno.test("filterEntries() finds text in names, whatever its case and form", () => {
  const entries = ["Readme.md", "caf\u00e9", "cafe\u0301s", "x"].map((name) =>
    entry(name)
  );
  const found = (text: string) =>
    filterEntries(entries, text).map(({ name }) => name);
  assertEquals(found("README"), ["Readme.md"]);
  assertEquals(found("CAF\u00c9"), ["caf\u00e9", "cafe\u0301s"]);
  assertEquals(found("").length, 4);
  assertEquals(found("y"), []);
});

Deno.test("parseListingQuery() ignores what it does not understand", () => {
  const plain = {
    sort: "name",
    descending: false,
    page: 1,
    filter: "",
  } as const;
  for (
    const query of [
      "",
      "?",
      "?sort=x",
      "?page=0",
      "?page=-1",
      "?page=1e3",
      "?page=99999999999",
      "?order=x",
      "?other=1",
      "?%",
    ]
  ) {
    assertEquals(parseListingQuery(query), plain, query);
  }
  assertEquals(parseListingQuery("?sort=size&page=3&q=a%20b&sort=name"), {
    sort: "size",
    descending: true,
    page: 3,
    filter: "a b",
  });
  assertEquals(parseListingQuery("sort=modified&order=asc").descending, false);
  assertEquals(parseListingQuery("?order=desc").descending, true);
  assertEquals(parseListingQuery(`?q=${"x".repeat(1000)}`).filter.length, 255);
});

Deno.test("formatListingQuery() writes what parseListingQuery() reads, and no more", () => {
  for (
    const query of [
      "",
      "?sort=size",
      "?sort=size&order=asc",
      "?q=a+b%26&order=desc&page=2",
      "?sort=modified&page=7",
    ]
  ) {
    const parsed = parseListingQuery(query);
    assertEquals(formatListingQuery(parsed), query || "./");
  }
});

Deno.test("formatSize() has three digits at most", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1049, "1.0 kB"],
    [1050, "1.1 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [99_499, "99 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [12_345_678, "12 MB"],
    [734_003_200, "734 MB"],
    [5 * 2 ** 30, "5.4 GB"],
    [3e12, "3.0 TB"],
    [2 ** 53, "9.0 PB"],
    [5e18, "5000 PB"],
  ];
  for (const [bytes, text] of sizes) assertEquals(formatSize(bytes), text);
});

Deno.test("formatListing() shows names as they are, and lets none become markup", () => {
  const html = page({
    entries: [
      "<script>alert(1)</script>",
      'a" onclick="x',
      "a\nb",
      "\u202egpj.exe",
      "&amp;",
    ].map((name) => entry(name)),
  });
  assertStringIncludes(
    html,
    '<a href="%3Cscript%3Ealert%281%29%3C%2Fscript%3E">',
  );
  assertStringIncludes(html, "&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
  assertStringIncludes(html, '<a href="a%22%20onclick%3D%22x">');
  assertStringIncludes(html, ">a&quot; onclick=&quot;x</bdi>");
  assertStringIncludes(html, ">a\\nb</bdi>");
  assertStringIncludes(html, ">\ufffdgpj.exe</bdi>");
  assertStringIncludes(html, ">&amp;amp;</bdi>");
  assertEquals(html.match(/<script/g)?.length, 1);
});

Deno.test("formatListing() takes its path apart, however it is spelled", () => {
  const html = page({ urlPath: "//a%20b/%3Cb%3E/%ff/" });
  assertStringIncludes(
    html,
    "<title>Directory listing for //a b/&lt;b&gt;/\ufffd/</title>",
  );
  const crumbs = [...html.matchAll(/<li><a href="([^"]*)"[^>]*><bdi>([^<]*)</g)]
    .map(([, href, name]) => [href, name]);
  assertEquals(crumbs, [["../../", "a b"], ["../", "&lt;b&gt;"], [
    "./",
    "\ufffd",
  ]]);
  assertStringIncludes(html, '<li><a href="../../../../">');
  assertStringIncludes(html, '<tr class="directory up"><td><a href="../">');
  assert(!page({ urlPath: "//" }).includes('class="directory up"'));
});

Deno.test("formatListing() leads to where browsers resolve its links, also between two slashes", () => {
  const html = page({ urlPath: "/a//b/" });
  const links = [...html.matchAll(/<li><a href="([^"]*)"/g)].map(([, href]) =>
    new URL(href!, "http://h/a//b/").pathname
  );
  assertEquals(links, ["/", "/a/", "/a//b/"]);
});

Deno.test("formatListing() links to other orders and pages, and keeps the filter", () => {
  const html = page({
    query: parseListingQuery("?sort=size&q=a%22b&page=5"),
    entries: [entry("x")],
    pages: 9,
    files: 4500,
  });
  const hrefs = [...html.matchAll(/<a href="(\?[^"]*|\.\/)"/g)].map((
    [, href],
  ) => href!.replaceAll("&amp;", "&"));
  const pages = [4, 1, 4, 5, 6, 9, 6].map((page) =>
    `?q=a%22b&sort=size${page === 1 ? "" : `&page=${page}`}`
  );
  assertEquals(hrefs, [
    "./",
    ...pages,
    "?q=a%22b",
    "?q=a%22b&sort=size&order=asc",
    "?q=a%22b&sort=modified",
    ...pages,
  ]);
  assertStringIncludes(html, 'name="q" value="a&quot;b"');
  assertStringIncludes(html, '<input type="hidden" name="sort" value="size">');
  assertStringIncludes(html, 'aria-sort="descending"');
  assertStringIncludes(html, "4,500 files<");
});

Deno.test("formatListing() says so where there is nothing", () => {
  assertStringIncludes(page(), '<p class="none">This folder is empty</p>');
  assertStringIncludes(
    page({ query: parseListingQuery("?q=x") }),
    '<p class="none">Nothing matches. <a href="./">Show all</a></p>',
  );
  assertStringIncludes(
    page({ entries: [entry("a")], files: 1 }),
    '<p class="none" hidden>',
  );
});

Deno.test("formatListing() counts folders, files and bytes", () => {
  assertStringIncludes(
    page({
      entries: [entry("a", 1000), entry("b", 500), entry("c", null)],
      files: 2,
      folders: 1,
    }),
    "1 folder, 2 files, 1.5 kB<",
  );
});

Deno.test("formatListingJson() and formatListingText() are for programs", () => {
  const entries = [entry("a", null, 1000), {
    ...entry("b\n\u202e\\", 5, 0),
    link: true,
  }, { ...entry("c"), size: null, mtime: null, kind: "file" as const }];
  assertEquals(JSON.parse(formatListingJson(entries)), [
    { name: "a", type: "directory", mtime: "1970-01-01T00:00:01.000Z" },
    {
      name: "b\n\u202e\\",
      type: "file",
      link: true,
      size: 5,
      mtime: "1970-01-01T00:00:00.000Z",
    },
    { name: "c", type: "file", mtime: null },
  ]);
  assertEquals(formatListingJson([]), "[\n]\n");
  assertEquals(formatListingText(entries), "a/\nb\\n\u202e\\\\\nc\n");
});
