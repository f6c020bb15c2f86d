import { assert, assertEquals } from "@std/assert";
import {
  chooseCompression,
  type FileFacts,
  type FilePlan,
  type FilePlanOptions,
  planFile,
  planNotFoundPage,
  wantedVariants,
} from "./_file_plan.ts";
import { Fields } from "./protocol/mod.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const MTIME = Date.UTC(2026, 10, 23, 9, 30, 0, 250);
const MODIFIED = "Mon, 23 Nov 2026 09:30:00 GMT";
const EARLIER = "Mon, 23 Nov 2026 09:29:59 GMT";

const OPTIONS: FilePlanOptions = {
  cacheControl: "no-cache",
  compress: true,
  entityTags: true,
  extraFields: [],
  boundary: () => "boundary",
  now: NOW,
};

const FACTS: FileFacts = {
  file: { size: 1000, mtime: MTIME, ino: 7 },
  contentType: "image/png",
};

const TEXT: FileFacts = {
  file: { size: 5000, mtime: MTIME, ino: 8 },
  contentType: "text/html; charset=utf-8",
};

function plan(
  fields: Record<string, string> = {},
  facts: FileFacts = FACTS,
  options: Partial<FilePlanOptions> = {},
  method = "GET",
): FilePlan {
  return planFile(
    { method, fields: new Fields(Object.entries(fields)) },
    facts,
    { ...OPTIONS, ...options },
  );
}

function field(
  { fields }: Pick<FilePlan, "fields">,
  name: string,
): string | undefined {
  return fields.find(([its]) => its === name)?.[1];
}

const ETAG = field(plan(), "ETag")!;

Deno.test("planFile() sends a whole file with its validators", () => {
  assertEquals(plan(), {
    status: 200,
    fields: [
      ["ETag", ETAG],
      ["Last-Modified", MODIFIED],
      ["Cache-Control", "no-cache"],
      ["Accept-Ranges", "bytes"],
      ["Content-Type", "image/png"],
      ["Content-Length", "1000"],
    ],
    variant: null,
    compression: null,
    parts: [{ kind: "slice", start: 0, end: 999 }],
    length: 1000,
  });
  assert(/^"[^"]+"$/.test(ETAG));
});

Deno.test("planFile() sends nothing of an empty file, whatever range is asked for", () => {
  const empty = { ...FACTS, file: { ...FACTS.file, size: 0 } };
  for (const range of ["bytes=0-", "bytes=-5", "bytes=5-"]) {
    const { status, parts, length } = plan({ Range: range }, empty);
    assertEquals({ status, parts, length }, {
      status: 200,
      parts: [],
      length: 0,
    });
  }
});

Deno.test("planFile() says who may cache, or nothing", () => {
  const cached = plan({}, FACTS, { cacheControl: "max-age=60" });
  assertEquals(field(cached, "Cache-Control"), "max-age=60");
  const silent = plan({}, FACTS, { cacheControl: null });
  assertEquals(field(silent, "Cache-Control"), undefined);
});

Deno.test("planFile() adds further fields to content only, never replacing (test_extra_response_headers_get_file)", () => {
  const extraFields = [["X-A", "1"], ["X-A", "2"], ["ETag", "own"]] as const;
  const given = (fields: Record<string, string>) =>
    plan(fields, FACTS, { extraFields }).fields.filter(([name, value]) =>
      name === "X-A" || value === "own"
    );
  assertEquals(given({}), [...extraFields]);
  assertEquals(given({ Range: "bytes=0-1" }), [...extraFields]);
  assertEquals(given({ Range: "bytes=5000-" }), []);
  assertEquals(given({ "If-None-Match": ETAG }), []);
  assertEquals(given({ "If-Match": '"other"' }), []);
});

Deno.test("planFile() never promises a modification time in the future", () => {
  const facts = { ...FACTS, file: { size: 1, mtime: NOW + 5000 } };
  assertEquals(
    field(plan({}, facts), "Last-Modified"),
    "Tue, 24 Nov 2026 12:00:00 GMT",
  );
});

