/**
 * What the benchmarks share: servers and load as processes of their own, judged
 * by the CPU time that a server has used. Time on the clock depends on who else
 * uses the machine; CPU time much less, and the ratio of two servers that take
 * turns less still.
 *
 * @module
 */
import { cpuSeconds } from "../_tools/testing/processes.ts";

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

/** Has a load do so many round trips, and waits until they are done. */
export async function ask(load: Child, times: number): Promise<void> {
  await load.tell(String(times));
  await load.line();
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
      const before = cpuSeconds(server.pid);
      await ask(load, roundTrips);
      const seconds = cpuSeconds(server.pid) - before;
      if (round >= 0) needed[i]!.push(seconds * 1e6 / roundTrips);
    }
  }
  return contestants.map(({ name }, i) => ({
    name,
    microseconds: median(needed[i]!),
    ratio: median(needed[i]!.map((time, round) => time / needed[0]![round]!)),
  }));
}
