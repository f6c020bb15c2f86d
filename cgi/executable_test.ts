/** Which files the system would run. */
import { assertEquals } from "@std/assert";
import { Folder } from "../_tools/testing/folder.ts";
import { executable } from "./executable.ts";

const POSIX = Deno.build.os !== "windows";
const OWN = POSIX ? Deno.uid()! : 0;
const OTHER = OWN + 1;

const CASES: readonly [
  title: string,
  mode: number,
  owner: number,
  expected: boolean,
][] = [
  ["that its owner may run", 0o100, OWN, true],
  ["that nobody may run", 0o666, OWN, false],
  ["of another that all may run", 0o755, OTHER, true],
  ["of another that only he may run", 0o700, OTHER, OWN === 0],
  ["that all but its owner may run", 0o011, OWN, OWN === 0],
];

for (const [title, mode, uid, expected] of CASES) {
  Deno.test({
    name: `executable() is ${expected} for a file ${title}`,
    ignore: !POSIX,
    fn() {
      assertEquals(executable("script", { mode, uid }), expected);
    },
  });
}

Deno.test({
  name: "executable() looks at the file, and where a link leads",
  ignore: !POSIX,
  async fn() {
    await using folder = await Folder.make({ "plain": "" });
    await Deno.symlink(folder.at("plain"), folder.at("link"));
    assertEquals(executable(folder.at("link")), false);
    await Deno.chmod(folder.at("plain"), 0o700);
    assertEquals(executable(folder.at("link")), true);
    assertEquals(executable(folder.at("missing")), false);
    assertEquals(executable("a\0b"), false);
  },
});
