/** What scripts write to their standard error, as the log shows it. */
import { assert, assertEquals } from "@std/assert";
import { writeScript } from "../_tools/testing/cgi_site.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";

Deno.test({
  name: "--cgi escapes what scripts write to their standard error",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make({ "cgi-bin": {} });
    await writeScript(
      folder.at("cgi-bin/loud"),
      "printf 'one\\033[31m\\a\\001two\\177\\rthree\\302\\233caf\\303\\251\\\\\\r\\nfour\\000\\377\\n' >&2\n" +
        "printf 'Content-Type: text/plain\\n\\nhello'\n",
    );
    await using program = new RunningProgram(
      new URL("../mod.ts", import.meta.url).pathname,
      ["0", folder.path, "-b", "127.0.0.1", "--cgi"],
      { flags: ["--allow-all"] },
    );
    const url = `http://127.0.0.1:${await program.port()}/cgi-bin/loud`;
    assertEquals(await (await fetch(url)).text(), "hello");
    await program.printed(/four.*\n/, "stderr");
    const lines = program.stderr.split("\n").filter((line) =>
      !line.includes("GET /cgi-bin/loud") && line !== ""
    );
    assertEquals(
      lines.map((line) => line.replace(/^127\.0\.0\.1 - - \[[^\]]+\] /, "")),
      [
        "one\\x1b[31m\\x07\\x01two\\x7f\\x0dthree\\x9bcafé\\\\",
        "four\\x00\ufffd",
      ],
    );
    // `program` shows an escape character as ESC.
    assert(!program.stderr.includes("ESC"));
  },
});
