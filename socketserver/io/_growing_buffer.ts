import type { Bytes } from "./bytes.ts";

/** Bytes that grow at the end: doubling keeps an append amortised O(1). */
export class GrowingBuffer {
  #bytes: Bytes;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** The content; the buffer must not be used afterwards. */
  take(): Bytes {
    // A copy costs more than what is spare, unless that is most of it.
    return this.#length * 2 > this.#bytes.length
      ? this.#bytes.subarray(0, this.#length)
      : this.#bytes.slice(0, this.#length);
  }
}
