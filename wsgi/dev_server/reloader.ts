import { dirname } from "@std/path/dirname";
import { globToRegExp } from "@std/path/glob-to-regexp";
import { join } from "@std/path/join";

/** Seconds between two looks at all files. */
const INTERVAL = 1;

/** Milliseconds without a further event after which a change is complete: editors write, rename and delete in a row. */
const SETTLING = 50;

/** Milliseconds after which it is looked at in any case. */
const SETTLED = 400;

/** Folders that hold no sources of their own. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "__pycache__"]);

/** A folder of files to watch, by a pattern. */
interface Watched {
  readonly root: string;
  readonly pattern: RegExp;
}

/**
 * Watches files, Django's `BaseReloader`: subclasses decide when to look.
 * Needs `--allow-read`.
 */
export abstract class BaseReloader {
  /** Files to watch, whether they are there or not. */
  readonly extraFiles: Set<string> = new Set();
  readonly #folders: Watched[] = [];
  #seen: Map<string, string> | undefined;
  #stopped = false;

  /**
   * Watches the files of a folder and of those in it: changed, new and deleted
   * ones. Hidden folders and `node_modules` are left out.
   *
   * @param path The folder. It may come later.
   * @param glob Pattern of paths in it, such as `*.html` or `**\/*.html`.
   */
  watchDir(path: string, glob = "**/*"): void {
    this.#folders.push({ root: path, pattern: globToRegExp(glob) });
  }

  /** The folders given to {@linkcode watchDir}. */
  get watchedFolders(): readonly string[] {
    return this.#folders.map(({ root }) => root);
  }

  /** The files that are watched now: each once. */
  *watchedFiles(): Generator<string> {
    const seen = new Set(this.extraFiles);
    yield* seen;
    for (const { root, pattern } of this.#folders) {
      for (const path of filesBelow(root)) {
        const name = path.slice(root.length + 1).replaceAll("\\", "/");
        if (!pattern.test(name) || seen.has(path)) continue;
        seen.add(path);
        yield path;
      }
    }
  }

  /** The state of each file that is there: another state is a change. */
  snapshotFiles(): Map<string, string> {
    const states = new Map<string, string>();
    for (const path of this.watchedFiles()) {
      const state = stateOf(path);
      if (state !== null) states.set(path, state);
    }
    return states;
  }

  /**
   * Looks at all files.
   *
   * @returns Those that have changed, come or gone since the last look; none at the first.
   */
  tick(): string[] {
    const before = this.#seen;
    const now = this.#seen = this.snapshotFiles();
    if (before === undefined) return [];
    const changed: string[] = [];
    for (const [path, state] of now) {
      if (before.get(path) !== state) changed.push(path);
    }
    for (const path of before.keys()) if (!now.has(path)) changed.push(path);
    return changed;
  }

  /**
   * Watches other files. Those that are new in the list are taken as they are:
   * they have not changed.
   *
   * @param files The files to watch from now on, beside those of folders.
   */
  watchFiles(files: Iterable<string>): void {
    const before = this.#seen;
    const known = new Set(this.extraFiles);
    this.extraFiles.clear();
    for (const file of files) this.extraFiles.add(file);
    if (before === undefined) return;
    for (const file of this.extraFiles) {
      if (known.has(file) || before.has(file)) continue;
      const state = stateOf(file);
      if (state !== null) before.set(file, state);
    }
    for (const file of known) {
      if (!this.extraFiles.has(file)) before.delete(file);
    }
  }

  /** Gives the changes as they come, until {@linkcode stop}. */
  async *changes(): AsyncGenerator<string[], void> {
    if (this.#seen === undefined) this.tick();
    while (!this.#stopped) {
      await this._wait();
      if (this.#stopped) return;
      const changed = this.tick();
      if (changed.length > 0) yield changed;
    }
  }

  /** Ends {@linkcode changes}. */
  stop(): void {
    this.#stopped = true;
  }

  /** Waits until it is time to look. */
  protected abstract _wait(): Promise<void>;
}

/** Looks once a second, Django's `StatReloader`. */
export class StatReloader extends BaseReloader {
  /** Seconds between two looks. */
  interval: number = INTERVAL;
  #wake: () => void = () => {};

  /** Ends {@linkcode BaseReloader.changes} at once. */
  override stop(): void {
    super.stop();
    this.#wake();
  }

  /** Waits for the interval to end. */
  protected override async _wait(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.interval * 1000);
    });
    clearTimeout(timer);
  }

  /** Looks at once. */
  protected _look(): void {
    this.#wake();
  }
}

