import { denoOpenOptions, type FileMode, parseFileMode } from "./_file_mode.ts";
import { checkFilePath } from "./_file_path.ts";
import { sizeArgument } from "./_arguments.ts";
import { BufferedRandom } from "./buffered_random.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { FileIO } from "./file_io.ts";
import { TextIOWrapper, type TextIOWrapperOptions } from "./text_io_wrapper.ts";

// Python's limits since 3.14: blocks of a disk are small for today's memory,
// those of some network file systems are huge.
const LEAST_BUFFER_SIZE = 1 << 17;
const GREATEST_BUFFER_SIZE = 1 << 23;

/** The letter that says what a file is opened for: read, write anew, create or append. */
export type OpenAction = "r" | "w" | "x" | "a";

/** Modes of {@linkcode open} that give a {@linkcode BufferedReader}: `rb`. */
export type ReadMode = "rb" | "br";

/** Modes of {@linkcode open} that give a {@linkcode BufferedWriter}: `wb`, `xb`, `ab`. */
export type WriteMode = `${"w" | "x" | "a"}b` | `b${"w" | "x" | "a"}`;

/** Modes of {@linkcode open} that give a {@linkcode BufferedRandom}: `rb+`, `wb+`, `xb+`, `ab+`. */
export type UpdateMode =
  | `${OpenAction}${"b+" | "+b"}`
  | `${"b+" | "+b"}${OpenAction}`
  | `b${OpenAction}+`
  | `+${OpenAction}b`;

/** Modes of {@linkcode open} that give a {@linkcode TextIOWrapper}: those without `b`. */
export type TextMode =
  | `${OpenAction}${"" | "+" | "t" | "t+" | "+t"}`
  | `${"+" | "t" | "t+" | "+t"}${OpenAction}`
  | `t${OpenAction}+`
  | `+${OpenAction}t`;

/** What {@linkcode open} gives. */
export type OpenedFile =
  | FileIO
  | BufferedReader
  | BufferedWriter
  | BufferedRandom
  | TextIOWrapper;

/** Options of {@linkcode open}. */
export interface OpenOptions
  extends Pick<TextIOWrapperOptions, "encoding" | "errors" | "newline"> {
  /** Whether closing the stream closes a file that was given open. `true` by default. */
  closefd?: boolean;
  /** Opens the file; `Deno.open` by default. */
  opener?: (
    path: string | URL,
    options: Deno.OpenOptions,
  ) => Deno.FsFile | Promise<Deno.FsFile>;
}

/**
 * Opens a file, Python's `open`.
 *
 * Opening a FIFO waits until somebody opens its other end, and takes one of
 * the threads that all file operations share. Do not open paths that somebody
 * else chooses before `stat` has called them regular files.
 *
 * Requires `--allow-read` for reading and `--allow-write` for writing.
 *
 * @param file A path, a `file:` URL or an open file.
 * @param mode One of `r` (read, the default), `w` (write anew), `x` (create)
 * and `a` (append), `+` for both directions, and `b` for bytes or `t` (the
 * default) for text, in any order.
 * @param buffering Buffer size in bytes, chosen by the file if negative or left
 * out; 0 gives a bare {@linkcode FileIO} and needs `b`; 1 means that text is
 * flushed line by line, which is also what a terminal gets, and is as good as
 * left out for bytes.
 * @param options Codec and line ends of text; who opens and who closes.
 * @returns The plainest stream that does what the mode says.
 * @throws {RangeError} If `mode` is not of this form, text is to be unbuffered,
 * or the path contains NUL.
 * @throws {TypeError} If `file` is none of these, or a codec is given for bytes.
 * @throws {Deno.errors.IsADirectory} If it is a directory.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Deno.errors.AlreadyExists} If there is, and `mode` has `x`.
 *
 * @example Writes bytes and reads them as text
 * ```ts
 * import { open } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   await using file = await open(path, "wb");
 *   await file.write(new TextEncoder().encode("one\r\ntwo\r\n"));
 * }
 * {
 *   await using file = await open(path);
 *   assertEquals(await file.readlines(), ["one\n", "two\n"]);
 * }
 * await Deno.remove(path);
 * ```
 */
