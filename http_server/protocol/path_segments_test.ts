import { assert, assertEquals } from "@std/assert";
import { pathSegments, translateSegments } from "./path_segments.ts";
import { percentEncodeSegment } from "./percent_encoding.ts";

Deno.test("pathSegments() decodes names once and tells a trailing slash", () => {
  const table: [string, string[]][] = [
    ["/", [""]],
    ["//", [""]],
    ["/.", [""]],
    ["/./", [""]],
    ["/a", ["a"]],
    ["/a/", ["a", ""]],
    ["/a/.", ["a", ""]],
    ["/a/%2e", ["a", ""]],
    ["/a/b/c", ["a", "b", "c"]],
    ["//a///b//", ["a", "b", ""]],
    ["/./a/./b", ["a", "b"]],
    ["/%61%20b", ["a b"]],
    ["/%252e%252e", ["%2e%2e"]],
    ["/%252fetc", ["%2fetc"]],
    ["/%25", ["%"]],
    ["/caf%C3%A9", ["caf\u00e9"]],
    ["/caf\xc3\xa9", ["caf\u00e9"]],
    ["/%F0%9F%98%80", ["\u{1f600}"]],
    ["/%0A%0d%09%7f", ["\n\r\t\x7f"]],
    ["/%22%3Cscript%3E%27", ["\"<script>'"]],
    ["/a?b#c", ["a?b#c"]],
    ["/%3F%23", ["?#"]],
    ["/+", ["+"]],
    ["/...", ["..."]],
    ["/.hidden/..a/a..", [".hidden", "..a", "a.."]],
    ["/~root", ["~root"]],
    ["/*", ["*"]],
    ["/c:", ["c:"]],
    ["/con/nul.txt/PROGRA~1", ["con", "nul.txt", "PROGRA~1"]],
    ["/constructor/__proto__", ["constructor", "__proto__"]],
    // look-alikes of dot and slash are letters to every file system
    ["/%E2%80%A5/%EF%BC%8F/%E2%88%95", ["\u2025", "\uff0f", "\u2215"]],
    ["/%EF%BB%BFa", ["\ufeffa"]],
  ];
  for (const [path, expected] of table) {
    assertEquals(pathSegments(path), expected, path);
  }
});

const ATTACKS = [
  // no path at all
  "",
  "*",
  "a",
  "a/b",
  "..",
  "\\",
  // one up, in every spelling
  "/..",
  "/../",
  "/../etc/passwd",
  "/a/..",
  "/a/../b",
  "/a/../../b",
  "/%2e%2e",
  "/%2E%2e/",
  "/.%2e/a",
  "/%2e./a",
  "/a/%2e%2e/%2e%2e/b",
  "//../a",
  "/./../a",
  // separators within a name
  "/a%2fb",
  "/a%2Fb",
  "/%2f",
  "/..%2fetc",
  "/%2e%2e%2fetc",
  "/..\\etc",
  "/..%5cetc",
  "/%5c..%5c",
  "/a\\b",
  "/a%5Cb",
  "/%5c%5cserver%5cshare",
  // NUL
  "/%00",
  "/a%00.html",
  "/a\0b",
  // overlong UTF-8 of slash, backslash, dot and NUL; other invalid bytes
  "/%c0%af",
  "/..%c0%af..",
  "/%e0%80%af",
  "/%f0%80%80%af",
  "/%c1%9c",
  "/%c0%ae%c0%ae/",
  "/%c0%80",
  "/%ff",
  "/\xff",
  "/%ed%a0%80",
  "/%C3",
  // malformed escapes
  "/%",
  "/%2",
  "/%zz",
  "/%u002e%u002e",
  "/%%32%65",
  "/100%",
  "/%+2f",
  "/a/%2",
];

Deno.test("pathSegments() refuses what could leave the root", () => {
  for (const path of ATTACKS) {
    assertEquals(pathSegments(path), null, JSON.stringify(path));
    assertEquals(
      pathSegments(path, { windows: true }),
      null,
      JSON.stringify(path),
    );
  }
});

Deno.test("pathSegments() refuses on Windows what Windows reads in its own way (test_windows_colon)", () => {
  const refused = [
    "/c:",
    "/c:/windows",
    "/c%3a/windows",
    "/c:foo",
    "/file.txt::$DATA",
    "/file.txt:stream",
    "/con",
    "/CON",
    "/a/Nul/b",
    "/nul.txt",
    "/aux.tar.gz",
    "/prn%20",
    "/con%20.txt",
    "/com1",
    "/COM9.log",
    "/lpt0",
    "/com%C2%B9",
    "/conin$",
    "/CONOUT$",
    "/a.",
    "/a%20",
    "/...",
    "/..%20",
    "/.%20.",
    "/a%0ab",
    "/a*",
    "/a%3fb",
    "/a%22",
    "/%3Ca%3E",
    "/a%7cb",
    "/GIT~1",
    "/git~1/config",
    "/PROGRA~1",
    "/LONGNA~1.TXT",
    "/ABC~10.HTM",
  ];
  for (const path of refused) {
    assertEquals(pathSegments(path, { windows: true }), null, path);
  }
  const accepted: [string, string[]][] = [
    ["/", [""]],
    ["/a/./b.txt/", ["a", "b.txt", ""]],
    ["/console", ["console"]],
    ["/nullable.txt", ["nullable.txt"]],
    ["/com10", ["com10"]],
    ["/com", ["com"]],
    ["/aconx", ["aconx"]],
    ["/.git", [".git"]],
    ["/a b", ["a b"]],
    ["/file.~1~", ["file.~1~"]],
    ["/backup~", ["backup~"]],
    ["/longer-name~1.html", ["longer-name~1.html"]],
    ["/caf%C3%A9", ["caf\u00e9"]],
  ];
  for (const [path, expected] of accepted) {
    assertEquals(pathSegments(path, { windows: true }), expected, path);
  }
});

