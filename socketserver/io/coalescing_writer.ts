import { BufferedWriter, type WriteOptions } from "./buffered_writer.ts";

/**
 * A {@linkcode BufferedWriter} that flushes itself at the end of the turn:
 * bytes written one after another leave together, and bytes followed by
 * waiting leave without a `flush()`.
 *
 * A flush of its own that fails is reported by the next `write`, `flush` or
 * `close`.
 */
export class CoalescingWriter extends BufferedWriter {
  /** Those that flush themselves at the end of this turn. */
  static #due: CoalescingWriter[] = [];

  static #flushDue(this: void): void {
    const due = CoalescingWriter.#due;
    CoalescingWriter.#due = [];
    for (const writer of due) {
      writer.#waits = false;
      writer.startFlush();
    }
  }

  #waits = false;
  #failure: { error: unknown } | undefined;

  /** Writes everything, to leave at the end of this turn at the latest; see {@linkcode BufferedWriter.write}. */
  override write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    this.#await();
    return super.write(bytes, options);
  }

  /** Writes into the buffer without a promise; see {@linkcode BufferedWriter.put}. */
  override put(bytes: Uint8Array): boolean {
    if (this.#failure) return false;
    this.#await();
    return super.put(bytes);
  }

  /** Writes what is buffered and these bytes now; see {@linkcode BufferedWriter.writeThrough}. */
  override writeThrough(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return super.writeThrough(bytes);
  }

  /** Writes what is buffered now; see {@linkcode BufferedWriter.flush}. */
  override flush(options?: WriteOptions): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return super.flush(options);
  }

  #await(): void {
    if (this.#waits) return;
    this.#waits = true;
    // One immediate serves all writers.
    if (CoalescingWriter.#due.length === 0) {
      setImmediate(CoalescingWriter.#flushDue);
    }
    CoalescingWriter.#due.push(this);
  }

  /** Begins to write what is buffered now, without waiting for it. */
  startFlush(): void {
    if (this.pending > 0) this._beginFlush();
  }

  /**
   * Tells whether a flush of its own has failed.
   *
   * @throws What it has failed with.
   */
  checkFlushed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Keeps why a flush of its own has failed, for the next call. */
  protected override _flushFailed(error: unknown): void {
    this.#failure = { error };
  }
}
