import {
  positionArgument,
  sizeArgument,
  whenceArgument,
} from "./_arguments.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "./constants.ts";

const LF = 10;

/**
 * The memory of a {@linkcode BytesIO}, lent out by
 * {@linkcode BytesIO.getbuffer}.
 */
export interface BytesIOBuffer extends Disposable {
  /**
   * The content itself, not a copy: what is set here is read there.
   *
   * @throws {TypeError} If the buffer was released.
   */
  readonly bytes: Bytes;
  /** Gives the memory back, so that the stream can grow, shrink and close. */
  release(): void;
}

/**
 * A byte stream in memory, Python's `io.BytesIO`. It stands in for a file or a
 * connection wherever one is read or written, buffered or raw.
 *
 * Nothing here waits, so what a call does is done when it returns, whether its
 * promise is awaited or not.
 *
 * @example Reads what was written
 * ```ts
 * import { BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new BytesIO();
 * await stream.write(new TextEncoder().encode("one\ntwo\n"));
 * await stream.seek(0);
 * const lines = [...stream].map((line) => new TextDecoder().decode(line));
 * assertEquals(lines, ["one\n", "two\n"]);
 * assertEquals(stream.getvalue().length, 8);
 * ```
 */
export class BytesIO extends BufferedIOBase implements Iterable<Bytes> {
  // The content is #bytes[0..#length]; behind it is room to grow, of which
  // nothing but the length tells what is valid.
  #bytes: Bytes;
  #length: number;
  #position = 0;
  #lent = 0;

  /**
   * Makes a stream at position 0.
   *
   * @param initial The content to begin with; copied.
   * @throws {TypeError} If `initial` is not bytes.
   */
  constructor(initial?: ArrayBufferView | ArrayBufferLike | null) {
    super();
    this.#bytes = initial === undefined || initial === null
      ? new Uint8Array()
      : new Uint8Array(bytesOf(initial));
    this.#length = this.#bytes.length;
  }

  /** Whether the stream can be read: it can, while it is open. */
  override readable(): boolean {
    this._checkClosed("read");
    return true;
  }

  /** Whether the stream can be written: it can, while it is open. */
  override writable(): boolean {
    this._checkClosed("write");
    return true;
  }

  /** Whether the stream has positions: it has, while it is open. */
  override seekable(): boolean {
    this._checkClosed("seek");
    return true;
  }

  /**
   * The whole content, wherever the position is.
   *
   * @returns A copy.
   * @throws {TypeError} If the stream is closed.
   */
  getvalue(): Bytes {
    this._checkClosed("get the value of");
    return this.#bytes.slice(0, this.#length);
  }

  /**
   * Lends out the content without a copy. Until it is released, the stream
   * refuses whatever would change its length, and closing.
   *
   * @returns The content, to be released or bound with `using`.
   * @throws {TypeError} If the stream is closed.
   */
  getbuffer(): BytesIOBuffer {
    this._checkClosed("get the buffer of");
    let bytes: Bytes | undefined = this.#bytes.subarray(0, this.#length);
    this.#lent++;
    const release = () => {
      if (bytes) this.#lent--;
      bytes = undefined;
    };
    return {
      get bytes(): Bytes {
        if (!bytes) {
          throw new TypeError("Cannot use the buffer: it is released");
        }
        return bytes;
      },
      release,
      [Symbol.dispose]: release,
    };
  }

  /** Reads; see {@linkcode BufferedIOBase.read}. Past the end there is nothing. */
  // deno-lint-ignore require-await -- here and below: a refusal is a rejection
  override async read(size?: number | null): Promise<Bytes> {
    this._checkClosed("read");
    return this.#take(sizeArgument(size));
  }

  /** Reads, as {@linkcode read} does. */
  override read1(size?: number | null): Promise<Bytes> {
    return this.read(size);
  }

  /** Reads everything to the end; raw streams have this. */
  readall(): Promise<Bytes> {
    return this.read();
  }