/**
 * Looks as soon as the operating system tells of a change, and once a second
 * beside that: network and shared file systems tell nothing. Django's
 * `WatchmanReloader`, without Watchman. Needs `--allow-read`.
 *
 * @example Waits for a change
 * ```ts
 * import { WatchReloader } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile();
 * const reloader = new WatchReloader();
 * reloader.watchFiles([file]);
 * const changes = reloader.changes();
 * const next = changes.next();
 * await Deno.writeTextFile(file, "new");
 * assertEquals((await next).value, [file]);
 * reloader.stop();
 * await Deno.remove(file);
 * ```
 */
export class WatchReloader extends StatReloader {
  readonly #watchers = new Map<string, Deno.FsWatcher>();
  #endSettling: () => void = () => {};
  #happened = false;

  /**
   * Watches other files; see {@linkcode BaseReloader.watchFiles}.
   *
   * @param files The files to watch from now on.
   */
  override watchFiles(files: Iterable<string>): void {
    super.watchFiles(files);
    this.#watch();
  }

  /**
   * Watches a folder, too; see {@linkcode BaseReloader.watchDir}.
   *
   * @param path The folder.
   * @param glob Pattern of paths in it.
   */
  override watchDir(path: string, glob?: string): void {
    super.watchDir(path, glob);
    this.#watch();
  }

  /** Ends {@linkcode BaseReloader.changes}, and the watchers. */
  override stop(): void {
    super.stop();
    this.#endSettling();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Waits for an event and until no more follow it, or for the interval to end. */
  protected override async _wait(): Promise<void> {
    if (!this.#happened) await super._wait();
    if (!this.#happened) return;
    for (
      let waited = 0;
      this.#happened && waited < SETTLED;
      waited += SETTLING
    ) {
      this.#happened = false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SETTLING);
        this.#endSettling = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#happened = false;
    this.#watch();
  }

  /**
   * Watches folders, not files: an editor that saves by renaming puts another
   * file in the place of the one that was watched.
   */
  #watch(): void {
    const wanted = new Map<string, boolean>();
    for (const file of this.extraFiles) {
      wanted.set(existing(dirname(file)), false);
    }
    for (const folder of this.watchedFolders) {
      wanted.set(existing(folder), true);
    }
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const [folder, recursive] of wanted) {
      if (this.#watchers.has(folder)) continue;
      try {
        this.#follow(folder, Deno.watchFs(folder, { recursive }));
      } catch {
        // There are too many watchers, or it has gone: once a second is left.
      }
    }
  }

  async #follow(folder: string, watcher: Deno.FsWatcher): Promise<void> {
    this.#watchers.set(folder, watcher);
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      // A folder that is gone takes its watcher along.
      if (kind === "remove" && paths.includes(folder)) {
        watcher.close();
        this.#watchers.delete(folder);
      }
      this.#happened = true;
      this._look();
    }
  }
}

/** The best reloader that there is, Django's `get_reloader`. */
export function getReloader(): BaseReloader {
  return new WatchReloader();
}

function stateOf(path: string): string | null {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return null;
  }
}

function* filesBelow(folder: string): Generator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(folder)];
  } catch {
    return;
  }
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (!isDirectory) yield path;
    else if (!name.startsWith(".") && !SKIPPED.has(name)) {
      yield* filesBelow(path);
    }
  }
}

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  try {
    if (Deno.statSync(folder).isDirectory) return folder;
  } catch {
    // It is not there.
  }
  const parent = dirname(folder);
  return parent === folder ? folder : existing(parent);
}
