import {
  positionArgument,
  sizeArgument,
  whenceArgument,
} from "./_arguments.ts";
import { countCharacters, skipCharacters } from "./_characters.ts";
import {
  isUniversal,
  lineEnd,
  type Newline,
  newlineArgument,
} from "./_newlines.ts";
import { SEEK_END, SEEK_SET } from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import { IncrementalNewlineDecoder } from "./incremental_newline_decoder.ts";
import { TextIOBase } from "./text_io_base.ts";

/**
 * A text stream in memory, Python's `io.StringIO`. Sizes and positions count
 * characters (code points).
 *
 * Nothing here waits, so what a call does is done when it returns, whether its
 * promise is awaited or not.
 *
 * @example Collects what is written
 * ```ts
 * import { StringIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const log = new StringIO();
 * await log.write("one\n");
 * await log.write("two\n");
 * assertEquals(log.getvalue(), "one\ntwo\n");
 * await log.seek(0);
 * assertEquals([...log], ["one\n", "two\n"]);
 * ```
 */
export class StringIO extends TextIOBase implements Iterable<string> {
  readonly #newline: Newline;
  readonly #decoder: IncrementalNewlineDecoder | undefined;
  #text = "";

  // In UTF-16 units. Behind the end of the text, each stands for a character.
  #offset = 0;

  // While there was never a surrogate, units are characters, and a position is
  // an offset without counting.
  #plain = true;

  /**
   * Makes a stream at position 0.
   *
   * @param initial The content to begin with, as if it had been written.
   * @param newline What ends a line; see {@linkcode Newline}. CR and CRLF are
   * written for LF; `null` makes LF of every line end that is written.
   * @throws {RangeError} If `newline` is none that exists.
   * @throws {TypeError} If `initial` is not a string.
   */
  constructor(initial?: string | null, newline: Newline = "\n") {
    super();
    this.#newline = newlineArgument(newline);
    if (isUniversal(newline)) {
      this.#decoder = new IncrementalNewlineDecoder(null, newline === null);
    }
    this.#write(textArgument(initial ?? ""));
    this.#offset = 0;
  }

  /** The kinds of line end written; always `null` where only one is looked for. */
  override get newlines(): string | readonly string[] | null {
    return this.#decoder?.newlines ?? null;
  }

  /** Whether writes with a line end are flushed: there is nothing to flush. */
  get lineBuffering(): boolean {
    return false;
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
   * @returns The text.
   * @throws {TypeError} If the stream is closed.
   */
  getvalue(): string {
    this._checkClosed("get the value of");
    return this.#text;
  }

  /** Reads; see {@linkcode TextIOBase.read}. Past the end there is nothing. */
  // deno-lint-ignore require-await -- here and below: a refusal is a rejection
  override async read(size?: number | null): Promise<string> {
    this._checkClosed("read");
    const count = sizeArgument(size);
    return this.#take(count < 0 ? this.#text.length : this.#skip(count));
  }

  /** Reads one line; see {@linkcode IOBase.readline}. */
  // deno-lint-ignore require-await
  override async readline(size?: number | null): Promise<string> {
    this._checkClosed("readline");
    return this.#takeLine(sizeArgument(size));
  }

  /** Iterates over the lines from the position on, without promises. */
  *[Symbol.iterator](): IterableIterator<string> {
    while (true) {
      this._checkClosed("iterate over");
      const line = this.#takeLine(-1);
      if (line === "") return;
      yield line;
    }
  }

  /**
   * Writes at the position: over what is there, then behind it. A gap before
   * the position is filled with NUL.
   *
   * @param text What to write.
   * @returns The number of characters given.
   * @throws {TypeError} If `text` is not a string, or the stream is closed.
   */
  // deno-lint-ignore require-await
  override async write(text: string): Promise<number> {
    textArgument(text);
    this._checkClosed("write");
    this.#write(text);
    return countCharacters(text);
  }

  /**
   * Moves the position, which may lie behind the end.
   *
   * @param position Characters from the start.
   * @param whence `SEEK_SET`; with position 0 also `SEEK_CUR` and `SEEK_END`.
   * @returns The new position, in characters.
   * @throws {RangeError} If `position` is negative, or `whence` none of the three.
   * @throws {TypeError} If it is no whole number, or the stream is closed.
   * @throws {UnsupportedOperation} If `position` is not 0 from elsewhere than
   * the start.
   */
  // deno-lint-ignore require-await
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    this._checkClosed("seek");
    positionArgument(position);
    whenceArgument(whence);
    if (whence !== SEEK_SET && position !== 0) {
      throw new UnsupportedOperation(
        `Cannot seek to "${position}" with whence "${whence}": text is sought from its start only`,
      );
    }
    if (position < 0) {
      throw new RangeError(`Cannot seek to ${position}: it is negative`);
    }
    if (whence === SEEK_SET) this.#offset = this.#offsetOf(position);
    if (whence === SEEK_END) this.#offset = this.#text.length;
    return this.#position();
  }

