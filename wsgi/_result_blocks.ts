import { isPromise } from "./_is_promise.ts";
import type { WSGIResult } from "./types.ts";

/** The next block, or the end. */
type Step = IteratorResult<Uint8Array, unknown>;

/** Whatever a result may have to end it. */
type Closable = WSGIResult & Partial<AsyncDisposable> & Partial<Generator>;

/**
 * What an application has returned, block by block, and closed once: by
 * `close()` if it has that, otherwise as loops end iterators and streams.
 */
export class ResultBlocks {
  readonly #result: WSGIResult | null;
  #iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array> | undefined;
  #index = 0;
  #ended = false;
  #closed = false;
  #report: ((error: unknown) => void) | undefined;
  #keepsThread = false;

  constructor(result: WSGIResult | null) {
    this.#result = result;
  }

  /**
   * Whether the application works on the next block without ever waiting, so
   * that nothing that was only buffered can leave meanwhile.
   */
  get keepsThread(): boolean {
    return this.#keepsThread;
  }

  /**
   * Asks for the next block.
   *
   * @throws {TypeError} If the application has returned no iterable of blocks.
   */
  next(): Step | Promise<Step> {
    const result = this.#result;
    if (Array.isArray(result)) {
      return this.#index < result.length
        ? { done: false, value: result[this.#index++] }
        : END;
    }
    this.#iterator ??= iterate(result);
    const step = this.#iterator.next();
    if (!isPromise(step)) {
      this.#keepsThread = true;
      this.#ended ||= step.done === true;
      return step;
    }
    return step.then((settled) => {
      this.#ended ||= settled.done === true;
      return settled;
    }, (error) => {
      this.#ended = true;
      throw error;
    });
  }

  /**
   * Nobody waits any more, neither for the block that was asked for nor for the
   * end: a generator ends where it waits, and that may take as long as it likes.
   *
   * @param report Told of a failure to end.
   */
  abandon(report: (error: unknown) => void): void {
    this.#report = report;
  }

  /** Closes what was returned, if that was not done already. */
  close(): void | Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const result = this.#result as Closable | null;
    if (result === null || typeof result !== "object") return;
    const closing = this.#close(result);
    if (!isPromise(closing)) return;
    if (!this.#report) return closing.then(() => {});
    closing.then(undefined, this.#report);
  }

  #close(result: Closable): unknown {
    if (typeof result.close === "function") return result.close();
    if (this.#iterator?.return !== undefined) {
      return this.#ended ? undefined : this.#iterator.return();
    }
    if (result instanceof ReadableStream) {
      return this.#iterator ? undefined : result.cancel();
    }
    // A generator that was never asked for a block.
    if (typeof result.return === "function") return result.return(undefined);
    return result[Symbol.asyncDispose]?.();
  }
}

const END: Step = { done: true, value: undefined };

function iterate(
  result: WSGIResult | null,
): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  if (
    typeof result === "object" && result !== null &&
    !ArrayBuffer.isView(result)
  ) {
    if (Symbol.asyncIterator in result) return result[Symbol.asyncIterator]();
    if (Symbol.iterator in result) return result[Symbol.iterator]();
  }
  throw new TypeError(
    "Cannot send an answer: the application has returned no iterable of blocks",
  );
}
