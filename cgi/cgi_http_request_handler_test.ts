/** What real scripts are told, and what becomes of what they answer. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CgiSite, request, writeScript } from "../_tools/testing/cgi_site.ts";
import { isAlive } from "../_tools/testing/processes.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { field, fieldValues, RawClient } from "../_tools/testing/raw_client.ts";
import { until } from "../_tools/testing/waiting.ts";
import { CGIHTTPRequestHandler } from "./cgi_http_request_handler.ts";
import type { CGIHTTPRequestHandlerOptions } from "./cgi_http_request_handler.ts";

const TEXT = "printf 'Content-Type: text/plain\\r\\n\\r\\n'\n";
/** Prints its environment, one variable a line. */
const ENV = `${TEXT}exec env`;
/** Prints its input. */
const CAT = `${TEXT}exec cat`;
const HELLO = `${TEXT}echo hello`;

/** Tests with shell scripts, which Windows does not run. */
function test(title: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `CGIHTTPRequestHandler ${title}`,
    ignore: Deno.build.os === "windows",
    fn,
  });
}

/** The environment that a script was given. */
async function environ(
  site: CgiSite,
  target: string,
  fields = "",
  body = "",
): Promise<Record<string, string>> {
  const answer = await site.ask(target, fields, body);
  assertEquals(answer.status, 200, answer.body);
  return Object.fromEntries(
    answer.body.trimEnd().split("\n").map((line) => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

test("sends what a script writes, with its type (test_headers_and_content)", async () => {
  await using site = await CgiSite.make({ "file1": HELLO });
  const answer = await site.ask("/cgi-bin/file1");
  assertEquals([answer.status, answer.body], [200, "hello\n"]);
  assertEquals(field(answer, "content-type"), "text/plain");
  assert(site.hasLogged(`"GET /cgi-bin/file1 HTTP/1.1" 200`));
});

test("shows no source for a detour into the script directory (test_issue19435)", async () => {
  await using site = await CgiSite.make({});
  const { status } = await site.ask(
    "///////////nocgi.py/../cgi-bin/nothere.sh",
  );
  assertEquals(status, 404);
});

test("gives a script the body of a POST (test_post)", async () => {
  await using site = await CgiSite.make({ "file2": CAT });
  const answer = await site.ask(
    "/cgi-bin/file2",
    "Content-Type: application/x-www-form-urlencoded\r\n",
    "spam=1&eggs=python&bacon=123456",
  );
  assertEquals(answer.body, "spam=1&eggs=python&bacon=123456");
});

test("gives a script bodies of every size (test_large_content_length)", async () => {
  await using site = await CgiSite.make({ "size": `${TEXT}wc -c` });
  for (let size = 1 << 15; size <= 1 << 24; size <<= 3) {
    const { body } = await site.ask("/cgi-bin/size", "", "a".repeat(size));
    assertEquals(Number(body), size);
  }
});

test("ends a script whose body never comes (test_large_content_length_truncated)", async () => {
  await using site = await CgiSite.make({ "wait": `echo $$ >&2\n${CAT}` }, {
    bodyTimeout: 0.3,
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(
    "POST /cgi-bin/wait HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\nabc",
  );
  const all = await client.readToEnd();
  await until(() => site.log.some((line) => /^\d+$/.test(line)));
  const pid = Number(site.log.find((line) => /^\d+$/.test(line)));
  await until(() => !isAlive(pid));
  assert(!all.endsWith("0\r\n\r\n"), all);
});

test("has no script where there is none (test_invaliduri)", async () => {
  await using site = await CgiSite.make({});
  const answer = await site.ask("/cgi-bin/invalid");
  assertEquals(answer.status, 404);
  assert(site.hasLogged(`No such CGI script ("invalid")`));
});

test("runs a script whose request has a password (test_authorization)", async () => {
  await using site = await CgiSite.make({ "file1": HELLO });
  const answer = await site.ask(
    "/cgi-bin/file1",
    `Authorization: Basic ${btoa("username:pass")}\r\n`,
  );
  assertEquals([answer.status, answer.body], [200, "hello\n"]);
});

test("runs a script under a target without a slash (test_no_leading_slash)", async () => {
  await using site = await CgiSite.make({ "file1": HELLO }, {
    strictPaths: false,
  });
  assertEquals((await site.ask("cgi-bin/file1")).body, "hello\n");
  assertEquals((await site.ask("http://a/cgi-bin/file1")).body, "hello\n");
});

test("leaves the environment of the server alone (test_os_environ_is_not_altered)", async () => {
  await using site = await CgiSite.make({ "env": ENV });
  const before = Deno.env.toObject();
  await environ(site, "/cgi-bin/env");
  assertEquals(Deno.env.toObject(), before);
});

test("knows an encoded slash for one (test_urlquote_decoding_in_cgi_check)", async () => {
  await using site = await CgiSite.make({ "file1": HELLO });
  assertEquals((await site.ask("/cgi-bin%2ffile1")).body, "hello\n");
});

test("runs scripts in folders of the script directory (test_nested_cgi_path_issue21323)", async () => {
  await using site = await CgiSite.make({}, {}, {
    "cgi-bin": { "child-dir": {} },
  });
  await writeScript(site.folder.at("cgi-bin/child-dir/file3"), ENV);
  const given = await environ(site, "/cgi-bin/child-dir/file3/info/here");
  assertEquals(given.SCRIPT_NAME, "/cgi-bin/child-dir/file3");
  assertEquals(given.PATH_INFO, "/info/here");
});

test("takes the query from the first question mark on (test_query_with_multiple_question_mark, test_query_with_continuous_slashes)", async () => {
  await using site = await CgiSite.make({ "env": ENV });
  for (
    const query of ["a=b?c=d", "k=aa%2F%2Fbb&//q//p//=//a//b//", "%41=%20"]
  ) {
    const { QUERY_STRING } = await environ(site, `/cgi-bin/env?${query}`);
    assertEquals(QUERY_STRING, query);
  }
});

test("learns of more script directories while it serves (test_cgi_path_in_sub_directories)", async () => {
  await using site = await CgiSite.make({}, {}, {
    sub: { dir: { "cgi-bin": {} } },
  });
  await writeScript(site.folder.at("sub/dir/cgi-bin/file5"), HELLO);
  assertEquals(
    (await site.ask("/sub/dir/cgi-bin/file5")).body.slice(0, 9),
    "#!/bin/sh",
  );
  CGIHTTPRequestHandler.cgiDirectories.push("/sub/dir/cgi-bin");
  try {
    assertEquals((await site.ask("/sub/dir/cgi-bin/file5")).body, "hello\n");
  } finally {
    CGIHTTPRequestHandler.cgiDirectories.pop();
  }
});

test("joins what the client accepts (test_accept)", async () => {
  await using site = await CgiSite.make({ "env": ENV });
  const cases: [fields: string, accept?: string][] = [
    [""],
    ["Accept: text/html\r\n", "text/html"],
    ["Accept: text/html\r\nAccept: text/plain\r\n", "text/html, text/plain"],
  ];
  for (const [fields, accept] of cases) {
    assertEquals(
      (await environ(site, "/cgi-bin/env", fields)).HTTP_ACCEPT,
      accept,
    );
  }
});

test("tells a script all of its request, and nothing of the server", async () => {
  Deno.env.set("A_SECRET_OF_THE_SERVER", "secret");
  try {
    await using site = await CgiSite.make({ "env": ENV }, {
      scripts: { env: { GREETING: "hello" }, passEnv: ["HOME"] },
    });
    const given = await environ(
      site,
      "/cgi-bin/env/caf%C3%A9/x?a=b",
      "Proxy: http://evil.example\r\nAuthorization: Basic YTpi\r\n" +
        "X_Y: under\r\nX-Y: dash\r\nCookie: a=1\r\nCookie: b=2\r\n" +
        "Git-Protocol: version=2\r\nContent-Type: text/x\r\n",
      "body",
    );
    const { port } = site.served.address;
    const path = site.folder.path;
    const expected: Record<string, string> = {
      GATEWAY_INTERFACE: "CGI/1.1",
      SERVER_PROTOCOL: "HTTP/1.1",
      SERVER_NAME: "site.example",
      SERVER_PORT: String(port),
      REQUEST_METHOD: "POST",
      REQUEST_URI: "/cgi-bin/env/caf%C3%A9/x?a=b",
      SCRIPT_NAME: "/cgi-bin/env",
      SCRIPT_FILENAME: `${path}/cgi-bin/env`,
      DOCUMENT_ROOT: path,
      PATH_INFO: "/café/x",
      PATH_TRANSLATED: `${path}/café/x`,
      QUERY_STRING: "a=b",
      REMOTE_ADDR: "127.0.0.1",
      CONTENT_LENGTH: "4",
      CONTENT_TYPE: "text/x",
      REDIRECT_STATUS: "200",
      HTTP_HOST: "site.example",
      HTTP_X_Y: "dash",
      HTTP_COOKIE: "a=1; b=2",
      HTTP_GIT_PROTOCOL: "version=2",
      GREETING: "hello",
      PATH: Deno.env.get("PATH")!,
      HOME: Deno.env.get("HOME")!,
      PWD: `${path}/cgi-bin`,
    };
    for (const [name, value] of Object.entries(expected)) {
      // The answer is read one character per byte.
      const bytes = new TextEncoder().encode(value);
      assertEquals([name, given[name]], [
        name,
        String.fromCharCode(...bytes),
      ]);
    }
    for (
      const name of [
        "A_SECRET_OF_THE_SERVER",
        "HTTP_PROXY",
        "HTTP_AUTHORIZATION",
        "HTTP_CONTENT_LENGTH",
        "HTTP_CONTENT_TYPE",
        "REMOTE_USER",
        "HTTPS",
      ]
    ) assertEquals([name, given[name]], [name, undefined]);
  } finally {
    Deno.env.delete("A_SECRET_OF_THE_SERVER");
  }
});

test("has no PATH_TRANSLATED without PATH_INFO", async () => {
  await using site = await CgiSite.make({ "env": ENV });
  const given = await environ(site, "/cgi-bin/env");
  assertEquals([given.PATH_INFO, given.PATH_TRANSLATED], ["", undefined]);
  assertEquals([given.CONTENT_LENGTH, given.QUERY_STRING], [undefined, ""]);
});

const STATUSES: readonly [
  title: string,
  script: string,
  status: number,
  body: string,
][] = [
  [
    "a status",
    `printf 'Status: 404 No tea\\nContent-Type: text/plain\\n\\nnone'`,
    404,
    "none",
  ],
  [
    "LF",
    `printf 'Content-Type: text/plain\\n\\nbody\\n\\nmore'`,
    200,
    "body\n\nmore",
  ],
  ["a head alone", `printf 'Content-Type: text/plain\\n\\n'`, 200, ""],
  ["a client redirect", `printf 'Location: http://a.example/b\\n\\n'`, 302, ""],
  [
    "a length",
    `printf 'Content-Type: a/b\\nContent-Length: 4\\n\\nfour'`,
    200,
    "four",
  ],
  [
    "a length too small",
    `printf 'Content-Type: a/b\\nContent-Length: 2\\n\\nfour'`,
    200,
    "fo",
  ],
  ["a failure behind the answer", `${TEXT}echo well; exit 3`, 200, "well\n"],
  ["a body that has none", `printf 'Status: 204\\n\\nbody'`, 204, ""],
  [
    "hop-by-hop fields",
    `printf 'Content-Type: a/b\\nTransfer-Encoding: gzip\\nConnection: close\\n\\nx'`,
    200,
    "x",
  ],
];

for (const [title, script, status, body] of STATUSES) {
  test(`passes on ${title}, and keeps the connection`, async () => {
    await using site = await CgiSite.make({ script, after: HELLO });
    using client = await RawClient.connect(site.served.address);
    await client.send(request("/cgi-bin/script"));
    const answer = await client.readAnswer();
    assertEquals([answer.status, answer.body], [status, body]);
    await client.send(request("/cgi-bin/after"));
    assertEquals((await client.readAnswer()).body, "hello\n");
  });
}

const FAILURES: readonly [
  title: string,
  script: string,
  status: number,
  logged: string,
  options?: CGIHTTPRequestHandlerOptions,
][] = [
  ["no head", "echo oops", 502, "head was complete"],
  ["no output", "exit 0", 502, "ended before its head"],
  ["no output and a status", "exit 7", 502, "ended with status 7"],
  ["a death by signal", "kill -9 $$", 502, "ended by SIGKILL"],
  [
    "a bad head",
    "printf 'Content-Type text/plain\\n\\nbody'",
    502,
    "blank stands in",
  ],
  ["a head without type", "printf 'X-A: b\\n\\nbody'", 502, "no Content-Type"],
  ["a bad status", "printf 'Status: nine\\n\\n'", 502, 'Status is "nine"'],
  [
    "a bad length",
    "printf 'Content-Type: a/b\\nContent-Length: x\\n\\n'",
    502,
    "Content-Length",
  ],
  [
    "a head without end",
    "yes 'X-A: b' 2>/dev/null",
    502,
    "more than 65536 bytes",
  ],
  ["only words for the log", "echo only words >&2", 502, "only words"],
  [
    "an interpreter that is missing",
    "#!/no/such/shell\n",
    502,
    "cannot be run",
  ],
  ["a silence before its head", "sleep 60", 504, "silent", {
    scripts: { timeout: 0.6 },
  }],
  ["a run that is too long", "while :; do :; done", 504, "runs too long", {
    scripts: { runTimeout: 0.6 },
  }],
  [
    "SIGTERM ignored",
    "trap '' TERM; while :; do sleep 1; done",
    504,
    "silent",
    { scripts: { timeout: 0.6, killDelay: 0.2 } },
  ],
];

for (const [title, script, status, logged, options] of FAILURES) {
  test(`answers ${status} for ${title}, says why in the log, and serves on`, async () => {
    await using site = await CgiSite.make({ script, after: HELLO }, options);
    const answer = await site.ask("/cgi-bin/script");
    assertEquals(answer.status, status);
    assert(!answer.body.includes(site.folder.path), answer.body);
    await until(() => site.hasLogged(logged));
    assertEquals((await site.ask("/cgi-bin/after")).body, "hello\n");
    site.served.takeErrors();
  });
}

const SIZED = "printf 'Content-Type: a/b\\nContent-Length: 9\\n\\n'\n";

const BROKEN_OFF: readonly [
  title: string,
  script: string,
  logged: string,
  scripts?: CGIHTTPRequestHandlerOptions["scripts"],
][] = [
  [
    "is shorter than its Content-Length",
    `${SIZED}printf four`,
    "shorter than its Content-Length",
  ],
  [
    "is shorter than its Content-Length, from a script that fails",
    `${SIZED}printf four; exit 3`,
    "shorter than its Content-Length",
  ],
  [
    "a signal ends",
    `${TEXT}echo begun; kill -SEGV $$`,
    "ended by SIGSEGV before its body was complete",
  ],
  [
    "is silent for too long",
    `${TEXT}echo begun; exec sleep 60`,
    "silent",
    { timeout: 0.4 },
  ],
  [
    "takes too long",
    `${TEXT}while echo more; do sleep 0.05; done`,
    "runs too long",
    { runTimeout: 0.4 },
  ],
];

for (const [title, script, logged, scripts = {}] of BROKEN_OFF) {
  test(`cuts an answer that ${title}`, async () => {
    await using site = await CgiSite.make({ script }, { scripts });
    using client = await RawClient.connect(site.served.address);
    await client.send(request("/cgi-bin/script"));
    const all = await client.readToEnd();
    assertMatch(all, /^HTTP\/1.1 200 OK\r\n/);
    assert(!all.endsWith("0\r\n\r\n"), all);
    await until(() => site.hasLogged(logged));
  });
}

test("sends all of an answer that is whole, however its script ends", async () => {
  await using site = await CgiSite.make({
    "fails": `${TEXT}echo whole; exit 3`,
    "killed": `${SIZED}echo complete; kill -KILL $$`,
    "works": `echo $$ >&2\n${TEXT}echo early; exec >&- 2>&-; sleep 1`,
  });
  using client = await RawClient.connect(site.served.address);
  const cases = [
    ["fails", "whole\n"],
    ["killed", "complete\n"],
    ["works", "early\n"],
  ] as const;
  for (const [name, body] of cases) {
    await client.send(request(`/cgi-bin/${name}`));
    assertEquals((await client.readAnswer()).body, body);
  }
  const pid = Number(site.log.find((line) => /^\d+$/.test(line)));
  assert(isAlive(pid), "its answer does not wait for it");
  assert(site.hasLogged("exit code 3"));
  await until(() => site.hasLogged("was ended by SIGKILL"));
});

const REFUSED: readonly [
  title: string,
  status: number,
  target: string,
  logged: string,
][] = [
  ["a folder", 403, "/cgi-bin/folder", "not a plain file"],
  ["the script directory", 403, "/cgi-bin/", "not a plain file"],
  ["what is not executable", 403, "/cgi-bin/plain", "not executable"],
  ["a link that leads out", 403, "/cgi-bin/link", "outside"],
  ["a path above the root", 400, "/cgi-bin/../../../cgi-bin/x", "code 400"],
  ["NUL", 404, "/cgi-bin/file%00", "code 404"],
  [
    "an encoded slash behind the script",
    404,
    "/cgi-bin/file/a%2Fb",
    "code 404",
  ],
];

for (const [title, status, target, logged] of REFUSED) {
  test(`refuses ${title} with ${status}`, async () => {
    await using site = await CgiSite.make({ file: ENV }, {}, {
      "cgi-bin": { folder: {}, plain: "text" },
    });
    await Deno.symlink("/bin/ls", site.folder.at("cgi-bin/link"));
    const answer = await site.ask(target);
    assertEquals(answer.status, status);
    assert(site.hasLogged(logged), site.log.join("\n"));
  });
}

test("refuses at once a script that it has run, when it may be run no more", async () => {
  await using site = await CgiSite.make(
    { "modes": HELLO, "linked": HELLO },
    {},
    { "cgi-bin": {} },
  );
  await using outside = await Folder.make();
  await writeScript(outside.at("script"), HELLO);
  for (const name of ["modes", "linked"]) {
    assertEquals((await site.ask(`/cgi-bin/${name}`)).status, 200);
  }
  await Deno.chmod(site.folder.at("cgi-bin/modes"), 0o644);
  await Deno.remove(site.folder.at("cgi-bin/linked"));
  await Deno.symlink(outside.at("script"), site.folder.at("cgi-bin/linked"));
  for (const name of ["modes", "linked"]) {
    assertEquals((await site.ask(`/cgi-bin/${name}`)).status, 403);
  }
});

test("follows links that lead out where it is told to", async () => {
  await using site = await CgiSite.make({}, { followSymlinks: true });
  await using other = await CgiSite.make({ real: HELLO });
  await Deno.symlink(
    other.folder.at("cgi-bin/real"),
    site.folder.at("cgi-bin/link"),
  );
  assertEquals((await site.ask("/cgi-bin/link")).body, "hello\n");
});

for (
  const target of [
    "/cgi-bin/secret",
    "http://site.example/cgi-bin/secret",
    "HTTP://site.example//cgi-bin/secret",
    "/cgi-bin//secret",
    "//cgi-bin/secret",
    "/./cgi-bin/./secret",
    "/x/../cgi-bin/secret",
    "/%63gi-bin/secret",
    "/cgi-bin%2Fsecret",
    "/cgi-bin/%2e/secret",
    "/cgi-bin/secret/",
    "/cgi-bin/secret.",
    "/cgi-bin/secret%20",
    "/cgi-bin\\secret",
    "/CGI-BIN/secret",
    "/cgi-bin./secret",
    "/alias/secret",
    "/cgi-bin/secret%3f",
    "/cgi-bin/secret;x",
    "/cgi-bin/secret.gz",
  ]
) {
  test(`shows no source under ${target}`, async () => {
    await using site = await CgiSite.make({ secret: `# the source\n${HELLO}` });
    await Deno.symlink(site.folder.at("cgi-bin"), site.folder.at("alias"));
    for (const method of ["GET", "HEAD"]) {
      const answer = await site.ask(target, "", "", method);
      assert(!answer.body.includes("the source"), answer.body);
      assert(
        answer.status >= 400 || answer.body === "hello\n" || method === "HEAD",
        `${answer.status} ${answer.body}`,
      );
    }
  });
}

test("answers itself with the page of a local redirect", async () => {
  await using site = await CgiSite.make(
    {
      "to-file": `printf 'Location: /page.txt\\n\\n'`,
      "to-script": `printf 'Location: /cgi-bin/env/x?a=b\\n\\n'`,
      "in-circles": `printf 'Location: /cgi-bin/in-circles\\n\\n'`,
      "env": ENV,
    },
    {},
    { "page.txt": "a page" },
  );
  assertEquals((await site.ask("/cgi-bin/to-file")).body, "a page");
  const given = await environ(
    site,
    "/cgi-bin/to-script",
    "Content-Type: a/b\r\n",
    "body",
  );
  assertEquals(
    [
      given.REQUEST_METHOD,
      given.PATH_INFO,
      given.QUERY_STRING,
      given.CONTENT_LENGTH,
    ],
    ["GET", "/x", "a=b", undefined],
  );
  const answer = await site.ask("/cgi-bin/in-circles");
  assertEquals(answer.status, 500);
  assert(site.hasLogged("in circles"));
});

test("sends the output before the script ends", async () => {
  await using site = await CgiSite.make({
    "slow": `${TEXT}echo first; read line; echo "then $line"`,
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(
    "POST /cgi-bin/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
  );
  let seen = "";
  while (!seen.includes("first\n")) seen += await client.readSome();
  await client.send("more\n");
  while (!seen.includes("then more\n")) seen += await client.readSome();
});

test("gives a script the whole of a chunked body, with its length", async () => {
  await using site = await CgiSite.make({
    "cat": `${TEXT}echo $CONTENT_LENGTH; exec cat`,
  }, { scripts: { spoolMemory: 1000 } });
  for (const size of [0, 5, 1000, 1001, 300_000]) {
    const body = "x".repeat(size);
    const chunks = size === 0 ? "" : `${size.toString(16)}\r\n${body}\r\n`;
    using client = await RawClient.connect(site.served.address);
    await client.send(
      `POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    assertEquals((await client.readAnswer()).body, `${size}\n${body}`);
  }
});

test("takes no more of a body of unknown length than it is told", async () => {
  await using site = await CgiSite.make({ "cat": CAT }, {
    scripts: { spoolMemory: 100, maxSpool: 1000 },
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(
    "POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  await client.sendUntilRefused(`3e9\r\n${"x".repeat(1001)}\r\n0\r\n\r\n`);
  assertEquals((await client.readAnswer()).status, 413);
});

test("lets a script ignore its input or close its output early", async () => {
  await using site = await CgiSite.make({
    "deaf": HELLO,
    "early": `${TEXT}echo early; exec >&- 2>&-; sleep 1`,
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(request("/cgi-bin/deaf", "", "x".repeat(100_000), "POST"));
  assertEquals((await client.readAnswer()).body, "hello\n");
  await client.send(request("/cgi-bin/early"));
  assertEquals((await client.readAnswer()).body, "early\n");
});

test("ends the script of a client that has left, and what that has started", async () => {
  await using site = await CgiSite.make({
    "sleeper": `echo $$ >&2\n${TEXT}echo begun; sleep 1000; echo never`,
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(request("/cgi-bin/sleeper"));
  assertMatch(await client.readSome(), /^HTTP\/1.1 200 OK\r\n/);
  await until(() => site.log.some((line) => /^\d+$/.test(line)));
  const pid = Number(site.log.find((line) => /^\d+$/.test(line)));
  const sleep = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  client.close();
  await until(() => !isAlive(pid) && !isAlive(Number(sleep)));
});

test("answers HEAD without a body, and tells the script", async () => {
  await using site = await CgiSite.make({
    "head": `${TEXT}echo "$REQUEST_METHOD" >&2; echo body`,
  });
  using client = await RawClient.connect(site.served.address);
  for (let i = 0; i < 2; i++) {
    await client.send(request("/cgi-bin/head", "", "", "HEAD"));
    assertEquals((await client.readAnswer("HEAD")).status, 200);
  }
  await until(() => site.hasLogged("HEAD"));
});

test("runs scripts side by side", async () => {
  await using site = await CgiSite.make({
    "meet":
      `${TEXT}echo $$ > "$QUERY_STRING"; until [ -e other -a -e one ]; do sleep 0.01; done; echo met`,
  });
  const answers = await Promise.all(
    ["one", "other"].map((name) => site.ask(`/cgi-bin/meet?${name}`)),
  );
  assertEquals(answers.map(({ body }) => body), ["met\n", "met\n"]);
});

test("serves a file while 50 scripts sleep, and no more than it is told", async () => {
  await using site = await CgiSite.make(
    { "sleeper": `${TEXT}echo begun; sleep 1000` },
    { scripts: { maxProcesses: 50 } },
    { "file.txt": "a file" },
  );
  const clients = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const client = await RawClient.connect(site.served.address);
      await client.send(request("/cgi-bin/sleeper"));
      await client.readSome();
      return client;
    }),
  );
  assertEquals((await site.ask("/file.txt")).body, "a file");
  assertEquals((await site.ask("/cgi-bin/sleeper")).status, 503);
  assert(site.hasLogged("50 scripts run already"));
  for (const client of clients) client.close();
});

test("offers other methods to scripts where it is told to", async () => {
  const script = { "method": `${TEXT}printf "$REQUEST_METHOD"` };
  await using plain = await CgiSite.make(script, {}, { "a.txt": "a" });
  assertEquals((await plain.ask("/cgi-bin/method", "", "", "PUT")).status, 405);
  assertEquals((await plain.ask("/a.txt", "", "", "POST")).status, 501);
  await using site = await CgiSite.make(script, {
    cgiMethods: ["GET", "PUT", "DELETE"],
  }, { "a.txt": "a" });
  for (const method of ["PUT", "DELETE"]) {
    assertEquals(
      (await site.ask("/cgi-bin/method", "", "", method)).body,
      method,
    );
    assertEquals((await site.ask("/a.txt", "", "", method)).status, 405);
  }
});

test("gives words of a query to programs, never to interpreters", async () => {
  const show = `${TEXT}for word in "$@"; do echo "[$word]"; done`;
  await using site = await CgiSite.make({ "words": show }, {
    scripts: { interpreters: { ".sh": ["/bin/sh"] } },
  });
  await Deno.writeTextFile(site.folder.at("cgi-bin/words.sh"), show);
  const body = async (target: string) => (await site.ask(target)).body;
  assertEquals(
    await body("/cgi-bin/words?green+tea%20pot"),
    "[green]\n[tea pot]\n",
  );
  assertEquals(await body("/cgi-bin/words?a=b"), "");
  assertEquals(await body("/cgi-bin/words.sh?-c+evil"), "");
});

test("lets nph- scripts send the whole answer where it is told to", async () => {
  const script = {
    "nph-hello":
      `printf 'HTTP/1.1 299 Odd\\r\\nX-Own: yes\\r\\n\\r\\nall mine'`,
  };
  await using plain = await CgiSite.make(script);
  assertEquals((await plain.ask("/cgi-bin/nph-hello")).status, 502);
  await using site = await CgiSite.make(script, { scripts: { nph: true } });
  const answer = await site.served.ask(request("/cgi-bin/nph-hello"));
  assertEquals(answer, "HTTP/1.1 299 Odd\r\nX-Own: yes\r\n\r\nall mine");
});

test("goes by the name of the script, not by what a client puts behind it", async () => {
  await using site = await CgiSite.make(
    { "hello": HELLO },
    { scripts: { nph: true } },
  );
  const answer = await site.ask("/cgi-bin/hello/nph-x");
  assertEquals(answer.status, 200);
});

test("passes on passwords and repeated cookies only as it is told to", async () => {
  await using site = await CgiSite.make({
    "env": ENV,
    "cookies":
      `printf 'Content-Type: a/b\\nSet-Cookie: a=1\\nSet-Cookie: b=2\\n\\n'`,
  }, { scripts: { trustAuthorization: true } });
  const given = await environ(
    site,
    "/cgi-bin/env",
    `Authorization: Basic ${btoa("ann:secret")}\r\n`,
  );
  assertEquals([given.REMOTE_USER, given.AUTH_TYPE], ["ann", "Basic"]);
  const answer = await site.ask("/cgi-bin/cookies");
  assertEquals(fieldValues(answer, "set-cookie"), ["a=1", "b=2"]);
});

test("keeps control characters out of the log", async () => {
  await using site = await CgiSite.make({
    "loud": `printf 'one\\033[31m\\r\\ntwo\\n' >&2\n${HELLO}`,
  });
  await site.ask("/cgi-bin/loud");
  await until(() => site.hasLogged("two"));
  assert(
    site.log.includes("one\x1b[31m"),
    "the log escapes it when it is written",
  );
});
