/**
 * What tests ask of other processes: whether they live, what they have
 * started, and how much CPU time and memory they use. Linux only.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Bytes of a mebibyte. */
export const MIB: number = 1 << 20;

// sysconf(_SC_CLK_TCK) is 100 on every Linux that Deno runs on.
const TICKS_PER_SECOND = 100;

/** Whether a process is there, and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The processes that this one has started and not yet let go of, zombies too. */
export function children(pid: number = Deno.pid): number[] {
  const tasks = `/proc/${pid}/task`;
  return [...Deno.readDirSync(tasks)].flatMap(({ name }) => {
    try {
      return Deno.readTextFileSync(`${tasks}/${name}/children`).split(" ");
    } catch {
      // The thread has ended meanwhile, and others have its children.
      return [];
    }
  }).filter((child) => child !== "").map(Number);
}

/**
 * CPU seconds, user and system, that a process has used, with those of its
 * children that have ended.
 */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  return ticks.reduce((sum, each) => sum + each) / TICKS_PER_SECOND;
}

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
