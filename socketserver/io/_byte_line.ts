import type { Bytes } from "./bytes.ts";
import { GrowingBuffer } from "./_growing_buffer.ts";

const LF = 10;

/** What the slow way of reading a line needs of a stream. */
interface LineSource {
  read(size: number): Promise<Bytes | null>;
  peek?(size: number): Promise<Bytes | null>;
}

/**
 * Reads a line from a stream that has no better way: in bulk where it can
 * `peek`, else byte by byte, so that nothing behind the line is taken.
 */
export async function readByteLine(
  source: LineSource,
  size: number,
): Promise<Bytes> {
  const line = new GrowingBuffer();
  while (size < 0 || line.length < size) {
    const chunk = await source.read(
      source.peek ? await bulk(source, size - line.length) : 1,
    );
    if (chunk === null || chunk.length === 0) break;
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        "Cannot read a line: the stream gave something that is not bytes",
      );
    }
    line.append(chunk);
    if (chunk[chunk.length - 1] === LF) break;
  }
  return line.take();
}

async function bulk(source: LineSource, missing: number): Promise<number> {
  const ahead = await source.peek!(1);
  if (ahead === null || ahead.length === 0) return 1;
  const end = ahead.indexOf(LF);
  const count = end < 0 ? ahead.length : end + 1;
  return missing >= 0 && count > missing ? missing : count;
}
