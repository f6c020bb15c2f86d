import { KeptFiles } from "./_kept_files.ts";
import { nodeFs } from "./_node_modules.ts";
import type { OpenFile } from "./_open_file.ts";

/**
 * The only door to the file system for files that are served: regular files
 * that lie, all symbolic links resolved, where they may.
 *
 * Everything here is synchronous except reading: asking the system for a name
 * costs a few microseconds, a round trip through a thread five times that.
 */

class Handle implements OpenFile {
  readonly bytes = null;
  readonly size: number;
  readonly mtime: number;
  readonly ino: number | null;
  #fd: number;
  #reading = 0;
  #closed = false;

  constructor(fd: number, size: number, mtime: number, ino: number | null) {
    this.#fd = fd;
    this.size = size;
    this.mtime = mtime;
    this.ino = ino;
  }

  readSync(target: Uint8Array, position: number): number {
    this.#checkOpen();
    return nodeFs().readSync(this.#fd, target, 0, target.length, position);
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    this.#checkOpen();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#reading++;
    try {
      nodeFs().read(
        this.#fd,
        target,
        0,
        target.length,
        position,
        (error, count) => {
          if (error) reject(error);
          else resolve(count);
        },
      );
      return await promise;
    } finally {
      this.#reading--;
      if (this.#closed) this.#release();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }

  // The number may belong to another file as soon as it was given back.
  #checkOpen(): void {
    if (this.#closed) throw new TypeError("Cannot read a file: it is closed");
  }

  #release(): void {
    if (this.#reading === 0) nodeFs().closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What there is under a path. */
export type LookedUp =
  | { readonly kind: "file"; readonly file: OpenFile }
  | { readonly kind: "directory" }
  /** Nothing that is served: 404, 403 without permission, 503 without resources. */
  | { readonly kind: "none"; readonly status: 403 | 404 | 503 };

/** A folder that symbolic links must not leave. */
export class Bounds {
  /** The folder as it was given; it may itself be a link. */
  readonly directory: string;
  #real = "";

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Whether a path without links lies in the folder. */
  contain(real: string): boolean {
    if (this.#real !== "" && isWithin(real, this.#real)) return true;
    // The link that is the folder may lead elsewhere by now, to a new release.
    this.#real = Deno.realPathSync(this.directory);
    return isWithin(real, this.#real);
  }
}

/** Contents of the files that are asked for most, of all sites. nginx keeps none by itself, caddy neither. */
const small = new KeptFiles(8 << 20);

const NOT_FOUND: LookedUp = { kind: "none", status: 404 };

/**
 * Opens what is under a path, if it is a regular file.
 *
 * @param path The path, without a trailing slash.
 * @param bounds Where it must lie; `null` for anywhere.
 */
export function lookUp(path: string, bounds: Bounds | null): LookedUp {
  try {
    return lookUpUnguarded(path, bounds);
  } catch (error) {
    return { kind: "none", status: statusOf(error) };
  }
}

function lookUpUnguarded(path: string, bounds: Bounds | null): LookedUp {
  // Opening a FIFO or a device does something to it: ask before.
  const before = Deno.statSync(path);
  if (before.isDirectory) {
    return bounds === null || bounds.contain(Deno.realPathSync(path))
      ? { kind: "directory" }
      : NOT_FOUND;
  }
  if (!before.isFile) return NOT_FOUND;
  const folder = bounds && bounds.directory;
  const kept = small.get(path, before, folder);
  if (kept) return { kind: "file", file: kept };
  // What is there now may be a FIFO all the same: O_NONBLOCK, and ask again.
  const { closeSync, constants, fstatSync, openSync } = nodeFs();
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const after = fstatSync(fd);
    if (after.isFile() && (bounds === null || lies(path, fd, after, bounds))) {
      const ino = before.ino === null ? null : after.ino;
      const mtime = timeOrNull(after.mtimeMs) ?? after.ctimeMs;
      const file = new Handle(fd, after.size, mtime, ino);
      const keeping = small.keep(path, before, file, folder);
      if (keeping) file.close();
      return { kind: "file", file: keeping ?? file };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return NOT_FOUND;
}

/**
 * Whether an open file lies within bounds. With `--allow-all`, Linux tells
 * where it lies. Without, the path is resolved once more, and what is there must be
 * the file that was opened: to get past that, somebody who can write into the
 * folder would have to put a link in and out twice, to the microsecond.
 */
function lies(
  path: string,
  fd: number,
  { ino, dev }: { ino: number; dev: number },
  bounds: Bounds,
): boolean {
  if (tellsWhere) {
    try {
      return bounds.contain(Deno.readLinkSync(`/proc/self/fd/${fd}`));
    } catch {
      tellsWhere = false;
    }
  }
  const real = Deno.realPathSync(path);
  if (!bounds.contain(real)) return false;
  const now = Deno.lstatSync(real);
  return now.ino === null || now.ino === ino && now.dev === dev;
}

let tellsWhere = Deno.build.os === "linux";

/** What a listing says of a name. */
export interface Examined {
  readonly kind: "file" | "directory";
  /** Bytes of a file, `null` for a folder. */
  readonly size: number | null;
  /** Milliseconds since the epoch. */
  readonly mtime: number | null;
}

/**
 * Looks at what is under a path without opening it.
 *
 * @returns `null` for what would not be served.
 */
export function examine(path: string, bounds: Bounds | null): Examined | null {
  try {
    if (bounds !== null && !bounds.contain(Deno.realPathSync(path))) {
      return null;
    }
    const { isFile, isDirectory, size, mtime } = Deno.statSync(path);
    if (!isFile && !isDirectory) return null;
    return {
      kind: isFile ? "file" : "directory",
      size: isFile ? size : null,
      mtime: timeOrNull(mtime?.getTime()),
    };
  } catch {
    return null;
  }
}

/** A time that a `Date` can hold; of others, which a file may have, Deno gives NaN. */
function timeOrNull(ms: number | undefined): number | null {
  return ms === undefined || Number.isNaN(ms) ? null : ms;
}

/** Whether a path is the folder or lies in it; both without links. */
export function isWithin(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  // `/srv/www-secret` begins with `/srv/www`.
  return path.length === folder.length || isSeparator(folder.at(-1)!) ||
    isSeparator(path[folder.length]!);
}

function isSeparator(character: string): boolean {
  return character === "/" ||
    (character === "\\" && Deno.build.os === "windows");
}

const FORBIDDEN: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"]);
const EXHAUSTED: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** The answer to an error of the file system: a name can be wrong in many ways. */
export function statusOf(error: unknown): 403 | 404 | 503 {
  const code = (error as { code?: unknown } | null)?.code;
  if (
    FORBIDDEN.has(code) || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied
  ) return 403;
  if (EXHAUSTED.has(code)) return 503;
  return 404;
}
