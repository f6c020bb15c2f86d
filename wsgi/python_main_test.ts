/** Applications of Python from the command line. */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { isAlive } from "../_tools/testing/processes.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { testWithPython } from "../_tools/testing/python.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { until } from "../_tools/testing/waiting.ts";

const MAIN = fromFileUrl(import.meta.resolve("./main.ts"));

function app(answer: string): string {
  return `import os
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [("${answer} %d" % os.getpid()).encode()]
`;
}

function start(folder: Folder, args: readonly string[]): RunningProgram {
  return new RunningProgram(MAIN, args, {
    flags: ["-A"],
    cwd: folder.path,
    env: { NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
}

testWithPython(
  "sys",
  "main() serves an application of Python, and ends its workers",
  async (python) => {
    await using folder = await Folder.make({
      site: { "app.py": app("hello") },
    });
    await using program = start(folder, [
      "0",
      "python:app",
      "--chdir",
      "site",
      "--python",
      python,
      "--workers",
      "2",
    ]);
    const url = `http://127.0.0.1:${await program.port()}/`;
    assertMatch(program.stdout, /^Serving a Python application$/m);
    const pids = new Set<number>();
    while (pids.size < 2) {
      const [, pid] = /^hello (\d+)$/.exec(await (await fetch(url)).text())!;
      pids.add(Number(pid));
    }
    program.process.kill("SIGINT");
    assertEquals(await program.ended(), 0);
    assertEquals([...pids].map(isAlive), [false, false]);
  },
);

testWithPython(
  "sys",
  "main() says why an application of Python cannot be loaded",
  async (python) => {
    await using folder = await Folder.make({
      "app.py": "import no_such_module\n",
    });
    for (
      const [args, why] of [
        [
          ["python:app"],
          /Cannot serve "python:app": ModuleNotFoundError: No module named 'no_such_module'/,
        ],
        [["python:nothing:app"], /No module named 'nothing'/],
        [["python:os:nothing"], /has no attribute 'nothing'/],
        [["python:os:sep"], /is not callable/],
        [["python:"], /the module's name is missing/],
      ] as const
    ) {
      await using program = start(folder, ["0", ...args, "--python", python]);
      assertEquals(await program.ended(), 1);
      assertMatch(program.stderr, why);
    }
    await using wrong = start(folder, [
      "0",
      "python:app",
      "--python",
      "/no/such/python",
    ]);
    assertEquals(await wrong.ended(), 1);
    assertMatch(wrong.stderr, /Cannot run "\/no\/such\/python"/);
    await using misused = start(folder, ["0", "./app.ts", "--threads", "2"]);
    assertEquals(await misused.ended(), 2);
    assertMatch(misused.stderr, /--threads is for python:/);
  },
);

testWithPython(
  "sys",
  "main() starts an application of Python anew when a source has changed",
  async (python) => {
    await using folder = await Folder.make({
      "app.py": app("one"),
      "notes.txt": "a",
    });
    await using program = start(folder, [
      "0",
      "python:app",
      "--reload",
      "--python",
      python,
    ]);
    const url = `http://127.0.0.1:${await program.port()}/`;
    const text = async () => await (await fetch(url)).text();
    const became = async (pattern: RegExp) => {
      while (!pattern.test(await text()));
    };
    await became(/^one /);
    const [, pid] = /(\d+)/.exec(await text())!;
    await Deno.writeTextFile(folder.at("notes.txt"), "not a source");
    await Deno.writeTextFile(folder.at("app.py"), app("two"));
    await became(/^two /);
    await until(() => !isAlive(Number(pid)));
    await Deno.writeTextFile(folder.at("app.py"), "broken(");
    await program.printed(/SyntaxError/, "stderr");
    await Deno.writeTextFile(folder.at("app.py"), app("three"));
    await became(/^three /);
    assertEquals(program.stdout.includes("notes.txt changed"), false);
    program.process.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
  },
);
