/** Bytes for what scripts write at first, and for more of it. */
const SMALL = 4096;
const LARGE = 65536;

/** Buffers that are kept of each size at most. */
const MAX_KEPT = 64;

/** Buffers of scripts that have ended, by their size, for those that start. */
const kept = new Map<number, ArrayBuffer[]>();

/**
 * Reads what a process writes into memory that is used again: a stream by
 * itself takes 64 KiB for each read, which costs more than a small answer.
 */
export class PipeReader {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #size: number;
  /** `null` at the end. */
  #buffer: ArrayBuffer | null;

  constructor(pipe: ReadableStream<Uint8Array<ArrayBuffer>>, size = SMALL) {
    this.#reader = pipe.getReader({ mode: "byob" });
    this.#size = size;
    this.#buffer = kept.get(size)?.pop() ?? new ArrayBuffer(size);
  }

  /**
   * Reads once.
   *
   * @returns Bytes, which are good until the next read; none at the end.
   */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#buffer === null) return EMPTY;
    const { value, done } = await this.#reader.read(
      new Uint8Array(this.#buffer),
    );
    if (done) {
      this.#buffer = null;
      if (value) this.#keep(value.buffer);
      return EMPTY;
    }
    const { buffer, length } = value;
    // What fills its room has more to come.
    this.#buffer = length === buffer.byteLength && length < LARGE
      ? new ArrayBuffer(LARGE)
      : buffer;
    return value;
  }

  /** Lets go of the pipe; a read under way ends. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  #keep(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== this.#size) return;
    let buffers = kept.get(this.#size);
    if (!buffers) kept.set(this.#size, buffers = []);
    if (buffers.length < MAX_KEPT) buffers.push(buffer);
  }
}

const EMPTY = new Uint8Array(0);
