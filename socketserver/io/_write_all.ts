import { settled } from "./_abortable.ts";
import type { BufferedIOBase } from "./buffered_io_base.ts";
import { BlockingIOError } from "./errors.ts";
import type { RawIOBase } from "./raw_io_base.ts";

/**
 * Writes everything, in several goes where a raw stream takes only a part.
 * A raw stream knows no signal: what it was writing it goes on to write.
 */
export async function writeAll(
  target: RawIOBase | BufferedIOBase,
  bytes: Uint8Array,
  options?: { signal?: AbortSignal },
): Promise<void> {
  const write: (
    bytes: Uint8Array,
    options?: { signal?: AbortSignal },
  ) => Promise<number | null> = target.write;
  let done = 0;
  while (done < bytes.length) {
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const writing = write.call(target, rest, options);
    if (options?.signal) await settled(writing, options.signal);
    const count = await writing;
    if (count === null) {
      throw new BlockingIOError(
        `Cannot write to "${target.constructor.name}": it would block`,
        done,
      );
    }
    done += count;
  }
}
