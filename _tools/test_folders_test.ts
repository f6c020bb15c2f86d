import { assertEquals } from "@std/assert";
import { Folder } from "./testing/folder.ts";
import { testFolders } from "./test_folders.ts";

Deno.test("testFolders() lists each folder with sources once, those with most tests first", async () => {
  await using folder = await Folder.make({
    "README.md": "text",
    "a.bin": "no source",
    "small": { "x.ts": "", "x_test.ts": "short" },
    "large": {
      "x.ts": "much longer than any test of it",
      "x_test.ts": "much longer",
      "inner": { "y.ts": "" },
    },
    "empty": { "further": { "deep": { "z_test.ts": "" } } },
    "other": { "a.txt": "" },
    "testdata": { "x_test.ts": "not of the package" },
    ".git": { "x_test.ts": "not of the package" },
  });
  const found = testFolders(new URL(`file://${folder.path}/`));
  assertEquals(found.slice(0, 2), [
    { path: "./large/", below: ["./large/inner"], size: 11 },
    { path: "./small/", below: [], size: 5 },
  ]);
  assertEquals(
    found.slice(2).sort((a, b) => a.path < b.path ? -1 : 1),
    [
      { path: "./", below: ["./empty", "./large", "./small"], size: 0 },
      { path: "./empty/further/deep/", below: [], size: 0 },
      { path: "./large/inner/", below: [], size: 0 },
    ],
  );
});