Deno.test("planFile() has weak validators for a file that was just written, and resumes no download of it", () => {
  const facts = { ...FACTS, file: { ...FACTS.file, mtime: NOW - 100 } };
  const tag = field(plan({}, facts), "ETag")!;
  assert(tag.startsWith('W/"'));
  const fields = { Range: "bytes=5-", "If-Range": tag };
  assertEquals(plan(fields, facts).status, 200);
  assertEquals(plan({ "If-None-Match": tag }, facts).status, 304);
});

const RANGES: [range: string, status: number, sent: string][] = [
  ["bytes=0-99", 206, "0-99"],
  ["bytes=900-", 206, "900-999"],
  ["bytes=-100", 206, "900-999"],
  ["bytes=-5000", 206, "0-999"],
  ["bytes=990-5000", 206, "990-999"],
  ["bytes=0-0", 206, "0-0"],
  ["bytes=999-999", 206, "999-999"],
  ["bytes=1000-", 416, ""],
  ["bytes=1000-2000", 416, ""],
  ["bytes=-0", 416, ""],
  ["bytes=5-2", 200, "0-999"],
  ["bytes=", 200, "0-999"],
  ["bytes=a-b", 200, "0-999"],
  ["lines=0-5", 200, "0-999"],
  ["bytes=0-9,5-20", 206, "0-20"],
  ["bytes=0-9,10-20", 206, "0-20"],
  ["bytes=0-999,0-999,0-999", 206, "0-999"],
  ["bytes=0-1,2000-", 206, "0-1"],
  ["bytes=5000-,2000-", 416, ""],
];

Deno.test("planFile() sends one range", () => {
  for (const [range, status, sent] of RANGES) {
    const given = plan({ Range: range });
    assertEquals(given.status, status, range);
    const slices = given.parts.map((part) =>
      part.kind === "slice" ? `${part.start}-${part.end}` : "bytes"
    );
    assertEquals(slices.join(), sent, range);
    assertEquals(
      field(given, "Content-Range"),
      status === 206
        ? `bytes ${sent}/1000`
        : status === 416
        ? "bytes */1000"
        : undefined,
      range,
    );
    assertEquals(field(given, "Content-Length"), String(given.length), range);
  }
});

Deno.test("planFile() sends several ranges as multipart/byteranges", () => {
  const given = plan({ Range: "bytes=0-9, -10" });
  assertEquals(given.status, 206);
  assertEquals(
    field(given, "Content-Type"),
    "multipart/byteranges; boundary=boundary",
  );
  assertEquals(field(given, "Content-Range"), undefined);
  const latin1 = new TextDecoder("latin1");
  const body = given.parts.map((part) =>
    part.kind === "bytes"
      ? latin1.decode(part.bytes)
      : "*".repeat(part.end - part.start + 1)
  ).join("");
  assertEquals(
    body,
    "--boundary\r\nContent-Type: image/png\r\nContent-Range: bytes 0-9/1000\r\n\r\n**********\r\n" +
      "--boundary\r\nContent-Type: image/png\r\nContent-Range: bytes 990-999/1000\r\n\r\n**********\r\n" +
      "--boundary--\r\n",
  );
  assertEquals(field(given, "Content-Length"), String(body.length));
  assertEquals(given.length, body.length);
});

Deno.test("planFile() serves the whole to who asks for a hundred ranges and more", () => {
  const many = Array.from({ length: 101 }, (_, i) => `${i * 9}-${i * 9}`);
  assertEquals(plan({ Range: `bytes=${many.join()}` }).status, 200);
});

// What RFC 9110 section 13.2.2 says, written once more and in another way.
type Choice = "absent" | "true" | "false";
const CHOICES: readonly Choice[] = ["absent", "true", "false"];

interface Conditions {
  ifMatch: Choice;
  ifUnmodifiedSince: Choice;
  ifNoneMatch: Choice;
  ifModifiedSince: Choice;
  ifRange: Choice;
}

