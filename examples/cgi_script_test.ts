import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Folder } from "../_tools/testing/folder.ts";
import { Lighttpd } from "../_tools/testing/lighttpd.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";

const here = (path: string) => fromFileUrl(import.meta.resolve(path));

/** A folder with the script, as its header describes it, and Deno in `bin/`. */
async function site(): Promise<
  { folder: Folder; env: Record<string, string> }
> {
  const links = ["assert", "cli", "http", "media_types", "path"]
    .map((name) => here(`../_tools/std_links/${name}`));
  const folder = await Folder.make({
    bin: {},
    "cgi-bin": {},
    "deno.json": JSON.stringify({
      imports: { "@pystd/server": "jsr:@pystd/server" },
      links: [here("../"), ...links],
      lock: false,
    }),
  });
  await Deno.copyFile(here("./cgi_script.ts"), folder.at("cgi-bin/hash.ts"));
  await Deno.chmod(folder.at("cgi-bin/hash.ts"), 0o755);
  await Deno.symlink(Deno.execPath(), folder.at("bin/deno"));
  const env = { PATH: `${folder.at("bin")}:${Deno.env.get("PATH")}` };
  return { folder, env };
}

/** Sends a file with the form, and asks for what is not there. */
async function exercise(url: string): Promise<void> {
  const page = await fetch(url);
  assertEquals(page.headers.get("content-type"), "text/html");
  assertMatch(await page.text(), /<form method="post"/);
  const content = new Uint8Array(300_000).fill(7);
  const form = new FormData();
  form.set("file", new File([content], "seven.bin"));
  const answer = await fetch(url, { method: "POST", body: form });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  assertEquals(await answer.text(), `${digest.toHex()}  seven.bin\n`);
  for (
    const [init, status] of [
      [{ method: "POST", body: new URLSearchParams({ file: "x" }) }, 400],
      [{ method: "POST", body: "no form" }, 400],
    ] as const
  ) {
    const refused = await fetch(url, init);
    assertEquals([refused.status, await refused.text()], [
      status,
      "Bad Request: there is no file\n",
    ]);
  }
}

Deno.test({
  name: "the CGI example hashes files under --cgi",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { folder, env } = await site();
    await using _folder = folder;
    await using program = new RunningProgram(here("../mod.ts"), [
      "0",
      "--cgi",
    ], { flags: ["-A"], cwd: folder.path, env });
    await exercise(`http://127.0.0.1:${await program.port()}/cgi-bin/hash.ts`);
  },
});

testWithPrograms(
  ["lighttpd"],
  "the CGI example hashes files under lighttpd",
  async ({ lighttpd }) => {
    const { folder, env } = await site();
    await using _folder = folder;
    await using server = await Lighttpd.start(lighttpd, folder.path, env);
    await exercise(`${server.url}/cgi-bin/hash.ts`);
  },
);