  /** Reads into `buffer`; see {@linkcode BufferedIOBase.readinto}. */
  // deno-lint-ignore require-await
  override async readinto(buffer: ArrayBufferView): Promise<number> {
    this._checkClosed("readinto");
    const target = bytesOf(buffer);
    const count = Math.min(target.length, this.#ahead);
    target.set(this.#bytes.subarray(this.#position, this.#position + count));
    this.#position += count;
    return count;
  }

  /** Reads into `buffer`, as {@linkcode readinto} does. */
  override readinto1(buffer: ArrayBufferView): Promise<number> {
    return this.readinto(buffer);
  }

  /** Reads one line; see {@linkcode IOBase.readline}. */
  // deno-lint-ignore require-await
  override async readline(size?: number | null): Promise<Bytes> {
    this._checkClosed("readline");
    return this.#takeLine(sizeArgument(size));
  }

  /** Iterates over the lines from the position on, without promises. */
  *[Symbol.iterator](): IterableIterator<Bytes> {
    while (true) {
      this._checkClosed("iterate over");
      const line = this.#takeLine(-1);
      if (line.length === 0) return;
      yield line;
    }
  }

  /**
   * Writes at the position: over what is there, then behind it. A gap before
   * the position is filled with zero bytes.
   *
   * @param bytes What to write; copied.
   * @returns The number of bytes given.
   * @throws {TypeError} If the stream is closed, `bytes` is not bytes, or the
   * stream would grow while its buffer is lent out.
   * @throws {RangeError} If there is no memory for so much.
   */
  // deno-lint-ignore require-await
  override async write(bytes: ArrayBufferView): Promise<number> {
    this._checkClosed("write");
    const source = bytesOf(bytes);
    if (source.length === 0) return 0;
    const end = this.#position + source.length;
    if (end > this.#length) this.#extend(end);
    this.#bytes.set(source, this.#position);
    this.#position = end;
    return source.length;
  }

  /**
   * Moves the position, which may lie behind the end.
   *
   * @param position Bytes from the place that `whence` names.
   * @param whence `SEEK_SET`, `SEEK_CUR` or `SEEK_END`; counted from there, a
   * place before the start means the start.
   * @returns The new position, in bytes.
   * @throws {RangeError} If `position` is negative and counts from the start.
   * @throws {TypeError} If it is no whole number, or the stream is closed.
   */
  // deno-lint-ignore require-await
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    this._checkClosed("seek");
    positionArgument(position);
    const base = whenceArgument(whence) === SEEK_CUR
      ? this.#position
      : whence === SEEK_END
      ? this.#length
      : 0;
    if (whence === SEEK_SET && position < 0) {
      throw new RangeError(`Cannot seek to ${position}: it is negative`);
    }
    return this.#position = Math.max(0, base + position);
  }

  /** The position; see {@linkcode IOBase.tell}. */
  // deno-lint-ignore require-await
  override async tell(): Promise<number> {
    this._checkClosed("tell");
    return this.#position;
  }

  /**
   * Cuts the content off. It never extends it, and leaves the position alone.
   *
   * @param size Bytes to keep at most; the position if null or left out.
   * @returns `size`.
   * @throws {RangeError} If `size` is negative.
   * @throws {TypeError} If the stream is closed, or its buffer is lent out.
   */
  // deno-lint-ignore require-await
  override async truncate(size?: number | null): Promise<number> {
    this._checkClosed("truncate");
    this.#checkLent("truncate");
    const end = positionArgument(size ?? this.#position);
    if (end < 0) {
      throw new RangeError(`Cannot truncate to ${end} bytes: it is negative`);
    }
    if (end < this.#length) {
      this.#length = end;
      if (end * 2 < this.#bytes.length) this.#bytes = this.#bytes.slice(0, end);
    }
    return end;
  }

  /**
   * Drops the content.
   *
   * @throws {TypeError} If the buffer is lent out.
   */
  override async close(): Promise<void> {
    if (this.closed) return;
    this.#checkLent("close");
    await super.close();
    this.#bytes = new Uint8Array();
    this.#length = 0;
  }

  get #ahead(): number {
    return Math.max(0, this.#length - this.#position);
  }

  #take(size: number): Bytes {
    const ahead = this.#ahead;
    const count = size < 0 || size > ahead ? ahead : size;
    const start = this.#position;
    this.#position += count;
    return this.#bytes.slice(start, start + count);
  }

  #takeLine(limit: number): Bytes {
    const ahead = this.#bytes.subarray(this.#position, this.#length);
    const end = ahead.indexOf(LF) + 1;
    if (end === 0 || limit >= 0 && limit < end) return this.#take(limit);
    return this.#take(end);
  }

  #extend(length: number): void {
    this.#checkLent("resize");
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    } else if (this.#position > this.#length) {
      // What was cut off before must not come back.
      this.#bytes.fill(0, this.#length, this.#position);
    }
    this.#length = length;
  }

  #checkLent(action: string): void {
    if (this.#lent > 0) {
      throw new TypeError(
        `Cannot ${action} "${this.constructor.name}": its buffer is lent out`,
      );
    }
  }
}
