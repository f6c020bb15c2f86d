import {
  positionArgument,
  sizeArgument,
  whenceArgument,
} from "./_arguments.ts";
import { countCharacters } from "./_characters.ts";
import { closeAfter } from "./_close_after.ts";
import { type ErrorMode, errorModeArgument } from "./_error_modes.ts";
import { Mutex } from "./_mutex.ts";
import { type Newline, newlineArgument } from "./_newlines.ts";
import { packPosition, unpackPosition } from "./_text_position.ts";
import { TextReader } from "./_text_reader.ts";
import { TextWriter } from "./_text_writer.ts";
import type { BufferedIOBase } from "./buffered_io_base.ts";
import type { ReadOptions } from "./buffered_reader.ts";
import { lookupCodec } from "./codecs.ts";
import {
  DEFAULT_BUFFER_SIZE,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "./constants.ts";
import { UnsupportedOperation } from "./errors.ts";
import type { RawIOBase } from "./raw_io_base.ts";
import { TextIOBase } from "./text_io_base.ts";

export type { Newline } from "./_newlines.ts";

/** Options that can change while a {@linkcode TextIOWrapper} is in use. */
export interface TextOptions {
  /** The codec's name; see {@linkcode lookupCodec}. Default: `utf-8`. */
  encoding?: string | null | undefined;
  /** What to do with what the codec cannot convert. Default: `strict`. */
  errors?: ErrorMode | null | undefined;
  /** What ends a line; see {@linkcode Newline}. Default: `null`. */
  newline?: Newline | undefined;
  /** Whether a write that has a line end is flushed. Default: false. */
  lineBuffering?: boolean | null | undefined;
  /** Whether writes go on to the byte stream at once. Default: false. */
  writeThrough?: boolean | null | undefined;
}

/** Options of a {@linkcode TextIOWrapper}. */
export interface TextIOWrapperOptions extends TextOptions {
  /** The longest line that `readline()` gathers, in characters. No limit by default. */
  maxLineLength?: number | undefined;
}

/**
 * Text on top of a stream of bytes, Python's `io.TextIOWrapper`.
 *
 * Sizes count characters (code points). Positions, those of `tell()` and
 * `seek()`, are good for the same stream only, and not to be calculated with.
 *
 * Concurrent calls take turns. Where the byte stream has no positions, as in a
 * connection, reading and writing do not wait for each other.
 *
 * A read that fails or is aborted takes nothing: the text stays for the next
 * one. Bytes that are malformed are skipped, with what was read together with
 * them, once the error has been thrown.
 *
 * @typeParam B The byte stream's class.
 *
 * @example Reads Windows text
 * ```ts
 * import { BytesIO, TextIOWrapper } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new BytesIO(new TextEncoder().encode("Zürich\r\nBern\r\n"));
 * const text = new TextIOWrapper(bytes);
 * assertEquals(await text.readlines(), ["Zürich\n", "Bern\n"]);
 * ```
 */
export class TextIOWrapper<
  B extends BufferedIOBase | RawIOBase = BufferedIOBase,
> extends TextIOBase {
  /** Bytes to ask the stream below for at once, and to gather before writing. */
  protected _CHUNK_SIZE: number = DEFAULT_BUFFER_SIZE;

  /** How the stream was opened, where somebody said so: `open()` does. */
  mode: string | undefined;

  #buffer: B | undefined;
  #encoding: string;
  #errors: ErrorMode;
  #newline: Newline;
  #lineBuffering: boolean;
  #writeThrough: boolean;
  readonly #maxLineLength: number;

  #reader: TextReader;
  #writer: TextWriter;
  #iterating = false;
  #closing: Promise<void> | undefined;

  // The same turn where both halves move one position. Else a reader that waits
  // for its peer must not keep the writer from asking it.
  readonly #oneTurn: boolean;
  readonly #readTurn = new Mutex();
  readonly #writeTurn: Mutex;

  /**
   * Puts text on top of a byte stream. Nothing is read or written yet.
   *
   * @param buffer The byte stream.
   * @param options Encoding, line ends, buffering.
   * @throws {RangeError} If encoding, errors or newline are none that exist.
   * @throws {TypeError} If they are not strings, or `buffer` is closed.
   */
  constructor(buffer: B, options: TextIOWrapperOptions = {}) {
    super();
    this.#buffer = buffer;
    this.#encoding = encodingArgument(options.encoding ?? "utf-8");
    this.#errors = errorModeArgument(options.errors ?? "strict");
    this.#newline = newlineArgument(options.newline ?? null);
    this.#lineBuffering = options.lineBuffering ?? false;
    this.#writeThrough = options.writeThrough ?? false;
    this.#maxLineLength = options.maxLineLength ?? Infinity;
    [this.#reader, this.#writer] = this.#makeHalves();
    this.#oneTurn = buffer.seekable();
    this.#writeTurn = this.#oneTurn ? this.#readTurn : new Mutex();
  }

  /**
   * The byte stream below.
   *
   * @throws {TypeError} If it was detached.
   */
  get buffer(): B {
    if (!this.#buffer) {
      throw new TypeError(
        `Cannot use "${this.constructor.name}": its buffer was detached`,
      );
    }
    return this.#buffer;
  }

  /** The codec's name, as it was given. */
  override get encoding(): string {
    return this.#encoding;
  }

  /** What happens to what the codec cannot convert. */
  override get errors(): ErrorMode {
    return this.#errors;
  }

  /** The kinds of line end seen; always `null` where only one is looked for. */
  override get newlines(): string | readonly string[] | null {
    return this.#reader.newlines;
  }

  /** Whether a write that has a line end is flushed. */
  get lineBuffering(): boolean {
    return this.#lineBuffering;
  }

  /** Whether writes go on to the byte stream at once. */
  get writeThrough(): boolean {
    return this.#writeThrough;
  }

  /** Whether the byte stream is closed. */
  override get closed(): boolean {
    return this.buffer.closed;
  }

  /** The name of the byte stream: a path, or a number. */
  get name(): unknown {
    return (this.buffer as { name?: unknown }).name;
  }

  /** Whether the byte stream can be read. */
  override readable(): boolean {
    return this.buffer.readable();
  }

  /** Whether the byte stream can be written. */
  override writable(): boolean {
    return this.buffer.writable();
  }

  /** Whether the byte stream has positions. */
  override seekable(): boolean {
    return this.buffer.seekable();
  }

  /** Whether the byte stream is a terminal. */
  override isatty(): boolean {
    return this.buffer.isatty();
  }

  /** The resource id of the byte stream. */
  override fileno(): number {
    return this.buffer.fileno();
  }

  /**
   * Reads text.
   *
   * @param size Characters wanted; everything to the end if negative, null or left out.
   * @param options A signal that ends the wait.
   * @returns Exactly `size` characters, fewer only at the end of the stream.
   * @throws {BlockingIOError} If a non-blocking byte stream has no more yet.
   * @throws {Deno.errors.InvalidData} If the bytes are malformed.
   * @throws {TypeError} If the stream is closed.
   * @throws {UnsupportedOperation} If the stream cannot be read.
   */
  override async read(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<string> {
    const count = sizeArgument(size);
    return await this.#reading(
      "read",
      () =>
        count < 0
          ? this.#reader.readAll(options)
          : this.#reader.readCharacters(count, this._CHUNK_SIZE, options),
      options,
    );
  }

  /**
   * Reads one line, its line end included; the last one may lack it.
   *
   * @param size The most to read of it, in characters; no limit if negative,
   * null or left out.
   * @param options A signal that ends the wait.
   * @returns The line, empty at the end of the stream.
   * @throws {BlockingIOError} If a non-blocking byte stream has no more yet.
   * @throws {Deno.errors.InvalidData} If the bytes are malformed.
   * @throws {RangeError} If the line is longer than `maxLineLength`; it stays
   * unread.
   * @throws {TypeError} If the stream is closed.
   * @throws {UnsupportedOperation} If the stream cannot be read.
   */
  override async readline(
    size?: number | null,
    options?: ReadOptions,
  ): Promise<string> {
    const limit = sizeArgument(size);
    return await this.#reading("readline", () =>
      this.#reader.readLine(
        limit < 0 ? Infinity : limit,
        this.#maxLineLength,
        this._CHUNK_SIZE,
        options,
      ), options);
  }

  /**
   * Iterates over the lines. Leaving the loop early does not close the stream.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    const lines = super[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<string>> => {
      this.#iterating = true;
      let goesOn = false;
      try {
        const result = await lines.next();
        goesOn = !result.done;
        return result;
      } finally {
        this.#iterating = goesOn;
      }
    };
    return {
      next,
      return: () => {
        this.#iterating = false;
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Writes text.
   *
   * Between reading and writing the same file belongs a `seek()`: what was read
   * ahead is forgotten, not given back.
   *
   * @param text What to write; LF becomes what `newline` says.
   * @returns The number of characters given.
   * @throws {BlockingIOError} If a non-blocking byte stream takes no more.
   * @throws {RangeError} If the codec lacks a character; nothing is written.
   * @throws {TypeError} If `text` is not a string, or the stream is closed.
   * @throws {UnsupportedOperation} If the stream cannot be written.
   */
  override async write(text: string): Promise<number> {
    if (typeof text !== "string") {
      throw new TypeError("Cannot write: text is required");
    }
    return await this.#inTurn(this.#writeTurn, "write", async () => {
      this._checkWritable("write");
      if (this.#oneTurn) this.#reader.forget();
      await this.#writer.write(text, this._CHUNK_SIZE);
      if (this.#lineBuffering && /[\r\n]/.test(text)) await this.#flush();
      else if (this.#writeThrough) await this.#writer.send();
      return countCharacters(text);
    });
  }

  /** Writes everything to the byte stream and flushes that. */
  override async flush(): Promise<void> {
    await this.#inTurn(this.#writeTurn, "flush", () => this.#flush());
  }

  /**
   * The position, for a later `seek()` on this stream.
   *
   * @returns The byte position; where that is not enough to go on reading, a
   * greater number that holds more.
   * @throws {UnsupportedOperation} If the byte stream has no positions, or in
   * the middle of an iteration.
   */
  override async tell(): Promise<number> {
    this._checkClosed("tell");
    this._checkSeekable("tell");
    return await this.#inTurn(this.#readTurn, "tell", () => this.#tell());
  }

  /**
   * Moves the position.
   *
   * @param position What `tell()` returned, or 0.
   * @param whence `SEEK_SET`; with position 0 also `SEEK_CUR` and `SEEK_END`.
   * @returns The new position.
   * @throws {RangeError} If `position` is negative, or `whence` none of the three.
   * @throws {UnsupportedOperation} If the byte stream has no positions, or
   * `position` is not 0 from elsewhere than the start.
   */
  override async seek(
    position: number,
    whence: number = SEEK_SET,
  ): Promise<number> {
    positionArgument(position);
    whenceArgument(whence);
    this._checkClosed("seek");
    this._checkSeekable("seek");
    if (whence !== SEEK_SET && position !== 0) {
      throw new UnsupportedOperation(
        `Cannot seek to "${position}" with whence "${whence}": text is sought from its start only`,
      );
    }
    return await this.#inTurn(this.#readTurn, "seek", async () => {
      switch (whence) {
        case SEEK_CUR:
          return await this.#seek(await this.#tell());
        case SEEK_END:
          await this.#writer.send();
          return await this.#seek(await this.buffer.seek(0, SEEK_END));
        default:
          return await this.#seek(position);
      }
    });
  }

  /** Flushes, then resizes what is below, in bytes; see {@linkcode IOBase.truncate}. */
  override async truncate(size?: number | null): Promise<number> {
    return await this.#inTurn(this.#writeTurn, "truncate", async () => {
      await this.#flush();
      return await this.buffer.truncate(size);
    });
  }

  /**
   * Changes how text is read and written; what is left out stays. It flushes.
   *
   * @param options New values. An `encoding` without `errors` sets those to
   * `strict`.
   * @throws {RangeError} If encoding, errors or newline are none that exist;
   * then nothing changes.
   * @throws {TypeError} If they are not strings, or the stream is closed.
   * @throws {UnsupportedOperation} If encoding, errors or newline should change
   * after reading has begun.
   */
  async reconfigure(options: TextOptions): Promise<void> {
    const encoding = encodingArgument(options.encoding ?? this.#encoding);
    const errors = errorModeArgument(
      options.errors ?? (options.encoding ? "strict" : this.#errors),
    );
    const newline = newlineArgument(
      options.newline === undefined ? this.#newline : options.newline,
    );
    const convertsAnew = (options.encoding ?? options.errors) != null ||
      options.newline !== undefined;
    await this.#inTurn(this.#writeTurn, "reconfigure", async () => {
      await this.#flush();
      if (convertsAnew) {
        if (this.#reader.begun) {
          throw new UnsupportedOperation(
            `Cannot reconfigure "${this.constructor.name}": reading has begun`,
          );
        }
        this.#encoding = encoding;
        this.#errors = errors;
        this.#newline = newline;
        [this.#reader, this.#writer] = this.#makeHalves();
      }
      this.#lineBuffering = options.lineBuffering ?? this.#lineBuffering;
      this.#writeThrough = options.writeThrough ?? this.#writeThrough;
    });
  }

  /**
   * Flushes, lets go of the byte stream and returns it. What was read ahead is
   * lost to it.
   *
   * @throws {TypeError} If it was detached already.
   */
  override async detach(): Promise<B> {
    return await this.#inTurn(this.#writeTurn, "detach", async () => {
      await this.#flush();
      const buffer = this.buffer;
      this.#buffer = undefined;
      return buffer;
    });
  }

  /**
   * Flushes and closes the byte stream, which is closed even if the flush
   * fails. What is written while it flushes is sent too; later calls find the
   * stream closed.
   *
   * @throws What the flush threw; if closing fails too, that error with the
   * flush's as its `cause`.
   */
  override async close(): Promise<void> {
    if (!this.#buffer || this.closed) return;
    await (this.#closing ??= this.#close(this.#buffer));
  }

  async #close(buffer: B): Promise<void> {
    let inside = false;
    try {
      await closeAfter(buffer, async () => {
        await this.flush();
        const turn = this.#writeTurn.enter();
        if (turn) await turn;
        inside = true;
        await this.#writer.send(); // what was written during the flush
      });
    } finally {
      this.#closing = undefined;
      if (inside) this.#writeTurn.leave();
    }
  }

  /** The class, what is known of the byte stream, and the encoding. */
  override toString(): string {
    const mode = this.mode === undefined
      ? ""
      : ` mode=${JSON.stringify(this.mode)}`;
    const encoding = ` encoding=${JSON.stringify(this.#encoding)}`;
    return `${super.toString().slice(0, -1)}${mode}${encoding}>`;
  }

  async #inTurn<T>(
    mutex: Mutex,
    action: string,
    run: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const turn = mutex.enter(signal);
    if (turn) await turn;
    try {
      this._checkClosed(action);
      return await run();
    } finally {
      mutex.leave();
    }
  }

  async #reading(
    action: string,
    run: () => Promise<string>,
    options: ReadOptions | undefined,
  ): Promise<string> {
    return await this.#inTurn(this.#readTurn, action, async () => {
      this._checkReadable(action);
      await this.#sendBeforeReading();
      return await run();
    }, options?.signal);
  }

  // Nothing is pending while a writer waits for its peer, so neither does this.
  async #sendBeforeReading(): Promise<void> {
    if (this.#writer.pending === 0) return;
    if (this.#oneTurn) await this.#writer.send();
    else {
      await this.#inTurn(this.#writeTurn, "read", () => this.#writer.send());
    }
  }

  async #flush(): Promise<void> {
    await this.#writer.send();
    await this.buffer.flush();
  }

  async #tell(): Promise<number> {
    if (this.#iterating) {
      throw new UnsupportedOperation(
        `Cannot tell the position of "${this.constructor.name}": it is being iterated over`,
      );
    }
    await this.#writer.send();
    return packPosition(this.#reader.position(await this.buffer.tell()));
  }

  async #seek(cookie: number): Promise<number> {
    if (!(cookie >= 0 && cookie <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(
        `Cannot seek to "${cookie}": there is no such position`,
      );
    }
    const position = unpackPosition(cookie);
    await this.#writer.send();
    await this.buffer.seek(position.byte);
    this.#iterating = false;
    this.#writer.restart();
    await this.#reader.restore(position, this._CHUNK_SIZE);
    return cookie;
  }

  #makeHalves(): [TextReader, TextWriter] {
    const codec = lookupCodec(this.#encoding);
    return [
      new TextReader(this.buffer, codec, this.#errors, this.#newline),
      new TextWriter(this.buffer, codec, this.#errors, this.#newline),
    ];
  }
}

/** Checks the name of an encoding; Python's "locale" is UTF-8 everywhere. */
function encodingArgument(name: string): string {
  if (name === "locale") return "utf-8";
  lookupCodec(name);
  return name;
}
