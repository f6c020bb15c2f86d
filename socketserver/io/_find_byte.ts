// Below this a loop is done before `indexOf` has begun.
const SHORT = 256;

/**
 * Finds a byte in `bytes[start..end]`, or gives -1. `indexOf` on the whole
 * array would go on through whatever stale bytes lie behind `end`.
 */
export function findByte(
  bytes: Uint8Array,
  byte: number,
  start: number,
  end: number,
): number {
  const stop = Math.min(end, start + SHORT);
  for (let i = start; i < stop; i++) {
    if (bytes[i] === byte) return i;
  }
  if (stop === end) return -1;
  const at = bytes.subarray(stop, end).indexOf(byte);
  return at < 0 ? -1 : stop + at;
}
