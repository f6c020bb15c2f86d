import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import fs from "node:fs";
import { Folder, type FolderContent } from "../_tools/testing/folder.ts";
import {
  type Answer,
  field,
  fieldValues,
  latin1,
  type RawClient,
  text,
} from "../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { serve, type Served } from "../_tools/testing/serve.ts";
import { type BufferedIOBase, BytesIO } from "../socketserver/io/mod.ts";
import {
  type BodyFile,
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "./simple_http_request_handler.ts";

/** Serves without a log. */
class Quiet extends SimpleHTTPRequestHandler {
  override logMessage(_format: string, ..._args: unknown[]): void {}
}

/** What gives Python's answers back. */
const PYTHON: SimpleHTTPRequestHandlerOptions = {
  entityTags: false,
  forbiddenStatus: 404,
  hidden: true,
  protocolVersion: "HTTP/1.0",
  requireHost: false,
  strictPaths: false,
};

/** A folder that is served while a test runs. */
class Site implements AsyncDisposable {
  readonly folder: Folder;
  readonly served: Served;

  constructor(folder: Folder, served: Served) {
    this.folder = folder;
    this.served = served;
  }

  static async open(
    content: FolderContent,
    options: SimpleHTTPRequestHandlerOptions = {},
    Base: typeof Quiet = Quiet,
  ): Promise<Site> {
    const folder = await Folder.make(content);
    const Handler = Base.configure({ directory: folder.path, ...options });
    return new Site(folder, serve(Handler));
  }

  /** Sends one request on a connection of its own. */
  async ask(
    target: string,
    fields: Readonly<Record<string, string>> = {},
    method = "GET",
  ): Promise<Answer> {
    using client = await this.served.connect();
    return await send(client, target, fields, method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

async function send(
  client: RawClient,
  target: string,
  fields: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Answer> {
  const lines = Object.entries({ Host: "a", ...fields })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await client.send(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`);
  return await client.readAnswer(method);
}

/** Text as the wire has it: one character for each byte of its UTF-8. */
function wire(string: string): string {
  return text(new TextEncoder().encode(string));
}

Deno.test("SimpleHTTPRequestHandler serves files, folders and index pages (test_get)", async () => {
  await using site = await Site.open({
    "base": { "test": "data", "spam": { "index.html": {} } },
  }, PYTHON);
  const status = async (target: string) => (await site.ask(target)).status;
  assertEquals((await site.ask("/base/test")).body, "data");
  for (const end of ["/", "%2f", "%2F"]) {
    assertEquals(await status(`/base/test${end}`), 404, end);
    assertEquals(await status(`/base${end}`), 200, end);
  }
  const moved = await site.ask("/base");
  assertEquals(moved.status, 301);
  assertEquals(field(moved, "Location"), "/base/");
  assertEquals(field(moved, "Content-Length"), "0");
  assertEquals(await status("/base/?hi=2"), 200);
  assertEquals(field(await site.ask("/base?hi=1"), "Location"), "/base/?hi=1");
  assertEquals(await status("/ThisDoesNotExist"), 404);
  assertEquals(await status("/ThisDoesNotExist/"), 404);
  // A folder with the name of an index page is none.
  assertStringIncludes((await site.ask("/base/spam/")).body, "index.html/");
  await Deno.writeTextFile(site.folder.at("base/index.htm"), "index");
  assertEquals((await site.ask("/base/")).body, "index");
  await Deno.writeTextFile(site.folder.at("base/index.html"), "better");
  assertEquals((await site.ask("/base/")).body, "better");
});

Deno.test("SimpleHTTPRequestHandler closes after each answer as HTTP/1.0 does", async () => {
  await using site = await Site.open({ "test": "data" }, PYTHON);
  const answer = await site.served.ask(
    "GET /test HTTP/1.1\r\nConnection: keep-alive\r\n\r\n",
  );
  assertMatch(answer, /^HTTP\/1\.0 200 OK\r\n[^]*\r\n\r\ndata$/);
});

Deno.test("SimpleHTTPRequestHandler sends the head alone for HEAD (test_head)", async () => {
  await using site = await Site.open({ "test": "data", "sub": {} });
  const head = await site.ask("/test", {}, "HEAD");
  assertEquals(field(head, "Content-Length"), "4");
  assertEquals(field(head, "Content-Type"), "application/octet-stream");
  using client = await site.served.connect();
  // What came behind these heads would be taken for the next answer.
  for (const target of ["/test", "/sub/", "/sub", "/test", "/none"]) {
    const get = await site.ask(target);
    const answer = await send(client, target, {}, "HEAD");
    assertEquals(answer.status, get.status);
    assertEquals(field(answer, "Content-Length"), field(get, "Content-Length"));
  }
});

Deno.test("SimpleHTTPRequestHandler keeps a connection for requests, HEAD and 304 among them", async () => {
  await using site = await Site.open({ "a.txt": "aaa", "b.txt": "bbb" });
  using client = await site.served.connect();
  const first = await send(client, "/a.txt");
  assertEquals(first.body, "aaa");
  await send(client, "/b.txt", {}, "HEAD");
  const fields = { "If-None-Match": field(first, "ETag")! };
  assertEquals((await send(client, "/a.txt", fields)).status, 304);
  assertEquals(
    (await send(client, "/a.txt", { "Range": "bytes=9-" })).status,
    416,
  );
  assertEquals(
    (await send(client, "/a.txt", { "If-Match": '"x"' })).status,
    412,
  );
  assertEquals(
    (await send(client, "/b.txt", { "Range": "bytes=1-1" })).body,
    "b",
  );
  assertEquals((await send(client, "/b.txt")).body, "bbb");
});

Deno.test("SimpleHTTPRequestHandler answers conditions on dates (test_browser_cache, test_browser_cache_file_changed, test_last_modified)", async () => {
  await using site = await Site.open({ "test": "data" }, PYTHON);
  await Deno.utime(site.folder.at("test"), 1_700_000_000.7, 1_700_000_000.7);
  const modified = field(await site.ask("/test"), "Last-Modified")!;
  assertEquals(modified, "Tue, 14 Nov 2023 22:13:20 GMT");
  const since = async (date: string, fields = {}) =>
    (await site.ask("/test", { "If-Modified-Since": date, ...fields })).status;
  assertEquals(await since(modified), 304);
  assertEquals(await since("Tue, 14 Nov 2023 22:14:20 GMT"), 304);
  assertEquals(await since("Tue, 14 Nov 2023 22:12:20 GMT"), 200);
  // test_browser_cache_with_If_None_Match_header
  assertEquals(await since(modified, { "If-None-Match": "*" }), 200);
});

Deno.test("SimpleHTTPRequestHandler answers methods by their exact case (test_invalid_requests)", async () => {
  await using site = await Site.open({});
  const status = async (method: string) =>
    (await site.ask("/", {}, method)).status;
  assertEquals(await status("GET"), 200);
  for (const method of ["FETCH", "GETs", "get", "GeT"]) {
    assertEquals(await status(method), 501, method);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const answer = await site.ask("/", {}, method);
    assertEquals(answer.status, 405, method);
    assertEquals(field(answer, "Allow"), "GET, HEAD, OPTIONS", method);
  }
});

Deno.test("SimpleHTTPRequestHandler takes targets without slash if it is told to (test_path_without_leading_slash)", async () => {
  await using site = await Site.open({ "base": { "test": "data" } }, PYTHON);
  const status = async (target: string) => (await site.ask(target)).status;
  assertEquals((await site.ask("base/test")).body, "data");
  assertEquals(await status("base/test/"), 404);
  assertEquals(await status("base/"), 200);
  assertEquals(await status("base"), 301);
  assertEquals(await status("base/?hi=2"), 200);
  assertEquals(field(await site.ask("base?hi=1"), "Location"), "base/?hi=1");
  assertEquals(await status("ThisDoesNotExist"), 404);
});

Deno.test("SimpleHTTPRequestHandler never redirects to another host (test_get_dir_redirect_location_domain_injection_bug)", async () => {
  await using site = await Site.open(
    { "base": { "existing_directory": {} } },
    PYTHON,
  );
  const url =
    "/python.org/..%2f..%2f..%2f..%2f..%2f../%0a%0d/../base/existing_directory";
  const location = async (target: string) =>
    field(await site.ask(target), "Location");
  for (const slashes of ["", "/", "//", "/\\", "///"]) {
    assertEquals(await location(slashes + url), `${url}/`, slashes);
  }
  // A full target stays one: whoever sent it has named the host himself.
  const full = `https://pypi.org/${url}`;
  assertEquals(await location(full), `${full}/`);

  await using strict = await Site.open({ "evil.example": {} });
  for (
    const target of [
      "//evil.example",
      "///evil.example",
      "/\\evil.example",
      "http://a//evil.example",
    ]
  ) {
    const answer = await strict.ask(target);
    assert([301, 404].includes(answer.status), target);
    const to = field(answer, "Location");
    if (to !== null) assertMatch(to, /^\/[^/\\]/, target);
  }
});

const NAMES: readonly string[] = [
  "plain.txt",
  "with blank",
  " leading",
  "trailing ",
  "two  blanks",
  "<script>alert(1)<",
  "quote\"'`",
  "&amp;&lt;",
  "100%",
  "%41",
  "a#b",
  "a?b=c",
  "a:b",
  "a;b,c=d+e@f!$()*",
  "javascript:alert(1)",
  "line\nbreak\r\ttab\x01\x7f",
  "caf\u00e9",
  "cafe\u0301",
  "\u05e2\u05d1\u05e8\u05d9\u05ea.txt",
  "\u202egpj.exe",
  "\u{1f600}",
  "\u65e5\u672c\u8a9e",
  "~tilde~",
  "-dash",
  "..dots",
  "n".repeat(255),
];

Deno.test("SimpleHTTPRequestHandler lists, links and sends files with any name (test_list_dir_nonascii_filename, test_list_dir_escape_filename, test_list_dir_unencodable_filename)", async () => {
  const content = Object.fromEntries(NAMES.map((name) => [name, `in ${name}`]));
  await using site = await Site.open(content, { hidden: true });
  const page = (await site.ask("/")).body;
  const links = [...page.matchAll(/<tr class="file"><td><a href="([^"]*)">/g)]
    .map(([, href]) => href!);
  assertEquals(links.length, NAMES.length);
  const contents = [];
  for (const link of links) {
    // As a browser resolves it.
    const url = new URL(link, "http://localhost/");
    assertEquals(url.host, "localhost");
    assertEquals(url.search + url.hash, "");
    const answer = await site.ask(url.pathname);
    assertEquals(answer.status, 200, link);
    contents.push(answer.body);
  }
  assertEquals(contents.sort(), NAMES.map((name) => wire(`in ${name}`)).sort());
  assert(!page.includes("<script>alert"));
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;");
});

Deno.test("SimpleHTTPRequestHandler lists and opens folders with any name (test_list_dir_nonascii_dirname, test_list_dir_escape_dirname, test_list_dir_unencodable_dirname)", async () => {
  const names = NAMES.filter((name) => name.length < 200);
  const content = Object.fromEntries(
    names.map((name) => [name, { "in": name }]),
  );
  await using site = await Site.open(content, { hidden: true });
  for (const name of names) {
    const path = `/${encodeURIComponent(name)}`;
    const moved = await site.ask(`${path}?q`);
    assertEquals(field(moved, "Location"), `${path}/?q`, name);
    const page = (await site.ask(`${path}/`)).body;
    const [, title] = /<title>([^]*)<\/title>/.exec(page)!;
    assertStringIncludes(page, `<h1 class="unseen">${title}</h1>`);
    assertEquals((await site.ask(`${path}/in`)).body, wire(name));
  }
});

Deno.test("SimpleHTTPRequestHandler lists a name with a backslash, and serves it only if paths are not strict", async () => {
  const content = { "back\\slash": "x" };
  await using site = await Site.open(content);
  assertStringIncludes((await site.ask("/")).body, 'href="back%5Cslash"');
  assertEquals((await site.ask("/back%5Cslash")).status, 404);
  await using lenient = await Site.open(content, { strictPaths: false });
  assertEquals((await lenient.ask("/back%5Cslash")).body, "x");
});

testWithPrograms(
  ["python3"],
  "SimpleHTTPRequestHandler lists names that are no UTF-8 and answers 404 for them (test_list_dir_undecodable_filename, test_list_dir_undecodable_dirname, test_list_dir_undecodable_dirname2)",
  async ({ python3 }) => {
    await using site = await Site.open({ "good": "x" });
    const script = `import os, sys
os.chdir(sys.argv[1].encode())
open(b'bad\\xff<b>.txt', 'w').close()
os.mkdir(b'dir\\xe4')
`;
    const { success } = await new Deno.Command(python3, {
      args: ["-c", script, site.folder.path],
    }).output();
    assert(success);
    const page = (await site.ask("/")).body;
    assertStringIncludes(page, wire("bad\ufffd&lt;b&gt;.txt"));
    assertStringIncludes(page, wire("dir\ufffd/"));
    for (
      const path of [
        "/bad%ff%3Cb%3E.txt",
        "/bad%EF%BF%BD%3Cb%3E.txt",
        "/dir%e4/",
      ]
    ) {
      assertEquals((await site.ask(path)).status, 404, path);
    }
    await new Deno.Command(python3, {
      args: [
        "-c",
        "import os, sys; os.chdir(sys.argv[1].encode()); os.remove(b'bad\\xff<b>.txt'); os.rmdir(b'dir\\xe4')",
        site.folder.path,
      ],
    }).output();
  },
);

Deno.test("SimpleHTTPRequestHandler titles a listing with its path alone (test_list_dir_with_query_and_fragment)", async () => {
  await using site = await Site.open({ "base": {} });
  for (const target of ["/base/#123", "/base/?x=123", "/base/?x=1#2"]) {
    const { body } = await site.ask(target);
    assertStringIncludes(body, "listing for /base/</title>");
    assertStringIncludes(body, "listing for /base/</h1>");
  }
});

Deno.test("SimpleHTTPRequestHandler sends further fields with files and listings, not with errors (test_extra_response_headers_list_dir, test_extra_response_headers_get_file, test_extra_response_headers_missing_on_404)", async () => {
  const extraResponseHeaders = [["X-Test", "one"], ["X-Test", "two"], [
    "Server",
    "mine",
  ]] as const;
  await using site = await Site.open({ "test": "x", "sub": {} }, {
    extraResponseHeaders,
  });
  for (const target of ["/test", "/sub/"]) {
    const answer = await site.ask(target);
    assertEquals(fieldValues(answer, "X-Test"), ["one", "two"], target);
    assertEquals(fieldValues(answer, "Server").length, 2, target);
  }
  for (const target of ["/none", "/sub"]) {
    assertEquals(fieldValues(await site.ask(target), "X-Test"), [], target);
  }
});

Deno.test("SimpleHTTPRequestHandler guesses types: own map, table, default, in this order", async () => {
  await using site = await Site.open({
    "a.js": "",
    "a.mjs": "",
    "a.ts": "",
    "a.wasm": "",
    "a.webmanifest": "",
    "a.avif": "",
    "a.jxl": "",
    "a.txt": "",
    "a.html": "",
    "a.tar.gz": "",
    "a.Z": "",
    "a.z": "",
    "noext": "",
    "a.unknown": "",
    ".hidden.css": "",
  }, {
    hidden: true,
    defaultContentType: "text/x-own",
    extensionsMap: new Map([[".wasm", "application/own"], [
      ".Z",
      "application/z",
    ]]),
  });
  const type = async (name: string) =>
    field(await site.ask(`/${name}`), "Content-Type");
  assertEquals(await type("a.js"), "text/javascript; charset=utf-8");
  assertEquals(await type("a.mjs"), "text/javascript; charset=utf-8");
  assertEquals(await type("a.ts"), "text/typescript; charset=utf-8");
  assertEquals(await type("a.webmanifest"), "application/manifest+json");
  assertEquals(await type("a.avif"), "image/avif");
  assertEquals(await type("a.jxl"), "image/jxl");
  assertEquals(await type("a.html"), "text/html; charset=utf-8");
  assertEquals(await type(".hidden.css"), "text/css; charset=utf-8");
  assertEquals(await type("a.wasm"), "application/own");
  assertEquals(await type("a.Z"), "application/z");
  // Default content type is used only when nothing is guessed.
  assertEquals(await type("noext"), "text/x-own; charset=utf-8");
  assertEquals(await type("a.unknown"), "text/x-own; charset=utf-8");
});

Deno.test("SimpleHTTPRequestHandler refuses whatever would lead out of its folder", async () => {
  await using outer = await Folder.make({
    "secret": "secret",
    "www-secret": { "a": "secret" },
    "www": { "a": "public", "sub": {} },
  });
  const served = serve(Quiet.configure({ directory: outer.at("www") }));
  await using _served = served;
  const attempts = [
    "/../secret",
    "/..",
    "/../",
    "/%2e%2e/secret",
    "/%2E%2E/secret",
    "/.%2e/secret",
    "/..%2fsecret",
    "/..%5csecret",
    "/..\\secret",
    "/sub/../../secret",
    "/sub/..%2f..%2fsecret",
    "/%252e%252e/secret",
    "/%c0%ae%c0%ae/secret",
    "/%e0%80%ae%e0%80%ae/secret",
    "/..%00/secret",
    "/%00",
    "/a%00",
    "/a%00.txt",
    "/..%c0%afsecret",
    "/../www-secret/a",
    "/%2e%2e%2fwww-secret/a",
    "/....//secret",
    "/..;/secret",
    "/.../secret",
    "//../secret",
    "/./../secret",
    "/sub/./.././../secret",
    "/%5c..%5csecret",
    "/c:/secret",
    "/c:%5csecret",
    "/sub/%2e%2e",
    "/sub/%2e%2e/",
    "/%",
    "/%2",
    "/%zz",
    "/a%ff",
    "http://a/../secret",
    "http://a/%2e%2e/secret",
    "/\xe9",
    "/a/",
    "/a%2f",
    "/sub/%2e%2e/a",
    `/${"../".repeat(500)}etc/passwd`,
    `/${"a/".repeat(5000)}`,
    `/${"n".repeat(1000)}`,
    "/proc/self/environ",
    "/etc/passwd",
    `/${outer.path}/secret`,
  ];
  for (const target of attempts) {
    using client = await served.connect();
    const { status, body } = await send(client, target);
    assert(
      status === 404 || status === 400,
      `${status} for ${target.slice(0, 80)}`,
    );
    assert(!body.includes("secret"), target.slice(0, 80));
  }
  using client = await served.connect();
  assertEquals((await send(client, "/a")).body, "public");
  assertEquals((await send(client, "/./a")).body, "public");
  assertEquals((await send(client, "//a")).body, "public");
  assertEquals((await send(client, "/%61?../secret")).body, "public");
});

Deno.test("SimpleHTTPRequestHandler repairs paths without leaving the folder if it is told to", async () => {
  await using outer = await Folder.make({
    "secret": "secret",
    "www": { "a": "public", "sub": { "b": "sub" } },
  });
  const served = serve(
    Quiet.configure({ ...PYTHON, directory: outer.at("www") }),
  );
  await using _served = served;
  const body = async (target: string) => {
    using client = await served.connect();
    return (await send(client, target)).body;
  };
  assertEquals(await body("/../a"), "public");
  assertEquals(await body("/sub/../../../a"), "public");
  assertEquals(await body("/sub%2fb"), "sub");
  for (
    const target of [
      "/../secret",
      "/..%2fsecret",
      "/%2e%2e/secret",
      "/a%00",
      "/..%00/secret",
    ]
  ) {
    assertStringIncludes(await body(target), "404 File not found", target);
  }
});

Deno.test("SimpleHTTPRequestHandler serves dot files only if it is told to, and what is well known", async () => {
  const content = {
    ".env": "secret",
    ".git": { "config": "secret" },
    "sub": { ".env": "secret" },
    ".well-known": { "security.txt": "public", ".env": "secret" },
    "a.txt": "a",
  };
  await using site = await Site.open(content);
  for (
    const target of [
      "/.env",
      "/%2eenv",
      "/.git/",
      "/.git/config",
      "/.git",
      "/sub/.env",
      "/.well-known/.env",
      "/sub/.well-known/",
    ]
  ) {
    assertEquals((await site.ask(target)).status, 404, target);
  }
  assertEquals((await site.ask("/.well-known/security.txt")).body, "public");
  assertEquals(
    (await site.ask("/", { Accept: "text/plain" })).body,
    "sub/\na.txt\n",
  );
  await using open = await Site.open(content, { hidden: true });
  assertEquals((await open.ask("/.env")).body, "secret");
  assertEquals(
    (await open.ask("/", { Accept: "text/plain" })).body,
    ".git/\n.well-known/\nsub/\n.env\na.txt\n",
  );
});

Deno.test("SimpleHTTPRequestHandler neither lists nor sends what links lead to outside, unless it is told to", async () => {
  await using outside = await Folder.make({
    "secret.txt": "secret",
    "more": { "x": "secret" },
  });
  const content = { "a.txt": "a", "sub": {} };
  for (const followSymlinks of [false, true]) {
    await using site = await Site.open(content, { followSymlinks });
    await Deno.symlink(outside.at("secret.txt"), site.folder.at("out.txt"));
    await Deno.symlink(outside.path, site.folder.at("out"));
    await Deno.symlink("a.txt", site.folder.at("in.txt"));
    await Deno.symlink("nothing", site.folder.at("dangling"));
    await Deno.symlink("loop", site.folder.at("loop"));
    const names = (await site.ask("/", { Accept: "text/plain" })).body.trim()
      .split("\n");
    assertEquals(
      names,
      followSymlinks
        ? ["out/", "sub/", "a.txt", "in.txt", "out.txt"]
        : ["sub/", "a.txt", "in.txt"],
    );
    const expected = followSymlinks ? 200 : 404;
    for (
      const target of ["/out.txt", "/out/", "/out/secret.txt", "/out/more/x"]
    ) {
      assertEquals((await site.ask(target)).status, expected, target);
    }
    assertEquals((await site.ask("/in.txt")).body, "a");
    for (const target of ["/dangling", "/loop", "/loop/x"]) {
      assertEquals((await site.ask(target)).status, 404);
    }
  }
});

Deno.test("SimpleHTTPRequestHandler is confined to its folder also if that is a link, or spelled oddly", async () => {
  await using outside = await Folder.make({ "secret.txt": "secret" });
  await using folder = await Folder.make({
    "www": { "a.txt": "a", "sub": {} },
  });
  await Deno.symlink(outside.at("secret.txt"), folder.at("www/out.txt"));
  await Deno.symlink(outside.path, folder.at("www/out"));
  await Deno.symlink("../a.txt", folder.at("www/sub/in.txt"));
  await Deno.symlink("www", folder.at("link"));
  const spellings = [
    folder.at("link"),
    folder.at("link/"),
    folder.at("www/../link//"),
    `${"../".repeat(50)}${folder.at("www").slice(1)}`,
  ];
  for (const directory of spellings) {
    await using served = serve(Quiet.configure({ directory }));
    const ask = async (target: string) => {
      using client = await served.connect();
      return await send(client, target, { Accept: "text/plain" });
    };
    assertEquals((await ask("/")).body, "sub/\na.txt\n", directory);
    assertEquals((await ask("/sub/")).body, "in.txt\n", directory);
    assertEquals((await ask("/sub/in.txt")).body, "a", directory);
    for (const target of ["/out.txt", "/out/", "/out/secret.txt"]) {
      assertEquals(
        (await ask(target)).status,
        404,
        `${target} in ${directory}`,
      );
    }
  }
});

testWithPrograms(
  ["mkfifo"],
  "SimpleHTTPRequestHandler answers 404 for FIFOs, sockets and devices, at once",
  async ({ mkfifo }) => {
    await using site = await Site.open({ "a": "a" }, { followSymlinks: true });
    await new Deno.Command(mkfifo, { args: [site.folder.at("pipe")] }).output();
    await Deno.symlink("pipe", site.folder.at("index.html"));
    await Deno.symlink("/dev/zero", site.folder.at("zero"));
    using _socket = Deno.listen({
      transport: "unix",
      path: site.folder.at("socket"),
    });
    for (const target of ["/pipe", "/socket", "/zero", "/index.html"]) {
      assertEquals((await site.ask(target)).status, 404, target);
    }
    assertEquals((await site.ask("/", { Accept: "text/plain" })).body, "a\n");
  },
);

Deno.test({
  name:
    "SimpleHTTPRequestHandler answers 403 where a permission is missing, or Python's 404",
  permissions: { net: true, read: ["/nonexistent-folder"] },
  async fn() {
    for (const forbiddenStatus of [403, 404] as const) {
      await using served = serve(
        Quiet.configure({ directory: "/tmp", forbiddenStatus }),
      );
      for (const target of ["/", "/x", "/x/"]) {
        using client = await served.connect();
        assertEquals(
          (await send(client, target)).status,
          forbiddenStatus,
          target,
        );
      }
    }
  },
});

Deno.test("SimpleHTTPRequestHandler lists no folder in place of an index page that cannot be read", async () => {
  await using site = await Site.open({ "index.html": "index", "secret": "" });
  const { openSync } = fs;
  try {
    for (const [code, status] of [["EACCES", 403], ["EMFILE", 503]] as const) {
      fs.openSync = () => {
        throw Object.assign(new Error(code), { code });
      };
      assertEquals((await site.ask("/")).status, status);
    }
  } finally {
    fs.openSync = openSync;
  }
  assertEquals((await site.ask("/")).body, "index");
});

Deno.test("SimpleHTTPRequestHandler blames no permission where the system has no room for a listing", async () => {
  await using site = await Site.open({});
  const { readDir } = Deno;
  Deno.readDir = () => {
    throw Object.assign(new Error("Too many open files"), { code: "EMFILE" });
  };
  try {
    const { status, body } = await site.ask("/");
    assertEquals(status, 503);
    assertStringIncludes(body, "503 Service Unavailable");
  } finally {
    Deno.readDir = readDir;
  }
});

Deno.test("translatePath() cuts query and fragment, and takes three kinds of directories (test_query_arguments)", () => {
  for (
    const directory of ["/srv/www", "/srv/www/", new URL("file:///srv/www")]
  ) {
    const handler = new Quiet({} as Deno.Conn, {} as Deno.NetAddr, {}, {
      directory,
    });
    const base = "/srv/www/";
    const path = (target: string) =>
      handler.translatePath(target).replace("//", "/");
    assertEquals(path("/filename"), `${base}filename`);
    assertEquals(path("/filename?foo=bar"), `${base}filename`);
    assertEquals(path("/filename?a=b&spam=eggs#zot"), `${base}filename`);
    // test_start_with_double_slash
    assertEquals(path("//filename"), `${base}filename`);
    assertEquals(path("//filename?foo=bar"), `${base}filename`);
    assertEquals(path("/a/../../b/"), `${base}b/`);
    assertEquals(path("/%e4"), `${base}\ufffd`);
  }
});

Deno.test("SimpleHTTPRequestHandler takes no name for the current folder, never for the root", async () => {
  await using outside = await Folder.make({ "secret": "secret" });
  const { name } = [...Deno.readDirSync(".")].find((entry) =>
    entry.isFile && !entry.name.startsWith(".")
  )!;
  for (const followSymlinks of [false, true]) {
    await using served = serve(
      Quiet.configure({ directory: "", followSymlinks }),
    );
    const status = async (target: string) => {
      using client = await served.connect();
      return (await send(client, target)).status;
    };
    assertEquals(await status(`/${name}`), 200);
    assertEquals(await status(outside.at("secret")), 404);
  }
});

Deno.test("SimpleHTTPRequestHandler serves the current folder by default", () => {
  const handler = new Quiet({} as Deno.Conn, {} as Deno.NetAddr, {});
  assertEquals(handler.directory, Deno.cwd());
  assertEquals(handler.translatePath("/a"), `${Deno.cwd()}/a`);
});

Deno.test("SimpleHTTPRequestHandler.configure() sets options on a subclass, the last one last", async () => {
  class Mine extends Quiet {
    override cacheControl = "max-age=1";
    override indexPages = ["mine.html"];
  }
  await using folder = await Folder.make({
    "mine.html": "mine",
    "yours.html": "yours",
  });
  const Configured = Mine.configure({
    directory: folder.path,
    indexPages: ["yours.html"],
  });
  const Again = Configured.configure({ cacheControl: null });
  assertEquals(Again.name, "Mine");
  await using served = serve(Again);
  using client = await served.connect();
  const answer = await send(client, "/");
  assertEquals(answer.body, "yours");
  assertEquals(field(answer, "Cache-Control"), null);
  const own = new Again({} as Deno.Conn, {} as Deno.NetAddr, {}, {
    cacheControl: "no-store",
  });
  assertEquals(own.cacheControl, "no-store");
  assertEquals(
    new Mine({} as Deno.Conn, {} as Deno.NetAddr, {}).cacheControl,
    "max-age=1",
  );
});

Deno.test("SimpleHTTPRequestHandler calls its hooks, which may be overridden as in Python", async () => {
  const calls: string[] = [];
  await using other = await Folder.make({ "elsewhere.txt": "elsewhere" });
  class Mine extends Quiet {
    override sendHead(): Promise<BodyFile | null> {
      calls.push(`sendHead ${this.path}`);
      return super.sendHead();
    }
    override translatePath(path: string): string {
      calls.push(`translatePath ${path}`);
      return path === "/other"
        ? other.at("elsewhere.txt")
        : super.translatePath(path);
    }
    override guessType(path: string): string {
      calls.push(`guessType ${path.split("/").at(-1)}`);
      return "application/x-mine";
    }
    override async copyfile(
      source: BodyFile,
      outputfile: BufferedIOBase,
    ): Promise<void> {
      calls.push("copyfile");
      const bytes = await source.read();
      await outputfile.write(latin1(text(bytes!).toUpperCase()));
    }
    override listDirectory(path: string): Promise<BodyFile | null> {
      calls.push(`listDirectory ${path.split("/").at(-1)}`);
      return super.listDirectory(path);
    }
  }
  await using site = await Site.open({ "a.txt": "hello", "sub": {} }, {}, Mine);
  const file = await site.ask("/a.txt?q");
  assertEquals([file.body, field(file, "Content-Type")], [
    "HELLO",
    "application/x-mine",
  ]);
  assertEquals((await site.ask("/a.txt", { Range: "bytes=1-2" })).body, "EL");
  assertEquals((await site.ask("/other")).body, "ELSEWHERE");
  await site.ask("/sub/", {}, "HEAD");
  assertEquals(calls, [
    "sendHead /a.txt?q",
    "translatePath /a.txt",
    "guessType a.txt",
    "copyfile",
    "sendHead /a.txt",
    "translatePath /a.txt",
    "guessType a.txt",
    "copyfile",
    "sendHead /other",
    "translatePath /other",
    "guessType elsewhere.txt",
    "copyfile",
    "sendHead /sub/",
    "translatePath /sub/",
    "listDirectory sub",
  ]);
});

Deno.test("listDirectory() may be replaced by a page of one's own", async () => {
  class Mine extends Quiet {
    override async listDirectory(): Promise<BodyFile> {
      const page = latin1("<p>mine</p>");
      this.sendResponse(200);
      this.sendHeader("Content-Type", "text/html");
      this.sendHeader("Content-Length", page.length);
      await this.endHeaders();
      return new BytesIO(page);
    }
  }
  await using site = await Site.open({}, {}, Mine);
  assertEquals((await site.ask("/")).body, "<p>mine</p>");
});

Deno.test("SimpleHTTPRequestHandler gives JSON and plain names to who asks for them", async () => {
  await using site = await Site.open({
    "b.txt": "12345",
    "a": {},
    "line\nbreak": "",
  });
  await Deno.utime(site.folder.at("b.txt"), 1_700_000_000, 1_700_000_000);
  await Deno.utime(site.folder.at("a"), 1_700_000_000, 1_700_000_000);
  await Deno.utime(site.folder.at("line\nbreak"), 1_700_000_000, 1_700_000_000);
  const json = await site.ask("/?sort=size", { Accept: "application/json" });
  assertEquals(field(json, "Content-Type"), "application/json");
  const mtime = "2023-11-14T22:13:20.000Z";
  assertEquals(JSON.parse(json.body), [
    { name: "a", type: "directory", mtime },
    { name: "b.txt", type: "file", size: 5, mtime },
    { name: "line\nbreak", type: "file", size: 0, mtime },
  ]);
  const plain = await site.ask("/", { Accept: "text/plain, text/html;q=0.5" });
  assertEquals(field(plain, "Content-Type"), "text/plain; charset=utf-8");
  assertEquals(plain.body, "a/\nb.txt\nline\\nbreak\n");
  assertEquals(
    (await site.ask("/?q=B.T", { Accept: "text/plain" })).body,
    "b.txt\n",
  );
  for (const accept of ["*/*", "text/html", "image/png"]) {
    const page = await site.ask("/", { Accept: accept });
    assertEquals(field(page, "Content-Type"), "text/html; charset=utf-8");
    assertEquals(field(page, "Vary"), "Accept, Accept-Encoding");
  }
});

Deno.test("SimpleHTTPRequestHandler gives its own pages a policy that runs nothing but their script", async () => {
  await using site = await Site.open({ "sub": {} });
  for (const target of ["/", "/none"]) {
    const answer = await site.ask(target);
    const policy = field(answer, "Content-Security-Policy")!;
    assertStringIncludes(policy, "default-src 'none'");
    assert(!policy.includes("unsafe"), policy);
    assertEquals(field(answer, "X-Content-Type-Options"), "nosniff");
  }
  class Branded extends Quiet {
    override errorMessageFormat = "<img src=/logo.png>";
  }
  await using branded = await Site.open({}, {}, Branded);
  assertEquals(
    field(await branded.ask("/none"), "Content-Security-Policy"),
    null,
  );
});

Deno.test("SimpleHTTPRequestHandler lists nothing if it is told to", async () => {
  await using site = await Site.open({
    "a": "a",
    "sub": { "index.html": "index" },
  }, { listing: false });
  assertEquals((await site.ask("/")).status, 403);
  assertEquals((await site.ask("/sub/")).body, "index");
});

Deno.test("SimpleHTTPRequestHandler sends a file in place of what is not there", async () => {
  const content = {
    "404.html": "<p>gone</p>",
    "index.html": "app",
    "a.txt": "a",
    "sub": {},
  };
  await using site = await Site.open(content);
  for (const target of ["/none", "/sub/none", "/a.txt/", "/../x", "/.env"]) {
    const answer = await site.ask(target, {
      "Range": "bytes=0-1",
      "If-None-Match": "*",
    });
    assertEquals([answer.status, answer.body], [404, "<p>gone</p>"], target);
    assertEquals(field(answer, "Content-Type"), "text/html; charset=utf-8");
    assertEquals(field(answer, "ETag"), null);
  }
  await using plain = await Site.open(content, { notFoundPage: false });
  assertStringIncludes((await plain.ask("/none")).body, "404 File not found");
  await using spa = await Site.open(content, { spa: true });
  for (const target of ["/users/7", "/sub/none", "/a.txt/"]) {
    const answer = await spa.ask(target);
    assertEquals([answer.status, answer.body], [200, "app"], target);
  }
  // An application knows nothing of paths that nobody in good faith asks for.
  for (const target of ["/../x", "/.env", "/a%00"]) {
    const answer = await spa.ask(target);
    assertEquals([answer.status, answer.body], [404, "<p>gone</p>"], target);
  }
  assertEquals((await spa.ask("/a.txt")).body, "a");
});

Deno.test("SimpleHTTPRequestHandler has URLs without .html if it is told to", async () => {
  await using site = await Site.open({
    "index.html": "home",
    "about.html": "about",
    "both.html": "page",
    "both": { "x": "" },
    "twin": "twin",
    "twin.html": "twin page",
    "docs": { "index.html": "docs", "a.html": "a" },
    ".html": "",
  }, { cleanUrls: true, hidden: true });
  const got = async (target: string) => {
    const answer = await site.ask(target);
    return answer.status === 301
      ? `to ${field(answer, "Location")}`
      : answer.status === 200
      ? answer.body
      : answer.status;
  };
  assertEquals(await got("/about"), "about");
  assertEquals(await got("/about?x=1"), "about");
  assertEquals(await got("/about.html?x=1"), "to /about?x=1");
  assertEquals(await got("/index.html?x"), "to /?x");
  assertEquals(await got("/docs/index.html"), "to /docs/");
  assertEquals(await got("/docs/a.html"), "to /docs/a");
  assertEquals(await got("/docs"), "to /docs/");
  assertEquals(await got("/docs/"), "docs");
  assertEquals(await got("/both"), "page");
  assertStringIncludes(String(await got("/both/")), "listing for /both/");
  assertEquals(await got("/twin"), "twin");
  assertEquals(await got("/twin.html"), "twin page");
  assertEquals(await got("/about/"), 404);
  assertEquals(await got("//about.html"), "to /about");
  assertEquals(
    field(await site.ask("/about.html"), "Cache-Control"),
    "no-cache",
  );
});

Deno.test("SimpleHTTPRequestHandler serves one file alone if it is told to", async () => {
  await using folder = await Folder.make({
    "a b.txt": "only",
    "other.txt": "other",
    "404.html": "x",
  });
  await using served = serve(Quiet.configure({ file: folder.at("a b.txt") }));
  const ask = async (target: string) => {
    using client = await served.connect();
    return await send(client, target);
  };
  assertEquals((await ask("/a%20b.txt")).body, "only");
  assertEquals(field(await ask("/?q=1"), "Location"), "/a%20b.txt?q=1");
  for (
    const target of ["/other.txt", "/a%20b.txt/", "/x/a%20b.txt", "/404.html"]
  ) {
    assertEquals((await ask(target)).status, 404, target);
  }
  await Deno.remove(folder.at("a b.txt"));
  assertEquals((await ask("/a%20b.txt")).status, 404);
});

Deno.test("SimpleHTTPRequestHandler answers OPTIONS, and preflights where other sites are let in", async () => {
  await using site = await Site.open({ "a": "a" });
  const plain = await site.ask("/a", {}, "OPTIONS");
  assertEquals([plain.status, field(plain, "Allow")], [
    204,
    "GET, HEAD, OPTIONS",
  ]);
  assertEquals((await site.ask("*", {}, "OPTIONS")).status, 204);
  assertEquals(
    field(await site.ask("/a"), "Access-Control-Allow-Origin"),
    null,
  );

  await using open = await Site.open({ "a": "a" }, { cors: "*" });
  const preflight = await open.ask("/a", {
    "Origin": "http://b.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization, range, bad name, x-y",
  }, "OPTIONS");
  assertEquals(preflight.status, 204);
  assertEquals(field(preflight, "Access-Control-Allow-Origin"), "*");
  assertEquals(
    field(preflight, "Access-Control-Allow-Methods"),
    "GET, HEAD, OPTIONS",
  );
  assertEquals(
    field(preflight, "Access-Control-Allow-Headers"),
    "authorization, range, x-y",
  );
  assertEquals(field(preflight, "Content-Length"), null);
  for (const target of ["/a", "/", "/none", "/../x"]) {
    assertEquals(
      field(await open.ask(target), "Access-Control-Allow-Origin"),
      "*",
      target,
    );
  }
});

Deno.test("SimpleHTTPRequestHandler logs status and bytes", async () => {
  const lines: string[] = [];
  class Logged extends SimpleHTTPRequestHandler {
    override logMessage(format: string, ...args: unknown[]): void {
      lines.push([format, ...args].join("|"));
    }
  }
  await using site = await Site.open({ "a.txt": "hello" }, {}, Logged);
  using client = await site.served.connect();
  await send(client, "/a.txt");
  await send(client, "/a.txt", { Range: "bytes=0-1" });
  await send(client, "/a.txt", {}, "HEAD");
  await send(client, "/none");
  assertEquals(lines, [
    '"%s" %s %s|GET /a.txt HTTP/1.1|200|5',
    '"%s" %s %s|GET /a.txt HTTP/1.1|206|2',
    '"%s" %s %s|HEAD /a.txt HTTP/1.1|200|-',
    "code %d, message %s|404|File not found",
    '"%s" %s %s|GET /none HTTP/1.1|404|-',
  ]);
});
