import { assert, assertEquals, assertThrows } from "@std/assert";
import { Folder } from "../_tools/testing/folder.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import {
  Bounds,
  examine,
  isWithin,
  type LookedUp,
  lookUp,
  statusOf,
} from "./_file_source.ts";

/** What was found, as a word or a number; files are closed. */
function outcome(found: LookedUp): string | number {
  if (found.kind === "file") found.file.close();
  return found.kind === "none" ? found.status : found.kind;
}

Deno.test("lookUp() opens a regular file and says what the open file is", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  const found = lookUp(folder.at("a.txt"), new Bounds(folder.path));
  assert(found.kind === "file");
  using file = found.file;
  // Replaced while it is open: facts and content are those of the open file.
  await Deno.remove(folder.at("a.txt"));
  await Deno.writeTextFile(folder.at("a.txt"), "longer text");
  const bytes = new Uint8Array(10);
  assertEquals(file.size, 5);
  assertEquals(file.readSync(bytes, 1), 4);
  assertEquals(await file.read(bytes, 3), 2);
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 2)), "lo");
  assertEquals(await file.read(bytes, 5), 0);
});

Deno.test("OpenFile.close() waits for a read under way, and reads fail afterwards", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  const found = lookUp(folder.at("a.txt"), null);
  assert(found.kind === "file");
  const reading = found.file.read(new Uint8Array(5), 0);
  found.file.close();
  found.file.close();
  assertEquals(await reading, 5);
  let error: unknown;
  await found.file.read(new Uint8Array(5), 0).catch((thrown) => error = thrown);
  assert(error instanceof TypeError);
  // Its number may be that of another file by now.
  const other = lookUp(folder.at("a.txt"), null);
  assert(other.kind === "file");
  using _open = other.file;
  assertThrows(() => found.file.readSync(new Uint8Array(5), 0), TypeError);
});

Deno.test("lookUp() follows links that stay within bounds, and no others", async () => {
  await using outside = await Folder.make({
    "secret.txt": "secret",
    "sub": { "x": "y" },
  });
  await using folder = await Folder.make({
    "a.txt": "a",
    "sub": { "b.txt": "b" },
  });
  const links = {
    "inside": "a.txt",
    "absolute": folder.at("a.txt"),
    "folder": "sub",
    "leaving": outside.at("secret.txt"),
    "leavingFolder": outside.path,
    "relative": `../${outside.path.split("/").at(-1)}/secret.txt`,
    "twice": "leaving",
    "loop": "loop",
    "dangling": "nothing",
    "device": "/dev/null",
    "parent": "..",
    "here": ".",
  };
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, folder.at(name));
  }
  const expected: Record<
    string,
    [confined: string | number, free: string | number]
  > = {
    "inside": ["file", "file"],
    "absolute": ["file", "file"],
    "folder": ["directory", "directory"],
    "folder/b.txt": ["file", "file"],
    "here/here/sub": ["directory", "directory"],
    "leaving": [404, "file"],
    "leavingFolder": [404, "directory"],
    "leavingFolder/secret.txt": [404, "file"],
    "leavingFolder/sub": [404, "directory"],
    "relative": [404, "file"],
    "twice": [404, "file"],
    "loop": [404, 404],
    "dangling": [404, 404],
    "device": [404, 404],
    "parent": [404, "directory"],
    "a.txt/x": [404, 404],
    "nothing": [404, 404],
    ["n".repeat(300)]: [404, 404],
    [`${"d/".repeat(3000)}x`]: [404, 404],
  };
  const bounds = new Bounds(folder.path);
  for (const [name, [confined, free]] of Object.entries(expected)) {
    const path = folder.at(name);
    assertEquals(outcome(lookUp(path, bounds)), confined, name);
    assertEquals(outcome(lookUp(path, null)), free, name);
    const seen = examine(path, bounds);
    assertEquals(seen?.kind ?? 404, confined, name);
  }
});

Deno.test("lookUp() takes a neighbor whose name begins alike for an outsider", async () => {
  await using parent = await Folder.make({
    "www": {},
    "www-secret": { "a": "a" },
  });
  await Deno.symlink("../www-secret", parent.at("www/link"));
  const bounds = new Bounds(parent.at("www"));
  assertEquals(outcome(lookUp(parent.at("www/link/a"), bounds)), 404);
  assertEquals(outcome(lookUp(parent.at("www-secret/a"), bounds)), 404);
});

Deno.test("Bounds follow a link that is itself the folder to its new target", async () => {
  await using parent = await Folder.make({
    "one": { "a": "1" },
    "two": { "a": "2" },
  });
  await Deno.symlink("one", parent.at("current"));
  const bounds = new Bounds(parent.at("current"));
  assertEquals(outcome(lookUp(parent.at("current/a"), bounds)), "file");
  await Deno.remove(parent.at("current"));
  await Deno.symlink("two", parent.at("current"));
  assertEquals(outcome(lookUp(parent.at("current/a"), bounds)), "file");
});

Deno.test("lookUp() serves from the root of the file system", () => {
  const bounds = new Bounds("/");
  assertEquals(outcome(lookUp("/etc/passwd", bounds)), "file");
});

