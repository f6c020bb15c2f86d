/** The reloader as a developer meets it: real processes, real edits, real clients. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Folder, type FolderContent } from "../../_tools/testing/folder.ts";
import { RawClient } from "../../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../../_tools/testing/real_program.ts";
import { RunningProgram } from "../../_tools/testing/running_program.ts";

const MAIN = fromFileUrl(import.meta.resolve("../main.ts"));

/** A served application that starts anew when it has changed. */
class Reloading extends RunningProgram {
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    super(MAIN, ["0", "--reload", "--quiet", ...args], {
      flags: ["-A"],
      detached: true,
      env: { NO_COLOR: "1", ...env },
    });
  }

  /** Where it listens. */
  async address(): Promise<Deno.NetAddr> {
    const [, port] = await this.printed(/^Serving HTTP on \S+ port (\d+) /m);
    return { transport: "tcp", hostname: "127.0.0.1", port: Number(port) };
  }
}

/** An application that answers with a text, and imports it from another module. */
function says(text: string): string {
  return `export const text = ${JSON.stringify(text)};\n`;
}

const APP = `import { text } from "./text.ts";
export default (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [new TextEncoder().encode(text)];
};
`;

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Asks once, on a connection of its own. */
async function ask(address: Deno.NetAddr): Promise<string> {
  using client = await RawClient.connect(address);
  await client.send(GET);
  return (await client.readAnswer()).body;
}

/** Asks over and over until it is told to stop; whatever fails is thrown. */
async function keepAsking(
  address: Deno.NetAddr,
  persistent: boolean,
  signal: AbortSignal,
): Promise<number> {
  let asked = 0;
  let client = await RawClient.connect(address);
  while (!signal.aborted) {
    await client.send(GET);
    const { status, body } = await client.readAnswer();
    assertEquals(status, 200, body);
    asked++;
    if (persistent) continue;
    client.close();
    client = await RawClient.connect(address);
  }
  client.close();
  return asked;
}

/** As editors save: another file is put into the place of the old one. */
async function saveByRenaming(path: string, content: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, content);
  await Deno.rename(`${path}.new`, path);
}

/** Edits a file and asks until the answer is right; returns the milliseconds. */
async function editAndAsk(
  address: Deno.NetAddr,
  edit: () => Promise<void>,
  expected: string | RegExp,
): Promise<number> {
  const start = performance.now();
  await edit();
  const isRight = (answer: string) =>
    typeof expected === "string" ? answer === expected : expected.test(answer);
  for (let answer = ""; !isRight(answer); answer = await ask(address)) {
    assert(performance.now() - start < 20_000, `still ${answer}`);
  }
  return performance.now() - start;
}

async function start(
  files: FolderContent,
  args: readonly string[] = [],
): Promise<{ folder: Folder; program: Reloading; address: Deno.NetAddr }> {
  const folder = await Folder.make(files);
  const program = new Reloading([folder.at("app.ts"), ...args]);
  return { folder, program, address: await program.address() };
}

/** The processes that a program has started. */
async function childrenOf(ps: string, pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command(ps, {
    args: ["-o", "pid=", "--ppid", String(pid)],
  }).output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((word) =>
    word !== ""
  ).map(Number);
}

