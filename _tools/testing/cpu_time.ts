/**
 * CPU time of other processes. Linux only.
 *
 * @module
 */

// sysconf(_SC_CLK_TCK) is 100 on every Linux that Deno runs on.
const TICKS_PER_SECOND = 100;

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
