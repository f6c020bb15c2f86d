import type { BufferedIOBase } from "./buffered_io_base.ts";
import { IOBase } from "./io_base.ts";
import type { RawIOBase } from "./raw_io_base.ts";

/**
 * A stream of text, Python's `io.TextIOBase`. Sizes count characters (code
 * points), not UTF-16 units.
 */
export abstract class TextIOBase extends IOBase<string> {
  /** The codec's name, or `null` where no bytes are involved. */
  get encoding(): string | null {
    return null;
  }

  /** What happens to text that the codec cannot convert, or `null`. */
  get errors(): string | null {
    return null;
  }

  /**
   * The kinds of line end seen while reading: `null` before the first, one
   * string, or several in the order CR, LF, CRLF.
   */
  get newlines(): string | readonly string[] | null {
    return null;
  }

  /**
   * Reads text.
   *
   * @param _size Characters wanted; everything to the end if negative, null or left out.
   * @returns The text, empty at the end of the stream.
   */
  // deno-lint-ignore require-await
  async read(_size?: number | null): Promise<string> {
    return this._unsupported("read");
  }

  /** Reads one line; see {@linkcode IOBase.readline}. */
  // deno-lint-ignore require-await
  override async readline(_size?: number | null): Promise<string> {
    return this._unsupported("readline");
  }

  /**
   * Writes text.
   *
   * @param _text What to write.
   * @returns The number of characters given.
   */
  // deno-lint-ignore require-await
  async write(_text: string): Promise<number> {
    return this._unsupported("write");
  }

  /**
   * Flushes, lets go of the byte stream below and returns it.
   *
   * @throws {UnsupportedOperation} If there is none.
   */
  // deno-lint-ignore require-await
  async detach(): Promise<BufferedIOBase | RawIOBase> {
    return this._unsupported("detach");
  }
}
