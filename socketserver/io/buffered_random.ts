import { alsoWriters } from "./_also_writers.ts";
import { positionArgument, whenceArgument } from "./_arguments.ts";
import { closeAfter } from "./_close_after.ts";
import { Mutex } from "./_mutex.ts";
import {
  BufferedReader,
  type RawReader,
  type ReadOptions,
} from "./buffered_reader.ts";
import { BufferedWriter, type WriteOptions } from "./buffered_writer.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE, SEEK_CUR, SEEK_SET } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";

/**
 * Reads and writes a raw stream with positions through one buffer for each
 * direction, Python's `io.BufferedRandom`. Both directions share one position:
 * what is written is what the next read sees behind itself.
 *
 * It is `instanceof` both {@linkcode BufferedReader} and
 * {@linkcode BufferedWriter}.
 *
 * @example Reads, overwrites and reads on
 * ```ts
 * import { BufferedRandom, BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextDecoder();
 * const raw = new BytesIO(new TextEncoder().encode("abcdef"));
 * await using file = new BufferedRandom(raw);
 * assertEquals(text.decode(await file.read(2)), "ab");
 * await file.write(new TextEncoder().encode("XY"));
 * assertEquals(text.decode(await file.read(2)), "ef");
 * await file.flush();
 * assertEquals(text.decode(raw.getvalue()), "abXYef");
 * ```
 */
export class BufferedRandom extends BufferedReader {
  // At any time only one of the two buffers holds something: a read begins
  // with writing out, a write with giving back what was read ahead.
  #writer: BufferedWriter;
  #readAhead = false;
  #mutex = new Mutex();
  #closing: Promise<void> | undefined;
  #detached = false;

  /**
   * Puts buffers in front of a raw stream.
   *
   * @param raw The stream to read and write.
   * @param bufferSize Bytes to ask for at once, and to gather at most.
   * @throws {UnsupportedOperation} If `raw` has no positions, or cannot be
   * read or written.
   * @throws {RangeError} If `bufferSize` is not a positive whole number.
   * @throws {TypeError} If there are further arguments.
   */
  constructor(
    raw: RawReader,
    bufferSize: number = DEFAULT_BUFFER_SIZE,
  ) {
    if (arguments.length > 2) {
      throw new TypeError(
        `Cannot construct "${new.target.name}": it takes at most 2 arguments`,
      );
    }
    if (!raw.seekable()) {
      throw new UnsupportedOperation(
        `Cannot buffer "${raw.constructor.name}" both ways: it is not seekable`,
      );
    }
    super(raw, bufferSize);
    this.#writer = new BufferedWriter(raw, bufferSize);
    alsoWriters.add(this);
  }

  /** Whether the stream below can be written. */
  override writable(): boolean {
    return this.raw.writable();
  }

  /** Something with positions never keeps a reader waiting. */
  override whenReadable(): true {
    return true;
  }

  /** Bytes that were accepted and are not yet written. */
  get pending(): number {
    return this.#writer.pending;
  }

  /** Reads once more into the buffer; see {@linkcode BufferedReader.fill}. */
  override fill(options?: ReadOptions): Promise<number> {
    if (!options?.signal) return super.fill();
    return this.#reading(options, () => super.fill(options));
  }

  /** Reads once more into the buffer; see {@linkcode BufferedReader.beginFill}. */
  override beginFill(
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    const fill = () =>
      new Promise<number>((done, failed) => super.beginFill(done, failed));
    this.#reading(undefined, fill).then(done, failed);
  }

  /** Reads; see {@linkcode BufferedReader.read}. */
  override read(size?: number | null, options?: ReadOptions): Promise<Bytes> {
    return this.#reading(options, () => super.read(size, options));
  }

  /** Reads; see {@linkcode BufferedReader.read1}. */
  override read1(size?: number | null, options?: ReadOptions): Promise<Bytes> {
    return this.#reading(options, () => super.read1(size, options));
  }

  /** Shows what comes next; see {@linkcode BufferedReader.peek}. */
  override peek(size?: number, options?: ReadOptions): Promise<Bytes> {
    return this.#reading(options, () => super.peek(size, options));
  }

  /** Reads into `buffer`; see {@linkcode BufferedReader.readinto}. */
  override readinto(buffer: ArrayBufferView): Promise<number> {
    return this.#reading(undefined, () => super.readinto(buffer));
  }

  /** Reads into `buffer`; see {@linkcode BufferedReader.readinto1}. */
  override readinto1(buffer: ArrayBufferView): Promise<number> {
    return this.#reading(undefined, () => super.readinto1(buffer));
  }

  /** Reads one line; see {@linkcode BufferedReader.readline}. */
  override readline(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes> {
    return this.#reading(options, () => super.readline(size, options));
  }

  /** Writes everything, at the position; see {@linkcode BufferedWriter.write}. */
  override async write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    const given = bytesOf(bytes);
    options?.signal?.throwIfAborted();
    const turn = this.#mutex.enter();
    const own = turn || this.#readAhead ? new Uint8Array(given) : given;
    if (turn) await turn;
    try {
      this._checkClosed("write");
      if (this.#readAhead) await this.#giveBack();
      return await this.#writer.write(own, options);
    } finally {
      this.#mutex.leave();
    }
  }

  /** Writes what is buffered, and forgets what was read ahead. */
  override async flush(options?: WriteOptions): Promise<void> {
    const turn = this.#mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      await this.#writer.flush(options);
      await this.#giveBack();
    } finally {
      this.#mutex.leave();
    }
  }

  /** The position of the next byte to be read or written. */
  override async tell(): Promise<number> {
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      return await (this.#readAhead ? super.tell() : this.#writer.tell());
    } finally {
      this.#mutex.leave();
    }
  }

  /** Flushes and moves the position; see {@linkcode BufferedReader.seek}. */
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    positionArgument(position);
    whenceArgument(whence);
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      await this.#writer.flush();
      const at = await super.seek(position, whence);
      this.#readAhead = false;
      return at;
    } finally {
      this.#mutex.leave();
    }
  }

  /** Flushes, then resizes what is below; see {@linkcode IOBase.truncate}. */
  override async truncate(size?: number | null): Promise<number> {
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("truncate");
      await this.#giveBack();
      return await this.#writer.truncate(size);
    } finally {
      this.#mutex.leave();
    }
  }

  /** Flushes and closes the stream below; see {@linkcode BufferedWriter.close}. */
  override async close(): Promise<void> {
    if (this.#detached || this.closed) return;
    await (this.#closing ??= this.#close());
  }

  /** Flushes, lets go of the stream below and returns it. */
  override async detach(): Promise<RawReader> {
    const raw = this.raw;
    await this.flush();
    await this.#writer.detach();
    await super.detach();
    this.#detached = true;
    return raw;
  }

  async #close(): Promise<void> {
    try {
      await closeAfter(this.#writer, () => this.flush());
    } finally {
      this.#closing = undefined;
    }
  }

  async #reading<T>(
    options: ReadOptions | undefined,
    read: () => Promise<T>,
  ): Promise<T> {
    const turn = this.#mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      this._checkClosed("read");
      if (this.#writer.pending > 0) await this.#writer.flush(options);
      this.#readAhead = true;
      return await read();
    } finally {
      this.#mutex.leave();
    }
  }

  async #giveBack(): Promise<void> {
    if (!this.#readAhead) return;
    await super.seek(0, SEEK_CUR);
    this.#readAhead = false;
  }
}