function expected(
  c: Conditions,
  method: string,
  range: string | null,
): number {
  // 1. and 2.
  const mayGoOn = c.ifMatch !== "absent" ? c.ifMatch : c.ifUnmodifiedSince;
  if (mayGoOn === "false") return 412;
  // 3. and 4.
  const wanted = c.ifNoneMatch !== "absent" ? c.ifNoneMatch : c.ifModifiedSince;
  if (wanted === "false") return 304;
  // 5.
  const counts = method === "GET" && range !== null && c.ifRange !== "false";
  if (!counts || range === "bytes=9-1") return 200;
  return range === "bytes=5000-" ? 416 : 206;
}

function fieldsFor(
  c: Conditions,
  range: string | null,
): Record<string, string> {
  const fields: Record<string, string> = {};
  const set = (
    name: string,
    choice: Choice,
    ifTrue: string,
    ifFalse: string,
  ) => {
    if (choice !== "absent") {
      fields[name] = choice === "true" ? ifTrue : ifFalse;
    }
  };
  set("If-Match", c.ifMatch, `"x", ${ETAG}`, '"x"');
  set("If-Unmodified-Since", c.ifUnmodifiedSince, MODIFIED, EARLIER);
  // "True" means that the method is carried out.
  set("If-None-Match", c.ifNoneMatch, '"x"', `"x", W/${ETAG}`);
  set("If-Modified-Since", c.ifModifiedSince, EARLIER, MODIFIED);
  set("If-Range", c.ifRange, ETAG, '"x"');
  if (range !== null) fields["Range"] = range;
  return fields;
}

Deno.test("planFile() follows RFC 9110 13.2.2 for every combination of conditions and ranges", () => {
  let count = 0;
  for (const ifMatch of CHOICES) {
    for (const ifUnmodifiedSince of CHOICES) {
      for (const ifNoneMatch of CHOICES) {
        for (const ifModifiedSince of CHOICES) {
          for (const ifRange of CHOICES) {
            for (
              const range of [
                null,
                "bytes=0-9",
                "bytes=0-1,5-6",
                "bytes=9-1",
                "bytes=5000-",
              ]
            ) {
              for (const method of ["GET", "HEAD"]) {
                const conditions = {
                  ifMatch,
                  ifUnmodifiedSince,
                  ifNoneMatch,
                  ifModifiedSince,
                  ifRange,
                };
                const fields = fieldsFor(conditions, range);
                const given = plan(fields, FACTS, {}, method);
                const what = `${method} ${JSON.stringify(fields)}`;
                assertEquals(
                  given.status,
                  expected(conditions, method, range),
                  what,
                );
                check(given, what);
                count++;
              }
            }
          }
        }
      }
    }
  }
  assertEquals(count, 3 ** 5 * 5 * 2);
});

/** What holds for every plan. */
function check(given: FilePlan, what: string): void {
  assertEquals(field(given, "ETag"), ETAG, what);
  assertEquals(field(given, "Cache-Control"), "no-cache", what);
  const { status, parts, length } = given;
  if (status === 304) {
    assertEquals(field(given, "Content-Length"), undefined, what);
    assertEquals(field(given, "Content-Type"), undefined, what);
  } else {
    assertEquals(field(given, "Content-Length"), String(length), what);
  }
  if (status !== 200 && status !== 206) {
    assertEquals([parts, length], [[], 0], what);
  }
}

Deno.test("planFile() ignores conditions that are malformed dates, and takes tags for dates' betters", () => {
  const ignored = [
    { "If-Modified-Since": "yesterday" },
    { "If-Unmodified-Since": "2001-01-01" },
    { "If-Modified-Since": "Tue, 24 Nov 2026 09:30:00 +0100" },
  ];
  for (const fields of ignored) {
    assertEquals(plan(fields as Record<string, string>).status, 200);
  }
  // test_browser_cache_with_If_None_Match_header
  assertEquals(
    plan({ "If-None-Match": '"x"', "If-Modified-Since": MODIFIED }).status,
    200,
  );
  assertEquals(plan({ "If-None-Match": "*" }).status, 304);
});

