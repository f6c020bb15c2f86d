import type { WSGIResult } from "./types.ts";

/** The next block, or the end. */
type Step = IteratorResult<Uint8Array, unknown>;

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
  #abandoned = false;

  constructor(result: WSGIResult | null) {
    this.#result = result;
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
    if (!(step instanceof Promise)) {
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

  /** Nobody waits for the block that was asked for. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** Closes what was returned, if that was not done already. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const result = this.#result as
      | WSGIResult & Partial<AsyncDisposable> & Partial<Generator>
      | null;
    if (result === null || typeof result !== "object") return;
    if (typeof result.close === "function") {
      await result.close();
    } else if (this.#iterator?.return !== undefined) {
      if (!this.#ended) await this.#return(this.#iterator);
    } else if (result instanceof ReadableStream) {
      if (!this.#iterator) await result.cancel();
    } else if (typeof result.return === "function") {
      // A generator that was never asked for a block.
      await result.return(undefined);
    } else if (typeof result[Symbol.asyncDispose] === "function") {
      await result[Symbol.asyncDispose]!();
    }
  }

  async #return(
    iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array>,
  ): Promise<void> {
    const returned = Promise.resolve(iterator.return!());
    // A generator ends where it waits, and that may take as long as it likes.
    if (this.#abandoned) returned.catch(() => {});
    else await returned;
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
