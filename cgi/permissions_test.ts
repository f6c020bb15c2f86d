/** Scripts from the command line, with no permission that is not needed. */
import { assertEquals } from "@std/assert";
import { writeScript } from "../_tools/testing/cgi_site.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";

Deno.test({
  name: "--cgi runs scripts with read access to their folder alone",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make({ "cgi-bin": { plain: "text" } });
    await writeScript(
      folder.at("cgi-bin/hello"),
      "printf 'Content-Type: text/plain\\n\\n'; echo hello",
    );
    await using program = new RunningProgram(
      new URL("../mod.ts", import.meta.url).pathname,
      ["0", folder.path, "-b", "127.0.0.1", "-q", "--cgi"],
      {
        flags: [
          "--allow-net",
          `--allow-read=${folder.path}`,
          "--allow-run",
          "--allow-env",
        ],
      },
    );
    const url = `http://127.0.0.1:${await program.port()}/cgi-bin`;
    const response = await fetch(`${url}/hello`);
    assertEquals([response.status, await response.text()], [200, "hello\n"]);
    const plain = await fetch(`${url}/plain`);
    await plain.body?.cancel();
    assertEquals(plain.status, 403);
  },
});
