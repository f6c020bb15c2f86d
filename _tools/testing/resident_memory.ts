/**
 * Memory of other processes, for tests that it does not grow. Linux only.
 *
 * @module
 */

/** Bytes of a mebibyte. */
export const MIB: number = 1 << 20;

/** Bytes of memory that a process holds. */
export function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  // One that has ended but is not yet waited for has none.
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
