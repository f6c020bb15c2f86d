import {
  binarySpelling,
  denoOpenOptions,
  type FileMode,
  parseFileMode,
} from "./_file_mode.ts";
import { positionArgument, whenceArgument } from "./_arguments.ts";
import { closeAfter } from "./_close_after.ts";
import { checkFilePath } from "./_file_path.ts";
import { Mutex } from "./_mutex.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "./constants.ts";
import { RawIOBase } from "./raw_io_base.ts";
import { resourceId } from "./resource_id.ts";

/**
 * Opens a file in place of `Deno.openSync`.
 *
 * @param path The path as it was given.
 * @param options What the mode asks for.
 * @returns An open file, which the stream closes.
 */
export type Opener = (
  path: string | URL,
  options: Deno.OpenOptions,
) => Deno.FsFile;

/** Options of a {@linkcode FileIO}. */
export interface FileIOOptions {
  /** Whether closing the stream closes an adopted file. `true` by default. */
  closefd?: boolean | undefined;
  /** Opens the file; `Deno.openSync` by default. */
  opener?: Opener | undefined;
}

/**
 * A file as a raw stream, Python's `io.FileIO`: one read or write is one
 * request to the operating system. Concurrent calls take turns.
 *
 * Opening is synchronous: a FIFO that nobody writes to holds up the whole
 * program. {@linkcode open} does not.
 *
 * Requires `--allow-read` for reading and `--allow-write` for writing.
 *
 * @example Reads from the middle of a file
 * ```ts
 * import { FileIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "0123456789");
 * {
 *   await using file = new FileIO(path);
 *   await file.seek(7);
 *   assertEquals(new TextDecoder().decode(await file.readall()), "789");
 * }
 * await Deno.remove(path);
 * ```
 */
export class FileIO extends RawIOBase {
  #file: Deno.FsFile;
  #mode: FileMode;
  #path: string | URL | undefined;
  #closefd: boolean;
  #seekable: boolean;
  #blockSize: number | null;
  #mutex = new Mutex();

