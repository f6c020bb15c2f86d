import { sizeArgument } from "./_arguments.ts";
import { readByteLine } from "./_byte_line.ts";
import { GrowingBuffer } from "./_growing_buffer.ts";
import type { Bytes } from "./bytes.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";
import { IOBase } from "./io_base.ts";

/**
 * An unbuffered byte stream, Python's `io.RawIOBase`: one call is one request
 * to the operating system. A subclass defines `readinto`, `write` or both;
 * everything else follows from them.
 *
 * A method answers `null` where a non-blocking stream would have to wait.
 */
export abstract class RawIOBase extends IOBase<Bytes> {
  /**
   * Reads once.
   *
   * @param size The most to read, in bytes; everything if negative, null or left out.
   * @returns At most `size` bytes, empty at the end, `null` if it would block.
   * @throws {RangeError} If `readinto` claims more than it was asked for.
   */
  async read(size?: number | null): Promise<Bytes | null> {
    const count = sizeArgument(size);
    if (count < 0) return await this.readall();
    const bytes = new Uint8Array(count);
    const got = await this.readinto(bytes);
    if (got === null) return null;
    if (!(got >= 0 && got <= count)) {
      throw new RangeError(
        `Cannot read from "${this.constructor.name}": readinto gave ${got} bytes, outside 0 to ${count}`,
      );
    }
    return got === count ? bytes : bytes.slice(0, got);
  }

  /**
   * Reads to the end of the stream.
   *
   * @returns Everything, `null` if it would block before the first byte.
   */
  async readall(): Promise<Bytes | null> {
    const all = new GrowingBuffer(DEFAULT_BUFFER_SIZE);
    while (true) {
      const chunk = await this.read(DEFAULT_BUFFER_SIZE);
      if (chunk === null && all.length === 0) return null;
      if (chunk === null || chunk.length === 0) return all.take();
      all.append(chunk);
    }
  }

  /**
   * Reads once into memory of the caller.
   *
   * @param _buffer Where the bytes go.
   * @returns How many, 0 at the end, `null` if it would block.
   */
  // deno-lint-ignore require-await
  async readinto(_buffer: Uint8Array): Promise<number | null> {
    return this._unsupported("readinto");
  }

  /**
   * Writes once.
   *
   * @param _bytes What to write; once this settles their memory is used for
   * other bytes, so a stream that keeps them copies them.
   * @returns How many bytes were taken, maybe fewer than given; `null` if it would block.
   */
  // deno-lint-ignore require-await
  async write(_bytes: Uint8Array): Promise<number | null> {
    return this._unsupported("write");
  }

  /** Reads one line; see {@linkcode IOBase.readline}. */
  override async readline(size?: number | null): Promise<Bytes> {
    this._checkClosed("readline");
    return await readByteLine(this, sizeArgument(size));
  }
}
