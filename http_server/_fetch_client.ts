/**
 * Whether the client of one request is still there. Most answers are ready at
 * once, and nobody asks: the watch begins only with the first wait.
 */
export class FetchClient {
  readonly #watch: (left: () => void) => () => void;
  #unwatch: (() => void) | undefined;
  #controller: AbortController | undefined;
  #ended = false;
  #leave: ((reason: unknown) => void) | undefined;
  /** Why nobody waits for the answer any more. */
  #reason: unknown;

  constructor(watch: (left: () => void) => () => void) {
    this.#watch = watch;
  }

  get hasLeft(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborts when the client leaves. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.hasLeft) this.#controller.abort(this.#reason);
      else this.#begin();
    }
    return this.#controller.signal;
  }

  /** Watches from now on, for a promise that takes its time. */
  watched<T>(promise: Promise<T>): Promise<T> {
    this.#begin();
    return promise;
  }

  /** Follows a promise, but rejects as soon as the client leaves. */
  unlessLeft<T>(promise: Promise<T>): Promise<T> {
    this.#begin();
    return new Promise((resolve, reject) => {
      this.#leave = reject;
      if (this.hasLeft) reject(this.#reason);
      promise.then(resolve, reject);
    });
  }

  abort(reason: unknown): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
    this.#leave?.(reason);
  }

  unwatch(): void {
    this.#ended = true;
    this.#unwatch?.();
  }

  #begin(): void {
    if (this.#ended) return;
    this.#unwatch ??= this.#watch(() =>
      this.abort(new DOMException("The client has left", "AbortError"))
    );
  }
}
