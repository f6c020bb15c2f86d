/**
 * Timers that many share. One of its own costs a connection half a kilobyte
 * and its arming more than a read's bookkeeping; ten thousand that wait about
 * as long share some dozens.
 *
 * @module
 */

/** Who is woken. */
export interface Sleeper {
  /** Called when its time has come; it is too late for `letSleep` then. */
  wake(): void;
}

interface Alarm {
  readonly sleepers: Set<Sleeper>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** By when they ring. */
const alarms = new Map<number, Alarm>();

/** By how much of its wait a sleeper may be woken late. */
const LATE = 1 / 32;

/** A longer timer would ring at once. */
const LONGEST = 0x7fffffff;

/**
 * Has a sleeper woken at `due`, in milliseconds of `performance.now()`, or
 * later by a small part of the time until then. It keeps no program alive.
 *
 * @returns When it will be woken: what {@linkcode letSleep} wants to know.
 */
export function wakeAt(due: number, sleeper: Sleeper): number {
  const now = performance.now();
  const wait = Math.min(Math.max(0, due - now), LONGEST / 2);
  const step = 2 ** Math.max(0, Math.floor(Math.log2(wait * LATE)));
  const at = Math.ceil((now + wait) / step) * step;
  let alarm = alarms.get(at);
  if (!alarm) {
    const timer = setTimeout(ring, at - now, at);
    Deno.unrefTimer(timer);
    alarms.set(at, alarm = { sleepers: new Set(), timer });
  }
  alarm.sleepers.add(sleeper);
  return at;
}

/** Takes back what `wakeAt` has promised. */
export function letSleep(at: number, sleeper: Sleeper): void {
  const alarm = alarms.get(at);
  if (!alarm?.sleepers.delete(sleeper) || alarm.sleepers.size > 0) return;
  clearTimeout(alarm.timer);
  alarms.delete(at);
}

function ring(at: number): void {
  const { sleepers } = alarms.get(at)!;
  alarms.delete(at);
  for (const sleeper of sleepers) sleeper.wake();
}
