/**
 * Writes all bytes: Deno may write part of them.
 *
 * @param target A connection, a file, or the like.
 * @param bytes What is written.
 */
export async function writeAll(
  target: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let left = bytes; left.length > 0;) {
    left = left.subarray(await target.write(left));
  }
}
