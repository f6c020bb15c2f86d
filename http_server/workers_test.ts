/** One server in several processes, as somebody runs it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { children, cpuSeconds, isAlive } from "../_tools/testing/processes.ts";
import { Program } from "../_tools/testing/file_server_program.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { until } from "../_tools/testing/waiting.ts";
import { runServer } from "./run_server.ts";

const LINUX = Deno.build.os === "linux";
const ALL = ["--allow-net", "--allow-read", "--allow-run"];

function test(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: `--workers ${title}`, ignore: !LINUX, fn });
}

/** The file server with two workers. */
async function serve(
  folder: Folder,
): Promise<{ program: Program; port: number; workers: number[] }> {
  const program = new Program(
    ["0", folder.path, "-b", "127.0.0.1", "--workers", "2"],
    ALL,
  );
  const port = await program.port();
  await program.printed(/^2 workers share the port$/m);
  return { program, port, workers: children(program.process.pid) };
}

test("shares the connections of one port between processes", async () => {
  await using folder = await Folder.make({ "a.txt": "a file" });
  const { program, port, workers } = await serve(folder);
  await using _program = program;
  assertEquals(workers.length, 2);
  const address = { transport: "tcp", hostname: "127.0.0.1", port } as const;
  const before = workers.map(cpuSeconds);
  // Each connection goes to one of them by chance.
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      using client = await RawClient.connect(address);
      for (let i = 0; i < 200; i++) {
        await client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        assertEquals((await client.readAnswer()).body, "a file");
      }
    }),
  );
  const used = workers.map((pid, i) => cpuSeconds(pid) - before[i]!);
  assert(
    Math.min(...used) > Math.max(...used) / 6,
    `one worker has done it all: ${used} s`,
  );
});

test("starts another worker for one that has died, and stops them all", async () => {
  await using folder = await Folder.make({ "a.txt": "a file" });
  const { program, port, workers } = await serve(folder);
  const pid = program.process.pid;
  Deno.kill(workers[0]!, "SIGKILL");
  await program.printed(
    /^Worker \d+ has ended by SIGKILL; another starts$/m,
    "stderr",
  );
  await until(() => {
    const now = children(pid).filter(isAlive);
    return now.length === 2 && !now.includes(workers[0]!);
  });
  const now = children(pid);
  const response = await fetch(`http://127.0.0.1:${port}/a.txt`);
  assertEquals(await response.text(), "a file");
  program.process.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
  assertEquals(now.map(isAlive), [false, false]);
  // Restarting at once works.
  const again = new Program([`${port}`, folder.path, "-b", "127.0.0.1"], ALL);
  assertEquals(await again.port(), port);
  again.process.kill("SIGTERM");
  await again.ended();
});

test("lets running downloads end when it is stopped", async () => {
  await using folder = await Folder.make({ "a.bin": new Uint8Array(8 << 20) });
  const { program, port } = await serve(folder);
  using client = await RawClient.connect({
    transport: "tcp",
    hostname: "127.0.0.1",
    port,
  });
  await client.send("GET /a.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  const first = await client.readSome();
  program.process.kill("SIGTERM");
  await program.printed(/^Interrupted/m);
  const rest = await client.readToEnd();
  assert((first + rest).length > 8 << 20);
  assertEquals(await program.ended(), 0);
});

test("ends as it was told where Ctrl-C, which reaches all, comes before they listen", async () => {
  await using folder = await Folder.make();
  await using program = new Program(
    ["0", folder.path, "-b", "127.0.0.1", "--workers", "2"],
    ALL,
  );
  const { pid } = program.process;
  await until(() => children(pid).length === 2);
  for (const one of [pid, ...children(pid)]) Deno.kill(one, "SIGINT");
  assertEquals(await program.ended(), 0);
  assertMatch(program.stdout, /^\nInterrupted: .*\n$/);
  assertEquals(program.stderr, "");
});

test("replaces no worker that a signal for all has ended before the parent sees it", async () => {
  await using folder = await Folder.make();
  // Which of the two the parent sees first, when it goes on, is chance.
  for (let round = 0; round < 8; round++) {
    const { program, workers } = await serve(folder);
    await using _program = program;
    program.process.kill("SIGSTOP");
    for (const worker of workers) Deno.kill(worker, "SIGINT");
    await until(() => !workers.some(isAlive));
    program.process.kill("SIGINT");
    program.process.kill("SIGCONT");
    assertEquals(await program.ended(), 0);
    assertEquals(program.stderr, "");
  }
});

test("leaves no worker behind when it is killed", async () => {
  await using folder = await Folder.make();
  const { program, workers } = await serve(folder);
  program.process.kill("SIGKILL");
  await until(() => !workers.some(isAlive));
  await program.ended();
});

test("goes on where nobody reads what its workers print", async () => {
  const module = (name: string) => new URL(name, import.meta.url).href;
  await using folder = await Folder.make({
    "main.ts": `
      import { BaseHTTPRequestHandler } from "${
      module("./base_http_request_handler.ts")
    }";
      import { runServer } from "${module("./run_server.ts")}";
      class Talking extends BaseHTTPRequestHandler {
        doGET() {
          console.log("asked");
          this.sendResponse(204);
        }
        logMessage() {}
      }
      await runServer({
        HandlerClass: Talking, bind: "127.0.0.1", port: 0, workers: 2,
      });
    `,
  });
  await using program = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--config=deno.json",
      "-A",
      folder.at("main.ts"),
    ],
    cwd: new URL("..", import.meta.url),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  for await (
    const text of program.stdout.pipeThrough(new TextDecoderStream())
  ) {
    printed += text;
    if (/share the port/.test(printed)) break;
  }
  const [, port] = / port (\d+) /.exec(printed)!;
  const { status } = await fetch(`http://127.0.0.1:${port}/`);
  assertEquals(status, 204);
  program.kill("SIGTERM");
  assertEquals((await program.status).code, 0);
});

test("says what it cannot do", async () => {
  await using folder = await Folder.make();
  const cases: [args: string[], flags: string[], code: number, why: RegExp][] =
    [
      [["--workers", "0"], ALL, 2, /--workers needs a number/],
      [["--workers", "x"], ALL, 2, /--workers needs a number/],
      [["--workers", "2", "--unix", "s"], ALL, 2, /without --unix/],
      [
        ["--workers", "2", "--tls-self-signed"],
        ALL,
        2,
        /without --tls-self-signed/,
      ],
      [["--workers", "2"], ALL.slice(0, 2), 1, /add --allow-run/],
    ];
  for (const [args, flags, code, why] of cases) {
    const program = new Program([folder.path, ...args], flags);
    assertEquals(await program.ended(), code);
    assertMatch(program.stderr, why);
  }
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const program = new Program(
    [`${port}`, folder.path, "-b", "127.0.0.1", "--workers", "2"],
    ALL,
  );
  assertEquals(await program.ended(), 1);
  assertMatch(program.stderr, /in use/);
  taken.close();
});

Deno.test("runServer() refuses numbers of workers that make no sense", async () => {
  for (const workers of [0, 1.5, -1, 5000]) {
    let error: unknown;
    await runServer({ workers }).catch((thrown) => {
      error = thrown;
    });
    assert(error instanceof RangeError);
  }
});
