import { letSleep, type Sleeper, wakeAt } from "./_alarms.ts";

/** What becomes of the outcome of an operation. */
export interface Translation<T, R> {
  /** Makes the value that is passed on. */
  value(value: T): R;
  /** Makes the error that is passed on. */
  error(error: unknown): unknown;
}

/**
 * Rejects operations that outlive their time. It is woken once for all
 * operations of a stream, and stays to be woken in between: setting an alarm
 * for each read would cost more than the read's own bookkeeping.
 *
 * @typeParam T What the operations give.
 * @typeParam R What is passed on of it.
 */
export class Watchdog<T, R> implements Sleeper {
  readonly translation: Translation<T, R>;
  // A stream that is read by turns has one operation at a time, and one guard
  // does for all of them.
  #usual: Guard<T, R> = new Guard(this);
  #others: Set<Guard<T, R>> | undefined;
  // For when it is to be woken, and when it will be.
  #due = Infinity;
  #alarm = 0;
  #stopped = false;

  constructor(translation: Translation<T, R>) {
    this.translation = translation;
  }

  /**
   * Follows `promise`, but rejects with `TimedOut` at `due` or at `limit`,
   * whichever is sooner, in milliseconds of `performance.now()`. `expired` is
   * called first. Only `due` can be changed meanwhile.
   */
  guard(
    promise: Promise<T>,
    due: number,
    expired: () => void,
    limit = Infinity,
  ): Promise<R> {
    return new Promise((done, failed) =>
      this.follow(promise, due, limit, done, failed, expired)
    );
  }

  /** As {@linkcode guard}, but tells the outcome without a promise of its own. */
  follow(
    promise: Promise<T>,
    due: number,
    limit: number,
    done: (value: R) => void,
    failed: (error: unknown) => void,
    expired: () => void,
  ): void {
    let guard = this.#usual;
    if (guard.watches) {
      guard = new Guard(this);
      (this.#others ??= new Set()).add(guard);
    }
    const sooner = Math.min(due, limit);
    if (sooner < this.#due) this.#arm(sooner);
    guard.follow(promise, due, limit, done, failed, expired);
  }

  /** Changes when the operations under way are due. */
  update(due: number): void {
    if (!this.#busy) return;
    if (this.#usual.watches) this.#usual.due = due;
    for (const guard of this.#others ?? []) guard.due = due;
    if (due < this.#due) this.#arm(due);
  }

  /** Sleeps for good, once nothing is under way. */
  stop(): void {
    this.#stopped = true;
    if (!this.#busy) this.#disarm();
  }

  /** Called when what a guard follows has ended in time. */
  settled(guard: Guard<T, R>): void {
    if (guard !== this.#usual) this.#others!.delete(guard);
    if (this.#stopped) this.stop();
  }

  get #busy(): boolean {
    return this.#usual.watches ||
      this.#others !== undefined && this.#others.size > 0;
  }

  #disarm(): void {
    if (this.#due < Infinity) letSleep(this.#alarm, this);
    this.#due = Infinity;
  }

  #arm(due: number): void {
    this.#disarm();
    this.#due = due;
    this.#alarm = wakeAt(due, this);
  }

  /** Rejects what is due, and goes back to sleep until more may be. */
  wake(): void {
    this.#due = Infinity;
    // Timers may ring a fraction of a millisecond early.
    const now = performance.now() + 1;
    let next = Infinity;
    for (const guard of [this.#usual, ...this.#others ?? []]) {
      if (!guard.watches) continue;
      const due = Math.min(guard.due, guard.limit);
      if (due > now) next = Math.min(next, due);
      else {
        // What it followed may still come, and is nobody's then.
        if (guard === this.#usual) this.#usual = new Guard(this);
        else this.#others!.delete(guard);
        guard.expire();
      }
    }
    if (next < this.#due) this.#arm(next);
  }
}

/** Follows one operation at a time. */
class Guard<T, R> {
  due = Infinity;
  limit = Infinity;
  /** Whether an operation is under way. */
  watches = false;
  #done: (value: R) => void = nothing;
  #failed: (error: unknown) => void = nothing;
  #expired: () => void = nothing;
  readonly #onValue: (value: T) => void;
  readonly #onError: (error: unknown) => void;

  constructor(watchdog: Watchdog<T, R>) {
    this.#onValue = (value) => {
      if (!this.watches) return;
      this.watches = false;
      watchdog.settled(this);
      this.#done(watchdog.translation.value(value));
    };
    this.#onError = (error) => {
      if (!this.watches) return;
      this.watches = false;
      watchdog.settled(this);
      this.#failed(watchdog.translation.error(error));
    };
  }

  follow(
    promise: Promise<T>,
    due: number,
    limit: number,
    done: (value: R) => void,
    failed: (error: unknown) => void,
    expired: () => void,
  ): void {
    this.watches = true;
    this.due = due;
    this.limit = limit;
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
