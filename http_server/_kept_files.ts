import type { OpenFile } from "./_open_file.ts";

/** Files up to here are kept; above, opening and reading is little of the work. */
export const LARGEST_KEPT = 1 << 16;

/** Bytes that an entry takes beside the content of its file: a site may have a million empty ones. */
const AROUND = 512;

/** Milliseconds that a file must have rested, for each change since to show in its times. */
const REST = 3000;

/** Milliseconds after which where a file lies is asked again. */
const TRUST = 1000;

/** What tells one version of a file from every other, and from all other files. */
type Version = Pick<
  Deno.FileInfo,
  "dev" | "ino" | "size" | "mtime" | "ctime"
>;

interface Entry {
  readonly file: KeptFile;
  readonly dev: number;
  readonly ino: number;
  readonly mtime: number;
  readonly ctime: number;
  /** The folder that it was found to lie in; `null` if nobody asked. */
  readonly folder: string | null;
  /** When that was, in milliseconds since the epoch. */
  readonly seen: number;
  /** Whether it was asked for since room was needed the last time. */
  wanted: boolean;
}

/**
 * The contents of small files that were asked for. To open, examine and read a
 * file takes four times as long as to ask whether it has changed, which is
 * what happens for each request:
 *
 * - A file is the same if device, inode, size, and both times are. The time
 *   of its last change of status cannot be set by anybody.
 * - A file that was changed a moment ago is not kept: a second change within
 *   the same tick of the clock would not show.
 * - Where the path leads is asked again after a second: a folder on the way
 *   may have been moved out of bounds, and a link put in its place.
 */
export class KeptFiles {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  #bytes = 0;

  /** @param most Bytes of all together. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The file under a path, if it is still the one that was kept.
   *
   * @param path Where it is.
   * @param version What is there now.
   * @param folder The folder that it must lie in, `null` for anywhere.
   */
  get(
    path: string,
    version: Version,
    folder: string | null,
  ): OpenFile | undefined {
    const entry = this.#entries.get(path);
    if (!entry) return;
    const age = Date.now() - entry.seen;
    const same = version.ino === entry.ino && version.dev === entry.dev &&
      version.size === entry.file.size &&
      version.mtime?.getTime() === entry.mtime &&
      version.ctime?.getTime() === entry.ctime;
    if (same && age >= 0 && age < TRUST && folder === entry.folder) {
      entry.wanted = true;
      return entry.file;
    }
    this.#drop(path, entry);
  }

  /**
   * Keeps a file that was opened, if it is fit for that.
   *
   * @param path Where it was found.
   * @param version What was there before it was opened.
   * @param file The open file, of the same version.
   * @param folder The folder that it lies in, `null` if nobody asked.
   * @returns What can be used in place of the open file.
   */
  keep(
    path: string,
    version: Version,
    file: OpenFile,
    folder: string | null,
  ): OpenFile | undefined {
    const { ino, dev, mtime, ctime } = version;
    const seen = Date.now();
    if (
      ino === null || mtime === null || ctime === null ||
      file.ino !== ino || file.size !== version.size ||
      file.size > LARGEST_KEPT || costOf(file) > this.#most ||
      Math.floor(file.mtime) !== mtime.getTime() ||
      seen - Math.max(mtime.getTime(), ctime.getTime()) < REST
    ) return;
    const bytes = new Uint8Array(file.size);
    if (file.readSync(bytes, 0) !== file.size) return;
    const kept = new KeptFile(bytes, file);
    const old = this.#entries.get(path);
    if (old) this.#drop(path, old);
    this.#bytes += costOf(kept);
    this.#makeRoom();
    this.#entries.set(path, {
      file: kept,
      dev,
      ino,
      mtime: mtime.getTime(),
      ctime: ctime.getTime(),
      folder,
      seen,
      wanted: false,
    });
    return kept;
  }

  /** Drops what was asked for least lately, or nearly. */
  #makeRoom(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#bytes <= this.#most) return;
      this.#drop(path, entry);
      if (!entry.wanted) continue;
      entry.wanted = false;
      this.#bytes += costOf(entry.file);
      this.#entries.set(path, entry);
    }
  }

  #drop(path: string, entry: Entry): void {
    this.#entries.delete(path);
    this.#bytes -= costOf(entry.file);
  }
}

function costOf({ size }: OpenFile): number {
  return AROUND + size;
}

/** A file whose content is in memory. It may be read by many at a time, and closing it does nothing. */
class KeptFile implements OpenFile {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly mtime: number;
  readonly ino: number | null;

  constructor(bytes: Uint8Array, { size, mtime, ino }: OpenFile) {
    this.bytes = bytes;
    this.size = size;
    this.mtime = mtime;
    this.ino = ino;
  }

  readSync(target: Uint8Array, position: number): number {
    const found = this.bytes.subarray(position, position + target.length);
    target.set(found);
    return found.length;
  }

  // deno-lint-ignore require-await
  async read(target: Uint8Array, position: number): Promise<number> {
    return this.readSync(target, position);
  }

  close(): void {}

  [Symbol.dispose](): void {}
}
