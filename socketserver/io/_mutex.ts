import { settled } from "./_abortable.ts";

/**
 * Lets asynchronous calls on one stream take turns, first come, first served.
 * Entering a free one costs no promise:
 *
 *     const turn = mutex.enter();
 *     if (turn) await turn;
 *     try { … } finally { mutex.leave(); }
 */
export class Mutex {
  #taken = false;
  #waiting: (() => void)[] | undefined;

  /** Whether somebody is inside. */
  get taken(): boolean {
    return this.#taken;
  }

  /**
   * Enters at once (`undefined`), or when the promise resolves. It rejects if
   * `signal` aborts first; then there is nothing to leave.
   */
  enter(signal?: AbortSignal): Promise<void> | undefined {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    const turn = new Promise<void>((resolve) =>
      (this.#waiting ??= []).push(resolve)
    );
    return signal ? unlessAborted(turn, signal, this) : turn;
  }

  /** Leaves; whoever has waited longest is inside now. */
  leave(): void {
    const next = this.#waiting?.shift();
    if (next) next();
    else this.#taken = false;
  }
}

async function unlessAborted(
  turn: Promise<void>,
  signal: AbortSignal,
  mutex: Mutex,
): Promise<void> {
  try {
    await settled(turn, signal);
  } catch (reason) {
    turn.then(() => mutex.leave());
    throw reason;
  }
}
