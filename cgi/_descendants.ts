/**
 * The processes that a process has started, and those that these have started,
 * as far as the system tells: on Linux, with `--allow-all`, without which Deno
 * reads nothing in `/proc`.
 *
 * A process group would end them all at once, but a child that gets a group of
 * its own is forked, not spawned, which takes twice as long for each script.
 *
 * @param pid A process.
 * @returns Their ids, without `pid` itself.
 */
export function descendants(pid: number): number[] {
  let children: string;
  try {
    children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  } catch {
    // It has ended, or nobody tells.
    return [];
  }
  return children.split(" ").filter((child) => child !== "").map(Number)
    .flatMap((child) => [child, ...descendants(child)]);
}
