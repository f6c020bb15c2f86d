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
    this.spare(chunk.length).set(chunk);
    this.#length += chunk.length;
  }

  /** Free room behind the content, at least `size` bytes; `added()` claims it. */
  spare(size: number): Bytes {
    const needed = this.#length + size;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    return this.#bytes.subarray(this.#length);
  }

  added(size: number): void {
    this.#length += size;
  }

  /** The content; the buffer must not be used afterwards. */
  take(): Bytes {
    // A copy costs more than what is spare, unless that is most of it.
    return this.#length * 2 > this.#bytes.length
      ? this.#bytes.subarray(0, this.#length)
      : this.#bytes.slice(0, this.#length);
  }
}
