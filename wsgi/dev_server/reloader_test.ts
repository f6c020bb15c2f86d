import { assert, assertEquals } from "@std/assert";
import { Folder } from "../../_tools/testing/folder.ts";
import { type BaseReloader, StatReloader, WatchReloader } from "./reloader.ts";

const FILES = {
  "app.ts": "1",
  "other.ts": "1",
  "pages": {
    "a.html": "1",
    "b.css": "1",
    "deep": { "c.html": "1" },
    "node_modules": { "d.html": "1" },
    ".git": { "e.html": "1" },
  },
};

let written = 0;

/** Another content, of another length, so that it shows within one tick of the clock. */
async function change(path: string): Promise<void> {
  await Deno.writeTextFile(path, "x".repeat(2 + ++written));
}

/** What a reloader tells of a change. */
async function told(
  reloader: BaseReloader,
  ...paths: string[]
): Promise<string[]> {
  const changes = reloader.changes();
  const next = changes.next();
  // The first look is at the files as they are.
  await Promise.all(paths.map(change));
  const { value } = await next;
  reloader.stop();
  await changes.return();
  return (value ?? []).toSorted();
}

function fast(): StatReloader {
  const reloader = new StatReloader();
  reloader.interval = 0.01;
  return reloader;
}

for (
  const [name, make] of [
    ["StatReloader", fast],
    ["WatchReloader", () => new WatchReloader()],
  ] as const
) {
  Deno.test(`${name} tells of a changed file (test_file)`, async () => {
    await using folder = await Folder.make(FILES);
    const reloader = make();
    reloader.watchFiles([folder.at("app.ts")]);
    assertEquals(await told(reloader, folder.at("app.ts")), [
      folder.at("app.ts"),
    ]);
  });

  Deno.test(`${name} tells of changed files of a folder, each once (test_glob, test_multiple_globs, test_overlapping_globs)`, async () => {
    await using folder = await Folder.make(FILES);
    const reloader = make();
    reloader.watchDir(folder.at("pages"), "*.html");
    reloader.watchDir(folder.at("pages"), "a.*");
    assertEquals(await told(reloader, folder.at("pages/a.html")), [
      folder.at("pages/a.html"),
    ]);
  });

  Deno.test(`${name} tells of changed files below a folder (test_glob_recursive, test_multiple_recursive_globs, test_nested_glob_recursive, test_overlapping_glob_recursive)`, async () => {
    await using folder = await Folder.make(FILES);
    const reloader = make();
    reloader.watchDir(folder.at("pages"), "**/*.html");
    reloader.watchDir(folder.at("pages/deep"), "**/*");
    assertEquals(await told(reloader, folder.at("pages/deep/c.html")), [
      folder.at("pages/deep/c.html"),
    ]);
  });

  Deno.test(`${name} notices a file that is replaced, one that comes and one that goes`, async () => {
    await using folder = await Folder.make(FILES);
    const reloader = make();
    reloader.watchFiles([folder.at("app.ts"), folder.at("new/later.ts")]);
    const changes = reloader.changes();
    let next = changes.next();
    await Deno.writeTextFile(folder.at("app.ts~"), "another");
    await Deno.rename(folder.at("app.ts~"), folder.at("app.ts"));
    assertEquals((await next).value, [folder.at("app.ts")]);
    next = changes.next();
    await Deno.mkdir(folder.at("new"));
    await Deno.writeTextFile(folder.at("new/later.ts"), "1");
    assertEquals((await next).value, [folder.at("new/later.ts")]);
    next = changes.next();
    await Deno.remove(folder.at("new"), { recursive: true });
    assertEquals((await next).value, [folder.at("new/later.ts")]);
    reloader.stop();
    await changes.return();
  });

  Deno.test(`${name}.changes() ends when it is stopped (test_run_loop_catches_stopiteration, test_run_loop_stop_and_return)`, async () => {
    const reloader = make();
    const changes = reloader.changes();
    const next = changes.next();
    reloader.stop();
    assertEquals((await next).done, true);
    reloader.stop();
  });

  Deno.test(`${name}.watchDir() takes a folder that is not there (test_watch_dir_with_unresolvable_path)`, async () => {
    await using folder = await Folder.make();
    const reloader = make();
    reloader.watchDir(folder.at("none/at/all"));
    assertEquals([...reloader.watchedFiles()], []);
    reloader.stop();
  });
}

Deno.test("watchedFiles() leaves out node_modules and hidden folders (test_watch_with_glob, test_watch_files_with_recursive_glob)", async () => {
  await using folder = await Folder.make(FILES);
  const reloader = new StatReloader();
  reloader.watchFiles([folder.at("app.ts"), folder.at("pages/a.html")]);
  reloader.watchDir(folder.path);
  assertEquals(
    [...reloader.watchedFiles()].toSorted(),
    ["app.ts", "other.ts", "pages/a.html", "pages/b.css", "pages/deep/c.html"]
      .map((name) => folder.at(name)),
  );
});

Deno.test("tick() tells of a change once (test_tick_does_not_trigger_twice)", async () => {
  await using folder = await Folder.make(FILES);
  const reloader = new StatReloader();
  reloader.watchFiles([folder.at("app.ts")]);
  assertEquals(reloader.tick(), []);
  await change(folder.at("app.ts"));
  assertEquals(reloader.tick(), [folder.at("app.ts")]);
  assertEquals(reloader.tick(), []);
});

Deno.test("snapshotFiles() knows files that are there, each once (test_snapshot_files_ignores_missing_files, test_snapshot_files_updates, test_snapshot_files_with_duplicates)", async () => {
  await using folder = await Folder.make(FILES);
  const reloader = new StatReloader();
  const app = folder.at("app.ts");
  reloader.watchFiles([app, app, folder.at("missing.ts"), "a\0b"]);
  const before = reloader.snapshotFiles();
  assertEquals([...before.keys()], [app]);
  await change(app);
  const after = reloader.snapshotFiles();
  assert(after.get(app) !== before.get(app));
});

Deno.test("watchFiles() takes new files as they are", async () => {
  await using folder = await Folder.make(FILES);
  const reloader = new StatReloader();
  const [app, other] = [folder.at("app.ts"), folder.at("other.ts")];
  reloader.watchFiles([app]);
  reloader.tick();
  reloader.watchFiles([app, other]);
  assertEquals(reloader.tick(), []);
  await change(other);
  assertEquals(reloader.tick(), [other]);
  reloader.watchFiles([app]);
  assertEquals(reloader.tick(), []);
});
