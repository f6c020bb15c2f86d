import { assert, assertEquals } from "@std/assert";
import { negotiateEncoding } from "./accept_encoding.ts";

const BR_GZIP = ["br", "gzip"];

const TABLE: [
  header: string | null,
  available: string[],
  expected: string | null,
][] = [
  // no field: whoever sends none decodes none
  [null, BR_GZIP, "identity"],
  // an empty one wants no coding (RFC 9110 section 12.5.3)
  ["", BR_GZIP, "identity"],
  [" , ,", BR_GZIP, "identity"],
  // what browsers, curl and wget send
  ["gzip, deflate, br, zstd", ["zstd", "br", "gzip"], "zstd"],
  ["gzip, deflate, br", ["zstd", "br", "gzip"], "br"],
  ["gzip, deflate", BR_GZIP, "gzip"],
  ["deflate, gzip, br, zstd", BR_GZIP, "br"],
  ["identity", BR_GZIP, "identity"],
  // the examples of RFC 9110
  ["compress, gzip", BR_GZIP, "gzip"],
  ["*", BR_GZIP, "br"],
  ["compress;q=0.5, gzip;q=1.0", ["compress", "gzip"], "gzip"],
  ["gzip;q=1.0, identity; q=0.5, *;q=0", BR_GZIP, "gzip"],
  ["gzip;q=1.0, identity; q=0.5, *;q=0", ["br"], "identity"],
  // weights
  ["br;q=0.5, gzip;q=0.8", BR_GZIP, "gzip"],
  ["br;q=0.001, gzip;q=0", BR_GZIP, "br"],
  ["br;q=0", BR_GZIP, "identity"],
  ["br;q=0.0, gzip;q=0.000", BR_GZIP, "identity"],
  ["gzip;q=0.5, identity;q=0.8", BR_GZIP, "identity"],
  ["gzip;q=0.5, identity", BR_GZIP, "identity"],
  ["gzip;q=0.001", BR_GZIP, "gzip"],
  ["*;q=0.5", BR_GZIP, "br"],
  ["*;q=0.5, br;q=0", BR_GZIP, "gzip"],
  ["*;q=0.1, identity;q=0.2", BR_GZIP, "identity"],
  ["gzip, *;q=0.5", BR_GZIP, "gzip"],
  // ties: ours is the order
  ["gzip, br", BR_GZIP, "br"],
  ["gzip, br", ["gzip", "br"], "gzip"],
  ["gzip, identity", ["gzip"], "gzip"],
  ["gzip, identity", ["identity", "gzip"], "identity"],
  // nothing is left
  ["identity;q=0", [], null],
  ["identity;q=0", BR_GZIP, null],
  ["identity;q=0, gzip", BR_GZIP, "gzip"],
  ["*;q=0", BR_GZIP, null],
  ["*;q=0, identity", BR_GZIP, "identity"],
  ["*;q=0, identity;q=0.1", BR_GZIP, "identity"],
  ["deflate, identity;q=0", BR_GZIP, null],
  ["deflate, *;q=0", BR_GZIP, null],
  // case, blanks, old names
  ["GZip", BR_GZIP, "gzip"],
  ["GZIP;Q=0.5", BR_GZIP, "gzip"],
  ["gzip \t;\t q=0.5 , \tbr;q=0.4", BR_GZIP, "gzip"],
  ["x-gzip", BR_GZIP, "gzip"],
  ["X-GZIP;q=0.1", BR_GZIP, "gzip"],
  ["x-compress", ["compress"], "compress"],
  ["x-br", BR_GZIP, "identity"],
  // malformed members are not there
  ["gzip;q=2", BR_GZIP, "identity"],
  ["gzip;q=1.001", BR_GZIP, "identity"],
  ["gzip;q=0.1234", BR_GZIP, "identity"],
  ["gzip;q=-1", BR_GZIP, "identity"],
  ["gzip;q=", BR_GZIP, "identity"],
  ["gzip;q=.", BR_GZIP, "identity"],
  ["gzip;q=NaN", BR_GZIP, "identity"],
  ["gzip;q=Infinity", BR_GZIP, "identity"],
  ["gzip;q=1e-1", BR_GZIP, "identity"],
  ["gzip;q=0x1", BR_GZIP, "identity"],
  ["gzip;q=0.5x", BR_GZIP, "identity"],
  ["gzip;q=.5", BR_GZIP, "gzip"],
  ["gzip br", BR_GZIP, "identity"],
  ["gzipbr", BR_GZIP, "identity"],
  ["gzip\u00a0", BR_GZIP, "identity"],
  [";q=1", BR_GZIP, "identity"],
  ["identity;q=x", BR_GZIP, "identity"],
  // the first of two counts
  ["gzip;q=0, gzip", BR_GZIP, "identity"],
  // names that objects have
  ["constructor, __proto__", BR_GZIP, "identity"],
];

Deno.test("negotiateEncoding() follows RFC 9110 section 12.5.3", () => {
  for (const [header, available, expected] of TABLE) {
    assertEquals(
      negotiateEncoding(header, available),
      expected,
      JSON.stringify([header, available]),
    );
  }
});

Deno.test("negotiateEncoding() takes linear time on hostile values", () => {
  const started = performance.now();
  for (
    const piece of [
      "gzip,",
      ",",
      ";",
      "q=",
      '"',
      "gzip;q=0.1;",
      " ",
      "\\",
      '"\\',
    ]
  ) {
    negotiateEncoding(piece.repeat(20_000), BR_GZIP);
  }
  assert(performance.now() - started < 2000);
});