Deno.test("planFile() compares the modification time by the second (test_browser_cache, test_last_modified)", () => {
  const since = (date: string) => plan({ "If-Modified-Since": date }).status;
  assertEquals(since(MODIFIED), 304);
  assertEquals(since("Mon, 23 Nov 2026 09:30:01 GMT"), 304);
  assertEquals(since(EARLIER), 200); // test_browser_cache_file_changed
});

Deno.test("planFile() without entity tags ignores conditions on them, as Python does", () => {
  const status = (fields: Record<string, string>) => {
    const given = plan(fields, FACTS, { entityTags: false });
    assertEquals(field(given, "ETag"), undefined);
    return given.status;
  };
  assertEquals(status({ "If-None-Match": "*" }), 200);
  assertEquals(
    status({ "If-None-Match": "*", "If-Modified-Since": MODIFIED }),
    200,
  );
  assertEquals(status({ "If-Match": '"x"' }), 200);
  assertEquals(status({ "If-Modified-Since": MODIFIED }), 304);
  assertEquals(status({ Range: "bytes=0-1", "If-Range": MODIFIED }), 206);
});

const ZSTD = { size: 900, mtime: MTIME + 1, ino: 1 };
const GZIP = { size: 1100, mtime: MTIME + 2, ino: 2 };

const ENCODINGS: [
  accept: string,
  variants: string[],
  sent: string,
  on: string,
][] = [
  ["gzip, deflate, br, zstd", [], "br", "the fly"],
  ["gzip", [], "gzip", "the fly"],
  ["x-gzip", [], "gzip", "the fly"],
  ["br;q=0.5, gzip", [], "gzip", "the fly"],
  ["zstd", [], "", ""],
  ["identity", [], "", ""],
  ["br;q=0, gzip;q=0", [], "", ""],
  ["*", [], "br", "the fly"],
  ["identity;q=0, *;q=0", [], "", ""],
  ["gzip, br, zstd", ["zstd", "gzip"], "zstd", "disk"],
  ["gzip, br", ["zstd", "gzip"], "gzip", "disk"],
  ["br", ["zstd", "gzip"], "br", "the fly"],
  ["deflate", ["zstd", "gzip"], "", ""],
];

Deno.test("planFile() sends the encoding that the client prefers, from disk if it is there", () => {
  for (const [accept, names, sent, on] of ENCODINGS) {
    const all = new Map([["zstd", ZSTD], ["gzip", GZIP]]);
    const variants = new Map([...all].filter(([name]) => names.includes(name)));
    const given = plan({ "Accept-Encoding": accept }, { ...TEXT, variants });
    const what = `${accept} of ${names}`;
    assertEquals(field(given, "Content-Encoding") ?? "", sent, what);
    assertEquals(given.variant ?? "", on === "disk" ? sent : "", what);
    assertEquals(given.compression ?? "", on === "the fly" ? sent : "", what);
    assertEquals(field(given, "Vary"), "Accept-Encoding", what);
    const size = given.variant === null ? TEXT.file.size : all.get(sent)!.size;
    assertEquals(given.length, given.compression === null ? size : null, what);
    assertEquals(
      field(given, "Content-Length"),
      given.compression === null ? String(size) : undefined,
      what,
    );
    assertEquals(
      given.parts,
      [{ kind: "slice", start: 0, end: size - 1 }],
      what,
    );
    assertEquals(
      field(given, "Accept-Ranges"),
      sent === "" ? "bytes" : undefined,
      what,
    );
  }
});

Deno.test("planFile() gives each encoding an entity tag of its own, weak if made on the fly", () => {
  const tag = (accept: string, variants = new Map()) =>
    field(plan({ "Accept-Encoding": accept }, { ...TEXT, variants }), "ETag")!;
  const tags = [
    tag("identity"),
    tag("gzip"),
    tag("br"),
    tag("gzip", new Map([["gzip", GZIP]])),
  ];
  assertEquals(new Set(tags).size, 4);
  assertEquals(tags.map((each) => each.startsWith("W/")), [
    false,
    true,
    true,
    false,
  ]);
  const again = plan(
    { "Accept-Encoding": "gzip", "If-None-Match": tags[1]! },
    TEXT,
  );
  assertEquals(again.status, 304);
  assertEquals(field(again, "Vary"), "Accept-Encoding");
  const other = plan(
    { "Accept-Encoding": "br", "If-None-Match": tags[1]! },
    TEXT,
  );
  assertEquals(other.status, 200);
});

