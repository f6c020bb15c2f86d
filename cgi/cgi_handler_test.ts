/** Scripts as fetch handlers, with and without a server. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { writeScript } from "../_tools/testing/cgi_site.ts";
import { children, isAlive } from "../_tools/testing/processes.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { pause, until } from "../_tools/testing/waiting.ts";
import { cgiHandler, type CgiHandlerOptions } from "./cgi_handler.ts";

const TEXT = "printf 'Content-Type: text/plain\\r\\n\\r\\n'\n";
const ENV = `${TEXT}exec env`;
const SLEEP = "echo $$ >&2; exec sleep 1000";

/** A folder of shell scripts, and a handler for it. */
class Scripts implements AsyncDisposable {
  readonly folder: Folder;
  readonly log: string[] = [];
  readonly handler: ReturnType<typeof cgiHandler>;

  constructor(folder: Folder, options: CgiHandlerOptions) {
    this.folder = folder;
    this.handler = cgiHandler({
      ...options.script === undefined ? { root: folder.path } : {},
      log: (line) => this.log.push(line),
      ...options,
    });
  }

  static async make(
    scripts: Readonly<Record<string, string>>,
    options: CgiHandlerOptions = {},
  ): Promise<Scripts> {
    const folder = await Folder.make();
    for (const [name, script] of Object.entries(scripts)) {
      await writeScript(folder.at(name), script);
    }
    return new Scripts(folder, options);
  }

  async ask(path: string, init: RequestInit = {}): Promise<[number, string]> {
    const response = await this.handler(new Request(`http://a${path}`, init));
    return [response.status, await response.text()];
  }

  async environ(
    path: string,
    init: RequestInit = {},
  ): Promise<Record<string, string>> {
    const [status, body] = await this.ask(path, init);
    assertEquals(status, 200, this.log.join("\n"));
    return Object.fromEntries(
      body.split("\n").map((line) => line.split(/=(.*)/)),
    );
  }

