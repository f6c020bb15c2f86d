import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  contentType,
  formatMediaType,
  guessMediaType,
  isCompressible,
  parseMediaType,
} from "./media_type.ts";

Deno.test("parseMediaType() reads type, subtype and parameters", () => {
  const table: [string, string, [string, string][]][] = [
    ["text/html", "text/html", []],
    ["TEXT/Html", "text/html", []],
    [" text/html ", "text/html", []],
    ["text/html;charset=utf-8", "text/html", [["charset", "utf-8"]]],
    ['text/html; Charset="UTF-8"', "text/html", [["charset", "UTF-8"]]],
    ["text/html;;a=1; ;b=2;", "text/html", [["a", "1"], ["b", "2"]]],
    ["text/html;a=1;A=2", "text/html", [["a", "1"]]],
    ['text/html;a="b;c=\\"d\\""', "text/html", [["a", 'b;c="d"']]],
    ['multipart/form-data; boundary="a b"', "multipart/form-data", [[
      "boundary",
      "a b",
    ]]],
    ["text/html;__proto__=1;constructor=2", "text/html", [["__proto__", "1"], [
      "constructor",
      "2",
    ]]],
    ["text/html;a b=1;c=2", "text/html", [["c", "2"]]],
    ["text/html;=1", "text/html", []],
    ["*/*", "*/*", []],
    ["image/svg+xml", "image/svg+xml", []],
    ["application/vnd.a.b-c_d+json", "application/vnd.a.b-c_d+json", []],
  ];
  for (const [text, essence, parameters] of table) {
    const type = parseMediaType(text);
    assertEquals(type?.essence, essence, text);
    assertEquals([...type!.parameters], parameters, text);
  }
});

Deno.test("parseMediaType() answers null without a valid type and subtype", () => {
  const table = [
    "",
    "/",
    "text",
    "text/",
    "/html",
    "text/html/x",
    "te xt/html",
    "text /html",
    "text/ html",
  ];
  for (
    const text of [
      ...table,
      "text/h\u00e9",
      "text/html\0",
      "text/\u212a",
      ";a=1",
      "\u00a0text/html",
    ]
  ) {
    assertEquals(parseMediaType(text), null, JSON.stringify(text));
  }
});

Deno.test("formatMediaType() writes what parseMediaType() reads", () => {
  const table: [string, [string, string][], string][] = [
    ["text/html", [], "text/html"],
    ["text/html", [["charset", "utf-8"]], "text/html; charset=utf-8"],
    ["a/b", [["c", "d e"], ["f", 'g"\\']], 'a/b; c="d e"; f="g\\"\\\\"'],
    ["a/b", [["c", ""]], 'a/b; c=""'],
    ["a/b", [["c", "\u00e9"]], 'a/b; c="\u00e9"'],
  ];
  for (const [essence, parameters, expected] of table) {
    const text = formatMediaType(essence, parameters);
    assertEquals(text, expected);
    assertEquals([...parseMediaType(text)!.parameters], parameters);
    assertEquals(formatMediaType(essence, new Map(parameters)), expected);
  }
});

Deno.test("formatMediaType() refuses what would break the field", () => {
  const table: [string, [string, string][]][] = [
    ["text", []],
    ["text/", []],
    ["text/html\r\nX: y", []],
    ["text/html", [["a b", "c"]]],
    ["text/html", [["", "c"]]],
    ["text/html", [["a", "b\r\nX: y"]]],
    ["text/html", [["a", "\0"]]],
    ["text/html", [["a", "\u20ac"]]],
    ["text/html", [["a", "\0"], ["b", "c"]]],
  ];
  for (const [essence, parameters] of table) {
    assertThrows(
      () => formatMediaType(essence, parameters),
      TypeError,
      "Cannot format media type",
    );
  }
});

const TEXT = "; charset=utf-8";

