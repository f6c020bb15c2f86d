import { settled } from "./_abortable.ts";
import {
  bufferSizeArgument,
  positionArgument,
  whenceArgument,
} from "./_arguments.ts";
import { alsoWriters } from "./_also_writers.ts";
import { closeAfter } from "./_close_after.ts";
import { Mutex } from "./_mutex.ts";
import { PendingBytes } from "./_pending_bytes.ts";
import { rawPosition } from "./_raw_position.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE, SEEK_CUR, SEEK_SET } from "./constants.ts";
import { BlockingIOError, UnsupportedOperation } from "./errors.ts";
import type { RawIOBase } from "./raw_io_base.ts";

const DONE: Promise<void> = Promise.resolve();

/** A raw stream to write to. */
export type RawWriter = {
  /** Writes once as `write` does, and saves its promise. */
  beginWrite?(
    bytes: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void;
} & RawIOBase;

/** Options of a single write or flush. */
export interface WriteOptions {
  /**
   * Ends the wait. The bytes of a write that had begun count as written: they
   * are sent in order with whatever is written or flushed next.
   */
  signal?: AbortSignal | undefined;
}

/**
 * Writes to a raw stream through a buffer, Python's `io.BufferedWriter`.
 *
 * `write` copies, so the caller may reuse its bytes at once. Concurrent calls
 * take turns: what was written first goes out first. Awaiting a write is
 * backpressure.
 *
 * @example Gathers small writes into one
 * ```ts
 * import { BufferedWriter, RawIOBase } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const sent: string[] = [];
 * class Wire extends RawIOBase {
 *   override writable(): boolean {
 *     return true;
 *   }
 *   override write(bytes: Uint8Array): Promise<number> {
 *     sent.push(new TextDecoder().decode(bytes));
 *     return Promise.resolve(bytes.length);
 *   }
 * }
 *
 * const writer = new BufferedWriter(new Wire());
 * const utf8 = new TextEncoder();
 * await writer.write(utf8.encode("HTTP/1.1 "));
 * await writer.write(utf8.encode("200 OK"));
 * await writer.flush();
 * assertEquals(sent, ["HTTP/1.1 200 OK"]);
 * ```
 */
export class BufferedWriter extends BufferedIOBase {
  #raw: RawWriter | undefined;
  #mutex = new Mutex();

  #pending: PendingBytes;

  // The write of the raw stream that is under way. It survives an aborted
  // call: the next one waits for its count, so nothing is sent twice.
  #writing: Promise<number | null> | undefined;
  #offered = 0;

  #closing: Promise<void> | undefined;

  /**
   * Puts a buffer in front of a raw stream.
   *
   * @param raw The stream to write to.
   * @param bufferSize Bytes to gather at most.
   * @throws {UnsupportedOperation} If `raw` cannot be written.
   * @throws {RangeError} If `bufferSize` is not a positive whole number.
   * @throws {TypeError} If there are further arguments.
   */
  constructor(
    raw: RawWriter,
    bufferSize: number = DEFAULT_BUFFER_SIZE,
  ) {
    super();
    if (arguments.length > 2) {
      throw new TypeError(
        `Cannot construct "${new.target.name}": it takes at most 2 arguments`,
      );
    }
    if (!raw.writable()) {
      throw new UnsupportedOperation(
        `Cannot buffer writes to "${raw.constructor.name}": it is not writable`,
      );
    }
    this.#raw = raw;
    this.#pending = new PendingBytes(bufferSizeArgument(bufferSize));
  }

  /** Counts a `BufferedRandom` in, which is a reader and a writer. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this, value) ||
      this === BufferedWriter && alsoWriters.has(value as object);
  }

  /**
   * The stream below.
   *
   * @throws {TypeError} If it was detached.
   */
  get raw(): RawWriter {
    if (!this.#raw) {
      throw new TypeError(
        `Cannot use "${this.constructor.name}": raw stream was detached`,
      );
    }
    return this.#raw;
  }

  /** Whether the stream below is closed. */
  override get closed(): boolean {
    return this.raw.closed;
  }

  /** The name of the stream below: a path, or a number. */
  get name(): unknown {
    return (this.raw as { name?: unknown }).name;
  }

  /** The mode of the stream below. */
  get mode(): unknown {
    return (this.raw as { mode?: unknown }).mode;
  }

  /** Whether the stream below can be written. */
  override writable(): boolean {
    return this.raw.writable();
  }

  /** Whether the stream below has positions. */
  override seekable(): boolean {
    return this.raw.seekable();
  }

  /** Whether the stream below is a terminal. */
  override isatty(): boolean {
    return this.raw.isatty();
  }

  /** The resource id of the stream below. */
  override fileno(): number {
    return this.raw.fileno();
  }

  /** Bytes that were accepted and are not yet written. */
  get pending(): number {
    return this.#pending.length;
  }

  /**
   * Writes everything: into the buffer while it fits, else through it.
   *
   * @param bytes What to write; copied before the call returns its promise.
   * @param options A signal that ends the wait.
   * @returns The number of bytes given.
   * @throws {BlockingIOError} If a non-blocking raw stream takes no more; its
   * `charactersWritten` says how many bytes of this call were accepted.
   * @throws {TypeError} If the stream is closed, or `bytes` is not bytes.
   */
  override write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    if (!options && bytes instanceof Uint8Array && this.put(bytes)) {
      return Promise.resolve(bytes.length);
    }
    return this.#write(bytes, options);
  }

  /**
   * Writes into the buffer without a promise, if that is possible at once: if
   * the bytes fit, the stream is open and no other call is under way.
   *
   * @param bytes What to write; it is copied.
   * @returns Whether it was written; if not, {@linkcode write} will do it.
   *
   * @example Writes a piece that fits, and one that does not
   * ```ts
   * import { BufferedWriter, RawIOBase } from "@pystd/server/io";
   * import { assertEquals } from "@std/assert";
   *
   * class Wire extends RawIOBase {
   *   override writable(): boolean {
   *     return true;
   *   }
   *   override write(bytes: Uint8Array): Promise<number> {
   *     return Promise.resolve(bytes.length);
   *   }
   * }
   *
   * const writer = new BufferedWriter(new Wire(), 8);
   * assertEquals(writer.put(new Uint8Array(6)), true);
   * assertEquals(writer.put(new Uint8Array(6)), false);
   * assertEquals(writer.pending, 6);
   * ```
   */
  override put(bytes: Uint8Array): boolean {
    if (
      this.#mutex.taken || bytes.length > this.#pending.room ||
      !this.#raw || this.closed
    ) return false;
    this.#pending.append(bytes);
    return true;
  }

  /** Writes what is buffered and then these bytes, uncopied unless they fit behind it; see {@linkcode BufferedIOBase.writeThrough}. */
  override async writeThrough(bytes: Uint8Array): Promise<void> {
    if (this.put(bytes)) return await this.flush();
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("write");
      await this.#drain(0);
      const own = this.#pending;
      this.#pending = new PendingBytes(own.most);
      this.#pending.hold(bytes);
      try {
        await this.#drain(0);
      } finally {
        // What the raw stream has not taken counts as buffered, as after any write.
        if (this.pending > 0) this.#pending.own();
        else this.#pending = own;
      }
    } finally {
      this.#mutex.leave();
    }
  }

  async #write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    const given = bytesOf(bytes);
    const signal = options?.signal;
    signal?.throwIfAborted();
    const turn = this.#mutex.enter();
    // A call that must wait takes its copy first; else the buffer is the copy.
    const own = turn && new Uint8Array(given);
    if (turn) await this.#queued(turn, own!, signal);
    try {
      this._checkClosed("write");
      const source = own ?? given;
      const { length } = source;
      if (length <= this.#pending.room) this.#pending.append(source);
      else await this.#overflow(own ?? new Uint8Array(source), signal);
      return length;
    } finally {
      this.#mutex.leave();
    }
  }

  async #queued(
    turn: Promise<void>,
    source: Bytes,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!signal) return await turn;
    try {
      await settled(turn, signal);
    } catch (reason) {
      turn.then(() => {
        this.#pending.append(source);
        this.#mutex.leave();
      });
      throw reason;
    }
  }

  /**
   * Writes what is buffered to the stream below, all of it.
   *
   * @param options A signal that ends the wait.
   * @throws {BlockingIOError} If a non-blocking raw stream takes no more.
   * @throws {TypeError} If the stream is closed.
   */
  override flush(options?: WriteOptions): Promise<void> {
    if (options?.signal) return this.#flushInTurn(options.signal);
    if (this.pending === 0 && !this.#mutex.taken && this.#raw && !this.closed) {
      return DONE;
    }
    return new Promise((done, failed) => this._beginFlush(done, failed));
  }

  /**
   * Flushes as {@linkcode flush} does, and tells the outcome through one of two
   * functions, or a failure to {@linkcode _flushFailed}: what each answer of a
   * server waits for is made of as few promises as can be.
   */
  protected _beginFlush(
    done: () => void = nothing,
    failed: (error: unknown) => void = (error) => this._flushFailed(error),
  ): void {
    if (this.#mutex.taken || this.#writing || !this.#raw || this.closed) {
      this.#flushInTurn().then(done, failed);
      return;
    }
    void this.#mutex.enter();
    this.#offered = this.pending;
    // Made for each flush: a writer that has nothing to write keeps none.
    const onWritten = (count: number | null) => {
      this.#mutex.leave();
      this.#endFlush(count, done, failed);
    };
    const onError = (error: unknown) => {
      this.#mutex.leave();
      failed(this.#explain(error));
    };
    const raw = this.#raw;
    const bytes = this.#pending.view;
    try {
      if (raw.beginWrite) raw.beginWrite(bytes, onWritten, onError);
      else raw.write(bytes).then(onWritten, onError);
    } catch (error) {
      void Promise.reject(error).catch(onError);
    }
  }

  /** Told why a flush has failed for which nobody waits. */
  protected _flushFailed(_error: unknown): void {}

  #endFlush(
    count: number | null,
    done: () => void,
    failed: (error: unknown) => void,
  ): void {
    try {
      this.#written(count);
    } catch (error) {
      failed(error);
      return;
    }
    if (this.pending > 0) {
      this.#flushInTurn().then(done, failed);
      return;
    }
    this.#pending.release(this.#offered);
    done();
  }

  async #flushInTurn(signal?: AbortSignal): Promise<void> {
    const turn = this.#mutex.enter(signal);
    if (turn) await turn;
    try {
      this._checkClosed("flush");
      await this.#drain(0, signal);
    } finally {
      this.#mutex.leave();
    }
  }

  /**
   * The position behind the last byte written, buffered ones included.
   *
   * @returns Bytes from the start.
   * @throws {UnsupportedOperation} If the stream below has no positions.
   */
  override async tell(): Promise<number> {
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("tell");
      this._checkSeekable("tell");
      await this.#drain(Infinity);
      return await rawPosition(this.raw, 0, SEEK_CUR) + this.pending;
    } finally {
      this.#mutex.leave();
    }
  }

  /** Flushes, then moves the position; see {@linkcode IOBase.seek}. */
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    positionArgument(position);
    whenceArgument(whence);
    const turn = this.#mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("seek");
      this._checkSeekable("seek");
      await this.#drain(0);
      return await rawPosition(this.raw, position, whence);
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
      await this.#drain(0);
      return await this.raw.truncate(
        size ?? await rawPosition(this.raw, 0, SEEK_CUR),
      );
    } finally {
      this.#mutex.leave();
    }
  }

  /**
   * Flushes and closes the stream below, which is closed even if the flush
   * fails. Calls made meanwhile wait, and find the stream closed.
   *
   * @throws What the flush threw; if closing fails too, that error with the
   * flush's as its `cause`.
   */
  override async close(): Promise<void> {
    if (!this.#raw || this.closed) return;
    await (this.#closing ??= this.#close(this.#raw));
  }

  async #close(raw: RawIOBase): Promise<void> {
    let inside = false;
    try {
      await closeAfter(raw, async () => {
        await this.flush();
        const turn = this.#mutex.enter();
        if (turn) await turn;
        inside = true;
        await this.#drain(0); // what was written during the flush
      });
    } finally {
      this.#closing = undefined;
      if (inside) this.#mutex.leave();
    }
  }

  /**
   * Flushes, lets go of the stream below and returns it.
   *
   * @throws {TypeError} If it was detached already.
   */
  override async detach(): Promise<RawWriter> {
    const raw = this.raw;
    await this.flush();
    this.#raw = undefined;
    return raw;
  }

  /** Takes more than there is room for: what was accepted before goes out first. */
  async #overflow(
    source: Bytes,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await this.#drain(0, signal);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) {
        if (signal?.aborted) this.#pending.append(source);
        throw error;
      }
      const room = Math.max(0, this.#pending.room);
      this.#pending.append(source.subarray(0, room));
      if (room < source.length) throw new BlockingIOError(error.message, room);
      return;
    }
    if (source.length <= this.#pending.most) {
      return this.#pending.append(source);
    }
    this.#pending.hold(source);
    try {
      await this.#drain(this.#pending.most, signal);
    } catch (error) {
      const lost = -this.#pending.room;
      if (!(error instanceof BlockingIOError) || lost <= 0) throw error;
      this.#pending.retract(lost);
      throw new BlockingIOError(error.message, source.length - lost);
    }
  }

  /** Writes until at most `keep` bytes are pending. */
  async #drain(keep: number, signal?: AbortSignal): Promise<void> {
    while (this.#writing || this.pending > keep) {
      signal?.throwIfAborted();
      const writing = this.#keptWrite();
      if (signal) await settled(writing, signal);
      let count;
      try {
        count = await writing;
      } catch (error) {
        throw this.#explain(error);
      } finally {
        this.#writing = undefined;
      }
      this.#written(count);
    }
    this.#pending.tidy();
  }

  #keptWrite(): Promise<number | null> {
    if (!this.#writing) {
      this.#offered = this.pending;
      this.#writing = this.raw.write(
        this.#pending.view,
      );
    }
    return this.#writing;
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof BlockingIOError)) return error;
    return new TypeError(
      `Cannot write to "${this.raw.constructor.name}": a raw stream answers null instead of throwing BlockingIOError`,
      { cause: error },
    );
  }

  /** Takes off what the raw stream has taken. */
  #written(count: number | null): void {
    if (count === null) {
      throw new BlockingIOError(
        `Cannot write to "${this.raw.constructor.name}": it would block`,
      );
    }
    if (!(count >= 0 && count <= this.#offered && Number.isInteger(count))) {
      throw new Deno.errors.InvalidData(
        `Cannot write to "${this.raw.constructor.name}": write gave ${count}, outside 0 to ${this.#offered}`,
      );
    }
    this.#pending.drop(count);
  }
}

function nothing(): void {}
