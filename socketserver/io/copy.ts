import { sizeArgument } from "./_arguments.ts";
import { writeAll } from "./_write_all.ts";
import { BufferedIOBase } from "./buffered_io_base.ts";
import { BlockingIOError } from "./errors.ts";
import type { RawIOBase } from "./raw_io_base.ts";

const COPY_BUFFER_SIZE = 1 << 16;

/**
 * Copies from one byte stream to another, Python's `shutil.copyfileobj`, at
 * the pace of the slower one and through one small buffer. Neither is flushed
 * or closed.
 *
 * What Python calls `length`, the size of the buffer, is not ours: here it
 * says how much to copy, so that a part of a file can be sent.
 *
 * @param source Read from where it stands, to its end at most.
 * @param target Written to where it stands.
 * @param length Bytes to copy; everything if negative, null or left out.
 * @returns How many bytes were copied, fewer than `length` only if the source
 * ended before.
 * @throws {BlockingIOError} If either of them is non-blocking and would block.
 *
 * @example Copies the middle of a stream
 * ```ts
 * import { BytesIO, copyfileobj } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const source = new BytesIO(new TextEncoder().encode("0123456789"));
 * const target = new BytesIO();
 * await source.seek(2);
 * assertEquals(await copyfileobj(source, target, 5), 5);
 * assertEquals(new TextDecoder().decode(target.getvalue()), "23456");
 * ```
 */
export async function copyfileobj(
  source: RawIOBase | BufferedIOBase,
  target: RawIOBase | BufferedIOBase,
  length?: number | null,
): Promise<number> {
  const limit = sizeArgument(length);
  const most = limit < 0 ? Infinity : limit;
  const buffer = new Uint8Array(Math.min(most, COPY_BUFFER_SIZE));
  let copied = 0;
  while (copied < most) {
    const room = buffer.subarray(0, most - copied);
    // One raw read at most: what a slow source has sent goes on at once.
    const got = source instanceof BufferedIOBase
      ? await source.readinto1(room)
      : await source.readinto(room);
    if (got === null) {
      throw new BlockingIOError(
        `Cannot copy from "${source.constructor.name}": it would block`,
        copied,
      );
    }
    if (got === 0) break;
    await writeAll(target, buffer.subarray(0, got));
    copied += got;
  }
  return copied;
}