Deno.test("contentType() is right for what is served to browsers and developers", () => {
  const table: [string, string][] = [
    ["index.html", "text/html" + TEXT],
    ["INDEX.HTM", "text/html" + TEXT],
    ["style.css", "text/css" + TEXT],
    ["app.js", "text/javascript" + TEXT],
    ["app.mjs", "text/javascript" + TEXT],
    ["app.cjs", "text/javascript" + TEXT],
    ["app.ts", "text/typescript" + TEXT],
    ["app.mts", "text/typescript" + TEXT],
    ["app.cts", "text/typescript" + TEXT],
    ["app.tsx", "text/tsx" + TEXT],
    ["app.jsx", "text/jsx" + TEXT],
    ["types.d.ts", "text/typescript" + TEXT],
    ["README.md", "text/markdown" + TEXT],
    ["notes.txt", "text/plain" + TEXT],
    ["a.log", "text/plain" + TEXT],
    ["a.csv", "text/csv" + TEXT],
    ["a.vtt", "text/vtt" + TEXT],
    ["a.yaml", "text/yaml" + TEXT],
    ["a.py", "text/x-python" + TEXT],
    ["a.rs", "text/x-rust" + TEXT],
    ["a.go", "text/x-go" + TEXT],
    ["a.c", "text/x-c" + TEXT],
    ["a.diff", "text/x-diff" + TEXT],
    ["data.json", "application/json"],
    ["app.js.map", "application/json"],
    ["a.jsonl", "application/jsonl"],
    ["app.wasm", "application/wasm"],
    ["app.webmanifest", "application/manifest+json"],
    ["a.xml", "application/xml"],
    ["a.svg", "image/svg+xml"],
    ["a.png", "image/png"],
    ["a.jpg", "image/jpeg"],
    ["a.jpeg", "image/jpeg"],
    ["a.gif", "image/gif"],
    ["a.webp", "image/webp"],
    ["a.avif", "image/avif"],
    ["a.jxl", "image/jxl"],
    ["favicon.ico", "image/vnd.microsoft.icon"],
    ["a.woff", "font/woff"],
    ["a.woff2", "font/woff2"],
    ["a.ttf", "font/ttf"],
    ["a.otf", "font/otf"],
    ["a.mp4", "video/mp4"],
    ["a.webm", "video/webm"],
    ["a.mp3", "audio/mpeg"],
    ["a.flac", "audio/flac"],
    ["a.pdf", "application/pdf"],
    ["a.zip", "application/zip"],
    ["a.gz", "application/gzip"],
    ["a.tar.gz", "application/gzip"],
    ["a.tgz", "application/gzip"],
    ["a.zst", "application/zstd"],
    ["a.xz", "application/x-xz"],
    ["a.bz2", "application/x-bzip2"],
    // a compressed script is no script (Python says it is)
    ["app.js.br", "application/x-brotli"],
    ["app.js.gz", "application/gzip"],
  ];
  for (const [name, expected] of table) {
    assertEquals(contentType(name), expected, name);
  }
});

Deno.test("guessMediaType() finds the extension as splitext does", () => {
  const unknown = "application/octet-stream";
  const table: [string, string][] = [
    ["/srv/www/index.html", "text/html"],
    ["/srv/www.html/index", unknown],
    ["/srv/www.html/", unknown],
    ["Makefile", unknown],
    ["", unknown],
    [".", unknown],
    ["..", unknown],
    [".html", unknown],
    ["/srv/www/.html", unknown],
    ["/srv/www.d/.html", unknown],
    ["..html", unknown],
    [".a.html", "text/html"],
    ["a..html", "text/html"],
    ["a.", unknown],
    ["a.html.", unknown],
    ["a.html ", unknown],
    ["a.no-such-type", unknown],
    ["a.constructor", unknown],
    ["a.__proto__", unknown],
    ["a.toString", unknown],
    ["a.h\u0442ml", unknown],
    ["\u{1f600}.html", "text/html"],
    ["<script>.js", "text/javascript"],
  ];
  for (const [name, expected] of table) {
    assertEquals(guessMediaType(name), expected, name);
    assertEquals(guessMediaType(name, { extensionsMap: {} }), expected, name);
  }
});