Deno.test("planFile() never encodes ranges, but does encode for HEAD", () => {
  const fields = { "Accept-Encoding": "gzip", Range: "bytes=0-9" };
  const part = plan(fields, TEXT);
  assertEquals(part.status, 206);
  assertEquals(field(part, "Content-Encoding"), undefined);
  const head = plan(fields, TEXT, {}, "HEAD");
  assertEquals(field(head, "Content-Encoding"), "gzip");
  // A gzip answer that broke off is not continued with bytes of the file.
  const tag = field(plan({ "Accept-Encoding": "gzip" }, TEXT), "ETag")!;
  assertEquals(plan({ ...fields, "If-Range": tag }, TEXT).status, 200);
});

Deno.test("planFile() does not encode what is small, compressed already, or when told not to", () => {
  const fields = { "Accept-Encoding": "gzip" };
  const coding = (facts: FileFacts, options = {}) =>
    field(plan(fields, facts, options), "Content-Encoding");
  assertEquals(coding({ ...TEXT, file: { ...TEXT.file, size: 1024 } }), "gzip");
  assertEquals(
    coding({ ...TEXT, file: { ...TEXT.file, size: 1023 } }),
    undefined,
  );
  assertEquals(coding({ ...TEXT, contentType: "image/jpeg" }), undefined);
  assertEquals(coding(TEXT, { compress: false }), undefined);
  assertEquals(
    field(plan(fields, TEXT, { compress: false }), "Vary"),
    undefined,
  );
  assertEquals(field(plan(fields, FACTS), "Vary"), undefined);
});

Deno.test("wantedVariants() names only encodings that would be sent", () => {
  const wanted = (
    fields: Record<string, string>,
    type = "text/css",
    compress = true,
  ) =>
    wantedVariants(
      { method: "GET", fields: new Fields(Object.entries(fields)) },
      type,
      { compress },
    );
  assertEquals(wanted({ "Accept-Encoding": "gzip, zstd, br" }), [
    "br",
    "zstd",
    "gzip",
  ]);
  assertEquals(wanted({ "Accept-Encoding": "gzip, br;q=0" }), ["gzip"]);
  assertEquals(wanted({}), []);
  assertEquals(wanted({ "Accept-Encoding": "gzip", Range: "bytes=0-1" }), []);
  assertEquals(wanted({ "Accept-Encoding": "gzip" }, "image/png"), []);
  assertEquals(wanted({ "Accept-Encoding": "gzip" }, "text/css", false), []);
});

Deno.test("chooseCompression() looks at size, type and client", () => {
  const choose = (accept: string, size: number) =>
    chooseCompression(
      { method: "GET", fields: new Fields([["Accept-Encoding", accept]]) },
      size,
      "text/html",
      { compress: true },
    );
  assertEquals(choose("gzip, br", 1024), "br");
  assertEquals(choose("gzip, br", 1000), null);
  assertEquals(choose("zstd", 1024), null);
});

Deno.test("planNotFoundPage() looks at no condition and no range, and sends no validators", () => {
  const given = planNotFoundPage(
    {
      method: "GET",
      fields: new Fields([
        ["If-None-Match", "*"],
        ["If-Match", '"x"'],
        ["If-Modified-Since", MODIFIED],
        ["Range", "bytes=0-1"],
        ["Accept-Encoding", "gzip"],
      ]),
    },
    TEXT,
    { ...OPTIONS, extraFields: [["X-A", "1"]] },
  );
  assertEquals(given.status, 404);
  assertEquals(given.fields, [
    ["Cache-Control", "no-cache"],
    ["Vary", "Accept-Encoding"],
    ["Content-Encoding", "gzip"],
    ["Content-Type", TEXT.contentType],
  ]);
});
