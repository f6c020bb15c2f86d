import type { InputStream } from "./types.ts";

/** Reads what has arrived, if a stream can tell: then nobody waits until a block is full. */
export function readSome(
  input: InputStream & { read1?: InputStream["read"] },
  size: number,
): Promise<Uint8Array> {
  return input.read1?.(size) ?? input.read(size);
}
