/**
 * Compares web servers under wrk. All of them run at once and take turns,
 * round by round, so that a busy machine hurts each of them alike; what is
 * shown are medians.
 *
 * @module
 */
import {
  children,
  cpuSeconds,
  MIB,
  residentMemory,
} from "../_tools/testing/processes.ts";
import { freePort, listening } from "../_tools/testing/free_port.ts";
import { findProgram } from "../_tools/testing/real_program.ts";
import { median } from "./_harness.ts";
import { type Goal, judge, table } from "./_report.ts";

/** A web server under measurement. */
export interface WebServer {
  /** What the report calls it. */
  readonly name: string;
  /** The command that starts it on a port of 127.0.0.1, in the foreground. */
  readonly command: (port: number) => readonly string[];
  /** Whether its answers end with the connection, which wrk takes for an error. */
  readonly endsByClosing?: boolean;
}

/** How web servers are loaded. */
export interface WebLoad {
  /** The path that is asked for. */
  readonly path: string;
  /** Connections, kept alive. */
  readonly connections: number;
  /** Turns of each server, after one that only warms up. */
  readonly rounds: number;
  /** Seconds of a turn. */
  readonly seconds: number;
  /** Fields of each request beside wrk's own. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** A script for wrk, in this folder or by its URL. */
  readonly script?: string;
}

/** A goal that two of the servers decide. */
export interface WebGoal extends Goal {
  /** Whose. */
  readonly server: string;
  /** Compared with whose. */
  readonly peer: string;
  /** CPU time for each request, or requests a second. */
  readonly measure: "cpu" | "throughput";
}

/** A program of this folder, run by this Deno with network and reading allowed. */
export function denoProgram(
  name: string,
  ...args: string[]
): WebServer["command"] {
  return denoCommand(["-N", "-R"], name, ...args);
}

/** A program of this folder, run by this Deno. */
export function denoCommand(
  flags: readonly string[],
  name: string,
  ...args: string[]
): WebServer["command"] {
  const path = new URL(name, import.meta.url).pathname;
  const command = [Deno.execPath(), "run", "--no-check", ...flags, path];
  return (port) => [...command, String(port), ...args];
}

/** Loads each server in turn, prints a table and tells which goals were reached. */
export async function compareWebServers(
  title: string,
  servers: readonly WebServer[],
  load: WebLoad,
  goals: readonly WebGoal[] = [],
): Promise<void> {
  const wrk = findProgram("wrk");
  if (!wrk) {
    console.log(
      `${title}: left out, wrk is not installed (apt-get install wrk)`,
    );
    return;
  }
  await using running = new AsyncDisposableStack();
  const contestants: Contestant[] = [];
  for (const server of servers) {
    contestants.push(running.use(await Contestant.start(server)));
  }
  for (let round = -1; round < load.rounds; round++) {
    for (const contestant of contestants) {
      const turn = await contestant.turn(wrk, load);
      if (round >= 0) contestant.count(turn);
    }
  }
  table(title, contestants.map((each) => each.row(contestants[0]!)));
  for (const goal of goals) {
    const server = contestants.find(({ name }) => name === goal.server);
    const peer = contestants.find(({ name }) => name === goal.peer);
    if (server && peer) judge(goal, server.ratio(peer, goal.measure));
  }
}

/** What a turn needed. */
export interface Turn {
  /** Requests a second. */
  readonly perSecond: number;
  /** CPU time of a request. */
  readonly microseconds: number;
  /** Milliseconds within which 99 of 100 requests were answered. */
  readonly slowest: number;
}

/** A web server at work, and what its turns needed. */
export class Contestant implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly #process: Deno.ChildProcess;
  readonly #endsByClosing: boolean;
  readonly #perSecond: number[] = [];
  readonly #microseconds: number[] = [];
  readonly #slowest: number[] = [];
  #memory = 0;

  private constructor(
    { name, endsByClosing = false }: WebServer,
    port: number,
    process: Deno.ChildProcess,
  ) {
    this.name = name;
    this.port = port;
    this.#process = process;
    this.#endsByClosing = endsByClosing;
  }

  static async start(server: WebServer): Promise<Contestant> {
    const port = freePort();
    const process = spawn(server.command, port);
    const contestant = new Contestant(server, port, process);
    await listening(port);
    return contestant;
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Loads the server once. */
  async turn(wrk: string, load: WebLoad): Promise<Turn> {
    const before = this.#sum(cpuSeconds);
    const { stdout } = await new Deno.Command(wrk, {
      args: [
        "--threads=1",
        `--connections=${load.connections}`,
        `--duration=${load.seconds}s`,
        "--timeout=30s",
        "--latency",
        ...(load.fields ?? []).map(([name, value]) =>
          `--header=${name}: ${value}`
        ),
        ...load.script
          ? [`--script=${new URL(load.script, import.meta.url).pathname}`]
          : [],
        `http://127.0.0.1:${this.port}${load.path}`,
      ],
    }).output();
    const cpu = this.#sum(cpuSeconds) - before;
    const report = new TextDecoder().decode(stdout);
    const failures = /Socket errors: .*|Non-2xx .*/.exec(
      this.#endsByClosing ? report.replace(/, read \d+,/, ", read 0,") : report,
    );
    if (
      failures && !/connect 0, read 0, write 0, timeout 0/.test(failures[0])
    ) {
      throw new Error(`Cannot measure ${this.name}: ${failures[0]}`);
    }
    const requests = Number(/(\d+) requests in/.exec(report)?.[1]);
    const duration = Number(/requests in ([\d.]+)s/.exec(report)?.[1]);
    return {
      perSecond: requests / duration,
      microseconds: cpu / requests * 1e6,
      slowest: milliseconds(/99%\s+(\S+)/.exec(report)?.[1]),
    };
  }

  /** Counts a turn for the report. */
  count(turn: Turn): void {
    this.#perSecond.push(turn.perSecond);
    this.#microseconds.push(turn.microseconds);
    this.#slowest.push(turn.slowest);
    this.#memory = this.#sum(residentMemory);
  }

  /** The median of what each round needed, compared with another server in that round. */
  ratio(other: Contestant, measure: WebGoal["measure"]): number {
    const [ours, theirs] = measure === "cpu"
      ? [this.#microseconds, other.#microseconds]
      : [this.#perSecond, other.#perSecond];
    return median(ours.map((value, round) => value / theirs[round]!));
  }

  row(first: Contestant): Record<string, string | number> {
    return {
      server: this.name,
      "requests/s": Number(median(this.#perSecond).toPrecision(4)),
      "CPU us/request": Number(median(this.#microseconds).toPrecision(3)),
      "CPU ratio": Number(this.ratio(first, "cpu").toFixed(2)),
      "p99 ms": Number(median(this.#slowest).toPrecision(3)),
      "memory MiB": Math.round(this.#memory / MIB),
    };
  }

  /** CPU seconds or bytes of memory; servers such as nginx work in children. */
  #sum(measure: (pid: number) => number): number {
    let sum = measure(this.pid);
    for (const pid of children(this.pid)) {
      try {
        sum += measure(pid);
      } catch {
        // A script has ended meanwhile; its parent has its time.
      }
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
  }
}

/** Such as `870.00us`, `1.23ms` or `2.00s`. */
function milliseconds(text: string | undefined): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text ?? "") ?? [];
  return Number(value) * (unit === "s" ? 1000 : unit === "ms" ? 1 : 0.001);
}

/** Starts a server on a port; nobody reads what it says. */
export function spawn(
  command: WebServer["command"],
  port: number,
): Deno.ChildProcess {
  const [program, ...args] = command(port);
  return new Deno.Command(program!, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}
