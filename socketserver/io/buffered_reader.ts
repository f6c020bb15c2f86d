import {
  bufferSizeArgument,
  positionArgument,
  sizeArgument,
  whenceArgument,
} from "./_arguments.ts";
import { closeAfter } from "./_close_after.ts";
import { rawPosition } from "./_raw_position.ts";
import { type RawReader, RawReads } from "./_raw_reads.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE, SEEK_CUR, SEEK_SET } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import { announce, type Selectable } from "./resource_id.ts";

const LF = 10;

// A peer that announces a terabyte gets this much room, and then as much
// again as it has sent.
const FIRST_STEP = 1 << 16;

export type { RawReader };

/** Options of a single read. */
export interface ReadOptions {
  /** Ends the wait. What arrives later is kept for the next read. */
  signal?: AbortSignal | undefined;
}

/** Options of a {@linkcode BufferedReader}. */
export interface BufferedReaderOptions {
  /** The longest line that `readline()` gathers, in bytes. No limit by default. */
  maxLineLength?: number;
  /**
   * Bytes to ask for at once until that was too little the first time: a peer
   * that says little, or nothing for long, needs no more memory. The buffer's
   * size by default.
   */
  initialSize?: number;
}

/**
 * Reads from a raw stream through a buffer, Python's `io.BufferedReader`.
 *
 * Concurrent calls take turns; none loses or doubles a byte. A read that is
 * aborted, or that fails half-way, leaves what has arrived in the buffer.
 *
 * Parsers look at what is buffered without a promise: {@linkcode buffered} is
 * the window, {@linkcode consume} moves its start, {@linkcode fill} waits for
 * more.
 *
 * @typeParam WouldBlock `null` over a non-blocking raw stream, whose reads then
 * answer `null` where nothing at all is available.
 *
 * @example Reads lines
 * ```ts
 * import { BufferedReader, RawIOBase } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * class Zen extends RawIOBase {
 *   #text = new TextEncoder().encode("simple\ncomplex\n");
 *   override readable(): boolean {
 *     return true;
 *   }
 *   override readinto(buffer: Uint8Array): Promise<number> {
 *     const count = Math.min(buffer.length, this.#text.length);
 *     buffer.set(this.#text.subarray(0, count));
 *     this.#text = this.#text.subarray(count);
 *     return Promise.resolve(count);
 *   }
 * }
 *
 * const reader = new BufferedReader(new Zen());
 * assertEquals(await reader.readline(), new TextEncoder().encode("simple\n"));
 * ```
 */
