/**
 * Rejects operations that outlive their time. One timer serves all operations
 * of a stream and is left running in between: arming a timer for each read
 * would cost more than the read's own bookkeeping.
 */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;
  #due = Infinity;
  #expire: ((reason: Error) => void) | undefined;
  #guarded = 0;

  /**
   * Follows `promise`, but rejects with `TimedOut` at `due`, which is in
   * milliseconds of `performance.now()`. `expired` is called first.
   */
  guard<T>(promise: Promise<T>, due: number, expired: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const earlier = this.#expire;
      this.#guarded++;
      this.#due = earlier ? Math.min(this.#due, due) : due;
      this.#expire = (reason) => {
        earlier?.(reason);
        expired();
        reject(reason);
      };
      if (this.#due < this.#rings) this.#arm(this.#due);
      promise.then((value) => {
        this.#settle();
        resolve(value);
      }, (error) => {
        this.#settle();
        reject(error);
      });
    });
  }

  /** Changes when the operations under way expire. */
  update(due: number): void {
    if (!this.#expire) return;
    this.#due = due;
    if (due < this.#rings) this.#arm(due);
  }

  /** Stops the timer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#rings = Infinity;
  }

  #settle(): void {
    if (--this.#guarded > 0) return;
    this.#due = Infinity;
    this.#expire = undefined;
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
    this.#timer = undefined;
    this.#rings = Infinity;
    if (!this.#expire) return;
    // Timers may ring a fraction of a millisecond early.
    if (performance.now() + 1 < this.#due) return this.#arm(this.#due);
    this.#due = Infinity;
    const expire = this.#expire;
    this.#expire = undefined;
    expire(new Deno.errors.TimedOut("Cannot wait longer: time is up"));
  }
}
