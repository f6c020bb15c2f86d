/** One operation under watch. */
interface Guard {
  due: number;
  readonly expired: () => void;
  readonly reject: (error: unknown) => void;
}

/** What becomes of the outcome of an operation. */
export interface Translation<T, R> {
  /** Makes the value that is passed on. */
  value(value: T): R;
  /** Makes the error that is passed on. */
  error(error: unknown): unknown;
}

/**
 * Rejects operations that outlive their time. One timer serves all operations
 * of a stream and is left running in between: arming a timer for each read
 * would cost more than the read's own bookkeeping.
 */
export class Watchdog {
  // Streams that are read and written by turns have never more than one.
  #only: Guard | undefined;
  #others = new Set<Guard>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;
  #stopped = false;

  /**
   * Follows `promise`, but rejects with `TimedOut` at `due`, which is in
   * milliseconds of `performance.now()`. `expired` is called first.
   *
   * It costs one promise and what `then` makes: the translation is part of it
   * so that it does not cost another.
   */
  guard<T, R>(
    promise: Promise<T>,
    due: number,
    expired: () => void,
    translation: Translation<T, R>,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      const guard = { due, expired, reject };
      if (this.#only === undefined) this.#only = guard;
      else this.#others.add(guard);
      if (due < this.#rings) this.#arm(due);
      promise.then((value) => {
        this.#settle(guard);
        resolve(translation.value(value));
      }, (error) => {
        this.#settle(guard);
        reject(translation.error(error));
      });
    });
  }

  /** Changes when the operations under way expire. */
  update(due: number): void {
    if (this.#only) this.#only.due = due;
    else if (this.#others.size === 0) return;
    for (const guard of this.#others) guard.due = due;
    if (due < this.#rings) this.#arm(due);
  }

  /** Stops the timer, once nothing is under way. */
  stop(): void {
    this.#stopped = true;
    if (!this.#only && this.#others.size === 0) this.#disarm();
  }

  #settle(guard: Guard): void {
    if (this.#only === guard) this.#only = undefined;
    else this.#others.delete(guard);
    if (this.#stopped) this.stop();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#rings = Infinity;
  }

  #arm(due: number): void {
    clearTimeout(this.#timer);
    this.#rings = due;
    const timer = setTimeout(
      () => this.#ring(),
      // A longer timer would ring at once.
      Math.min(Math.max(0, due - performance.now()), 0x7fffffff),
    );
    // The operation keeps the program alive, not the watch over it.
    Deno.unrefTimer(timer);
    this.#timer = timer;
  }

  #ring(): void {
    this.#disarm();
    // Timers may ring a fraction of a millisecond early.
    const now = performance.now() + 1;
    let next = Infinity;
    for (const guard of [...this.#others, this.#only]) {
      if (guard === undefined) continue;
      if (guard.due <= now) {
        this.#settle(guard);
        guard.expired();
        guard.reject(
          new Deno.errors.TimedOut("Cannot wait longer: time is up"),
        );
      } else next = Math.min(next, guard.due);
    }
    if (next < Infinity) this.#arm(next);
  }
}
