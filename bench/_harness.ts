/**
 * What the benchmarks share: servers and load as processes of their own, and
 * the CPU time that a server has used. Time on the clock depends on who else
 * uses the machine; CPU time much less, and the ratio of two servers that take
 * turns less still.
 *
 * @module
 */

/** A program under measurement, or one that makes the load. */
export interface Child extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** Reads a line that it prints. */
  line(): Promise<string>;
  /** Sends it a line. */
  tell(line: string): Promise<void>;
}

/** Starts a program of this folder. */
export function start(program: string, ...args: string[]): Child {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      new URL(program, import.meta.url).href,
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const writer = child.stdin.getWriter();
  let received = "";
  return {
    pid: child.pid,
    async line(): Promise<string> {
      while (!received.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`Cannot go on: ${program} has ended`);
        received += value;
      }
      const end = received.indexOf("\n");
      const line = received.slice(0, end);
      received = received.slice(end + 1);
      return line;
    },
    async tell(line: string): Promise<void> {
      await writer.write(new TextEncoder().encode(`${line}\n`));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill();
      await writer.close().catch(() => {});
      await reader.cancel().catch(() => {});
      await child.status;
    },
  };
}

// sysconf(_SC_CLK_TCK) is 100 on every Linux that Deno runs on.
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds, user and system, that a process has used, with those of its
 * children that have ended. Linux only.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  return ticks.reduce((sum, each) => sum + each) / TICKS_PER_SECOND;
}

/** Bytes of memory that a process has in use now. Linux only. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  // A process that has ended has none.
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A server, and what loads it: it does so many round trips when told a number. */
export interface Contestant {
  /** What the report calls it. */
  readonly name: string;
  /** The server. */
  readonly server: Child;
  /** The load. */
  readonly load: Child;
}

/** What one contestant needed. */
export interface Result {
  /** What the report calls it. */
  readonly name: string;
  /** Microseconds of CPU for each round trip: the median of all rounds. */
  readonly microseconds: number;
  /** The median of what each round needed, compared with the first contestant's in that round. */
  readonly ratio: number;
}

/** Lets contestants take turns, after a round that only warms up. */
export async function compete(
  contestants: readonly Contestant[],
  { rounds, roundTrips }: { rounds: number; roundTrips: number },
): Promise<Result[]> {
  const needed = contestants.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, { server, load }] of contestants.entries()) {
      const before = await cpuSeconds(server.pid);
      await load.tell(String(roundTrips));
      await load.line();
      const seconds = await cpuSeconds(server.pid) - before;
      if (round >= 0) needed[i]!.push(seconds * 1e6 / roundTrips);
    }
  }
  return contestants.map(({ name }, i) => ({
    name,
    microseconds: median(needed[i]!),
    ratio: median(needed[i]!.map((time, round) => time / needed[0]![round]!)),
  }));
}