/** Waits until a process is gone: one that is not ours has no status to wait for. */
async function gone(pid: number): Promise<void> {
  while (true) {
    try {
      Deno.kill(pid, "SIGCONT");
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("runWithReloader() answers every request while the application changes ten times", async () => {
  const { folder, program, address } = await start({
    "app.ts": APP,
    "text.ts": says("version 0"),
  });
  await using _folder = folder;
  await using _program = program;
  assertEquals(await ask(address), "version 0");
  const stop = new AbortController();
  const clients = [true, true, true, false].map((persistent) =>
    keepAsking(address, persistent, stop.signal)
  );
  const times: number[] = [];
  for (let version = 1; version <= 10; version++) {
    const content = says(`version ${version}`);
    const save = version % 2 ? Deno.writeTextFile : saveByRenaming;
    const edit = () => save(folder.at("text.ts"), content);
    times.push(await editAndAsk(address, edit, `version ${version}`));
  }
  stop.abort();
  const asked = await Promise.all(clients);
  for (const count of asked) assert(count > 10, `${asked}`);
  times.sort((a, b) => a - b);
  // A second on a machine with nothing else to do.
  assert(times[5]! < 5000, `${times}`);
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 0);
  assertMatch(program.stderr, /text\.ts changed, reloading/);
});

Deno.test("runWithReloader() shows what is wrong with a module, and waits for the next change", async () => {
  await using folder = await Folder.make({
    "app.ts": APP,
    "text.ts": "export const text = ;",
  });
  await using program = new Reloading([folder.at("app.ts")]);
  const address = await program.address();
  assertMatch(await ask(address), /SyntaxError: .*text\.ts:1:/);
  const save = (name: string, content: string) => () =>
    Deno.writeTextFile(folder.at(name), content);
  await editAndAsk(address, save("text.ts", says("right")), "right");
  await editAndAsk(
    address,
    save("text.ts", 'export const text = 1; throw new RangeError("<b>");'),
    /it throws RangeError: &lt;b&gt;/,
  );
  // A module that is not there yet is waited for.
  await editAndAsk(
    address,
    save("app.ts", APP.replace("./text.ts", "./words/text.ts")),
    /it imports file:.*words\/text\.ts, which is not there/,
  );
  await Deno.mkdir(folder.at("words"));
  await editAndAsk(address, save("words/text.ts", says("found")), "found");
  await editAndAsk(
    address,
    () => Deno.remove(folder.at("app.ts")),
    /no such file/,
  );
  await editAndAsk(
    address,
    save("app.ts", "export default 7;"),
    /it is a number, not callable/,
  );
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 0);
  assertMatch(
    program.stderr,
    /^Cannot serve ".*": SyntaxError: .*\nWaiting for a change$/m,
  );
});

Deno.test("runWithReloader() goes on when the application's process ends by itself", async () => {
  const { folder, program, address } = await start({
    "app.ts": "Deno.exit(7);",
  });
  await using _folder = folder;
  await using _program = program;
  assertMatch(await ask(address), /process ended with exit code 7/);
  // It ends while it answers: nobody waits for the rest in vain.
  await editAndAsk(
    address,
    () =>
      Deno.writeTextFile(
        folder.at("app.ts"),
        "export default () => Deno.exit(8);",
      ),
    /process ended before it has answered/,
  );
  const wait = () => Promise.resolve();
  await editAndAsk(address, wait, /process ended with exit code 8/);
  await editAndAsk(
    address,
    () =>
      Deno.writeTextFile(
        folder.at("app.ts"),
        `export default () => new Response("back");`,
      ),
    "back",
  );
});

const STREAM = `let send;
export default (request) => {
  const { pathname } = new URL(request.url);
  if (pathname !== "/slow") {
    send?.close();
    return new Response("VERSION");
  }
  return new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("VERSION begins;"));
      setTimeout(() => {
        controller.enqueue(new TextEncoder().encode("VERSION ends"));
        controller.close();
      }, 400);
    },
  }));
};
`;

Deno.test("runWithReloader() lets an answer end as it has begun, and the connection goes on with the new application", async () => {
  const source = (version: string) => STREAM.replaceAll("VERSION", version);
  const { folder, program, address } = await start({ "app.ts": source("old") });
  await using _folder = folder;
  await using _program = program;
  using client = await RawClient.connect(address);
  await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let slow = await client.readSome();
  const edit = () => Deno.writeTextFile(folder.at("app.ts"), source("new"));
  await editAndAsk(address, edit, "new");
  while (!slow.endsWith("\r\n0\r\n\r\n")) slow += await client.readSome();
  assertMatch(slow, /old begins;[^]*old ends/);
  await client.send(GET);
  assertEquals((await client.readAnswer()).body, "new");
});

Deno.test("runWithReloader() gives applications the client's own address", async () => {
  const { folder, program, address } = await start({
    "app.ts": `export default (environ, startResponse) => {
      startResponse("200 OK", [["Content-Type", "text/plain"]]);
      const { REMOTE_ADDR, SERVER_NAME, SERVER_PORT } = environ;
      return [new TextEncoder().encode([REMOTE_ADDR, SERVER_NAME, SERVER_PORT, environ["wsgi.url_scheme"]].join())];
    };`,
  });
  await using _folder = folder;
  await using _program = program;
  assertEquals(await ask(address), `127.0.0.1,localhost,${address.port},http`);
});

Deno.test("runWithReloader() answers no other site that leads to this machine", async () => {
  const { folder, program, address } = await start({
    "app.ts": `export default () => new Response("private");`,
  });
  await using _folder = folder;
  await using _program = program;
  using client = await RawClient.connect(address);
  await client.send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  const { status, body } = await client.readAnswer();
  assertEquals(status, 400);
  assertMatch(body, /Host "evil\.example" is not allowed here/);
});

Deno.test("runWithReloader() waits for a port that the old application still has", async () => {
  const source = (version: string, port: number) => `
    const listener = Deno.listen({ hostname: "127.0.0.1", port: ${port} });
    ${STREAM.replaceAll("VERSION", version)}`;
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const { folder, program, address } = await start({
    "app.ts": source("old", port),
  });
  await using _folder = folder;
  await using _program = program;
  using client = await RawClient.connect(address);
  await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  assertMatch(await client.readSome(), /^HTTP/);
  const edit = () =>
    Deno.writeTextFile(folder.at("app.ts"), source("new", port));
  await editAndAsk(address, edit, "new");
});

Deno.test("runWithReloader() watches files and folders that it is told of", async () => {
  const folder = await Folder.make({
    "app.ts":
      `const text = await Deno.readTextFile(new URL("pages/a.txt", import.meta.url));
      export default () => new Response(text);`,
    "pages": { "a.txt": "one" },
  });
  await using _folder = folder;
  await using program = new Reloading([
    folder.at("app.ts"),
    "--watch",
    folder.at("pages"),
  ]);
  const address = await program.address();
  assertEquals(await ask(address), "one");
  const edit = () => Deno.writeTextFile(folder.at("pages/a.txt"), "two!");
  await editAndAsk(address, edit, "two!");
});

testWithPrograms(
  ["ps", "sh"],
  "runWithReloader() ends at Ctrl-C, which reaches the application's process, too",
  async ({ ps, sh }) => {
    const { folder, program, address } = await start({
      "app.ts": `export default ({ url }) => {
        if (url.endsWith("/spin")) while (true);
        return new Response("hi");
      };`,
    }, ["--drain", "1"]);
    await using _folder = folder;
    await using _program = program;
    assertEquals(await ask(address), "hi");
    // Not even an application that hangs stays behind.
    using client = await RawClient.connect(address);
    await client.send("GET /spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const [child] = await childrenOf(ps, program.process.pid);
    const { success } = await new Deno.Command(sh, {
      args: ["-c", `kill -INT -${program.process.pid}`],
    }).output();
    assert(success);
    assertEquals(await program.ended(), 0);
    await gone(child!);
    assertEquals(program.stderr, "");
  },
);

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  testWithPrograms(
    ["ps"],
    `runWithReloader() leaves nothing behind after ${signal}`,
    async ({ ps }) => {
      await using temporary = await Folder.make();
      await using folder = await Folder.make({
        "app.ts": `export default () => new Response("hi");`,
      });
      await using program = new Reloading([folder.at("app.ts")], {
        TMPDIR: temporary.path,
      });
      const address = await program.address();
      assertEquals(await ask(address), "hi");
      assertEquals([...Deno.readDirSync(temporary.path)].length, 1);
      const children = await childrenOf(ps, program.process.pid);
      assertEquals(children.length, 1);
      program.process.kill(signal);
      // The child holds the ends of its output, too.
      const code = await program.ended();
      assertEquals(code, signal === "SIGKILL" ? 137 : 0);
      await Promise.all(children.map(gone));
      assertEquals([...Deno.readDirSync(temporary.path)], []);
    },
  );
}
