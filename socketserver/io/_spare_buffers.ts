/**
 * Buffers that writers lend each other: memory outside of V8's heap takes long
 * to get, and most of thousands of connections have nothing to write.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** The sizes that are kept are powers of two, from 64 bytes to 64 KiB. */
const SMALLEST = 6;
const LARGEST = 16;

/** How many bytes of each size are kept: what may be filled in one turn. */
const MOST = 1 << 20;
/** What V8 needs for a buffer beside its bytes, about. */
const OVERHEAD = 256;

/** What is kept, by powers of two. */
const spare: Bytes[][] = Array.from({ length: LARGEST + 1 }, () => []);

/** A buffer with room for so many bytes, whatever is in it. */
export function takeBuffer(room: number): Bytes {
  const power = Math.max(SMALLEST, 32 - Math.clz32(room - 1));
  return spare[power]?.pop() ??
    new Uint8Array(power > LARGEST ? room : 1 << power);
}

/**
 * Takes back a buffer that nobody else uses any more.
 *
 * @returns Whether it was taken; who has it may go on with it if not.
 */
export function giveBack(buffer: Bytes): boolean {
  const { length } = buffer;
  const power = 31 - Math.clz32(length);
  if (length !== 1 << power || power < SMALLEST || power > LARGEST) {
    return false;
  }
  const kept = spare[power]!;
  if (kept.length * (length + OVERHEAD) >= MOST) return false;
  kept.push(buffer);
  return true;
}
