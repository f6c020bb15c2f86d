import { type ErrorMode, errorModeArgument } from "./_error_modes.ts";
import type { Encoding } from "./_encoding.ts";
import { EMPTY } from "./_empty.ts";
import { type Bytes, bytesOf } from "./bytes.ts";

/**
 * Where a decoder stands: the bytes that it holds back, and a small number
 * that stands for everything else.
 */
export type DecoderState = readonly [pending: Bytes, flag: number];

/** Turns bytes that come in pieces into text. */
export interface IncrementalDecoder {
  /**
   * Decodes the next piece.
   *
   * @param input Bytes; a character may begin in one piece and end in another.
   * @param final Whether this is the last piece.
   * @returns The text that is complete so far.
   * @throws {Deno.errors.InvalidData} If the bytes are malformed and the error
   * mode has no answer. The state stays as it was before the call.
   */
  decode(input: Uint8Array, final?: boolean): string;

  /** The state, for a later {@linkcode setstate}. */
  getstate(): DecoderState;

  /**
   * Goes back to a state.
   *
   * @param state What `getstate()` returned.
   */
  setstate(state: DecoderState): void;

  /** Goes back to the start of a text. */
  reset(): void;
}

/** Turns text that comes in pieces into bytes. */
export interface IncrementalEncoder {
  /**
   * Encodes the next piece.
   *
   * @param text Text; a surrogate pair must not be split between two pieces.
   * @returns Its bytes, after a byte order mark if the codec has one and this
   * is the first piece.
   * @throws {RangeError} If the codec lacks a character and the error mode has
   * no answer.
   */
  encode(text: string): Bytes;

  /** The state: 0 unless a byte order mark is still to be written. */
  getstate(): number;

  /**
   * Goes back to a state.
   *
   * @param state What `getstate()` returned; 0 writes no byte order mark.
   */
  setstate(state: number): void;

  /** Goes back to the start of a text. */
  reset(): void;
}

/** A way to write text as bytes: Python's `codecs.CodecInfo`. */
export interface Codec {
  /** Python's name for it, the same whatever alias it was looked up by. */
  readonly name: string;

  /**
   * Decodes a whole text.
   *
   * @param bytes All of it.
   * @param errors What to do with malformed bytes; `strict` by default.
   * @throws {Deno.errors.InvalidData} If bytes are malformed and `errors` has
   * no answer.
   */
  decode(bytes: Uint8Array, errors?: ErrorMode): string;

  /**
   * Encodes a whole text.
   *
   * @param text All of it.
   * @param errors What to do with characters that the codec lacks; `strict` by
   * default.
   * @throws {RangeError} If the codec lacks a character and `errors` has no
   * answer.
   */
  encode(text: string, errors?: ErrorMode): Bytes;

  /** A decoder for bytes that come in pieces. */
  incrementalDecoder(errors?: ErrorMode): IncrementalDecoder;

  /** An encoder for text that comes in pieces. */
  incrementalEncoder(errors?: ErrorMode): IncrementalEncoder;
}

/** A codec whose texts begin with no mark. */
export class PlainCodec implements Codec {
  readonly #encoding: Encoding;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  get name(): string {
    return this.#encoding.name;
  }

  decode(bytes: Uint8Array, errors: ErrorMode = "strict"): string {
    const mode = errorModeArgument(errors);
    return this.#encoding.decode(bytesOf(bytes), mode, true)[0];
  }

  encode(text: string, errors: ErrorMode = "strict"): Bytes {
    return this.#encoding.encode(text, errorModeArgument(errors));
  }

  incrementalDecoder(errors: ErrorMode = "strict"): IncrementalDecoder {
    return new PlainDecoder(this.#encoding, errorModeArgument(errors));
  }

  incrementalEncoder(errors: ErrorMode = "strict"): IncrementalEncoder {
    return new PlainEncoder(this.#encoding, errorModeArgument(errors));
  }
}

/** Decodes in pieces what is encoded in one way from start to end. */
export class PlainDecoder implements IncrementalDecoder {
  readonly #encoding: Encoding;
  readonly #errors: ErrorMode;
  #pending: Bytes = EMPTY;

  constructor(encoding: Encoding, errors: ErrorMode) {
    this.#encoding = encoding;
    this.#errors = errors;
  }

  decode(input: Uint8Array, final = false): string {
    const bytes = joined(this.#pending, bytesOf(input));
    const [text, used] = this.#encoding.decode(bytes, this.#errors, final);
    this.#pending = used === bytes.length ? EMPTY : bytes.slice(used);
    return text;
  }

  getstate(): DecoderState {
    return [this.#pending, 0];
  }

  setstate([pending]: DecoderState): void {
    this.#pending = pending;
  }

  reset(): void {
    this.#pending = EMPTY;
  }
}

class PlainEncoder implements IncrementalEncoder {
  readonly #encoding: Encoding;
  readonly #errors: ErrorMode;

  constructor(encoding: Encoding, errors: ErrorMode) {
    this.#encoding = encoding;
    this.#errors = errors;
  }

  encode(text: string): Bytes {
    return this.#encoding.encode(text, this.#errors);
  }

  getstate(): number {
    return 0;
  }

  setstate(_state: number): void {}

  reset(): void {}
}

/** One after the other; a copy only where both have something. */
export function joined(head: Bytes, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