Deno.test("pathSegments() finds every name that a listing links", () => {
  const names = [
    "a b",
    "%41",
    "100%",
    "a?b#c",
    "\"'<script>alert(1)</script>&amp;",
    "new\nline",
    "\u202eltr",
    "\u{1f600}",
    "...",
    "a:b",
    "\u00e9",
    "e\u0301",
    " ",
  ];
  for (const name of names) {
    if (name.includes("/")) continue;
    assertEquals(pathSegments("/" + percentEncodeSegment(name) + "/"), [
      name,
      "",
    ]);
  }
});

Deno.test("translateSegments() does what translate_path does", () => {
  // The answers of CPython 3.11, with the root "/R" taken off; a trailing "%2f" counts since 3.13.
  const table: [string, string[]][] = [
    ["/", [""]],
    ["", []],
    ["/a", ["a"]],
    ["/a/", ["a", ""]],
    ["//a", ["a"]],
    ["/a//b", ["a", "b"]],
    ["/a/../b", ["b"]],
    ["/../b", ["b"]],
    ["../a", ["a"]],
    ["/a/./b", ["a", "b"]],
    ["/a/.", ["a"]],
    ["/a/..", []],
    ["/a/../", [""]],
    ["/a/../../..//b/", ["b", ""]],
    ["a/b", ["a", "b"]],
    ["/a%2fb", ["a", "b"]],
    ["/a%2f", ["a", ""]],
    ["/%2f", [""]],
    ["/a%2e%2e/b", ["a..", "b"]],
    ["/%2e%2e/b", ["b"]],
    ["/a/%2e%2e%2fb", ["b"]],
    ["/a\\b", ["a\\b"]],
    ["/a?x#y", ["a"]],
    ["/a#y?x/", ["a"]],
    ["/a%ff", ["a\ufffd"]],
    ["/a%zz", ["a%zz"]],
    ["/%", ["%"]],
    ["/.../x", ["...", "x"]],
    ["/a/%20", ["a", " "]],
    ["/a%252fb", ["a%2fb"]],
    ["/a/%3fb", ["a", "?b"]],
    ["/%C3%A4", ["\u00e4"]],
    ["/\xc3\xa4", ["\u00e4"]],
  ];
  for (const [path, expected] of table) {
    assertEquals(translateSegments(path), expected, path);
  }
});

Deno.test("translateSegments() ignores query and fragment (test_query_arguments)", () => {
  for (
    const path of [
      "/filename",
      "/filename?foo=bar",
      "/filename?a=b&spam=eggs#zot",
      "/filename#x?y",
    ]
  ) assertEquals(translateSegments(path), ["filename"]);
});

Deno.test("translateSegments() takes surplus slashes (test_start_with_double_slash)", () => {
  assertEquals(translateSegments("//filename"), ["filename"]);
  assertEquals(translateSegments("//filename?foo=bar"), ["filename"]);
});

Deno.test("translateSegments() leaves out drives and backslashes on Windows (test_windows_colon)", () => {
  const table: [string, string[] | null][] = [
    ["c:c:c:foo/filename", ["filename"]],
    ["\\c:../filename", ["filename"]],
    ["c:\\c:..\\foo/filename", ["filename"]],
    ["c:c:foo\\c:c:bar/filename", ["filename"]],
    ["/file.txt::$DATA", []],
    ["/a%5cb/", [""]],
    ["/con", null],
    ["/a/nul.txt", null],
    ["/..%20/x", null],
    ["/GIT~1/config", null],
  ];
  for (const [path, expected] of table) {
    assertEquals(translateSegments(path, { windows: true }), expected, path);
  }
});

Deno.test("translateSegments() refuses NUL", () => {
  assertEquals(translateSegments("/a%00b"), null);
  assertEquals(translateSegments("/a\0"), null);
  assertEquals(translateSegments("/a?%00"), ["a"]);
});

Deno.test("pathSegments() and translateSegments() give no name that leads out, whatever the spelling", () => {
  const pieces = [
    "a",
    ".",
    "..",
    "/",
    "\\",
    "%2e",
    "%2f",
    "%5c",
    "%00",
    "%c0%af",
    ":",
    "%",
    "~1",
    " ",
  ];
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48_271) % 0x7fffffff) % n;
  for (let round = 0; round < 20_000; round++) {
    let path = "/";
    for (let i = random(8); i >= 0; i--) path += pieces[random(pieces.length)];
    for (const windows of [false, true]) {
      for (const split of [pathSegments, translateSegments]) {
        const names = split(path, { windows }) ?? [];
        names.forEach((name, index) => {
          const last = index === names.length - 1;
          assert(name !== "" || last, path);
          assert(name !== "." && name !== ".." && !/[/\0]/.test(name), path);
          if (windows) assert(!/[\\:]/.test(name) && !/[. ]$/.test(name), path);
        });
      }
      assert(
        !(pathSegments(path, { windows }) ?? []).join("").includes("\\"),
        path,
      );
    }
  }
});

Deno.test("pathSegments() and translateSegments() take linear time", () => {
  const started = performance.now();
  for (const piece of ["/", "/.", "/a", "%2f", "%", "~1", ".", "con ", " "]) {
    pathSegments("/" + piece.repeat(60_000), { windows: true });
    translateSegments("/" + piece.repeat(60_000), { windows: true });
  }
  assert(performance.now() - started < 2000);
});
