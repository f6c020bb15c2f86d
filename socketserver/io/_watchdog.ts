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
 *
 * @typeParam T What the operations give.
 * @typeParam R What is passed on of it.
 */
export class Watchdog<T, R> {
  readonly #translation: Translation<T, R>;
  // A stream that is read by turns has one operation at a time, and one guard
  // does for all of them.
  #usual: Guard<T, R>;
  #others = new Set<Guard<T, R>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;
  #stopped = false;

  constructor(translation: Translation<T, R>) {
    this.#translation = translation;
    this.#usual = new Guard(translation, this.#settled);
  }

  /**
   * Follows `promise`, but rejects with `TimedOut` at `due`, which is in
   * milliseconds of `performance.now()`. `expired` is called first.
   */
  guard(promise: Promise<T>, due: number, expired: () => void): Promise<R> {
    return new Promise((done, failed) =>
      this.follow(promise, due, done, failed, expired)
    );
  }

  /** As {@linkcode guard}, but tells the outcome without a promise of its own. */
  follow(
    promise: Promise<T>,
    due: number,
    done: (value: R) => void,
    failed: (error: unknown) => void,
    expired: () => void,
  ): void {
    let guard = this.#usual;
    if (guard.watches) {
      guard = new Guard(this.#translation, this.#settled);
      this.#others.add(guard);
    }
    if (due < this.#rings) this.#arm(due);
    guard.follow(promise, due, done, failed, expired);
  }

  /** Changes when the operations under way expire. */
  update(due: number): void {
    if (this.#usual.watches) this.#usual.due = due;
    else if (this.#others.size === 0) return;
    for (const guard of this.#others) guard.due = due;
    if (due < this.#rings) this.#arm(due);
  }

  /** Stops the timer, once nothing is under way. */
  stop(): void {
    this.#stopped = true;
    if (!this.#usual.watches && this.#others.size === 0) this.#disarm();
  }

  #settled = (guard: Guard<T, R>): void => {
    if (guard !== this.#usual) this.#others.delete(guard);
    if (this.#stopped) this.stop();
  };

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
    for (const guard of [this.#usual, ...this.#others]) {
      if (!guard.watches) continue;
      if (guard.due > now) next = Math.min(next, guard.due);
      else {
        // What it followed may still come, and is nobody's then.
        if (guard === this.#usual) {
          this.#usual = new Guard(this.#translation, this.#settled);
        }
        guard.expire();
      }
    }
    if (next < Infinity) this.#arm(next);
  }
}

/** Follows one operation at a time. */
class Guard<T, R> {
  due = Infinity;
  /** Whether an operation is under way. */
  watches = false;
  #done: (value: R) => void = nothing;
  #failed: (error: unknown) => void = nothing;
  #expired: () => void = nothing;
  readonly #onValue: (value: T) => void;
  readonly #onError: (error: unknown) => void;

  constructor(
    translation: Translation<T, R>,
    settled: (guard: Guard<T, R>) => void,
  ) {
    this.#onValue = (value) => {
      if (!this.watches) return;
      this.watches = false;
      settled(this);
      this.#done(translation.value(value));
    };
    this.#onError = (error) => {
      if (!this.watches) return;
      this.watches = false;
      settled(this);
      this.#failed(translation.error(error));
    };
  }

  follow(
    promise: Promise<T>,
    due: number,
    done: (value: R) => void,
    failed: (error: unknown) => void,
    expired: () => void,
  ): void {
    this.watches = true;
    this.due = due;
    this.#done = done;
    this.#failed = failed;
    this.#expired = expired;
    promise.then(this.#onValue, this.#onError);
  }

  expire(): void {
    this.watches = false;
    this.#expired();
    this.#failed(new Deno.errors.TimedOut("Cannot wait longer: time is up"));
  }
}

function nothing(): void {}
