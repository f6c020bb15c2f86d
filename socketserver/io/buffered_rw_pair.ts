import { closeAfter } from "./_close_after.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import {
  BufferedReader,
  type RawReader,
  type ReadOptions,
} from "./buffered_reader.ts";
import { BufferedWriter, type WriteOptions } from "./buffered_writer.ts";
import type { Bytes } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";
import type { RawIOBase } from "./raw_io_base.ts";

/**
 * A reader and a writer as one stream, Python's `io.BufferedRWPair`: the two
 * directions of a connection, or two pipes. It has no position.
 *
 * @typeParam WouldBlock `null` if the raw stream that is read does not block.
 *
 * @example Talks over two pipes
 * ```ts
 * import { BufferedRWPair, BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const utf8 = new TextEncoder();
 * const incoming = new BytesIO(utf8.encode("hello\n"));
 * const outgoing = new BytesIO();
 * const pair = new BufferedRWPair(incoming, outgoing);
 * await pair.write(await pair.readline());
 * await pair.flush();
 * assertEquals(outgoing.getvalue(), utf8.encode("hello\n"));
 * await pair.close();
 * ```
 */
export class BufferedRWPair<WouldBlock extends null = never>
  extends BufferedIOBase {
  #reader: BufferedReader<WouldBlock>;
  #writer: BufferedWriter;

  /**
   * Puts buffers in front of two raw streams, which may be one and the same.
   *
   * @param reader The stream to read.
   * @param writer The stream to write to.
   * @param bufferSize Bytes to ask for at once, and to gather at most.
   * @throws {UnsupportedOperation} If `reader` cannot be read or `writer`
   * cannot be written.
   * @throws {RangeError} If `bufferSize` is not a positive whole number.
   * @throws {TypeError} If there are further arguments.
   */
  constructor(
    reader: RawReader<NoInfer<WouldBlock>>,
    writer: RawIOBase,
    bufferSize: number = DEFAULT_BUFFER_SIZE,
  ) {
    super();
    if (arguments.length > 3) {
      throw new TypeError(
        `Cannot construct "${new.target.name}": it takes at most 3 arguments`,
      );
    }
    this.#reader = new BufferedReader<WouldBlock>(reader, bufferSize);
    this.#writer = new BufferedWriter(writer, bufferSize);
  }

  /** Whether the writer is closed. */
  override get closed(): boolean {
    return this.#writer.closed;
  }

  /** Whether the reader can be read. */
  override readable(): boolean {
    return this.#reader.readable();
  }

  /** Whether the writer can be written. */
  override writable(): boolean {
    return this.#writer.writable();
  }

  /** Whether either of the two is a terminal. */
  override isatty(): boolean {
    return this.#writer.isatty() || this.#reader.isatty();
  }

  /** Reads; see {@linkcode BufferedReader.read}. */
  override read(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes | WouldBlock> {
    return this.#reader.read(size, options);
  }

  /** Reads; see {@linkcode BufferedReader.read1}. */
  override read1(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes | WouldBlock> {
    return this.#reader.read1(size, options);
  }

  /** Shows what comes next; see {@linkcode BufferedReader.peek}. */
  peek(size?: number, options?: ReadOptions): Promise<Bytes> {
    return this.#reader.peek(size, options);
  }

  /** Reads into `buffer`; see {@linkcode BufferedReader.readinto}. */
  override readinto(buffer: ArrayBufferView): Promise<number | WouldBlock> {
    return this.#reader.readinto(buffer);
  }

  /** Reads into `buffer`; see {@linkcode BufferedReader.readinto1}. */
  override readinto1(buffer: ArrayBufferView): Promise<number | WouldBlock> {
    return this.#reader.readinto1(buffer);
  }

  /** Reads one line; see {@linkcode BufferedReader.readline}. */
  override readline(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes> {
    return this.#reader.readline(size, options);
  }

  /** Writes everything; see {@linkcode BufferedWriter.write}. */
  override write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    return this.#writer.write(bytes, options);
  }

  /** Writes what is buffered; see {@linkcode BufferedWriter.flush}. */
  override flush(options?: WriteOptions): Promise<void> {
    return this.#writer.flush(options);
  }

  /**
   * Closes the writer, then the reader, whatever came of the writer.
   *
   * @throws What closing the writer threw; if both fail, the reader's error
   * with the writer's as its `cause`.
   */
  override async close(): Promise<void> {
    await closeAfter(this.#reader, () => this.#writer.close());
  }
}
