import type { ErrorMode } from "./_error_modes.ts";
import type { Bytes } from "./bytes.ts";

/** Text, and how many bytes from the start it stands for. */
export type Decoded = readonly [text: string, used: number];

/**
 * The stateless heart of a codec. What is the same for all of them (pieces,
 * byte order marks, names) stands on top of it.
 */
export interface Encoding {
  readonly name: string;

  /**
   * Decodes what can be decoded already: all but a character at the end that
   * more bytes may complete, and that too if there are no more.
   */
  decode(bytes: Uint8Array, errors: ErrorMode, final: boolean): Decoded;

  encode(text: string, errors: ErrorMode): Bytes;
}

/** Lone surrogates: with the flag `u`, a pair is one character. */
export const LONE_SURROGATE: RegExp = /[\ud800-\udfff]/gu;
