/** What passes between a server and an application in Python. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { isAlive, residentMemory } from "../../_tools/testing/processes.ts";
import { testWithPython } from "../../_tools/testing/python.ts";
import { RawClient } from "../../_tools/testing/raw_client.ts";
import { until } from "../../_tools/testing/waiting.ts";
import { makeServer } from "../make_server.ts";
import { toFetchHandler } from "../to_fetch_handler.ts";
import { validator } from "../validator.ts";
import { WSGIRequestHandler } from "../wsgi_request_handler.ts";
import type { WSGIServer } from "../wsgi_server.ts";
import { pythonApp, type PythonApplication } from "./python_app.ts";
import type { PythonAppOptions } from "./python_options.ts";

const TESTDATA = new URL("testdata", import.meta.url).pathname;
const MIB = 1 << 20;

class Quiet extends WSGIRequestHandler {
  override logMessage(): void {}
  override getStderr() {
    return { write() {}, writelines() {}, flush() {} };
  }
}

/** A server for the length of a test. */
class PythonSite implements AsyncDisposable {
  readonly app: PythonApplication;
  readonly server: WSGIServer;
  readonly log: string[] = [];
  readonly errors: unknown[] = [];
  readonly #serving: Promise<void>;

  constructor(
    python: string,
    options: PythonAppOptions = {},
    app = "plain:application",
    wrap: (
      app: PythonApplication,
    ) => typeof app | ReturnType<typeof validator> = (app) => app,
  ) {
    this.app = pythonApp(app, {
      python,
      chdir: TESTDATA,
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      log: (line) => this.log.push(line),
      ...options,
    });
    this.server = makeServer("127.0.0.1", 0, wrap(this.app), {
      HandlerClass: Quiet,
    });
    this.server.handleError = (_request, _address, error) => {
      this.errors.push(error);
    };
    this.#serving = this.server.serveForever();
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.server.serverPort}${path}`;
  }

  async text(path: string, init?: RequestInit): Promise<string> {
    return await (await fetch(this.url(path), init)).text();
  }

  hasLogged(text: string): boolean {
    return this.log.some((line) => line.includes(text));
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.server.serverAddress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown({ drain: 1 });
    await this.#serving;
    await this.server.serverClose();
    await this.app.close();
    assertEquals(this.errors, []);
  }
}

testWithPython(
  "sys",
  "pythonApp() tells an application of its request",
  async (python) => {
    await using site = new PythonSite(python, { threads: 3 });
    const environ = JSON.parse(
      await site.text("/environ/caf%C3%A9%00x?a=%2F", {
        headers: { "X-Color": "red", Cookie: "a=b" },
      }),
    );
    const expected: Record<string, unknown> = {
      REQUEST_METHOD: "GET",
      SCRIPT_NAME: "",
      PATH_INFO: "/environ/caf\u00c3\u00a9\0x",
      QUERY_STRING: "a=%2F",
      SERVER_PROTOCOL: "HTTP/1.1",
      SERVER_PORT: String(site.server.serverPort),
      REMOTE_ADDR: "127.0.0.1",
      HTTP_X_COLOR: "red",
      HTTP_COOKIE: "a=b",
      "wsgi.version": [1, 0],
      "wsgi.url_scheme": "http",
      "wsgi.multithread": true,
      "wsgi.multiprocess": false,
      "wsgi.run_once": false,
      "wsgi.input_terminated": true,
      "wsgi.errors": "TextIOWrapper",
    };
    for (const [name, value] of Object.entries(expected)) {
      assertEquals([name, environ[name]], [name, value]);
    }
    assertEquals(environ.HTTP_TRANSFER_ENCODING, undefined);
  },
);

testWithPython(
  "sys",
  "pythonApp() tells the truth about threads and processes",
  async (python) => {
    for (const [workers, threads] of [[1, 1], [2, 1]] as const) {
      await using site = new PythonSite(python, { workers, threads });
      const environ = JSON.parse(await site.text("/environ"));
      assertEquals(environ["wsgi.multithread"], threads > 1);
      assertEquals(environ["wsgi.multiprocess"], workers > 1);
    }
  },
);

testWithPython(
  "sys",
  "pythonApp() streams bodies of every kind in both directions",
  async (python) => {
    await using site = new PythonSite(python);
    for (const size of [0, 1, 65536, 65537, 3 * MIB]) {
      const body = new Uint8Array(size);
      for (let i = 0; i < size; i++) body[i] = i % 251;
      for (const chunked of [false, true]) {
        const response = await fetch(site.url("/echo"), {
          method: "POST",
          body: chunked ? new Blob([body]).stream() : body,
        });
        assertEquals(new Uint8Array(await response.arrayBuffer()), body);
      }
    }
  },
);

testWithPython(
  "sys",
  "pythonApp() reads lines of a body, and lets it be unread",
  async (python) => {
    await using site = new PythonSite(python);
    const body = "one\nthree and\nmore\nend";
    assertEquals(
      await site.text("/lines", { method: "POST", body }),
      "[b'one\\n', b'thr', [b'ee and\\n', b'more\\n', b'end'], b'']",
    );
    for (let i = 0; i < 3; i++) {
      assertEquals(
        await site.text("/unread", {
          method: "POST",
          body: "x".repeat(100_000),
        }),
        "unread",
      );
    }
  },
);

testWithPython(
  "sys",
  "pythonApp() keeps what an application prints apart from what it answers",
  async (python) => {
    await using site = new PythonSite(python);
    assertEquals(await site.text("/noisy"), "''");
    for (
      const line of [
        "printed",
        "to stderr",
        "to wsgi.errors",
        "to descriptor 1",
        "from a child",
      ]
    ) await until(() => site.log.includes(`[worker 1] ${line}`));
  },
);

testWithPython(
  "sys",
  "pythonApp() sends files itself, and streams what is none",
  async (python) => {
    await using site = new PythonSite(python);
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "0123456789");
    const response = await fetch(site.url(`/file?${path}:4`));
    assertEquals(response.headers.get("content-length"), "6");
    assertEquals(await response.text(), "456789");
    const head = await fetch(site.url(`/file?${path}:0`), { method: "HEAD" });
    assertEquals(head.headers.get("content-length"), "10");
    assertEquals(await site.text("/memory"), "in memory");
    await Deno.remove(path);
  },
);

testWithPython(
  "sys",
  "pythonApp() closes a file that is not sent after all",
  async (python) => {
    await using site = new PythonSite(python);
    for (const [name, status] of [["refused", 500], ["fatal", 502]]) {
      const path = `/${name}_file?${import.meta.filename}`;
      const response = await fetch(site.url(path));
      await response.body?.cancel();
      assertEquals(response.status, status);
    }
  },
);

const ANSWERS: readonly [
  path: string,
  status: number,
  body: string,
  logged?: string,
][] = [
  ["/write", 200, "written returned"],
  ["/replaced", 418, "tea"],
  ["/empty", 200, "late"],
  ["/before", 500, "Internal Server Error\n", "RuntimeError: before the head"],
  [
    "/text_block",
    500,
    "Internal Server Error\n",
    "a block of the body is bytes",
  ],
  ["/twice", 500, "Internal Server Error\n", "called twice"],
  ["/never", 500, "Internal Server Error\n", "before start_response()"],
  ["/split", 500, "Internal Server Error\n", "holds a control character"],
];

for (const [path, status, body, logged] of ANSWERS) {
  testWithPython(
    "sys",
    `pythonApp() answers ${path} with ${status}`,
    async (python) => {
      await using site = new PythonSite(python);
      const response = await fetch(site.url(path));
      assertEquals([response.status, await response.text()], [status, body]);
      if (logged) await until(() => site.hasLogged(logged));
      assertEquals(await site.text("/unread"), "unread");
    },
  );
}

testWithPython(
  "sys",
  "pythonApp() cuts an answer whose application fails in the middle",
  async (python) => {
    await using site = new PythonSite(python);
    using client = await site.connect();
    await client.send("GET /after HTTP/1.1\r\nHost: a\r\n\r\n");
    const all = await client.readToEnd();
    assertStringIncludes(all, "begun");
    assert(!all.endsWith("0\r\n\r\n"), all);
    await until(() => site.hasLogged("RuntimeError: after the head"));
    assertEquals(await site.text("/unread"), "unread");
  },
);

testWithPython(
  "sys",
  "pythonApp() closes the answer of a client that has left",
  async (python) => {
    await using site = new PythonSite(python, { threads: 2 });
    const client = await site.connect();
    await client.send("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n");
    let seen = "";
    while (!seen.includes("tick")) seen += await client.readSome();
    client.close();
    while (await site.text("/were_closed") !== "1");
  },
);

testWithPython(
  "sys",
  "pythonApp() keeps to PEP 3333 on both sides",
  async (python) => {
    await using site = new PythonSite(python, {}, "plain:validated", validator);
    const body = "x".repeat(100_000);
    assertEquals(await site.text("/echo", { method: "POST", body }), body);
    assertEquals(await site.text("/write"), "written returned");
    assertEquals(await site.text("/replaced"), "tea");
    const handler = toFetchHandler(validator(site.app));
    const response = await handler(new Request("http://localhost/unread"));
    assertEquals(await response.text(), "unread");
    assert(!site.hasLogged("Error"), site.log.join("\n"));
  },
);

testWithPython(
  "sys",
  "pythonApp() works on 8 requests at a time in 2 workers with 4 threads",
  async (python) => {
    await using site = new PythonSite(python, { workers: 2, threads: 4 });
    const seen = new Set<string>();
    while (seen.size < 2) seen.add(await site.text("/pid"));
    // Each waits for the three others of its worker, and all eight leave.
    const pids = await Promise.all(
      Array.from({ length: 8 }, () => site.text("/barrier?4")),
    );
    const counts = Object.values(Object.groupBy(pids, (pid) => pid));
    assertEquals(counts.map((group) => group!.length), [4, 4]);
  },
);

testWithPython(
  "sys",
  "pythonApp() is whole again after a worker was killed under load",
  async (python) => {
    await using site = new PythonSite(python, { workers: 2, threads: 2 });
    await site.app.ready();
    const statuses: number[] = [];
    let running = true;
    const load = Array.from({ length: 4 }, async () => {
      while (running) {
        const response = await fetch(site.url("/pid"));
        statuses.push(response.status);
        await response.body?.cancel();
      }
    });
    const victim = Number(await site.text("/pid"));
    Deno.kill(victim, "SIGKILL");
    await until(() => site.hasLogged("ended by SIGKILL"));
    const pids = new Set<string>();
    while (pids.size < 2 || pids.has(String(victim))) {
      pids.clear();
      for (let i = 0; i < 20; i++) pids.add(await site.text("/pid"));
    }
    running = false;
    await Promise.all(load);
    assert(statuses.length > 20);
    const failed = statuses.filter((status) => status !== 200);
    assert(failed.length <= 4, failed.join());
    assert(failed.every((status) => status === 502), failed.join());
  },
);

testWithPython(
  "sys",
  "pythonApp() answers 504 for a request that hangs, and 502 for one that ends its worker",
  async (python) => {
    await using site = new PythonSite(python, { timeout: 1, threads: 2 });
    const hanging = fetch(site.url("/hang"));
    const response = await hanging;
    assertEquals(response.status, 504);
    await response.body?.cancel();
    assert(site.hasLogged("silent for too long"));
    assertEquals(await site.text("/unread"), "unread");
    const gone = await fetch(site.url("/leave"));
    assertEquals(gone.status, 502);
    await gone.body?.cancel();
    assertEquals(await site.text("/unread"), "unread");
  },
);

testWithPython(
  "sys",
  "pythonApp() says once why an application cannot be imported",
  async (python) => {
    await using site = new PythonSite(
      python,
      { workers: 2 },
      "no_such_module:app",
    );
    const error = await assertRejects(() => site.app.ready());
    assertStringIncludes(error.message, "No module named 'no_such_module'");
    for (let i = 0; i < 2; i++) {
      const response = await fetch(site.url("/"));
      assertEquals(response.status, 500);
      await response.body?.cancel();
    }
    assertEquals(
      site.log.filter((line) => line.includes("no_such_module")).length,
      1,
    );
  },
);

testWithPython(
  "sys",
  "pythonApp() takes a factory, and refuses what cannot be called",
  async (python) => {
    {
      await using site = new PythonSite(python, {}, "plain:factory()");
      assertEquals(await site.text("/unread"), "unread");
    }
    await using site = new PythonSite(python, {}, "plain:MIB");
    await assertRejects(() => site.app.ready());
    await using other = new PythonSite(python, {}, "plain:closed");
    const error = await assertRejects(() => other.app.ready());
    assertStringIncludes(error.message, "is not callable");
  },
);

testWithPython(
  "sys",
  "pythonApp() replaces workers that have done enough, and all on reload",
  async (python) => {
    await using site = new PythonSite(python, { maxRequests: 5, threads: 1 });
    const pids = new Set<string>();
    for (let i = 0; i < 20; i++) pids.add(await site.text("/pid"));
    assert(pids.size >= 4, [...pids].join());
    const before = await site.text("/pid");
    await site.app.reload();
    assert(await site.text("/pid") !== before);
  },
);

testWithPython(
  "sys",
  "pythonApp() gives no child of the application its connections",
  async (python) => {
    await using site = new PythonSite(python);
    assert(!(await site.text("/descriptors")).includes("socket:"));
    // A forked process that lives on keeps no request waiting.
    const forked = Number(await site.text("/fork"));
    assertEquals(await site.text("/unread"), "unread");
    await site.app.close();
    Deno.kill(forked, "SIGKILL");
  },
);

testWithPython(
  "sys",
  "pythonApp() refuses numbers that make no sense, and interpreters that are not there",
  async () => {
    for (
      const options of [{ workers: 0 }, { threads: 1.5 }, { maxRequests: 0 }]
    ) {
      assertThrows(() => pythonApp("a:b", options), RangeError);
    }
    const before =
      [...Deno.readDirSync(Deno.env.get("TMPDIR") ?? "/tmp")].length;
    assertThrows(
      () => pythonApp("a:b", { python: "/no/such/python" }),
      Error,
      "No such file",
    );
    await until(() =>
      [...Deno.readDirSync(Deno.env.get("TMPDIR") ?? "/tmp")].length <= before
    );
  },
);

testWithPython(
  "sys",
  "pythonApp() passes 100 MB in and out at constant memory",
  async (python) => {
    await using site = new PythonSite(python);
    await site.text("/unread");
    const memory = (pid: number) => residentMemory(pid) / MIB;
    const pid = Number(await site.text("/pid"));
    const before = memory(pid);
    const block = new Uint8Array(MIB);
    let left = 100;
    const response = await fetch(site.url("/digest"), {
      method: "POST",
      body: new ReadableStream({
        pull(controller) {
          if (left-- > 0) controller.enqueue(block);
          else controller.close();
        },
      }, { highWaterMark: 0 }),
    });
    assertMatch(await response.text(), /^104857600 /);
    let received = 0;
    const huge = await fetch(site.url("/huge?100"));
    for await (const chunk of huge.body!) received += chunk.length;
    assertEquals(received, 100 * MIB);
    assert(memory(pid) - before < 30, `${before} to ${memory(pid)} MiB`);
  },
);

testWithPython(
  "sys",
  "pythonApp() leaves no process behind when its own is killed",
  async (python) => {
    const program = `
    import { pythonApp } from ${
      JSON.stringify(new URL("python_app.ts", import.meta.url).href)
    };
    import { toFetchHandler } from ${
      JSON.stringify(new URL("../to_fetch_handler.ts", import.meta.url).href)
    };
    const app = pythonApp("plain:application", ${
      JSON.stringify({ python, chdir: TESTDATA, workers: 2 })
    });
    const handler = toFetchHandler(app);
    const pids = new Set();
    while (pids.size < 2) pids.add(await (await handler(new Request("http://a/pid"))).text());
    console.log([...pids].join());
    // One is in the middle of a request when all ends.
    await handler(new Request("http://a/hang"));
  `;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, program);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        // Which permissions it needs is said of pythonApp().
        ...["-N", "-R", "-W", "--allow-run", "--no-prompt"],
        "--no-check",
        "--config",
        new URL("../../deno.json", import.meta.url).pathname,
        file,
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    const pids = new TextDecoder().decode(value).trim().split(",").map(Number);
    assertEquals(pids.map(isAlive), [true, true]);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await until(() => !pids.some(isAlive));
    await Deno.remove(file);
  },
);
