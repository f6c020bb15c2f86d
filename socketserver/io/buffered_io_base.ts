import { sizeArgument } from "./_arguments.ts";
import { readByteLine } from "./_byte_line.ts";
import { type Bytes, bytesOf } from "./bytes.ts";
import { IOBase } from "./io_base.ts";
import type { RawIOBase } from "./raw_io_base.ts";

/**
 * A buffered byte stream, Python's `io.BufferedIOBase`: `read(n)` gives `n`
 * bytes unless the stream ends, `write` takes everything.
 */
export abstract class BufferedIOBase extends IOBase<Bytes> {
  /**
   * Reads.
   *
   * @param _size Bytes wanted; everything to the end if negative, null or left out.
   * @returns Exactly `size` bytes unless the stream ends before; `null` only
   * where a non-blocking stream has nothing at all.
   */
  // deno-lint-ignore require-await
  async read(_size?: number | null): Promise<Bytes | null> {
    return this._unsupported("read");
  }

  /**
   * Reads with at most one read of the stream below.
   *
   * @param _size The most to read, in bytes.
   * @returns Some bytes, empty at the end.
   */
  // deno-lint-ignore require-await
  async read1(_size?: number | null): Promise<Bytes | null> {
    return this._unsupported("read1");
  }

  /**
   * Reads into memory of the caller, as `read` does.
   *
   * @param buffer Where the bytes go; any view.
   * @returns How many bytes were written there.
   */
  async readinto(buffer: ArrayBufferView): Promise<number | null> {
    return fillFrom(bytesOf(buffer), await this.read(buffer.byteLength));
  }

  /**
   * Reads into memory of the caller, as `read1` does.
   *
   * @param buffer Where the bytes go; any view.
   * @returns How many bytes were written there.
   */
  async readinto1(buffer: ArrayBufferView): Promise<number | null> {
    return fillFrom(bytesOf(buffer), await this.read1(buffer.byteLength));
  }

  /**
   * Writes everything.
   *
   * @param _bytes What to write.
   * @returns The number of bytes given.
   */
  // deno-lint-ignore require-await
  async write(_bytes: ArrayBufferView): Promise<number> {
    return this._unsupported("write");
  }

  /**
   * Writes without a promise, if that is possible at once: where there is a
   * buffer with room for it. This base has none.
   *
   * @param _bytes What to write; it is copied.
   * @returns Whether all of it was written; if not, `write` will do it.
   */
  put(_bytes: Uint8Array): boolean {
    return false;
  }

  /**
   * Writes everything and waits until it has left, behind what is buffered.
   * A stream with a buffer does not copy it: for bodies of many megabytes.
   *
   * @param bytes What to write; it must not change until the promise resolves.
   */
  async writeThrough(bytes: Uint8Array): Promise<void> {
    await this.write(bytes);
    await this.flush();
  }

  /**
   * Flushes, lets go of the stream below and returns it.
   *
   * @throws {UnsupportedOperation} If there is none.
   */
  // deno-lint-ignore require-await
  async detach(): Promise<RawIOBase> {
    return this._unsupported("detach");
  }

  /** Reads one line; see {@linkcode IOBase.readline}. */
  override async readline(size?: number | null): Promise<Bytes> {
    this._checkClosed("readline");
    return await readByteLine(this, sizeArgument(size));
  }
}

function fillFrom(target: Uint8Array, chunk: Bytes | null): number | null {
  if (chunk === null) return null;
  target.set(chunk);
  return chunk.length;
}
