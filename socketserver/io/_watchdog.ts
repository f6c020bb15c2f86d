import { letSleep, type Sleeper, wakeAt } from "./_alarms.ts";
import { EMPTY } from "./_empty.ts";

/** A kind of operation, and what becomes of it: one object for all streams. */
export interface OperationKind<Stream> {
  /**
   * When an operation must have ended, in milliseconds of
   * `performance.now()`. May change meanwhile: see {@linkcode Watchdog.hurry}.
   */
  due(stream: Stream): number;
  /** Called when time is up, before the operation is rejected. */
  expired(
    stream: Stream,
    promise: Promise<number | null>,
    memory: Uint8Array,
  ): void;
  /** Makes the error that is passed on of one that has failed. */
  error(error: unknown): unknown;
}

/**
 * Rejects operations that outlive their time. It is woken once for all
 * operations of a connection, and stays to be woken in between: setting an
 * alarm for each read would cost more than the read's own bookkeeping.
 */
export class Watchdog implements Sleeper {
  /** Those at work; each knows the next one. */
  #guards: Guard | undefined;
  // For when it is to be woken, and when it will be.
  #due = Infinity;
  #alarm = 0;
  #stopped = false;

  /** A guard for one operation, which begins with its `follow()`. */
  guard(): Guard {
    const guard = resting.pop() ?? new Guard();
    guard.watchdog = this;
    guard.next = this.#guards;
    if (guard.next) guard.next.previous = guard;
    this.#guards = guard;
    this.#stopped = false;
    return guard;
  }

  /** Told that an operation under way is due at `due`. */
  hurry(due: number): void {
    if (this.#guards && due < this.#due) this.#arm(due);
  }

  /** Sleeps for good, once nothing is under way. */
  stop(): void {
    this.#stopped = true;
    if (!this.#guards) this.#disarm();
  }

  /** Called when what a guard follows has ended in time. */
  settled(guard: Guard): void {
    this.#dismiss(guard);
    if (resting.length < MOST_RESTING) resting.push(guard);
    if (this.#stopped) this.stop();
  }

  #dismiss(guard: Guard): void {
    const { previous, next } = guard;
    if (previous) previous.next = next;
    else this.#guards = next;
    if (next) next.previous = previous;
    guard.previous = guard.next = undefined;
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
    const overdue: Guard[] = [];
    let next = Infinity;
    for (let guard = this.#guards; guard; guard = guard.next) {
      if (guard.due > now) next = Math.min(next, guard.due);
      else overdue.unshift(guard);
    }
    if (next < Infinity) this.#arm(next);
    for (const guard of overdue) {
      // What it follows may still come, and is nobody's then: it never rests.
      this.#dismiss(guard);
      guard.expire();
    }
  }
}

/**
 * Guards that follow nothing. A connection has one while it is read or
 * written: thousands of idle ones need no second one for what they write.
 */
const resting: Guard[] = [];
const MOST_RESTING = 1024;

/** Follows one operation at a time. */
class Guard {
  next: Guard | undefined;
  previous: Guard | undefined;
  /** Whom it guards for; nobody while it rests. */
  watchdog: Watchdog | undefined;
  #kind: OperationKind<unknown> = REST;
  #stream: unknown;
  #promise: Promise<number | null> = NEVER;
  #memory: Uint8Array = EMPTY;
  #limit = Infinity;
  #done: (count: number) => void = nothing;
  #failed: (error: unknown) => void = nothing;

  /**
   * Follows `promise` and tells its outcome, but `TimedOut` when it is due or
   * at `limit`, whichever is sooner.
   *
   * @param memory What is read into, or written.
   */
  follow<Stream>(
    kind: OperationKind<Stream>,
    stream: Stream,
    promise: Promise<number | null>,
    memory: Uint8Array,
    limit: number,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#kind = kind;
    this.#stream = stream;
    this.#promise = promise;
    this.#memory = memory;
    this.#limit = limit;
    this.#done = done;
    this.#failed = failed;
    this.watchdog?.hurry(this.due);
    promise.then(this.#onValue, this.#onError);
  }

  get due(): number {
    return Math.min(this.#kind.due(this.#stream), this.#limit);
  }

  #onValue = (count: number | null): void => {
    const { watchdog } = this;
    if (!watchdog) return;
    const done = this.#done;
    this.#rest();
    watchdog.settled(this);
    done(count ?? 0);
  };

  #onError = (error: unknown): void => {
    const { watchdog } = this;
    if (!watchdog) return;
    const kind = this.#kind;
    const failed = this.#failed;
    this.#rest();
    watchdog.settled(this);
    failed(kind.error(error));
  };

  expire(): void {
    const failed = this.#failed;
    this.#kind.expired(this.#stream, this.#promise, this.#memory);
    this.#rest();
    failed(new Deno.errors.TimedOut("Cannot wait longer: time is up"));
  }

  /** Lets go of all that belongs to the operation. */
  #rest(): void {
    this.watchdog = this.#stream = undefined;
    this.#kind = REST;
    this.#promise = NEVER;
    this.#memory = EMPTY;
    this.#done = this.#failed = nothing;
  }
}

const REST: OperationKind<unknown> = {
  due: () => Infinity,
  expired: nothing,
  error: (error) => error,
};

const NEVER = new Promise<never>(() => {});

function nothing(): void {}
