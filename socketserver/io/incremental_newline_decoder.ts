import type { DecoderState, IncrementalDecoder } from "./_codec.ts";
import type { ErrorMode } from "./_error_modes.ts";
import { EMPTY } from "./_empty.ts";

const CR = 1;
const LF = 2;
const CRLF = 4;
const ALL = CR | LF | CRLF;

/**
 * Knows the three kinds of line end, CR, LF and CRLF, in text that comes in
 * pieces: Python's `io.IncrementalNewlineDecoder`. A CR at the end of a piece
 * is held back until the next one tells what it is.
 *
 * @example Turns every line end into LF
 * ```ts
 * import { IncrementalNewlineDecoder } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new IncrementalNewlineDecoder(null, true);
 * assertEquals(decoder.decode("one\r"), "one");
 * assertEquals(decoder.decode("\ntwo\n"), "\ntwo\n");
 * assertEquals(decoder.newlines, ["\n", "\r\n"]);
 * ```
 */
export class IncrementalNewlineDecoder implements IncrementalDecoder {
  readonly #decoder: IncrementalDecoder | null;
  readonly #translate: boolean;
  #heldCR = false;
  #seen = 0;

  /**
   * Puts itself behind a decoder.
   *
   * @param decoder What makes text of bytes; `null` where the input is text.
   * @param translate Whether CR and CRLF become LF.
   * @param _errors Taken for Python's sake: `decoder` has its own.
   */
  constructor(
    decoder: IncrementalDecoder | null,
    translate: boolean,
    _errors?: ErrorMode,
  ) {
    this.#decoder = decoder;
    this.#translate = translate;
  }

  /**
   * The kinds of line end seen so far: `null` before the first, one string, or
   * several in the order CR, LF, CRLF.
   */
  get newlines(): string | readonly string[] | null {
    const kinds: string[] = [];
    if (this.#seen & CR) kinds.push("\r");
    if (this.#seen & LF) kinds.push("\n");
    if (this.#seen & CRLF) kinds.push("\r\n");
    return kinds.length > 1 ? kinds : kinds[0] ?? null;
  }

  /**
   * Decodes the next piece.
   *
   * @param input Bytes, or text if there is no decoder.
   * @param final Whether this is the last piece.
   * @returns The text that is complete so far.
   * @throws {TypeError} If `input` is text but bytes are needed, or the other way
   * round.
   */
  decode(input: Uint8Array | string, final = false): string {
    let text = this.#decode(input, final);
    if (this.#heldCR) text = "\r" + text;
    this.#heldCR = !final && text.endsWith("\r");
    if (this.#heldCR) text = text.slice(0, -1);
    const hasCR = text.includes("\r");
    if (this.#seen !== ALL) this.#look(text, hasCR);
    return hasCR && this.#translate ? text.replace(/\r\n?/g, "\n") : text;
  }

  /** The state; the lowest bit of its flag is a held CR. */
  getstate(): DecoderState {
    const [pending, flag] = this.#decoder?.getstate() ?? [EMPTY, 0];
    return [pending, flag * 2 + Number(this.#heldCR)];
  }

  /**
   * Goes back to a state.
   *
   * @param state What `getstate()` returned.
   * @throws {TypeError} If it is not a pair.
   */
  setstate(state: DecoderState): void {
    if (!Array.isArray(state) || state.length !== 2) {
      throw new TypeError(
        "Cannot set the state of a decoder: it is not a pair",
      );
    }
    const [pending, flag] = state;
    this.#heldCR = flag % 2 === 1;
    this.#decoder?.setstate([pending, Math.floor(flag / 2)]);
  }

  /** Goes back to the start of a text and forgets the kinds seen. */
  reset(): void {
    this.#heldCR = false;
    this.#seen = 0;
    this.#decoder?.reset();
  }

  #decode(input: Uint8Array | string, final: boolean): string {
    if (typeof input !== "string") {
      if (this.#decoder) return this.#decoder.decode(input, final);
    } else if (!this.#decoder) return input;
    throw new TypeError(
      `Cannot decode ${typeof input === "string" ? "a string" : "bytes"}: ${
        this.#decoder ? "bytes are" : "a string is"
      } required`,
    );
  }

  #look(text: string, hasCR: boolean): void {
    if (!hasCR) {
      if (text.includes("\n")) this.#seen |= LF;
      return;
    }
    if (text.includes("\r\n")) this.#seen |= CRLF;
    if (/\r(?!\n)/.test(text)) this.#seen |= CR;
    if (/(?<!\r)\n/.test(text)) this.#seen |= LF;
  }
}