testWithPrograms(
  ["mkfifo"],
  "lookUp() never opens FIFOs and sockets",
  async ({ mkfifo }) => {
    await using folder = await Folder.make();
    const pipe = folder.at("pipe");
    await new Deno.Command(mkfifo, { args: [pipe] }).output();
    using _socket = Deno.listen({
      transport: "unix",
      path: folder.at("socket"),
    });
    await Deno.symlink("pipe", folder.at("link"));
    const bounds = new Bounds(folder.path);
    for (const name of ["pipe", "link", "socket"]) {
      assertEquals(outcome(lookUp(folder.at(name), bounds)), 404, name);
      assertEquals(outcome(lookUp(folder.at(name), null)), 404, name);
      assertEquals(examine(folder.at(name), bounds), null, name);
    }
  },
);

Deno.test({
  name: "lookUp() answers 403 where a permission is missing",
  permissions: { read: false },
  fn() {
    assertEquals(outcome(lookUp("/etc/passwd", null)), 403);
    assertEquals(outcome(lookUp("/etc/passwd", new Bounds("/etc"))), 403);
    assertEquals(examine("/etc/passwd", null), null);
  },
});

Deno.test("statusOf() has an answer for whatever the system says", () => {
  const error = (code: string) => Object.assign(new Error(code), { code });
  for (const code of ["EACCES", "EPERM"]) {
    assertEquals(statusOf(error(code)), 403);
  }
  for (const code of ["EMFILE", "ENFILE", "ENOMEM"]) {
    assertEquals(statusOf(error(code)), 503);
  }
  const others = [
    "ENOENT",
    "ENOTDIR",
    "ELOOP",
    "ENAMETOOLONG",
    "ENXIO",
    "EIO",
    "EINVAL",
    "EOVERFLOW",
  ];
  for (const code of others) assertEquals(statusOf(error(code)), 404);
  assertEquals(statusOf(new Deno.errors.PermissionDenied("")), 403);
  assertEquals(statusOf(new Deno.errors.NotCapable("")), 403);
  assertEquals(statusOf(new TypeError("a path with NUL")), 404);
  assertEquals(statusOf(null), 404);
});

Deno.test("isWithin() compares whole names", () => {
  assert(isWithin("/srv/www", "/srv/www"));
  assert(isWithin("/srv/www/a", "/srv/www"));
  assert(isWithin("/a", "/"));
  assert(!isWithin("/srv/www-secret", "/srv/www"));
  assert(!isWithin("/srv", "/srv/www"));
});

/** Lets a link lead now here, now there, from another thread, as fast as it can. */
function flickering(link: string, targets: readonly string[]): AsyncDisposable {
  const source = `onmessage = ({ data: [link, targets, stop] }) => {
    for (let i = 0; Atomics.load(stop, 0) === 0; i++) {
      Deno.symlinkSync(targets[i % targets.length], link + ".new");
      Deno.renameSync(link + ".new", link);
    }
    postMessage("stopped");
  };`;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  const stopped = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage([link, targets, stop]);
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      Atomics.store(stop, 0, 1);
      await stopped;
      worker.terminate();
    },
  };
}

Deno.test("lookUp() lets no link that changes meanwhile lead out", async () => {
  await using outside = await Folder.make({ "a": "secret!" });
  await using folder = await Folder.make({ "sub": { "a": "public" } });
  await Deno.symlink("sub", folder.at("link"));
  const bounds = new Bounds(folder.path);
  await using _link = flickering(folder.at("link"), ["sub", outside.path]);
  const seen = { file: 0, 404: 0 };
  const end = performance.now() + 10_000;
  while (seen.file < 1000 || seen[404] < 1000) {
    assert(performance.now() < end, JSON.stringify(seen));
    const found = lookUp(folder.at("link/a"), bounds);
    if (found.kind === "file") assertEquals(found.file.size, "public".length);
    seen[outcome(found) as keyof typeof seen]++;
  }
});

testWithPrograms(
  ["mkfifo"],
  "lookUp() is not caught by a FIFO in the place of a file",
  async ({ mkfifo }) => {
    await using folder = await Folder.make({ "a": "file" });
    await new Deno.Command(mkfifo, { args: [folder.at("pipe")] }).output();
    await Deno.symlink("a", folder.at("link"));
    const bounds = new Bounds(folder.path);
    await using _link = flickering(folder.at("link"), ["a", "pipe"]);
    const seen = { file: 0, 404: 0 };
    const end = performance.now() + 10_000;
    while (seen.file < 1000 || seen[404] < 1000) {
      assert(performance.now() < end, JSON.stringify(seen));
      const what = outcome(lookUp(folder.at("link"), bounds));
      seen[what as keyof typeof seen]++;
    }
  },
);

// Most file systems cut such a time; the one in memory keeps it.
Deno.test({
  name:
    "a time that no Date can hold is none, and what tells versions apart is another",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
    try {
      const path = `${folder}/a.txt`;
      await Deno.writeTextFile(path, "hello");
      await Deno.utime(path, 8.64e12 + 1, 8.64e12 + 1);
      assertEquals(examine(path, null), {
        kind: "file",
        size: 5,
        mtime: null,
      });
      const found = lookUp(path, null);
      assert(found.kind === "file");
      using file = found.file;
      assert(Math.abs(file.mtime - Date.now()) < 60_000, `${file.mtime}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
