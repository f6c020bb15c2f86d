import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Folder } from "../_tools/testing/folder.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";

const PROGRAM = fromFileUrl(import.meta.resolve("./git_over_http.ts"));

testWithPrograms(
  ["git"],
  "a repository that the git example serves is cloned, pushed to and fetched",
  async ({ git }) => {
    await using folder = await Folder.make({ srv: {} });
    const run = async (...args: string[]) => {
      const { success, stdout, stderr } = await new Deno.Command(git, {
        args: ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args],
        cwd: folder.path,
        env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    await run("init", "-q", "--bare", "-b", "main", "srv/tea.git");
    await using program = new RunningProgram(PROGRAM, [folder.at("srv"), "0"], {
      flags: ["-A"],
    });
    const [, url] = await program.printed(
      /(http:\/\/127\.0\.0\.1:\d+\/)/,
      "stderr",
    );
    for (const name of ["one", "two"]) {
      await run("clone", "-q", `${url}tea.git`, name);
    }
    const leaves = crypto.getRandomValues(new Uint8Array(60_000));
    for (const commit of ["first", "second"]) {
      await Deno.writeFile(folder.at(`one/${commit}`), leaves);
      await run("-C", "one", "add", ".");
      await run("-C", "one", "commit", "-qm", commit);
      await run("-C", "one", "push", "-q", "origin", "HEAD:main");
      await run("-C", "two", "pull", "-q", "origin", "main");
    }
    assertEquals(
      await run("-C", "two", "log", "--format=%H %s"),
      await run("-C", "one", "log", "--format=%H %s"),
    );
    assertEquals(await Deno.readFile(folder.at("two/second")), leaves);
    await run("-C", "srv/tea.git", "fsck", "--full");
    const missing = await fetch(`${url}coffee.git/info/refs`);
    await missing.body?.cancel();
    assertEquals(missing.status, 404);
  },
);
