/** The small functions of wsgiref, with the values of CPython's own tests. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BytesIO } from "../socketserver/io/mod.ts";
import { FileWrapper } from "./file_wrapper.ts";
import { formatDateTime } from "./format_date_time.ts";
import { isHopByHop } from "./is_hop_by_hop.ts";
import { wsgiDecode, wsgiEncode } from "./native_string.ts";
import {
  applicationUri,
  guessScheme,
  requestUri,
  type RequestVariables,
} from "./request_uri.ts";
import { setupTestingDefaults } from "./setup_testing_defaults.ts";
import { shiftPathInfo } from "./shift_path_info.ts";

const SHIFTS: readonly [
  script: string,
  path: string,
  name: string | null,
  scriptAfter: string,
  pathAfter: string,
][] = [
  ["", "", null, "", ""],
  ["/", "", null, "/", ""],
  ["/a", "", null, "/a", ""],
  ["/a", "/", "", "/a/", ""],
  ["/a", "/b", "b", "/a/b", ""],
  ["/a", "/b/", "b", "/a/b", "/"],
  ["", "/", "", "/", ""],
  ["/", "/", "", "/", ""],
  ["/a/", "/", "", "/a/", ""],
  ["/a/b", "/../y", "..", "/a", "/y"],
  ["", "/../y", "..", "", "/y"],
  ["/a/b", "//y", "y", "/a/b/y", ""],
  ["/a/b", "//", "", "/a/b/", ""],
  ["/a/b", "/./y", "y", "/a/b/y", ""],
  ["/a/b", "/.", null, "/a/b", ""],
  ["/a/b", "/./", "", "/a/b/", ""],
  ["/a/b", "///./..//y/.//", "..", "/a", "/y/"],
  ["//a", "/b", "b", "//a/b", ""],
  ["/a", "/b/../c", "b", "/a/b", "/../c"],
  ["/a/..", "/x", "x", "/x", ""],
  ["a", "/x", "x", "a/x", ""],
  ["/a//", "/", "", "/a/", ""],
];

for (const [script, path, name, scriptAfter, pathAfter] of SHIFTS) {
  Deno.test(`shiftPathInfo() shifts "${path}" to "${script}" (testSimpleShifts, testNormalizedShifts)`, () => {
    const environ: RequestVariables = { SCRIPT_NAME: script, PATH_INFO: path };
    assertEquals(shiftPathInfo(environ), name);
    assertEquals(environ, { SCRIPT_NAME: scriptAfter, PATH_INFO: pathAfter });
  });
}

const DEFAULTS: readonly [
  name: string,
  value: unknown,
  given?: RequestVariables,
][] = [
  ["SERVER_NAME", "127.0.0.1"],
  ["SERVER_PORT", "80"],
  ["SERVER_PROTOCOL", "HTTP/1.0"],
  ["HTTP_HOST", "127.0.0.1"],
  ["REQUEST_METHOD", "GET"],
  ["SCRIPT_NAME", ""],
  ["PATH_INFO", "/"],
  ["wsgi.version", [1, 0]],
  ["wsgi.run_once", false],
  ["wsgi.multithread", false],
  ["wsgi.multiprocess", false],
  ["wsgi.url_scheme", "http"],
  ["HTTP_HOST", "foo.bar", { SERVER_NAME: "foo.bar" }],
  ["wsgi.url_scheme", "https", { HTTPS: "on" }],
  ["SERVER_PORT", "443", { "wsgi.url_scheme": "https" }],
  ["PATH_INFO", undefined, { SCRIPT_NAME: "/foo" }],
  ["SCRIPT_NAME", undefined, { PATH_INFO: "/foo" }],
];

for (const [name, value, given = {}] of DEFAULTS) {
  Deno.test(`setupTestingDefaults() sets ${name} beside ${JSON.stringify(given)} (testDefaults, testCrossDefaults)`, () => {
    assertEquals(setupTestingDefaults({ ...given })[name], value);
  });
}

Deno.test("setupTestingDefaults() leaves what is there", () => {
  const given = {
    SERVER_NAME: "a",
    REQUEST_METHOD: "PUT",
    "wsgi.input": new BytesIO(),
  };
  const environ = setupTestingDefaults({ ...given });
  for (const [name, value] of Object.entries(given)) {
    assert(environ[name] === value);
  }
});

for (
  const [HTTPS, scheme] of [
    ["on", "https"],
    ["yes", "https"],
    ["1", "https"],
    [
      "0",
      "http",
    ],
    ["off", "http"],
    ["ON", "http"],
    ["", "http"],
  ] as const
) {
  Deno.test(`guessScheme() takes HTTPS "${HTTPS}" for ${scheme} (testGuessScheme)`, () => {
    assertEquals(guessScheme({ HTTPS }), scheme);
  });
}

const URIS: readonly [given: RequestVariables, app: string, request: string][] =
  [
    [{}, "http://127.0.0.1/", "http://127.0.0.1/"],
    [{ HTTP_HOST: "a:81" }, "http://a:81/", "http://a:81/"],
    [
      { HTTP_HOST: "", SERVER_PORT: "81" },
      "http://127.0.0.1:81/",
      "http://127.0.0.1:81/",
    ],
    [
      { "wsgi.url_scheme": "https", HTTP_HOST: "", SERVER_PORT: "443" },
      "https://127.0.0.1/",
      "https://127.0.0.1/",
    ],
    [
      { SCRIPT_NAME: "/spam", PATH_INFO: "/eggs" },
      "http://127.0.0.1/spam",
      "http://127.0.0.1/spam/eggs",
    ],
    [
      { SCRIPT_NAME: "/sp\u00e4m", PATH_INFO: "" },
      "http://127.0.0.1/sp%E4m",
      "http://127.0.0.1/sp%E4m",
    ],
    [
      { SCRIPT_NAME: "/spam", PATH_INFO: "/a;b=c,d e?f" },
      "http://127.0.0.1/spam",
      "http://127.0.0.1/spam/a;b=c,d%20e%3Ff",
    ],
    [
      { SCRIPT_NAME: "", PATH_INFO: "/foo", QUERY_STRING: "a=%20" },
      "http://127.0.0.1/",
      "http://127.0.0.1/foo?a=%20",
    ],
  ];

for (const [given, app, request] of URIS) {
  Deno.test(`requestUri() makes ${request} (testAppURIs, testReqURIs)`, () => {
    const environ = setupTestingDefaults({ ...given });
    assertEquals(applicationUri(environ), app);
    assertEquals(requestUri(environ), request);
    assertEquals(requestUri(environ, false), request.split("?")[0]);
  });
}

Deno.test("applicationUri() misses what it needs", () => {
  assertThrows(
    () => applicationUri({ "wsgi.url_scheme": "http" }),
    TypeError,
    "SERVER_NAME",
  );
});

Deno.test("FileWrapper reads blocks, and closes what can be closed (testFileWrapper)", async () => {
  for (const size of [1, 4, 7, 100]) {
    const bytes = new TextEncoder().encode("xyz".repeat(50));
    const file = new BytesIO(bytes);
    const wrapper = new FileWrapper(file, size);
    const sizes: number[] = [];
    for await (const block of wrapper) sizes.push(block.length);
    assertEquals(sizes.reduce((a, b) => a + b), 150);
    assert(sizes.slice(0, -1).every((length) => length === size));
    assertEquals(file.closed, false);
    await wrapper.close!();
    assertEquals(file.closed, true);
  }
  assertEquals(
    new FileWrapper({ read: () => new Uint8Array(0) }).close,
    undefined,
  );
});

Deno.test("FileWrapper reads web streams, and cancels them", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(3)),
    cancel: () => {
      cancelled = true;
    },
  });
  const wrapper = new FileWrapper(stream);
  assertEquals((await wrapper.next()).value?.length, 3);
  await wrapper.close!();
  assert(cancelled);
});

Deno.test("isHopByHop() knows the fields of one connection (testHopByHop)", () => {
  const names =
    "Connection Keep-Alive Proxy-Authenticate Proxy-Authorization TE Trailers Transfer-Encoding Upgrade";
  for (const name of names.split(" ")) {
    for (const alt of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert(isHopByHop(alt), alt);
    }
  }
  for (
    const name of "Accept Cache-Control Date Pragma Trailer Via Warning".split(
      " ",
    )
  ) {
    assert(!isHopByHop(name), name);
  }
});

Deno.test("wsgiDecode() reads what wsgiEncode() writes", () => {
  for (const text of ["", "/a", "/café", "/日本/😀"]) {
    const encoded = wsgiEncode(text);
    assert([...encoded].every((character) => character <= "\xff"));
    assertEquals(wsgiDecode(encoded), text);
  }
  assertEquals(wsgiDecode("\xff"), "\ufffd");
});

Deno.test("formatDateTime() writes HTTP dates", () => {
  assertEquals(formatDateTime(0), "Thu, 01 Jan 1970 00:00:00 GMT");
});
