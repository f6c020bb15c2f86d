import { writeAll } from "./_write_all.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import {
  BufferedReader,
  type BufferedReaderOptions,
} from "./buffered_reader.ts";
import type { BufferedWriter } from "./buffered_writer.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";
import { BlockingIOError } from "./errors.ts";
import { RawIOBase } from "./raw_io_base.ts";

const CHUNK_SIZE = 1 << 16;

/** Options of {@linkcode toReadableStream}. */
export interface ToReadableStreamOptions {
  /** Whether the reader is closed at its end, on failure and on cancelling. `true` by default. */
  close?: boolean;
}

/** Options of {@linkcode toWritableStream}. */
export interface ToWritableStreamOptions {
  /** Whether the writer is closed together with the stream, also when that fails. `true` by default. */
  close?: boolean;
  /**
   * Whether each chunk is flushed, so that an event stream goes out as it is
   * written. `true` by default.
   */
  flush?: boolean;
}

/** Options of {@linkcode fromReadableStream}. */
export interface FromReadableStreamOptions extends BufferedReaderOptions {
  /** Bytes to hold at once. */
  bufferSize?: number;
}

/**
 * A reader as a web stream: the body of a `Response`, for instance. Nothing is
 * read before it is asked for.
 *
 * Cancelling ends a read that is under way. If the reader is to stay open,
 * what a {@linkcode BufferedReader} receives from it is kept for its next read.
 *
 * @param reader The stream to read, to its end.
 * @param options Whether to close it.
 * @returns A byte stream; it also serves readers that bring their own buffer.
 *
 * @example Answers with a stream
 * ```ts
 * import { BytesIO, toReadableStream } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const body = new BytesIO(new TextEncoder().encode("hello"));
 * const response = new Response(toReadableStream(body));
 * assertEquals(await response.text(), "hello");
 * assertEquals(body.closed, true);
 * ```
 */
export function toReadableStream(
  reader: RawIOBase | BufferedIOBase,
  options: ToReadableStreamOptions = {},
): ReadableStream<Bytes> {
  const { close = true } = options;
  const cancelling = new AbortController();
  const { signal } = cancelling;
  const read = reader instanceof BufferedIOBase
    ? (size: number) => (reader as BufferedReader).read1(size, { signal })
    : (size: number) => reader.read(size);

  return new ReadableStream({
    type: "bytes",
    async pull(controller: ReadableByteStreamController) {
      let chunk;
      try {
        chunk = await read(CHUNK_SIZE);
        if (chunk === null) {
          throw new BlockingIOError(
            `Cannot stream "${reader.constructor.name}": it would block`,
          );
        }
        if (chunk.length === 0 && close) await reader.close();
      } catch (error) {
        if (close && !signal.aborted) await reader.close().catch(() => {});
        throw error;
      }
      if (signal.aborted) return;
      if (chunk.length > 0) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    async cancel(reason) {
      cancelling.abort(reason);
      if (close) await reader.close();
    },
  });
}

/**
 * A web stream as a reader: the body of a `Request`, for instance. The stream
 * is asked for a chunk only when the buffer is empty; closing the reader
 * cancels it.
 *
 * @param stream The stream to read; it is locked from now on.
 * @param options Sizes and limits of the buffer.
 * @returns The reader. Its reads reject with what the stream fails with.
 * @throws {TypeError} If the stream is locked already.
 *
 * @example Reads lines of a body
 * ```ts
 * import { fromReadableStream } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("http://localhost/", {
 *   method: "POST",
 *   body: "one\ntwo\n",
 * });
 * await using reader = fromReadableStream(request.body!);
 * assertEquals(new TextDecoder().decode(await reader.readline()), "one\n");
 * ```
 */
export function fromReadableStream(
  stream: ReadableStream<Uint8Array>,
  options: FromReadableStreamOptions = {},
): BufferedReader {
  const { bufferSize = DEFAULT_BUFFER_SIZE, ...limits } = options;
  return new BufferedReader(new WebStreamIO(stream), bufferSize, limits);
}

/**
 * A writer as a web stream: where a body is piped to. A chunk counts as
 * written when the writer has taken it, so a slow peer slows the source.
 *
 * Closing the stream flushes the writer and closes it. Aborting ends a write
 * that is under way and closes what is below the writer without flushing.
 *
 * @param writer The stream to write to.
 * @param options Whether to close and to flush it.
 * @returns The stream. It fails with what the writer fails with.
 *
 * @example Pipes a body
 * ```ts
 * import { BytesIO, toWritableStream } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const target = new BytesIO();
 * const stream = toWritableStream(target, { close: false });
 * await new Response("hello").body!.pipeTo(stream);
 * assertEquals(new TextDecoder().decode(target.getvalue()), "hello");
 * ```
 */
export function toWritableStream(
  writer: RawIOBase | BufferedIOBase,
  options: ToWritableStreamOptions = {},
): WritableStream<Uint8Array> {
  const { close = true, flush = true } = options;
  // A buffered writer would flush before it closes, to a peer that may have
  // stopped reading for good.
  const drop = async () => {
    if (close) await ((writer as { raw?: RawIOBase }).raw ?? writer).close();
  };

  return new WritableStream<Uint8Array>({
    async write(chunk, { signal }) {
      try {
        await writeAll(writer, bytesOf(chunk), { signal });
        if (flush) await (writer as BufferedWriter).flush({ signal });
      } catch (error) {
        await drop().catch(() => {});
        throw error;
      }
    },
    async close() {
      if (close) await writer.close();
      else await writer.flush();
    },
    abort: drop,
  });
}

/** The raw side of {@linkcode fromReadableStream}: one read takes one chunk at most. */
class WebStreamIO extends RawIOBase {
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array | undefined;
  #failed = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    super();
    this.#reader = stream.getReader();
  }

  override readable(): boolean {
    this._checkClosed("readable");
    return true;
  }

  override async readinto(buffer: Uint8Array): Promise<number> {
    this._checkClosed("read");
    // An empty chunk is not the end, though an empty read would be.
    while (!this.#chunk?.length) {
      const chunk = await this.#next();
      if (!chunk) return 0;
      this.#chunk = chunk;
    }
    const taken = this.#chunk.subarray(0, buffer.length);
    buffer.set(taken);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken.length;
  }

  override async close(): Promise<void> {
    if (this.closed) return;
    await super.close();
    this.#chunk = undefined;
    // A failed stream would only tell once more what a read has told.
    if (!this.#failed) await this.#reader.cancel();
  }

  async #next(): Promise<Uint8Array | undefined> {
    let result;
    try {
      result = await this.#reader.read();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    // Cancelling looks like the end to a read that is under way.
    this._checkClosed("read");
    return result.done ? undefined : bytesOf(result.value);
  }
}
