import type { Bytes } from "../socketserver/io/mod.ts";
import type { ReadableFile } from "./types.ts";

/**
 * A file as the body of an answer, block by block: Python's
 * `wsgiref.util.FileWrapper`, and `wsgi.file_wrapper` of the environment.
 *
 * It has a `close()` only if the file can be closed.
 *
 * @example Sends a file
 * ```ts
 * import { FileWrapper } from "@pystd/server/wsgi";
 * import { BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const file = new BytesIO(new TextEncoder().encode("abcde"));
 * const sizes = [];
 * for await (const block of new FileWrapper(file, 2)) sizes.push(block.length);
 * assertEquals(sizes, [2, 2, 1]);
 * ```
 */
export class FileWrapper implements AsyncIterableIterator<Bytes> {
  /** What is read. */
  readonly filelike: ReadableFile;
  /** Bytes to read at once. */
  readonly blksize: number;
  /** The file itself if it is one of Deno, which can be sent faster. */
  readonly file: Deno.FsFile | null;
  /** Closes the file. */
  declare readonly close?: () => unknown;

  /**
   * Stores what to read.
   *
   * @param filelike A file of this package, of Deno, or a web stream.
   * @param blksize Bytes to read at once.
   */
  constructor(
    filelike: ReadableFile | ReadableStream<Uint8Array> | Deno.FsFile,
    blksize = 8192,
  ) {
    this.filelike = asReadable(filelike);
    this.file = filelike instanceof Deno.FsFile ? filelike : null;
    this.blksize = blksize;
    if (typeof this.filelike.close === "function") {
      this.close = () => this.filelike.close!();
    }
  }

  /** Reads the next block. */
  async next(): Promise<IteratorResult<Bytes, undefined>> {
    const block = await this.filelike.read(this.blksize);
    return block.length > 0
      ? { done: false, value: block as Bytes }
      : { done: true, value: undefined };
  }

  /** Iterating again goes on where it was. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}

function asReadable(
  file: ReadableFile | ReadableStream<Uint8Array> | Deno.FsFile,
): ReadableFile {
  if (file instanceof ReadableStream) {
    const reader = file.getReader();
    return {
      async read() {
        while (true) {
          const { done, value } = await reader.read();
          if (done) return NOTHING;
          if (value.length > 0) return value;
        }
      },
      close: () => reader.cancel(),
    };
  }
  if (file instanceof Deno.FsFile) {
    return {
      async read(size) {
        const block = new Uint8Array(size);
        return block.subarray(0, await file.read(block) ?? 0);
      },
      close: () => file.close(),
    };
  }
  return file;
}

const NOTHING = new Uint8Array(0);