  /** The position in characters; see {@linkcode IOBase.tell}. */
  // deno-lint-ignore require-await
  override async tell(): Promise<number> {
    this._checkClosed("tell");
    return this.#position();
  }

  /**
   * Cuts the content off. It never extends it, and leaves the position alone.
   *
   * @param size Characters to keep at most; the position if null or left out.
   * @returns `size`.
   * @throws {RangeError} If `size` is negative.
   * @throws {TypeError} If it is no whole number, or the stream is closed.
   */
  // deno-lint-ignore require-await
  override async truncate(size?: number | null): Promise<number> {
    this._checkClosed("truncate");
    const position = this.#position();
    const end = positionArgument(size ?? position);
    if (end < 0) {
      throw new RangeError(
        `Cannot truncate to ${end} characters: it is negative`,
      );
    }
    this.#text = this.#text.slice(0, this.#offsetOf(end));
    this.#offset = this.#offsetOf(position);
    return end;
  }

  /** Drops the content. */
  override async close(): Promise<void> {
    await super.close();
    this.#text = "";
  }

  #write(text: string): void {
    const stored = this.#stored(text);
    if (stored === "") return;
    this.#plain &&= !/[\ud800-\udfff]/.test(stored);
    const gap = this.#offset - this.#text.length;
    if (gap > 0) this.#text += "\0".repeat(gap);
    if (gap >= 0) this.#text += stored;
    else {
      const end = this.#skip(
        this.#plain ? stored.length : countCharacters(stored),
      );
      this.#text = this.#text.slice(0, this.#offset) + stored +
        this.#text.slice(end);
    }
    this.#offset += stored.length;
  }

  /** The text as it is kept: line ends are translated when it is written. */
  #stored(text: string): string {
    if (this.#decoder) return this.#decoder.decode(text, true);
    return this.#newline === "\n"
      ? text
      : text.replaceAll("\n", this.#newline!);
  }

  #takeLine(limit: number): string {
    const found = lineEnd(this.#text, this.#offset, this.#newline);
    const end = found < 0 ? this.#text.length : found;
    return this.#take(limit < 0 ? end : Math.min(end, this.#skip(limit)));
  }

  /** The text up to an offset; the position moves there. */
  #take(end: number): string {
    if (end <= this.#offset) return "";
    const text = this.#text.slice(this.#offset, end);
    this.#offset = end;
    return text;
  }

  /** The offset `count` characters behind the position, at most the length. */
  #skip(count: number): number {
    return this.#plain
      ? Math.min(this.#text.length, this.#offset + count)
      : skipCharacters(this.#text, this.#offset, count);
  }

  #position(): number {
    const { length } = this.#text;
    if (this.#plain || this.#offset === 0) return this.#offset;
    return countCharacters(this.#text, 0, Math.min(this.#offset, length)) +
      Math.max(0, this.#offset - length);
  }

  #offsetOf(position: number): number {
    if (this.#plain) return position;
    const offset = skipCharacters(this.#text, 0, position);
    return offset + position - countCharacters(this.#text, 0, offset);
  }
}

function textArgument(text: unknown): string {
  if (typeof text === "string") return text;
  throw new TypeError(
    `Cannot use a ${typeof text} as text: a string is required`,
  );
}
