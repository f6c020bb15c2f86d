// A timer set for longer rings at once.
const LONGEST = 0x7fffffff;

/** Seconds as the milliseconds of a timer, at most what a timer can wait: 24 days. */
export function delay(seconds: number): number {
  return Math.min(Math.max(0, seconds * 1000), LONGEST);
}
