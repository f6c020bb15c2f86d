import type { RawIOBase } from "./raw_io_base.ts";

/**
 * Moves the position of a raw stream and checks where it says it is: some
 * devices answer nonsense, and arithmetic with that would damage files.
 */
export async function rawPosition(
  raw: RawIOBase,
  position: number,
  whence: number,
): Promise<number> {
  const at = await raw.seek(position, whence);
  if (!(at >= 0)) {
    throw new Deno.errors.InvalidData(
      `Cannot use position ${at} of "${raw.constructor.name}": it is not a position`,
    );
  }
  return at;
}