  /**
   * Opens a file, or adopts an open one: where Python takes a descriptor, a
   * `Deno.FsFile` is taken here.
   *
   * @param file A path, a `file:` URL or an open file.
   * @param mode One of `r`, `w`, `x` and `a`, with `+` for both directions; a
   * `b` changes nothing.
   * @param options Who opens and who closes.
   * @throws {RangeError} If `mode` is anything else, or the path contains NUL.
   * @throws {TypeError} If `file` is none of these, the opener gives no file,
   * or `closefd` is false for a path.
   * @throws {Deno.errors.IsADirectory} If it is a directory.
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {Deno.errors.AlreadyExists} If there is, and `mode` has `x`.
   */
  constructor(
    file: string | URL | Deno.FsFile,
    mode = "r",
    options: FileIOOptions = {},
  ) {
    super();
    this.#mode = parseFileMode(mode);
    if (this.#mode.text) {
      throw new RangeError(
        `Cannot open a raw file with mode "${mode}": it is not text`,
      );
    }
    this.#closefd = options.closefd ?? true;
    if (file instanceof Deno.FsFile) {
      this.#file = file;
    } else {
      checkFilePath(file, this.#closefd);
      this.#path = file;
      this.#file = openedBy(
        options.opener ?? Deno.openSync,
        file,
        denoOpenOptions(this.#mode),
      );
    }
    try {
      const info = this.#file.statSync();
      if (info.isDirectory) {
        throw new Deno.errors.IsADirectory(
          `Cannot open "${this.name}": it is a directory`,
        );
      }
      this.#blockSize = info.blksize;
      this.#seekable = info.isFile || hasPosition(this.#file);
      if (this.#mode.action === "a" && this.#seekable) {
        this.#file.seekSync(0, SEEK_END);
      }
    } catch (error) {
      if (this.#path !== undefined) this.#file.close();
      throw error;
    }
  }

  /** The mode in binary spelling: `rb`, `wb`, `xb`, `ab`, `rb+`, `xb+` or `ab+`. */
  get mode(): string {
    return binarySpelling(this.#mode);
  }

  /** The path as it was given, or the resource id of an adopted file. */
  get name(): string | number {
    return this.#path === undefined
      ? resourceId(this.#file)
      : String(this.#path);
  }

  /** Whether closing the stream closes the file. */
  get closefd(): boolean {
    return this.#closefd;
  }

  /** The size of the blocks in which the file is best read and written, in bytes, if known. */
  get blksize(): number | null {
    return this.#blockSize;
  }

  /**
   * Whether the file is read.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override readable(): boolean {
    this._checkClosed("readable");
    return this.#mode.reading;
  }

  /**
   * Whether the file is written.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override writable(): boolean {
    this._checkClosed("writable");
    return this.#mode.writing;
  }

  /**
   * Whether the file has positions: a pipe or a terminal has none.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override seekable(): boolean {
    this._checkClosed("seekable");
    return this.#seekable;
  }

  /**
   * Whether the file is a terminal.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override isatty(): boolean {
    this._checkClosed("isatty");
    return this.#file.isTerminal();
  }

  /**
   * The resource id of the file.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override fileno(): number {
    this._checkClosed("fileno");
    return resourceId(this.#file);
  }

  /**
   * Reads once.
   *
   * @param buffer Where the bytes go.
   * @returns How many, 0 at the end.
   * @throws {UnsupportedOperation} If the file is not read.
   * @throws {TypeError} If the stream or its file is closed.
   */
  override readinto(buffer: ArrayBufferView): Promise<number> {
    return this.#inTurn("read", this.#mode.reading, async (file) => {
      return await file.read(bytesOf(buffer)) ?? 0;
    });
  }

  /**
   * Reads to the end of the file, with as few requests as its size allows.
   *
   * @returns Everything behind the position.
   * @throws {UnsupportedOperation} If the file is not read.
   */
  override readall(): Promise<Bytes> {
    return this.#inTurn("read", this.#mode.reading, async (file) => {
      let bytes: Bytes = new Uint8Array(this.#remaining() + 1);
      let length = 0;
      while (true) {
        const got = await file.read(bytes.subarray(length));
        if (got === null || got === 0) return bytes.subarray(0, length);
        length += got;
        if (length < bytes.length) continue;
        const grown = new Uint8Array(Math.max(length * 2, 8192));
        grown.set(bytes);
        bytes = grown;
      }
    });
  }

  /**
   * How much there is to read.
   *
   * @returns Bytes between the position and the end, 0 where that is unknown.
   */
  remaining(): Promise<number> {
    return this.#inTurn("read", this.#mode.reading, () => this.#remaining());
  }

  /**
   * Writes once.
   *
   * @param bytes What to write.
   * @returns How many bytes were taken, maybe fewer than given.
   * @throws {UnsupportedOperation} If the file is not written.
   * @throws {TypeError} If the stream or its file is closed, or `bytes` is not bytes.
   */
  override write(bytes: ArrayBufferView): Promise<number> {
    return this.#inTurn(
      "write",
      this.#mode.writing,
      (file) => file.write(bytesOf(bytes)),
    );
  }

  /**
   * Moves the position.
   *
   * @param position Bytes from the place that `whence` names.
   * @param whence `SEEK_SET`, `SEEK_CUR` or `SEEK_END`.
   * @returns The new position, in bytes.
   * @throws {RangeError} If it would lie before the start.
   * @throws {UnsupportedOperation} If the file has no positions.
   */
  override seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    return this.#inTurn("seek", this.#seekable, (file) => {
      positionArgument(position);
      whenceArgument(whence);
      try {
        return file.seekSync(position, whence as Deno.SeekMode);
      } catch (error) {
        if ((error as { code?: string }).code !== "EINVAL") throw error;
        throw new RangeError(
          `Cannot seek "${this.name}" by ${position}: no file goes there`,
          { cause: error },
        );
      }
    });
  }

  /**
   * Sets the size; the position stays.
   *
   * @param size Bytes; more than there are adds zero bytes. The position if
   * null or left out.
   * @returns The new size.
   * @throws {RangeError} If `size` is negative.
   * @throws {UnsupportedOperation} If the file is not written.
   */
  override truncate(size?: number | null): Promise<number> {
    return this.#inTurn("truncate", this.#mode.writing, async (file) => {
      const end = positionArgument(
        size ?? file.seekSync(0, SEEK_CUR),
      );
      if (end < 0) {
        throw new RangeError(`Cannot truncate to ${end} bytes: it is negative`);
      }
      await file.truncate(end);
      return end;
    });
  }

  /**
   * Closes the stream, and the file unless `closefd` is false. It does not
   * wait for a read that is under way; that read then fails.
   *
   * @throws {TypeError} If somebody else has closed the file already.
   */
  override async close(): Promise<void> {
    if (this.closed) return;
    const file = { close: async () => await this.#closeFile() };
    await closeAfter(file, () => super.close());
  }

  /** The class, the name and how the file was opened. */
  override toString(): string {
    const { name } = this.constructor;
    if (this.closed) return `<${name} [closed]>`;
    return `<${name} name=${
      JSON.stringify(this.name)
    } mode="${this.mode}" closefd=${this.closefd}>`;
  }

  #closeFile(): void {
    if (!this.#closefd) return;
    try {
      this.#file.close();
    } catch (error) {
      throw this.#explain("close", error);
    }
  }

  // Moving and asking for positions never waits for a disk, so it needs no
  // thread; reading and writing do.
  #remaining(): number {
    if (!this.#seekable) return 0;
    const at = this.#file.seekSync(0, SEEK_CUR);
    return Math.max(0, this.#file.statSync().size - at);
  }

  async #inTurn<T>(
    action: string,
    able: boolean,
    operate: (file: Deno.FsFile) => T | Promise<T>,
  ): Promise<T> {
    this._checkClosed(action);
    if (!able) this._unsupported(action);
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed(action);
      return await operate(this.#file);
    } catch (error) {
      throw this.#explain(action, error);
    } finally {
      this.#mutex.leave();
    }
  }

  #explain(action: string, error: unknown): unknown {
    const gone = error instanceof Deno.errors.BadResource ||
      error instanceof Deno.errors.Interrupted;
    if (!gone) return error;
    return new TypeError(`Cannot ${action} "${this.name}": file is closed`, {
      cause: error,
    });
  }
}

function openedBy(
  opener: Opener,
  path: string | URL,
  options: Deno.OpenOptions,
): Deno.FsFile {
  const file = opener(path, options);
  if (file instanceof Deno.FsFile) return file;
  throw new TypeError(`Cannot open "${path}": the opener gave no open file`);
}

function hasPosition(file: Deno.FsFile): boolean {
  try {
    file.seekSync(0, SEEK_CUR);
    return true;
  } catch {
    return false;
  }
}
