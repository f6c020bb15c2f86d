import { assert, assertEquals } from "@std/assert";
import { Folder } from "../_tools/testing/folder.ts";
import { Bounds, lookUp } from "./_file_source.ts";
import { KeptFiles, LARGEST_KEPT } from "./_kept_files.ts";
import type { OpenFile } from "./_open_file.ts";

const NOW = Date.UTC(2026, 10, 27);

function date(milliseconds: number): Date {
  return new Date(milliseconds);
}

const VERSION = {
  dev: 1,
  ino: 2 as number | null,
  size: 3,
  mtime: date(NOW - 10_000) as Date | null,
  ctime: date(NOW - 10_000) as Date | null,
};

/** A file that says what a version says. */
function fileOf(version: typeof VERSION, content = "abc"): OpenFile {
  const bytes = new TextEncoder().encode(content);
  return {
    size: version.size,
    mtime: (version.mtime?.getTime() ?? 0) + 0.25,
    ino: version.ino,
    bytes: null,
    readSync(target, position) {
      const found = bytes.subarray(position, position + target.length);
      target.set(found);
      return found.length;
    },
    read: () => Promise.reject(new Error("must not be called")),
    close() {},
    [Symbol.dispose]() {},
  };
}

/** Runs something at a time. */
function at<T>(time: number, action: () => T): T {
  const { now } = Date;
  Date.now = () => time;
  try {
    return action();
  } finally {
    Date.now = now;
  }
}

Deno.test("KeptFiles gives a file back while nothing tells that it has changed", () => {
  const files = new KeptFiles(1000);
  const kept = at(NOW, () => files.keep("/a", VERSION, fileOf(VERSION), "/"));
  assertEquals(kept?.bytes, new Uint8Array([97, 98, 99]));
  assertEquals(kept?.mtime, NOW - 10_000 + 0.25);
  for (const age of [0, 999]) {
    assertEquals(at(NOW + age, () => files.get("/a", VERSION, "/")), kept);
  }
  assertEquals(files.get("/b", VERSION, "/"), undefined);
});

for (
  const [title, change, folder, age] of [
    ["another device", { dev: 9 }, "/", 0],
    ["another inode", { ino: 9 }, "/", 0],
    ["another size", { size: 9 }, "/", 0],
    ["another time of modification", { mtime: date(NOW) }, "/", 0],
    ["another change of status", { ctime: date(NOW) }, "/", 0],
    ["no times", { mtime: null }, "/", 0],
    ["another folder around", {}, "/srv", 0],
    ["no folder around", {}, null, 0],
    ["a second later, when links may lead elsewhere", {}, "/", 1000],
    ["with a clock that was set back", {}, "/", -1],
  ] as const
) {
  Deno.test(`KeptFiles forgets a file: ${title}`, () => {
    const files = new KeptFiles(1000);
    at(NOW, () => files.keep("/a", VERSION, fileOf(VERSION), "/"));
    const asked = { ...VERSION, ...change };
    assertEquals(
      at(NOW + age, () => files.get("/a", asked, folder)),
      undefined,
    );
    assertEquals(at(NOW, () => files.get("/a", VERSION, "/")), undefined);
  });
}

for (
  const [title, change, content] of [
    ["changed a moment ago", { mtime: date(NOW - 2999) }, "abc"],
    ["renamed a moment ago", { ctime: date(NOW - 2999) }, "abc"],
    ["dated in the future", { mtime: date(NOW + 1) }, "abc"],
    ["without inode", { ino: null }, "abc"],
    ["without times", { ctime: null }, "abc"],
    ["too large", { size: LARGEST_KEPT + 1 }, "a".repeat(LARGEST_KEPT + 1)],
    ["cut short meanwhile", {}, "ab"],
  ] as const
) {
  Deno.test(`KeptFiles keeps no file that is unfit: ${title}`, () => {
    const files = new KeptFiles(1e6);
    const version = { ...VERSION, ...change };
    const kept = at(
      NOW,
      () => files.keep("/a", version, fileOf(version, content), "/"),
    );
    assertEquals(kept, undefined);
    assertEquals(at(NOW, () => files.get("/a", version, "/")), undefined);
  });
}

Deno.test("KeptFiles keeps no file that another one was opened for", () => {
  const files = new KeptFiles(1000);
  for (
    const other of [
      { ...VERSION, ino: 9 },
      { ...VERSION, size: 9 },
      { ...VERSION, mtime: date(NOW - 20_000) },
    ]
  ) {
    assertEquals(
      at(NOW, () => files.keep("/a", VERSION, fileOf(other), "/")),
      undefined,
    );
  }
});

Deno.test("KeptFiles makes room, for what is wanted last", () => {
  const files = new KeptFiles(1600);
  const has = (path: string) =>
    at(NOW, () => files.get(path, VERSION, "/")) !== undefined;
  const keep = (path: string) =>
    at(NOW, () => files.keep(path, VERSION, fileOf(VERSION), "/"));
  for (const path of ["/a", "/b", "/c"]) keep(path);
  assert(has("/a"));
  keep("/d");
  assertEquals(["/a", "/b", "/c", "/d"].map(has), [true, false, true, true]);
  for (let i = 0; i < 100; i++) keep(`/${i}`);
  assertEquals(["/97", "/98", "/99"].map(has), [true, true, true]);
});

Deno.test("KeptFiles keeps so many files at most, even if they are empty", () => {
  const files = new KeptFiles(100_000);
  const version = { ...VERSION, size: 0 };
  const paths = Array.from({ length: 1000 }, (_, i) => `/${i}`);
  at(NOW, () => {
    for (const path of paths) files.keep(path, version, fileOf(version), "/");
    const kept = paths.filter((path) => files.get(path, version, "/"));
    assert(kept.length > 0 && kept.length < 200, `${kept.length}`);
  });
});

Deno.test("lookUp() serves from memory, but never what has changed", async () => {
  await using folder = await Folder.make({ "a.txt": "first" });
  const path = folder.at("a.txt");
  await Deno.utime(path, 1e9, 1e9);
  const bounds = new Bounds(folder.path);
  const read = () => {
    const found = lookUp(path, bounds);
    assert(found.kind === "file");
    using file = found.file;
    const content = new Uint8Array(file.size);
    assertEquals(file.readSync(content, 0), file.size);
    return [new TextDecoder().decode(content), file.bytes !== null];
  };
  // As if the file had rested.
  const later = <T>(action: () => T) => at(Date.now() + 5000, action);
  assertEquals(read(), ["first", false]);
  assertEquals(later(read), ["first", true]);
  assertEquals(later(read), ["first", true]);
  await Deno.writeTextFile(path, "other");
  assertEquals(read(), ["other", false]);
  assertEquals(later(read), ["other", true]);
  await Deno.remove(path);
  assertEquals(later(() => lookUp(path, bounds).kind), "none");
});

Deno.test({
  name: "lookUp() serves nothing from memory once a link leads out",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make({ site: { sub: { "a.txt": "a" } } });
    const bounds = new Bounds(folder.at("site"));
    const path = folder.at("site/sub/a.txt");
    const start = Date.now() + 5000;
    const found = (time: number) => at(time, () => lookUp(path, bounds).kind);
    assertEquals(found(start), "file");
    // The same file under the same path, but no longer in the site.
    await Deno.rename(folder.at("site/sub"), folder.at("moved"));
    await Deno.symlink(folder.at("moved"), folder.at("site/sub"));
    assertEquals(found(start + 1000), "none");
  },
});
