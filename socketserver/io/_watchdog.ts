/** One operation under watch. */
interface Guard {
  due: number;
  expire(): void;
}

/**
 * Rejects operations that outlive their time. One timer serves all operations
 * of a stream and is left running in between: arming a timer for each read
 * would cost more than the read's own bookkeeping.
 */
export class Watchdog {
  #guards = new Set<Guard>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;
  #stopped = false;

  /**
   * Follows `promise`, but rejects with `TimedOut` at `due`, which is in
   * milliseconds of `performance.now()`. `expired` is called first.
   */
  guard<T>(promise: Promise<T>, due: number, expired: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const guard = {
        due,
        expire() {
          expired();
          reject(new Deno.errors.TimedOut("Cannot wait longer: time is up"));
        },
      };
      this.#guards.add(guard);
      if (due < this.#rings) this.#arm(due);
      promise.then((value) => {
        this.#settle(guard);
        resolve(value);
      }, (error) => {
        this.#settle(guard);
        reject(error);
      });
    });
  }

  /** Changes when the operations under way expire. */
  update(due: number): void {
    if (this.#guards.size === 0) return;
    for (const guard of this.#guards) guard.due = due;
    if (due < this.#rings) this.#arm(due);
  }

  /** Stops the timer, once nothing is under way. */
  stop(): void {
    this.#stopped = true;
    if (this.#guards.size === 0) this.#disarm();
  }

  #settle(guard: Guard): void {
    this.#guards.delete(guard);
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
    for (const guard of this.#guards) {
      if (guard.due <= now) {
        this.#guards.delete(guard);
        guard.expire();
      } else next = Math.min(next, guard.due);
    }
    if (next < Infinity) this.#arm(next);
  }
}
