/** Scripts from the command line, with no permission that is not needed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { request, writeScript } from "../_tools/testing/cgi_site.ts";
import { isAlive } from "../_tools/testing/processes.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { type Answer, RawClient } from "../_tools/testing/raw_client.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { until } from "../_tools/testing/waiting.ts";
import { statOf } from "./_stat_of.ts";
import { RunningScript } from "./running_script.ts";

const TEXT = "printf 'Content-Type: text/plain\\n\\n'";

const SCRIPTS: Readonly<Record<string, string>> = {
  hello: `${TEXT}; echo hello $LANG`,
  other: `${TEXT}; echo other`,
  "python.py": "#!/nowhere",
  wait: `echo $$ >&2; ${TEXT}; echo begun; exec sleep 1000`,
};

/** Serves scripts with the permission to do no more than flags say. */
async function serving(
  folder: Folder,
  flags: readonly string[],
): Promise<{ program: RunningProgram; address: Deno.NetAddr }> {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await writeScript(folder.at(`cgi-bin/${name}`), script);
  }
  await Deno.chmod(folder.at("cgi-bin/python.py"), 0o644);
  const program = new RunningProgram(
    new URL("../mod.ts", import.meta.url).pathname,
    ["0", folder.path, "-b", "127.0.0.1", "--cgi"],
    {
      flags: ["--allow-net", `--allow-read=${folder.path}`, ...flags],
      env: { NO_COLOR: "1", LANG: "C.UTF-8" },
    },
  );
  return {
    program,
    address: {
      transport: "tcp",
      hostname: "127.0.0.1",
      port: await program.port(),
    },
  };
}

async function ask(address: Deno.NetAddr, path: string): Promise<Answer> {
  using client = await RawClient.connect(address);
  await client.send(request(path));
  return await client.readAnswer();
}

function test(
  title: string,
  fn: (folder: Folder) => Promise<void>,
): void {
  Deno.test({
    name: `--cgi ${title}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using folder = await Folder.make({ "cgi-bin": { plain: "text" } });
      await fn(folder);
    },
  });
}

test("runs scripts with read access to their folder alone", async (folder) => {
  const { program, address } = await serving(folder, [
    "--allow-run",
    "--allow-env",
  ]);
  await using _ = program;
  const hello = await ask(address, "/cgi-bin/hello");
  assertEquals([hello.status, hello.body], [200, "hello C.UTF-8\n"]);
  assertEquals((await ask(address, "/cgi-bin/plain")).status, 403);
});

test("runs the scripts that it may, answers 500 for others, and serves on", async (folder) => {
  const { program, address } = await serving(folder, [
    `--allow-run=${folder.at("cgi-bin/hello")}`,
    "--allow-env=PATH",
  ]);
  await using _ = program;
  for (const name of ["other", "python.py"]) {
    const { status, body } = await ask(address, `/cgi-bin/${name}`);
    assertEquals([status, body.includes("allow-run")], [500, false]);
  }
  const hello = await ask(address, "/cgi-bin/hello");
  // The language may not be known, and is not needed.
  assertEquals([hello.status, hello.body], [200, "hello\n"]);
  await program.printed(
    new RegExp(`add --allow-run=${folder.at("cgi-bin/other")}$`, "m"),
    "stderr",
  );
  await program.printed(/add --allow-run=python3$/m, "stderr");
});

test("answers 500 for scripts that can have no PATH", async (folder) => {
  const { program, address } = await serving(folder, [
    "--allow-run",
    "--allow-env=LANG",
  ]);
  await using _ = program;
  for (let i = 0; i < 2; i++) {
    assertEquals((await ask(address, "/cgi-bin/hello")).status, 500);
  }
  await program.printed(/add --allow-env=PATH$/m, "stderr");
});

test("ends the script of a client that has left, though it may run no other", async (folder) => {
  const { program, address } = await serving(folder, [
    `--allow-run=${folder.at("cgi-bin/wait")}`,
    "--allow-env=PATH",
  ]);
  await using _ = program;
  {
    using client = await RawClient.connect(address);
    await client.send(request("/cgi-bin/wait"));
    assertMatch(await client.readSome(), /200 OK/);
  }
  const [, pid] = await program.printed(/(?:^|\s)(\d+)$/m, "stderr");
  await until(() => !isAlive(Number(pid)));
  await program.printed(/was ended by SIGTERM/, "stderr");
});

test("serves nothing where it must not run anything", async (folder) => {
  const program = new RunningProgram(
    new URL("../mod.ts", import.meta.url).pathname,
    ["0", folder.path, "-b", "127.0.0.1", "--cgi"],
    { flags: ["--allow-net", "--allow-read", "--deny-run", "--allow-env"] },
  );
  await using _ = program;
  assertEquals(await program.ended(), 1);
  assertMatch(program.stderr, /Cannot run programs: add --allow-run/);
});

Deno.test({
  name: "RunningScript ends without what it has started and may not end",
  ignore: Deno.build.os === "windows",
  permissions: { run: ["/bin/sh"], env: true, read: true, write: true },
  async fn() {
    await using folder = await Folder.make();
    const begun = folder.at("begun");
    const ended = folder.at("ended");
    const exists = (path: string) => statOf(path) !== null;
    const script = new RunningScript({
      command: "/bin/sh",
      args: ["-c", '(: >"$0"; sleep 1; : >"$1") & wait', begun, ended],
      env: { PATH: "/usr/bin:/bin" },
      input: null,
      timeout: null,
      killDelay: 0.05,
      onErrorLine() {},
    });
    await until(() => exists(begun));
    script.kill();
    assertEquals((await script.ended).signal, "SIGTERM");
    assert(!exists(ended));
    await until(() => exists(ended));
  },
});