  /** Waits for the id that a script writes to its standard error. */
  async pid(): Promise<number> {
    await until(() => this.log.some((line) => /^\d+$/.test(line)));
    return Number(this.log.find((line) => /^\d+$/.test(line)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await until(() => children().length === 0);
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Tests with shell scripts, which Windows does not run. */
function test(title: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `cgiHandler() ${title}`,
    ignore: Deno.build.os === "windows",
    fn,
  });
}

test("finds scripts below its root, and tells them of the request", async () => {
  await using scripts = await Scripts.make({ env: ENV }, { mount: "/cgi" });
  const given = await scripts.environ("/cgi/env/x%20y?a=%20b", {
    method: "POST",
    body: "hello",
    headers: {
      "Content-Length": "5",
      "X-Color": "red",
      "Proxy": "http://evil.example",
      "Authorization": "Basic YTpi",
    },
  });
  const expected: Record<string, string | undefined> = {
    REQUEST_METHOD: "POST",
    SCRIPT_NAME: "/cgi/env",
    PATH_INFO: "/x y",
    QUERY_STRING: "a=%20b",
    SERVER_NAME: "a",
    SERVER_PORT: "80",
    CONTENT_LENGTH: "5",
    CONTENT_TYPE: "text/plain;charset=UTF-8",
    HTTP_HOST: "a",
    HTTP_X_COLOR: "red",
    HTTP_PROXY: undefined,
    HTTP_AUTHORIZATION: undefined,
  };
  for (const [name, value] of Object.entries(expected)) {
    assertEquals([name, given[name]], [name, value]);
  }
});

test("tells scripts, which run in their own folders, of places from the root on", async () => {
  await using scripts = await Scripts.make({ env: ENV });
  const { path } = scripts.folder;
  const upwards = "../".repeat(Deno.cwd().split("/").length - 1);
  const relative = new Scripts(scripts.folder, {
    root: upwards + path.slice(1),
  });
  const given = await relative.environ("/env/a/");
  assertEquals([given.DOCUMENT_ROOT, given.PATH_TRANSLATED], [
    path,
    `${path}/a/`,
  ]);
  const one = new Scripts(scripts.folder, { script: scripts.folder.at("env") });
  const { DOCUMENT_ROOT, PATH_TRANSLATED } = await one.environ("/a/");
  assertEquals([DOCUMENT_ROOT, PATH_TRANSLATED], [path, undefined]);
});

test("gives everything below its mount to one script", async () => {
  await using scripts = await Scripts.make({ env: ENV });
  const one = new Scripts(scripts.folder, {
    script: scripts.folder.at("env"),
    mount: "/one",
  });
  for (const info of ["", "/", "/a/b"]) {
    const { SCRIPT_NAME, PATH_INFO } = await one.environ(`/one${info}`);
    assertEquals([SCRIPT_NAME, PATH_INFO], ["/one", info]);
  }
  for (const path of ["/", "/onetwo", "/two/one", "/one/a%2Fb"]) {
    assertEquals((await one.ask(path))[0], 404, path);
  }
});

test("sends bodies to scripts, whether their length is known or not", async () => {
  await using scripts = await Scripts.make({
    cat: `${TEXT}echo $CONTENT_LENGTH; exec cat`,
  }, { spoolMemory: 1000 });
  for (const size of [0, 10, 1000, 100_000]) {
    const body = "x".repeat(size);
    const stream = new Blob([body]).stream();
    assertEquals(await scripts.ask("/cat", { method: "POST", body: stream }), [
      200,
      `${size}\n${body}`,
    ]);
  }
});

const ANSWERS: readonly [
  title: string,
  script: string,
  status: number,
  body: string,
  init?: RequestInit,
][] = [
  ["a status", "printf 'Status: 404 No tea\\n\\nnone'", 404, "none"],
  ["no head", "echo oops", 502, "Bad Gateway\n"],
  ["no output", "exit 3", 502, "Bad Gateway\n"],
  ["a silence", "exec sleep 1000", 504, "Gateway Timeout\n"],
  ["a body of 204", "printf 'Status: 204\\n\\nbody'", 204, ""],
  [
    "too much at once",
    "printf 'Content-Type: a/b\\nContent-Length: 2\\n\\nfour'",
    200,
    "fo",
  ],
  [
    "too much later",
    "printf 'Content-Type: a/b\\nContent-Length: 4\\n\\nfour'; sleep 0.1; echo more",
    200,
    "four",
  ],
  ["HEAD", `${TEXT}echo body`, 200, "", { method: "HEAD" }],
  ["another method", ENV, 405, "Method Not Allowed\n", { method: "DELETE" }],
];

for (const [title, script, status, body, init] of ANSWERS) {
  test(`answers ${status} for ${title}`, async () => {
    await using scripts = await Scripts.make({ script }, {
      methods: ["GET", "HEAD"],
      timeout: 0.3,
    });
    assertEquals(await scripts.ask("/script", init), [status, body]);
  });
}

const BROKEN_OFF: readonly [title: string, script: string, error: RegExp][] = [
  [
    "is shorter than its Content-Length",
    "printf 'Content-Type: a/b\\nContent-Length: 9\\n\\nfour'",
    /5 bytes shorter/,
  ],
  ["a signal ends", `${TEXT}echo begun; kill -KILL $$`, /ended by SIGKILL/],
  ["is silent for too long", `${TEXT}echo begun; exec sleep 60`, /silent/],
];

for (const [title, script, expected] of BROKEN_OFF) {
  test(`fails a body that ${title}`, async () => {
    await using scripts = await Scripts.make({ script }, { timeout: 0.3 });
    const response = await scripts.handler(new Request("http://a/script"));
    assertEquals(response.status, 200);
    assertMatch(
      String(await response.text().catch((error) => error)),
      expected,
    );
  });
}

test("shows control characters of scripts where nobody else takes the log", async () => {
  const { error } = console;
  const shown: unknown[] = [];
  console.error = (line) => shown.push(line);
  try {
    await using folder = await Folder.make();
    const script = folder.at("loud");
    await writeScript(script, `printf 'a\\033[31mb\\rc\\n' >&2; ${TEXT}`);
    const response = await cgiHandler({ script })(new Request("http://a/"));
    assertEquals(await response.text(), "");
    await until(() => shown.length > 0);
  } finally {
    console.error = error;
  }
  assertEquals(shown, ["a\\x1b[31mb\\x0dc"]);
});

test("waits for scripts as long as it is told to, be it for ever", async () => {
  await using scripts = await Scripts.make({
    script: `sleep 0.1; ${TEXT}echo late`,
  }, { timeout: Infinity, runTimeout: 2 ** 32 });
  assertEquals(await scripts.ask("/script"), [200, "late\n"]);
});

test("ends a body that is whole, though its script fails", async () => {
  await using scripts = await Scripts.make({
    script: `${TEXT}echo whole; exit 3`,
  });
  assertEquals(await scripts.ask("/script"), [200, "whole\n"]);
});

for (
  const [target, status] of [
    ["/none", 404],
    ["/env%00", 404],
    ["/en%2576", 404],
    ["/%2e%2e/%2e%2e/bin/ls", 404],
    ["/..%2fls", 400],
    ["/plain", 403],
    ["/link", 403],
    ["/", 403],
  ] as const
) {
  test(`refuses ${target} with ${status}`, async () => {
    await using scripts = await Scripts.make({ env: ENV });
    await Deno.writeTextFile(scripts.folder.at("plain"), "text");
    await Deno.symlink("/bin/ls", scripts.folder.at("link"));
    assertEquals((await scripts.ask(target))[0], status);
  });
}

test("answers itself with a local redirect below its mount, and sends others on", async () => {
  await using scripts = await Scripts.make({
    in: "printf 'Location: /m/env?a=b\\n\\n'",
    out: "printf 'Location: /other\\n\\n'",
    circle: "printf 'Location: /m/circle\\n\\n'",
    env: ENV,
  }, { mount: "/m" });
  const given = await scripts.environ("/m/in", { method: "POST", body: "x" });
  assertEquals(
    [given.REQUEST_METHOD, given.QUERY_STRING, given.CONTENT_LENGTH],
    ["GET", "a=b", undefined],
  );
  const out = await scripts.handler(new Request("http://a/m/out"));
  assertEquals([out.status, out.headers.get("location")], [302, "/other"]);
  assertEquals((await scripts.ask("/m/circle"))[0], 500);
});

test("runs no more scripts than it is told", async () => {
  await using scripts = await Scripts.make({
    sleeper: `${TEXT}echo begun; exec sleep 1000`,
  }, { maxProcesses: 1 });
  const first = await scripts.handler(new Request("http://a/sleeper"));
  assertEquals((await scripts.ask("/sleeper"))[0], 503);
  await first.body!.cancel();
  // It is counted out when its end is known here, a moment behind the end.
  let status = 503;
  while (status === 503) {
    await pause(2);
    const again = await scripts.handler(new Request("http://a/sleeper"));
    await again.body?.cancel();
    status = again.status;
  }
  assertEquals(status, 200);
  await until(() => children().length === 0);
});

test("ends a script whose body is not read to its end", async () => {
  await using scripts = await Scripts.make({
    endless: `echo $$ >&2\n${TEXT}while :; do echo more; done`,
  });
  const { body } = await scripts.handler(new Request("http://a/endless"));
  const reader = body!.getReader();
  await reader.read();
  await reader.cancel();
  const pid = await scripts.pid();
  await until(() => !isAlive(pid));
});

/** Serves scripts with `Deno.serve`; returns what Deno has written of it. */
function serve(scripts: Scripts): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError(error) {
      scripts.log.push(`error ${error}`);
      return new Response(null, { status: 500 });
    },
  }, scripts.handler);
}

