/** Writes all bytes: Deno may write part of them. */
export async function writeAll(
  target: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let left = bytes; left.length > 0;) {
    left = left.subarray(await target.write(left));
  }
}