export class BufferedReader<WouldBlock extends null = never>
  extends BufferedIOBase
  implements Selectable {
  #raw: RawReader<WouldBlock> | undefined;
  readonly #size: number;
  readonly #initialSize: number;
  readonly #maxLineLength: number;
  // Many readers are never read: those of requests that have no body.
  #begun: RawReads<WouldBlock> | undefined;

  /**
   * Puts a buffer in front of a raw stream. Nothing is read yet.
   *
   * @param raw The stream to read.
   * @param bufferSize Bytes to ask it for at once.
   * @param options Limits.
   * @throws {UnsupportedOperation} If `raw` cannot be read.
   * @throws {RangeError} If `bufferSize` is not a positive whole number.
   */
  constructor(
    raw: RawReader<NoInfer<WouldBlock>>,
    bufferSize: number = DEFAULT_BUFFER_SIZE,
    options: BufferedReaderOptions = {},
  ) {
    super();
    if (!raw.readable()) {
      throw new UnsupportedOperation(
        `Cannot buffer reads of "${raw.constructor.name}": it is not readable`,
      );
    }
    this.#raw = raw;
    this.#size = bufferSizeArgument(bufferSize);
    this.#initialSize = options.initialSize ?? this.#size;
    this.#maxLineLength = options.maxLineLength ?? Infinity;
  }

  get #reads(): RawReads<WouldBlock> {
    return this.#begun ??= new RawReads(
      this.#raw,
      this.#size,
      this.#initialSize,
    );
  }

  /**
   * The stream below.
   *
   * @throws {TypeError} If it was detached.
   */
  get raw(): RawReader<WouldBlock> {
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

  /** Whether the stream below can be read. */
  override readable(): boolean {
    return this.raw.readable();
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
    return announce(this.raw.fileno(), this);
  }

  /** Tells a selector whether a read would return at once. */
  whenReadable(): true | Promise<unknown> {
    const { window, mutex } = this.#reads;
    if (window.length > 0 || this.#reads.hasSettled) return true;
    const turn = mutex.enter();
    if (turn) return turn.then(() => mutex.leave());
    try {
      void this.raw; // refuses if detached
      return this.#reads.lookAhead();
    } finally {
      mutex.leave();
    }
  }

  /**
   * What was read ahead, as a view of the buffer: no copy. It is valid until
   * the next call that reads or closes; copy what is to outlive that.
   */
  get buffered(): Bytes {
    return this.#reads.window.view;
  }

  /**
   * Takes bytes off the start of {@linkcode buffered}.
   *
   * @param count How many bytes.
   * @throws {RangeError} If fewer are buffered.
   */
  consume(count: number): void {
    const { length } = this.#reads.window;
    if (!(count >= 0 && count <= length)) {
      throw new RangeError(
        `Cannot consume ${count} bytes: ${length} are buffered`,
      );
    }
    this.#reads.window.drop(count);
  }

  /**
   * Reads once more into the buffer, whatever it holds already: it grows as
   * far as the caller asks, so the caller sets the limit.
   *
   * @param options A signal that ends the wait.
   * @returns How many bytes came, 0 at the end of the stream.
   */
  fill(options?: ReadOptions): Promise<number | WouldBlock> {
    if (options?.signal) return this.#fillInTurn(options.signal);
    return new Promise((done, failed) => this.beginFill(done, failed));
  }

  /**
   * Reads once more into the buffer, as {@linkcode fill} does, and tells the
   * outcome through one of two functions, neither of which is called before
   * this returns: what each request of a server waits for is made of as few
   * promises as can be.
   *
   * @param done Told how many bytes came, 0 at the end of the stream.
   * @param failed Told what `fill` would have thrown.
   */
  beginFill(
    done: (count: number | WouldBlock) => void,
    failed: (error: unknown) => void,
  ): void {
    const reads = this.#reads;
    const { mutex, keepsOne, raw } = reads;
    if (mutex.taken || keepsOne || !raw || this.closed) {
      this.#fillInTurn().then(done, failed);
      return;
    }
    void mutex.enter();
    reads.beginMore(done, failed);
  }

  async #fillInTurn(
    signal?: AbortSignal,
  ): Promise<number | WouldBlock> {
    const turn = this.#reads.mutex.enter(signal);
    if (turn) await turn;
    try {
      this._checkClosed("fill");
      return await this.#reads.more(signal);
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * Reads exactly `size` bytes, fewer only at the end of the stream.
   *
   * @param size Bytes wanted; everything to the end if -1, null or left out.
   * @param options A signal that ends the wait.
   * @returns The bytes, empty at the end.
   * @throws {RangeError} If `size` is less than -1.
   * @throws {TypeError} If the stream is closed.
   */
  override async read(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes | WouldBlock> {
    const count = sizeArgument(size);
    if (size! < -1) {
      throw new RangeError(`Cannot read ${size} bytes: it must be at least -1`);
    }
    const turn = this.#reads.mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      this._checkClosed("read");
      return count < 0
        ? await this.#readAll(options)
        : await this.#readExactly(count, options);
    } finally {
      this.#reads.mutex.leave();
    }
  }

  async #readExactly(
    count: number,
    options?: ReadOptions,
  ): Promise<Bytes | WouldBlock> {
    while (true) {
      const have = this.#reads.window.length;
      if (have >= count) return this.#take(count);
      const missing = count - have;
      const got = await this.#reads.once(
        Math.min(missing, Math.ceil(this.#size / 2)),
        Math.min(missing, Math.max(have, FIRST_STEP)),
        options?.signal,
      );
      if (!got) return have === 0 && got === null ? got : this.#take(have);
    }
  }

  async #readAll(options?: ReadOptions): Promise<Bytes | WouldBlock> {
    // One byte more than is expected, so that the end shows without growing.
    const { raw } = this;
    const room = raw.remaining ? await raw.remaining() + 1 : 1;
    let got = await this.#reads.once(room, room, options?.signal);
    while (true) {
      const have = this.#reads.window.length;
      if (!got) return have === 0 && got === null ? got : this.#take(have);
      got = await this.#reads.once(1, have, options?.signal);
    }
  }

  /**
   * Reads what is buffered, or else whatever one read of the raw stream gives.
   *
   * @param size The most to return, in bytes; the buffer's size if negative or left out.
   * @param options A signal that ends the wait.
   * @returns Some bytes, empty at the end of the stream.
   */
  override async read1(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes | WouldBlock> {
    const count = sizeArgument(size);
    const most = count < 0 ? this.#size : count;
    const turn = this.#reads.mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      this._checkClosed("read1");
      if (most === 0) return this.#take(0);
      if (this.#reads.window.length === 0) {
        const room = Math.min(most, FIRST_STEP);
        const got = await this.#reads.once(room, room, options?.signal);
        if (got === null) return got;
      }
      return this.#take(Math.min(most, this.#reads.window.length));
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * Shows what comes next without taking it, with at most one read of the raw
   * stream, and none while anything is buffered.
   *
   * @param _size How much would be welcome; there may be more or less.
   * @param options A signal that ends the wait.
   * @returns A copy of all that is buffered, empty at the end of the stream.
   */
  async peek(_size = 0, options?: ReadOptions): Promise<Bytes> {
    const turn = this.#reads.mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      this._checkClosed("peek");
      if (this.#reads.window.length === 0) {
        await this.#reads.more(options?.signal);
      }
      return this.#reads.window.copy();
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /** Fills `buffer` from the stream, less only at its end; see {@linkcode BufferedIOBase.readinto}. */
  override readinto(buffer: ArrayBufferView): Promise<number | WouldBlock> {
    return this.#readinto(buffer, true);
  }

  /**
   * Reads what is buffered into `buffer`, or else whatever one raw read gives;
   * see {@linkcode BufferedIOBase.readinto1}.
   */
  override readinto1(buffer: ArrayBufferView): Promise<number | WouldBlock> {
    return this.#readinto(buffer, false);
  }

  async #readinto(
    buffer: ArrayBufferView,
    whole: boolean,
  ): Promise<number | WouldBlock> {
    const target = bytesOf(buffer);
    const turn = this.#reads.mutex.enter();
    if (turn) await turn;
    let done = 0;
    try {
      this._checkClosed("readinto");
      while (done < target.length) {
        const rest = target.subarray(done);
        if (this.#reads.window.length > 0) {
          done += this.#reads.window.takeInto(rest);
        } else {
          const direct = rest.length >= this.#size && !this.#reads.keepsOne;
          const got = direct
            ? await this.raw.readinto(rest)
            : await this.#reads.more();
          if (!got) return done === 0 ? got : done;
          if (!direct) continue;
          done += this.#reads.checkCount(got, rest.length);
        }
        if (!whole) break;
      }
      return done;
    } catch (error) {
      if (done > 0) this.#reads.window.putBack(target.subarray(0, done));
      throw error;
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * Reads one line, its LF included; the last one may lack it.
   *
   * @param size The most to read of it, in bytes; no limit if negative, null or left out.
   * @param options A signal that ends the wait.
   * @returns The line, empty at the end of the stream.
   * @throws {RangeError} If the line is longer than `maxLineLength`; it stays
   * unread.
   * @throws {TypeError} If the stream is closed.
   */
  override async readline(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<Bytes> {
    const limit = sizeArgument(size);
    const turn = this.#reads.mutex.enter(options?.signal);
    if (turn) await turn;
    try {
      this._checkClosed("readline");
      let searched = 0;
      while (true) {
        const have = this.#reads.window.length;
        const lf = this.#reads.window.find(LF, searched);
        const found = lf >= 0;
        const length = found ? lf + 1 : have;
        if (limit >= 0 && length >= limit) return this.#take(limit);
        if (length > this.#maxLineLength) {
          throw new RangeError(
            `Cannot read a line: longer than ${this.#maxLineLength} bytes`,
          );
        }
        if (found) return this.#take(length);
        searched = have;
        if (!await this.#reads.more(options?.signal)) return this.#take(have);
      }
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * The position of the next byte to be read.
   *
   * @returns Bytes from the start, never negative.
   * @throws {UnsupportedOperation} If the stream below has no positions.
   */
  override async tell(): Promise<number> {
    const turn = this.#reads.mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("tell");
      this._checkSeekable("tell");
      if (this.#reads.keepsOne) await this.#reads.more();
      const at = await rawPosition(this.raw, 0, SEEK_CUR);
      return Math.max(0, at - this.#reads.window.length);
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * Moves the position and drops what was read ahead.
   *
   * @param position Bytes from the place that `whence` names.
   * @param whence `SEEK_SET`, `SEEK_CUR` (from the logical position) or `SEEK_END`.
   * @returns The new position from the start, in bytes.
   * @throws {UnsupportedOperation} If the stream below has no positions.
   */
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    positionArgument(position);
    whenceArgument(whence);
    const turn = this.#reads.mutex.enter();
    if (turn) await turn;
    try {
      this._checkClosed("seek");
      this._checkSeekable("seek");
      if (this.#reads.keepsOne) await this.#reads.more();
      const ahead = whence === SEEK_CUR ? this.#reads.window.length : 0;
      const at = await rawPosition(this.raw, position - ahead, whence);
      this.#reads.window.clear();
      return at;
    } finally {
      this.#reads.mutex.leave();
    }
  }

  /**
   * Closes the stream below, even while a read waits; that read then fails.
   *
   * @throws What flushing or closing threw; the stream below is closed even
   * if flushing fails.
   */
  override async close(): Promise<void> {
    if (!this.#raw || this.closed) return;
    await closeAfter(this.#raw, () => this.flush());
  }

  /**
   * Lets go of the stream below. What was read ahead is lost to it.
   *
   * @returns The raw stream.
   * @throws {TypeError} If it was detached already.
   */
  // deno-lint-ignore require-await -- a refusal is a rejection, never a throw
  override async detach(): Promise<RawReader<WouldBlock>> {
    const raw = this.raw;
    this.#raw = this.#reads.raw = undefined;
    return raw;
  }

  /** The first `count` buffered bytes, as the caller's own. */
  #take(count: number): Bytes {
    return this.#reads.window.take(count, !this.#reads.keepsOne);
  }
}