Deno.test("guessMediaType() asks the map as it is, the map in lower case, the table, the default (guess_type)", () => {
  const entries: [string, string][] = [
    [".gz", "application/gzip"],
    [".Z", "application/octet-stream"],
    [".ts", "video/mp2t"],
    [".Html", "x/exact"],
    ["", "x/none"],
  ];
  const table: [string, string][] = [
    ["a.Html", "x/exact"],
    ["a.html", "text/html"],
    ["a.ts", "video/mp2t"],
    ["a.TS", "video/mp2t"],
    ["a.Z", "application/octet-stream"],
    ["a.z", "x/default"],
    ["a.GZ", "application/gzip"],
    ["Makefile", "x/none"],
    ["a.js", "text/javascript"],
    ["a.unknown", "x/default"],
    ["a.constructor", "x/default"],
    ["a.__proto__", "x/default"],
  ];
  for (const extensionsMap of [new Map(entries), Object.fromEntries(entries)]) {
    for (const [name, expected] of table) {
      assertEquals(
        guessMediaType(name, { extensionsMap, defaultType: "x/default" }),
        expected,
        name,
      );
    }
  }
});

Deno.test("contentType() leaves a charset alone that was chosen", () => {
  const of = (type: string) =>
    contentType("a.x", { extensionsMap: { ".x": type } });
  const table: [string, string][] = [
    ["text/html; charset=latin1", "text/html; charset=latin1"],
    ["text/html;CHARSET=latin1", "text/html;CHARSET=latin1"],
    ['text/x; title="charset="', 'text/x; title="charset="; charset=utf-8'],
    ["Text/Plain", "Text/Plain; charset=utf-8"],
    ["text/plain; format=flowed", "text/plain; format=flowed; charset=utf-8"],
    ["application/javascript", "application/javascript; charset=utf-8"],
    ["application/json", "application/json"],
    ["image/png", "image/png"],
  ];
  for (const [type, expected] of table) assertEquals(of(type), expected);
  assertEquals(
    contentType("a.unknown", { defaultType: "text/plain" }),
    "text/plain; charset=utf-8",
  );
});

Deno.test("isCompressible() knows what shrinks", () => {
  const yes = [
    "text/html",
    "text/html; charset=utf-8",
    "TEXT/PLAIN",
    "text/x-anything",
    "application/json",
    "application/json;charset=utf-8",
    "application/ld+json",
    "application/manifest+json",
    "image/svg+xml",
    "application/xml",
    "application/javascript",
    "application/wasm",
    "font/ttf",
    "image/vnd.microsoft.icon",
  ];
  for (const type of yes) assert(isCompressible(type), type);
  const no = [
    null,
    "",
    "image/png",
    "image/jpeg",
    "video/mp4",
    "font/woff2",
    "application/gzip",
    "application/zip",
    "application/pdf",
    "application/octet-stream",
    "application/x-unknown",
    "text/event-stream",
    "text/event-stream; charset=utf-8",
    "application/jsonx",
    "image/png+json-not",
    "constructor",
  ];
  for (const type of no) assert(!isCompressible(type), String(type));
});

Deno.test("parseMediaType() takes linear time on hostile values", () => {
  const started = performance.now();
  for (
    const piece of [
      "a/b",
      ";",
      "a=",
      '"',
      ";a=1",
      " ",
      "\\",
      '"\\',
      "/",
      "+json",
    ]
  ) {
    parseMediaType("a/b" + piece.repeat(20_000));
    isCompressible("a/b" + piece.repeat(20_000));
    guessMediaType(piece.repeat(20_000));
    guessMediaType(".".repeat(60_000));
  }
  assert(performance.now() - started < 2000);
});
