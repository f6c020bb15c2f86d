import { sizeArgument } from "./_arguments.ts";
import { SEEK_CUR } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import type { Bytes } from "./bytes.ts";

/** What one `readline()` of a stream gives: bytes, or text. */
export type Line = Bytes | string;

/**
 * The root of all streams, Python's `io.IOBase`: closing, line reading and
 * iteration, and a refusal for every ability that a subclass does not have.
 *
 * Everything that may touch the operating system returns a promise; questions
 * (`closed`, `readable()`, `fileno()`) are answered at once.
 *
 * @typeParam L What a line is: `Bytes` in byte streams, `string` in text streams.
 */
export abstract class IOBase<L extends Line = Line>
  implements AsyncIterable<L>, AsyncDisposable {
  #closed = false;

  /** Whether the stream was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Closes the stream; later calls do nothing. The stream counts as closed
   * even if flushing it fails, and the failure is thrown.
   */
  async close(): Promise<void> {
    if (this.closed) return;
    try {
      await this.flush();
    } finally {
      this.#closed = true;
    }
  }

  /**
   * Sends on what is buffered. The base has no buffer and only checks.
   *
   * @throws {TypeError} If the stream is closed.
   */
  // deno-lint-ignore require-await -- a refusal is a rejection, never a throw
  async flush(): Promise<void> {
    this._checkClosed("flush");
  }

  /** Whether the stream can be read. */
  readable(): boolean {
    return false;
  }

  /** Whether the stream can be written. */
  writable(): boolean {
    return false;
  }

  /** Whether the stream has positions: `seek`, `tell` and `truncate`. */
  seekable(): boolean {
    return false;
  }

  /**
   * Whether the stream is a terminal.
   *
   * @throws {TypeError} If the stream is closed.
   */
  isatty(): boolean {
    this._checkClosed("isatty");
    return false;
  }

  /**
   * The resource id of the stream: the stand-in for a file descriptor.
   *
   * @throws {UnsupportedOperation} If no operating system resource is behind it.
   */
  fileno(): number {
    return this._unsupported("fileno");
  }

  /**
   * Moves the position.
   *
   * @param _position Bytes from the place that `whence` names.
   * @param _whence `SEEK_SET`, `SEEK_CUR` or `SEEK_END`.
   * @returns The new position from the start, in bytes.
   * @throws {UnsupportedOperation} If the stream has no positions.
   */
  // deno-lint-ignore require-await
  async seek(_position: number, _whence?: number): Promise<number> {
    return this._unsupported("seek");
  }

  /**
   * The current position.
   *
   * @returns Bytes from the start.
   * @throws {UnsupportedOperation} If the stream has no positions.
   */
  tell(): Promise<number> {
    return this.seek(0, SEEK_CUR);
  }

  /**
   * Sets the size of what is behind the stream; the position stays.
   *
   * @param _size New size in bytes; the current position if left out.
   * @returns The new size.
   * @throws {UnsupportedOperation} If the stream cannot be resized.
   */
  // deno-lint-ignore require-await
  async truncate(_size?: number | null): Promise<number> {
    return this._unsupported("truncate");
  }

  /**
   * Reads one line, its LF included; the last one may lack it.
   *
   * @param size The most to read of it; no limit if negative, null or left out.
   * @returns The line; empty at the end of the stream.
   * @throws {TypeError} If `size` is no whole number, or the stream is closed.
   */
  abstract readline(size?: number | null): Promise<L>;

  /**
   * Reads lines into an array.
   *
   * @param hint Stop after the line that brings the total to this many bytes
   * or characters; all lines if null, zero, negative or left out.
   * @returns The lines, their ends included.
   * @throws {TypeError} If `hint` is no whole number, or the stream is closed.
   */
  async readlines(hint?: number | null): Promise<L[]> {
    const enough = sizeArgument(hint);
    const lines: L[] = [];
    let total = 0;
    for await (const line of this) {
      lines.push(line);
      total += line.length;
      if (enough > 0 && total >= enough) break;
    }
    return lines;
  }

  /**
   * Writes items one after another. It adds no separators.
   *
   * @param lines What to write; items before one that fails stay written.
   * @throws {TypeError} If an item is of the wrong kind, or the stream is closed.
   */
  async writelines(lines: Iterable<L> | AsyncIterable<L>): Promise<void> {
    this._checkClosed("writelines");
    const write = (this as { write?: (item: L) => Promise<unknown> }).write;
    if (write === undefined) this._unsupported("write");
    for await (const line of lines) await write.call(this, line);
  }

  /**
   * Iterates over the lines. Leaving the loop early does not close the stream.
   *
   * @throws {TypeError} If the stream is closed.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<L> {
    this._checkClosed("iterate over");
    const next = async (): Promise<IteratorResult<L>> => {
      const value = await this.readline();
      return value.length === 0
        ? { done: true, value: undefined }
        : { done: false, value };
    };
    return {
      next,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Closes the stream at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * The class and, if the stream has one, the name.
   *
   * @returns Text for people, such as `<FileIO name="notes.txt">`.
   */
  toString(): string {
    const name = nameOf(this as { name?: unknown });
    const shown = name === undefined ? "" : ` name=${JSON.stringify(name)}`;
    return `<${this.constructor.name}${shown}>`;
  }

  /** Throws if the stream is closed. */
  protected _checkClosed(action = "use"): void {
    if (this.closed) {
      throw new TypeError(
        `Cannot ${action} "${this.constructor.name}": stream is closed`,
      );
    }
  }

  /** Throws if the stream cannot be read. */
  protected _checkReadable(action = "read"): void {
    if (!this.readable()) this._unsupported(action);
  }

  /** Throws if the stream cannot be written. */
  protected _checkWritable(action = "write"): void {
    if (!this.writable()) this._unsupported(action);
  }

  /** Throws if the stream has no positions. */
  protected _checkSeekable(action = "seek"): void {
    if (!this.seekable()) this._unsupported(action);
  }

  /**
   * Refuses an operation.
   *
   * @param name The method that is not supported.
   * @throws {UnsupportedOperation} Always, naming class and method.
   */
  protected _unsupported(name: string): never {
    throw new UnsupportedOperation(
      `Cannot call "${this.constructor.name}.${name}": operation is not supported`,
    );
  }
}

function nameOf(stream: { name?: unknown }): string | number | undefined {
  let name;
  try {
    name = stream.name;
  } catch {
    return; // the stream below was detached or closed
  }
  return typeof name === "string" || typeof name === "number"
    ? name
    : undefined;
}