export async function open(
  file: string | URL | Deno.FsFile,
  mode: ReadMode | WriteMode | UpdateMode,
  buffering: 0,
  options?: OpenOptions,
): Promise<FileIO>;
/** Opens a file for reading bytes; see the first form. */
export async function open(
  file: string | URL | Deno.FsFile,
  mode: ReadMode,
  buffering?: number,
  options?: OpenOptions,
): Promise<BufferedReader>;
/** Opens a file for writing bytes; see the first form. */
export async function open(
  file: string | URL | Deno.FsFile,
  mode: WriteMode,
  buffering?: number,
  options?: OpenOptions,
): Promise<BufferedWriter>;
/** Opens a file for reading and writing bytes; see the first form. */
export async function open(
  file: string | URL | Deno.FsFile,
  mode: UpdateMode,
  buffering?: number,
  options?: OpenOptions,
): Promise<BufferedRandom>;
/** Opens a file for text; see the first form. */
export async function open(
  file: string | URL | Deno.FsFile,
  mode?: TextMode,
  buffering?: number,
  options?: OpenOptions,
): Promise<TextIOWrapper>;
/** Opens a file with a mode that is only known at run time; see the first form. */
export async function open(
  file: string | URL | Deno.FsFile,
  mode: string,
  buffering?: number,
  options?: OpenOptions,
): Promise<OpenedFile>;
export async function open(
  file: string | URL | Deno.FsFile,
  mode = "r",
  buffering = -1,
  options: OpenOptions = {},
): Promise<OpenedFile> {
  const parsed = parseFileMode(mode);
  const size = sizeArgument(buffering);
  if (parsed.binary) checkNoCodec(options);
  if (size === 0 && !parsed.binary) {
    throw new RangeError("Cannot open a file without a buffer: text needs one");
  }
  const raw = await openRaw(file, parsed, options);
  if (size === 0) return raw;
  try {
    const lineBuffering = size === 1 || size < 0 && raw.isatty();
    const stream = buffered(raw, parsed, size < 2 ? bufferSize(raw) : size);
    if (parsed.binary) return stream;
    const { encoding, errors, newline } = options;
    const text = new TextIOWrapper(stream, {
      encoding,
      errors,
      newline,
      lineBuffering,
    });
    text.mode = mode;
    return text;
  } catch (error) {
    await raw.close();
    throw error;
  }
}

/**
 * Opens a file that is to be executed, Python's `io.open_code`: the place for
 * checks of one's own.
 *
 * Requires `--allow-read`.
 *
 * @param path A path or a `file:` URL.
 * @returns The file, to be read as bytes.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export function openCode(path: string | URL): Promise<BufferedReader> {
  return open(path, "rb");
}

/**
 * The codec for functions that pass an optional `encoding` on, Python's
 * `io.text_encoding`.
 *
 * @param encoding What the caller gave.
 * @returns The same, or `utf-8` where nothing was given.
 */
export function textEncoding(encoding?: string | null): string {
  return encoding ?? "utf-8";
}

function checkNoCodec(options: OpenOptions): void {
  for (const name of ["encoding", "errors", "newline"] as const) {
    if (options[name] === undefined || options[name] === null) continue;
    throw new TypeError(`Cannot use "${name}" for bytes: it is for text`);
  }
}

async function openRaw(
  file: string | URL | Deno.FsFile,
  mode: FileMode,
  options: OpenOptions,
): Promise<FileIO> {
  const { closefd = true, opener = Deno.open } = options;
  const rawMode = mode.updating ? `${mode.action}+` : mode.action;
  if (file instanceof Deno.FsFile) {
    return new FileIO(file, rawMode, { closefd });
  }
  checkFilePath(file, closefd);
  // On a thread: the rest of the program goes on while a slow disk is asked.
  const opened = await opener(file, denoOpenOptions(mode));
  return new FileIO(file, rawMode, { opener: () => opened });
}

function buffered(
  raw: FileIO,
  mode: FileMode,
  size: number,
): BufferedReader | BufferedWriter | BufferedRandom {
  if (mode.updating) return new BufferedRandom(raw, size);
  return mode.reading
    ? new BufferedReader(raw, size)
    : new BufferedWriter(raw, size);
}

function bufferSize(raw: FileIO): number {
  const size = Math.max(raw.blksize ?? 0, LEAST_BUFFER_SIZE);
  return Math.min(size, GREATEST_BUFFER_SIZE);
}