for (
  const [title, script] of [
    ["before", SLEEP],
    ["behind", `${TEXT}echo begun; ${SLEEP}`],
  ] as const
) {
  test(`under Deno.serve ends the script of a client that has left ${title} its head`, async () => {
    await using scripts = await Scripts.make({ script });
    await using server = serve(scripts);
    {
      using client = await RawClient.connect(server.addr);
      await client.send("GET /script HTTP/1.1\r\nHost: a\r\n\r\n");
      if (title === "behind") await client.readSome();
      await scripts.pid();
    }
    const pid = await scripts.pid();
    await until(() => !isAlive(pid));
    await until(() => scripts.log.length > 1);
    assertEquals(scripts.log.slice(1), ["CGI script was ended by SIGTERM"]);
  });
}

test("under Deno.serve lets scripts end by themselves", async () => {
  await using scripts = await Scripts.make({
    hello: `${TEXT}echo hello; exec >&-; sleep 0.1; echo done >&2`,
  });
  await using server = serve(scripts);
  const url = `http://127.0.0.1:${server.addr.port}/hello`;
  assertEquals(await (await fetch(url)).text(), "hello\n");
  await (await fetch(url, { method: "HEAD" })).body?.cancel();
  await until(() => scripts.log.length >= 2);
  assertEquals(scripts.log, ["done", "done"]);
});

test("says what is wrong by the phrase of the status", async () => {
  await using scripts = await Scripts.make({ env: ENV }, { maxSpool: 3 });
  const body = () => new Blob(["long"]).stream();
  assertEquals(
    await scripts.ask("/env", { method: "POST", body: body() }),
    [413, "Content Too Large\n"],
  );
});

Deno.test("cgiHandler() wants a script or a root, and a mount that is a path", () => {
  for (
    const options of [
      {},
      { script: "/a", root: "/b" },
      { root: "/a", mount: "b" },
      { root: "/a", mount: "/b/" },
      { root: "/a", mount: "/" },
    ]
  ) assertThrows(() => cgiHandler(options), TypeError);
  assert(cgiHandler({ root: "/a", mount: "/b" }));
});
