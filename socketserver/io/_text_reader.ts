import { countCharacters, skipCharacters } from "./_characters.ts";
import type { Codec, IncrementalDecoder } from "./_codec.ts";
import type { ErrorMode } from "./_error_modes.ts";
import { isUniversal, lineEnd, type Newline } from "./_newlines.ts";
import { locate, type Piece, type TextPosition } from "./_text_position.ts";
import type { ReadOptions } from "./buffered_reader.ts";
import { EMPTY } from "./_empty.ts";
import { BlockingIOError } from "./errors.ts";
import { IncrementalNewlineDecoder } from "./incremental_newline_decoder.ts";

/** What is read: a buffered stream has `read1`, a raw one has not. */
interface ByteSource {
  read(size: number, options?: ReadOptions): Promise<Uint8Array | null>;
  read1?(size: number, options?: ReadOptions): Promise<Uint8Array | null>;
}

/**
 * The reading half of a `TextIOWrapper`: decodes bytes piece by piece and cuts
 * the text into lines. Its calls must not overlap.
 */
export class TextReader {
  readonly #source: ByteSource;
  readonly #newline: Newline;
  readonly #decoder: IncrementalDecoder;

  // What was decoded and is not yet read begins #offset units into the first
  // piece. It is taken only when a line is complete: a read that fails loses
  // nothing, and a long line is joined once.
  #ahead: Piece[] = [];
  #offset = 0;
  #begun = false;

  constructor(
    source: ByteSource,
    codec: Codec,
    errors: ErrorMode,
    newline: Newline,
  ) {
    const decoder = codec.incrementalDecoder(errors);
    this.#source = source;
    this.#newline = newline;
    this.#decoder = isUniversal(newline)
      ? new IncrementalNewlineDecoder(decoder, newline === null)
      : decoder;
  }

  /** Whether anything was read since the start or the last `forget()`. */
  get begun(): boolean {
    return this.#begun;
  }

  get newlines(): string | readonly string[] | null {
    return this.#decoder instanceof IncrementalNewlineDecoder
      ? this.#decoder.newlines
      : null;
  }

  async readAll(options?: ReadOptions): Promise<string> {
    this.#begun = true;
    this.#decodeMore(await this.#source.read(-1, options), true);
    return this.#take(this.#ahead.length, 0);
  }

  async readCharacters(
    count: number,
    chunkSize: number,
    options?: ReadOptions,
  ): Promise<string> {
    if (count === 0) return "";
    let missing = count;
    let ended = false;
    for (let at = 0, from = this.#offset;; at++, from = 0) {
      if (at === this.#ahead.length) {
        if (ended) return this.#take(at, 0);
        ended = !await this.#readMore(chunkSize, options);
      }
      const { text } = this.#ahead[at]!;
      const end = skipCharacters(text, from, missing);
      missing -= countCharacters(text, from, end);
      if (missing === 0) return this.#take(at, end);
    }
  }

  /**
   * Reads a line, or the first `limit` characters of it.
   *
   * @param greatest The most characters that a line may have.
   */
  async readLine(
    limit: number,
    greatest: number,
    chunkSize: number,
    options?: ReadOptions,
  ): Promise<string> {
    if (limit === 0) return "";
    let length = 0;
    let afterCR = false;
    let ended = false;
    for (let at = 0, from = this.#offset;; at++, from = 0) {
      if (at === this.#ahead.length) {
        if (ended) return this.#take(at, 0);
        ended = !await this.#readMore(chunkSize, options);
      }
      const { text } = this.#ahead[at]!;
      const found = afterCR && text.startsWith("\n")
        ? 1
        : lineEnd(text, from, this.#newline);
      const end = found < 0 ? text.length : found;
      const rest = limit - length;
      length += countCharacters(text, from, end);
      if (length >= limit) {
        return this.#take(at, skipCharacters(text, from, rest));
      }
      if (length > greatest) {
        throw new RangeError(
          `Cannot read a line: longer than ${greatest} characters`,
        );
      }
      if (found >= 0) return this.#take(at, end);
      if (text.length > 0) {
        afterCR = this.#newline === "\r\n" && text.endsWith("\r");
      }
    }
  }

  /**
   * The position of the next character. Byte 0 needs no flag: nothing was
   * decoded before.
   *
   * @param byte The position of the byte stream.
   */
  position(byte: number): TextPosition {
    const first = this.#ahead[0] ??
      { state: this.#decoder.getstate(), bytes: EMPTY, text: "" };
    const position = locate(this.#decoder, first, this.#offset);
    position.byte += byte;
    for (const { bytes } of this.#ahead) position.byte -= bytes.length;
    if (position.byte === 0) position.flag = 0;
    return position;
  }

  /** Goes on at a position; the byte stream is there already. */
  async restore(
    { byte, flag, skip }: TextPosition,
    chunkSize: number,
  ): Promise<void> {
    this.#drop();
    if (byte === 0) this.#decoder.reset();
    else this.#decoder.setstate([EMPTY, flag]);
    for (let at = 0, missing = skip, ended = false; missing > 0; at++) {
      if (ended) throw new RangeError("Cannot seek: there is no such position");
      ended = !await this.#readMore(chunkSize);
      const { length } = this.#ahead[at]!.text;
      if (missing <= length) this.#take(at, missing);
      missing -= length;
    }
  }

  /** Forgets what was read ahead. It goes on in the middle of the text. */
  forget(): void {
    this.#drop();
    this.#decoder.setstate([EMPTY, 0]);
  }

  #drop(): void {
    this.#ahead = [];
    this.#offset = 0;
    this.#begun = false;
  }

  /** Reads one piece more; false at the end. */
  async #readMore(chunkSize: number, options?: ReadOptions): Promise<boolean> {
    this.#begun = true;
    const bytes =
      await (this.#source.read1
        ? this.#source.read1(chunkSize, options)
        : this.#source.read(chunkSize, options));
    this.#decodeMore(bytes, bytes?.length === 0);
    return bytes!.length > 0;
  }

  #decodeMore(bytes: Uint8Array | null, final: boolean): void {
    if (bytes === null) {
      throw new BlockingIOError(
        `Cannot read from "${this.#source.constructor.name}": it would block`,
      );
    }
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot decode what "${this.#source.constructor.name}" gave: bytes are required`,
      );
    }
    const state = this.#decoder.getstate();
    try {
      const text = this.#decoder.decode(bytes, final);
      this.#ahead.push({ state, bytes, text });
    } catch (error) {
      // Read on behind what is malformed: the next call shall not find it again.
      this.#decoder.setstate([EMPTY, state[1]]);
      this.#ahead.push({ state, bytes, text: "" });
      this.#dropRead();
      throw error;
    }
  }

  /** Takes what is ahead, up to `end` in piece `last`. */
  #take(last: number, end: number): string {
    let text = "";
    for (let at = 0; at < last; at++) {
      text += this.#ahead[at]!.text.slice(at === 0 ? this.#offset : 0);
    }
    if (last < this.#ahead.length) {
      text += this.#ahead[last]!.text.slice(last === 0 ? this.#offset : 0, end);
    }
    this.#ahead.splice(0, last);
    this.#offset = end;
    this.#dropRead();
    return text;
  }

  #dropRead(): void {
    while (this.#ahead[0]?.text.length === this.#offset) {
      this.#ahead.shift();
      this.#offset = 0;
    }
  }
}
