import { assertEquals, assertThrows } from "@std/assert";
import {
  findScriptDirectory,
  queryArguments,
  splitScriptPath,
  urlCollapsePath,
} from "./script_path.ts";

const COLLAPSED: readonly [path: string, collapsed: string | null][] = [
  ["", "//"],
  ["..", null],
  ["/.//..", null],
  ["/", "//"],
  ["//", "//"],
  ["/\\", "//\\"],
  ["/.//", "//"],
  ["cgi-bin/file1.py", "/cgi-bin/file1.py"],
  ["/cgi-bin/file1.py", "/cgi-bin/file1.py"],
  ["a", "//a"],
  ["/a", "//a"],
  ["//a", "//a"],
  ["./a", "//a"],
  ["./C:/", "/C:/"],
  ["/a/b", "/a/b"],
  ["/a/b/", "/a/b/"],
  ["/a/b/.", "/a/b/"],
  ["/a/b/c/..", "/a/b/"],
  ["/a/b/c/../d", "/a/b/d"],
  ["/a/b/c/../d/e/../f", "/a/b/d/f"],
  ["/a/b/c/../d/e/../../f", "/a/b/f"],
  ["/a/b/c/../d/e/.././././..//f", "/a/b/f"],
  ["../a/b/c/../d/e/.././././..//f", null],
  ["/a/b/c/../d/e/../../../f", "/a/f"],
  ["/a/b/c/../d/e/../../../../f", "//f"],
  ["/a/b/c/../d/e/../../../../../f", null],
  ["/a/b/c/../d/e/../../../../f/..", "//"],
  ["/a/b/c/../d/e/../../../../f/../.", "//"],
  ["/a%2fb%20c?d=%2f../e", "/a/b c?d=%2f../e"],
];

for (const [path, collapsed] of COLLAPSED) {
  Deno.test(`urlCollapsePath() takes "${path}" apart (test_url_collapse_path)`, () => {
    if (collapsed === null) {
      assertThrows(() => urlCollapsePath(path), RangeError, "leaves the root");
    } else {
      assertEquals(urlCollapsePath(path), collapsed);
    }
  });
}

const DIRECTORIES = ["/cgi-bin", "/a/b/bin"];

const DIRECTED: readonly [path: string, directory?: string, rest?: string][] = [
  ["/cgi-bin/x", "/cgi-bin", "x"],
  ["/cgi-bin/x/y", "/cgi-bin", "x/y"],
  ["/cgi-bin/", "/cgi-bin", ""],
  ["/cgi-bin"],
  ["/cgi-bin2/x"],
  ["/CGI-BIN/x"],
  ["/x/cgi-bin/y"],
  ["/a/b/bin/x", "/a/b/bin", "x"],
  ["/a/b/x"],
  ["///////////cgi-bin/x", "/cgi-bin", "x"],
  ["/x/../cgi-bin/y", "/cgi-bin", "y"],
  ["/cgi-bin%2fx", "/cgi-bin", "x"],
  ["/%63gi-bin/x", "/cgi-bin", "x"],
  ["/cgi-bin/a%3Fb", "/cgi-bin", "a?b"],
];

for (const [path, directory, rest] of DIRECTED) {
  Deno.test(`findScriptDirectory() sees where "${path}" leads`, () => {
    assertEquals(
      findScriptDirectory(path, DIRECTORIES),
      directory === undefined ? null : { directory, rest },
    );
  });
}

const SPLIT: readonly [rest: string, name: string, info: string][] = [
  ["x", "/cgi-bin/x", ""],
  ["x/", "/cgi-bin/x", "/"],
  ["x/y/z", "/cgi-bin/x", "/y/z"],
  ["sub/x", "/cgi-bin/sub/x", ""],
  ["sub/deep/x/y", "/cgi-bin/sub/deep/x", "/y"],
  ["sub", "/cgi-bin/sub", ""],
  ["", "/cgi-bin/", ""],
];

for (const [rest, scriptName, pathInfo] of SPLIT) {
  Deno.test(`splitScriptPath() finds the script in "${rest}" (test_nested_cgi_path_issue21323)`, () => {
    assertEquals(
      splitScriptPath(
        { directory: "/cgi-bin", rest },
        (path) => ["/cgi-bin/sub", "/cgi-bin/sub/deep"].includes(path),
      ),
      { scriptName, pathInfo },
    );
  });
}

const WORDS: readonly [query: string, ...words: string[]][] = [
  [""],
  ["a=b"],
  ["a+b=c"],
  ["tea", "tea"],
  ["green+tea", "green", "tea"],
  ["a%3Db", "a=b"],
  ["a%20b+c", "a b", "c"],
  ["-s", "-s"],
  ["a%0Ab+c"],
  ["a+%00"],
  ["caf%C3%A9", "café"],
];

for (const [query, ...words] of WORDS) {
  Deno.test(`queryArguments() makes ${words.length} of "${query}"`, () => {
    assertEquals(queryArguments(query), words);
  });
}
