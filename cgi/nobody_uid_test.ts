/** Who owns nothing. */
import { assertEquals } from "@std/assert";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { uidOfNobody } from "./_uid_of_nobody.ts";
import { nobody, nobodyUid } from "./mod.ts";

const CASES: readonly [title: string, passwd: string, uid: number | null][] = [
  [
    "the user of that name",
    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nz:x:70000:1::/:\n",
    65534,
  ],
  ["a negative id", "nobody:*:-2:-2:Unprivileged User:/var/empty:/x\n", -2],
  [
    "one more than the highest id",
    "root:x:0:0::/:\na:x:7:7::/:\nb:x:5:5::/:",
    8,
  ],
  ["none among lines that name no user", "# comment\n+::::::\n\n", null],
];

for (const [title, passwd, uid] of CASES) {
  Deno.test(`nobodyUid() is ${title}`, () => {
    assertEquals(uidOfNobody(passwd), uid);
  });
}

// Elsewhere Python asks more than that file.
if (Deno.build.os === "linux") {
  testWithPrograms(
    ["python3"],
    "nobodyUid() is Python's, and is kept in nobody",
    async ({ python3 }) => {
      const { stdout } = await new Deno.Command(python3, {
        args: ["-c", "import pwd; print(pwd.getpwnam('nobody')[2])"],
      }).output();
      const uid = nobodyUid();
      assertEquals(uid, Number(new TextDecoder().decode(stdout)));
      assertEquals(nobody, uid);
    },
  );
}
