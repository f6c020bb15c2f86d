/**
 * Memory of other processes, for tests that it does not grow. Linux only.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Bytes of a mebibyte. */
export const MIB: number = 1 << 20;

/** Bytes of memory that a process holds. */
export function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  // One that has ended but is not yet waited for has none.
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/**
 * Fails if the memory that a process keeps has grown by 64 MiB or more while
 * it did several times as much work.
 *
 * Garbage comes and goes, and when it goes is the engine's to choose: what
 * counts is the least of a quarter's samples. The first quarter is left out: a
 * program that has just begun is still growing into its work.
 *
 * @param samples Mebibytes held, at even steps of the work.
 */
export function assertFlat(samples: readonly number[]): void {
  const held = samples.filter((mebibytes) => mebibytes > 0);
  const quarter = held.length >> 2;
  assert(quarter >= 3, `${held.length} samples tell nothing`);
  const least = (from: number) => Math.min(...held.slice(from, from + quarter));
  const early = least(quarter);
  const late = least(held.length - quarter);
  assert(late - early < 64, `It has grown from ${early} MiB to ${late} MiB`);
}
