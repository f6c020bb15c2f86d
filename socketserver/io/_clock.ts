/** How long the two clocks are trusted to run alike. */
const TRUSTED = 250;

let checked = Infinity;
let apart = 0;

/**
 * About `performance.now()`, to a millisecond. That is a call into the runtime
 * and two of them for each request show; `Date.now()` is none, but somebody
 * may set that clock, so the two are compared every now and then.
 */
export function now(): number {
  const wall = Date.now();
  if (!(wall >= checked && wall < checked + TRUSTED)) {
    checked = wall;
    apart = performance.now() - wall;
  }
  return wall + apart;
}
