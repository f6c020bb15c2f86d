import { clearImmediate, setImmediate } from "node:timers";
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
  #turnEnd: ReturnType<typeof setImmediate> | undefined;
  #failure: { error: unknown } | undefined;

  /** Writes everything, to leave at the end of this turn at the latest; see {@linkcode BufferedWriter.write}. */
  override write(
    bytes: ArrayBufferView,
    options?: WriteOptions,
  ): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    this.#turnEnd ??= setImmediate(this.#flushAtTurnEnd);
    return super.write(bytes, options);
  }

  /** Writes what is buffered now; see {@linkcode BufferedWriter.flush}. */
  override async flush(options?: WriteOptions): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    this.#disarm();
    await super.flush(options);
  }

  /** Flushes and closes; see {@linkcode BufferedWriter.close}. */
  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      this.#disarm();
    }
  }

  #disarm(): void {
    if (this.#turnEnd === undefined) return;
    clearImmediate(this.#turnEnd);
    this.#turnEnd = undefined;
  }

  #flushAtTurnEnd = (): void => {
    this.#turnEnd = undefined;
    if (this.pending > 0) {
      super.flush().catch((error) => this.#failure = { error });
    }
  };
}
