import type { Codec, IncrementalEncoder } from "./_codec.ts";
import type { ErrorMode } from "./_error_modes.ts";
import { GrowingBuffer } from "./_growing_buffer.ts";
import type { Newline } from "./_newlines.ts";
import { BlockingIOError } from "./errors.ts";

/** What is written to; a raw stream may take less than it is given. */
interface ByteSink {
  write(bytes: Uint8Array): Promise<number | null>;
  seekable(): boolean;
  tell(): Promise<number>;
}

/**
 * The writing half of a `TextIOWrapper`: encodes text and gathers the bytes.
 * Its calls must not overlap.
 */
export class TextWriter {
  readonly #sink: ByteSink;
  readonly #codec: Codec;
  readonly #errors: ErrorMode;
  readonly #lineEnd: string;
  #encoder: IncrementalEncoder | undefined;
  #pending = new GrowingBuffer();

  constructor(
    sink: ByteSink,
    codec: Codec,
    errors: ErrorMode,
    newline: Newline,
  ) {
    this.#sink = sink;
    this.#codec = codec;
    this.#errors = errors;
    this.#lineEnd = newline ?? (Deno.build.os === "windows" ? "\r\n" : "\n");
  }

  /** Bytes that are gathered and not yet handed over. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Encodes `text`; hands bytes over once there are `chunkSize` of them. */
  async write(text: string, chunkSize: number): Promise<void> {
    const encoder = this.#encoder ??= await this.#makeEncoder();
    const bytes = encoder.encode(
      this.#lineEnd.startsWith("\r")
        ? text.replaceAll("\n", this.#lineEnd)
        : text,
    );
    if (this.#pending.length + bytes.length > chunkSize) await this.send();
    this.#pending.append(bytes);
    if (this.#pending.length >= chunkSize) await this.send();
  }

  /** Hands over everything that is gathered. */
  async send(): Promise<void> {
    if (this.#pending.length === 0) return;
    let rest: Uint8Array = this.#pending.take();
    this.#pending = new GrowingBuffer();
    try {
      while (rest.length > 0) rest = rest.subarray(await this.#write(rest));
    } catch (error) {
      if (error instanceof BlockingIOError) {
        this.#pending.append(rest.subarray(error.charactersWritten));
      }
      throw error;
    }
  }

  /** Forgets where in the text it is. Nothing may be pending. */
  restart(): void {
    this.#encoder = undefined;
  }

  async #write(bytes: Uint8Array): Promise<number> {
    const count = await this.#sink.write(bytes);
    if (count === null) {
      throw new BlockingIOError(
        `Cannot write to "${this.#sink.constructor.name}": it would block`,
      );
    }
    if (!(count >= 0 && count <= bytes.length)) {
      throw new Deno.errors.InvalidData(
        `Cannot write to "${this.#sink.constructor.name}": write gave ${count}, outside 0 to ${bytes.length}`,
      );
    }
    return count;
  }

  // A byte order mark belongs at position 0 and nowhere else.
  async #makeEncoder(): Promise<IncrementalEncoder> {
    const encoder = this.#codec.incrementalEncoder(this.#errors);
    const marks = encoder.getstate() !== 0;
    if (marks && this.#sink.seekable() && await this.#sink.tell() !== 0) {
      encoder.setstate(0);
    }
    return encoder;
  }
}
