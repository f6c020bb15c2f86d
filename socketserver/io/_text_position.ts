import type { DecoderState, IncrementalDecoder } from "./_codec.ts";

// Reading text again from the middle takes more than a byte position: the state
// of the decoder there, and how much of what it then gives has been read already.
// All our decoders' flags are small, and `skip` is not 0 only within what one
// character's bytes became ("\xff" under "backslashreplace", a held CR), so that
// a position is still one number:
//
//     skip (5 bits) | flag (3 bits) | byte (45 bits: 32 TiB)
//
// It is the plain byte position wherever the rest is 0, which is nearly always.

const BYTE_LIMIT = 2 ** 45;
const FLAG_LIMIT = 2 ** 3;

/** A place to go on reading text. */
export interface TextPosition {
  /** Where to read, from the start. */
  byte: number;
  /** The decoder's flag there. It has no bytes pending. */
  flag: number;
  /** UTF-16 units to drop of the text that follows. */
  skip: number;
}

/** A position as the number that `tell()` returns. */
export function packPosition({ byte, flag, skip }: TextPosition): number {
  if (byte >= BYTE_LIMIT) {
    throw new RangeError(
      `Cannot tell the position: ${byte} is beyond the ${BYTE_LIMIT} bytes that a text position can count`,
    );
  }
  return byte + BYTE_LIMIT * (flag + FLAG_LIMIT * skip);
}

/** The position that `tell()` has returned. */
export function unpackPosition(cookie: number): TextPosition {
  const extra = Math.floor(cookie / BYTE_LIMIT);
  return {
    byte: cookie % BYTE_LIMIT,
    flag: extra % FLAG_LIMIT,
    skip: Math.floor(extra / FLAG_LIMIT),
  };
}

/** What one read of the byte stream gave. */
export interface Piece {
  /** The decoder's state before. */
  readonly state: DecoderState;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Finds the position `used` units into the text of a piece.
 *
 * @param decoder The one that decoded it; its state is left as it is.
 * @returns The position; `byte` counts from the piece's first byte, and is
 * negative where a character began before.
 */
export function locate(
  decoder: IncrementalDecoder,
  { state, bytes }: Piece,
  used: number,
): TextPosition {
  const kept = decoder.getstate();
  const unitsAfter = (count: number) => {
    decoder.setstate(state);
    return decoder.decode(bytes.subarray(0, count)).length;
  };
  try {
    // The fewest bytes that give the text used, or more than it: no byte of a
    // later character is among them.
    let least = 0;
    let most = bytes.length;
    while (least < most) {
      const middle = (least + most) >>> 1;
      if (unitsAfter(middle) < used) least = middle + 1;
      else most = middle;
    }
    if (unitsAfter(least) > used) least--;
    const skip = used - unitsAfter(least);
    const [pending, flag] = decoder.getstate();
    return { byte: least - pending.length, flag, skip };
  } finally {
    decoder.setstate(kept);
  }
}
