import { assert, assertEquals, assertThrows } from "@std/assert";
import { negotiateMediaType } from "./accept.ts";

const HTML = "text/html";
const JSON_ = "application/json";
const PLAIN = "text/plain";
const LISTING = [HTML, JSON_, PLAIN];

const TABLE: [
  header: string | null,
  available: string[],
  expected: string | null,
][] = [
  [null, LISTING, HTML],
  ["", LISTING, HTML],
  [null, [], null],
  ["*/*", LISTING, HTML],
  ["*/*", [], null],
  // what browsers, fetch, curl and Java send
  [
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    LISTING,
    HTML,
  ],
  ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", LISTING, HTML],
  ["image/gif, *; q=.2", LISTING, HTML],
  // one asked for
  ["application/json", LISTING, JSON_],
  ["text/plain", LISTING, PLAIN],
  ["Application/JSON", LISTING, JSON_],
  ["application/json; charset=utf-8", LISTING, null],
  ["application/json, */*;q=0.1", LISTING, JSON_],
  ["text/plain, application/json", LISTING, JSON_],
  // weights
  ["text/plain;q=0.5, application/json;q=0.4", LISTING, PLAIN],
  ["text/html;q=0.5, application/json", LISTING, JSON_],
  ["text/html;q=0, */*", LISTING, JSON_],
  ["text/html;q=0", LISTING, null],
  ["*/*;q=0", LISTING, null],
  // the more specific range counts, wherever it stands
  ["text/*, text/html;q=0.1", LISTING, PLAIN],
  ["text/html;q=0.1, text/*", LISTING, PLAIN],
  ["*/*, text/*;q=0.5", LISTING, JSON_],
  ["text/*;q=0.3, text/html;q=0.7, */*;q=0.5", LISTING, HTML],
  ["text/*;q=0.3, text/html;q=0.2, */*;q=0.5", LISTING, JSON_],
  [
    "text/html;q=0.4, text/html;level=1",
    ["text/html", "text/html;level=1"],
    "text/html;level=1",
  ],
  [
    "text/html;level=1;q=0.3, text/html;q=0.7",
    ["text/html;level=1", PLAIN],
    "text/html;level=1",
  ],
  ["text/html;level=2", ["text/html;level=1"], null],
  ["text/html;LEVEL=1", ["text/html;level=1"], "text/html;level=1"],
  ['text/html;level="1"', ["text/html;level=1"], "text/html;level=1"],
  ["text/html;q=0.5;ext=1", LISTING, HTML],
  // quoted strings hide commas and semicolons
  ['text/html;a="b,application/json;q=0,c", text/plain;q=0.1', LISTING, PLAIN],
  // nothing fits
  ["image/png", LISTING, null],
  ["text/html+xml", LISTING, null],
  ["text/htm", LISTING, null],
  // malformed ranges are not there
  ["html", LISTING, null],
  ["/", LISTING, null],
  ["text/", LISTING, null],
  ["*/html", LISTING, null],
  ["text/html;q=2, text/plain", LISTING, PLAIN],
  ["text/html;q=x", LISTING, null],
  ["text /html, text/plain", LISTING, PLAIN],
  ["constructor/__proto__", LISTING, null],
];

Deno.test("negotiateMediaType() follows RFC 9110 section 12.5.1", () => {
  for (const [header, available, expected] of TABLE) {
    assertEquals(
      negotiateMediaType(header, available),
      expected,
      JSON.stringify([header, available]),
    );
  }
});

Deno.test("negotiateMediaType() weighs the table of RFC 9110 section 12.5.1", () => {
  const header =
    "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
  // From the greatest weight to the least; the rest is offered less and less.
  const order = [
    "text/plain;format=flowed", // 1
    "text/plain", // 0.7
    "image/jpeg", // 0.5
    "text/plain;format=fixed", // 0.4
    "text/html", // 0.3
  ];
  for (let i = 0; i < order.length; i++) {
    assertEquals(
      negotiateMediaType(header, order.slice(i).reverse()),
      order[i]!,
    );
  }
});

Deno.test("negotiateMediaType() refuses an offer that is no media type", () => {
  assertThrows(
    () => negotiateMediaType("*/*", ["html"]),
    TypeError,
    "Cannot negotiate media type",
  );
});

Deno.test("negotiateMediaType() takes linear time on hostile values", () => {
  const started = performance.now();
  for (
    const piece of [
      "a/b,",
      ",",
      ";",
      "q=",
      '"',
      "*/*;q=0.1;",
      " ",
      "\\",
      '"\\',
      "/",
    ]
  ) {
    negotiateMediaType(piece.repeat(20_000), LISTING);
  }
  assert(performance.now() - started < 2000);
});
