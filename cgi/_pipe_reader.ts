/** Bytes for what scripts write at first, and for more of it. */
const SMALL = 4096;
const LARGE = 65536;

/**
 * Reads what a process writes into memory that is used again: a stream by
 * itself takes 64 KiB for each read, which costs more than a small answer.
 */
export class PipeReader {
  readonly #reader: ReadableStreamBYOBReader;
  #buffer: ArrayBuffer;

  constructor(pipe: ReadableStream<Uint8Array<ArrayBuffer>>, size = SMALL) {
    this.#reader = pipe.getReader({ mode: "byob" });
    this.#buffer = new ArrayBuffer(size);
  }

  /**
   * Reads once.
   *
   * @returns Bytes, which are good until the next read; none at the end.
   */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const { value } = await this.#reader.read(new Uint8Array(this.#buffer));
    if (value === undefined) return new Uint8Array(0);
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
}
