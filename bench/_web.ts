/**
 * Compares web servers under wrk. All of them run at once and take turns,
 * round by round, so that a busy machine hurts each of them alike; what is
 * shown are medians.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";
import { cpuSeconds, median } from "./_harness.ts";

/** A web server under measurement. */
export interface WebServer {
  /** What the report calls it. */
  readonly name: string;
  /** The command that starts it on a port of 127.0.0.1, in the foreground. */
  readonly command: (port: number) => readonly string[];
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
}

/** A program of this folder, run by this Deno with network and reading allowed. */
export function denoProgram(
  name: string,
  ...args: string[]
): WebServer["command"] {
  const path = new URL(name, import.meta.url).pathname;
  return (
    port,
  ) => [
    Deno.execPath(),
    "run",
    "--no-check",
    "-N",
    "-R",
    path,
    String(port),
    ...args,
  ];
}

/** Loads each server in turn and prints a table. */
export async function compareWebServers(
  title: string,
  servers: readonly WebServer[],
  load: WebLoad,
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
      await contestant.turn(wrk, load, round >= 0);
    }
  }
  console.log(title);
  console.table(
    contestants.map((contestant) => contestant.row(contestants[0]!)),
  );
}

class Contestant implements AsyncDisposable {
  readonly #name: string;
  readonly #port: number;
  readonly #process: Deno.ChildProcess;
  readonly #perSecond: number[] = [];
  readonly #microseconds: number[] = [];

  private constructor(name: string, port: number, process: Deno.ChildProcess) {
    this.#name = name;
    this.#port = port;
    this.#process = process;
  }

  static async start({ name, command }: WebServer): Promise<Contestant> {
    const port = freePort();
    const [program, ...args] = command(port);
    const process = new Deno.Command(program!, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const contestant = new Contestant(name, port, process);
    await listening(port);
    return contestant;
  }

  async turn(wrk: string, load: WebLoad, counts: boolean): Promise<void> {
    const before = await this.#cpu();
    const { stdout } = await new Deno.Command(wrk, {
      args: [
        "--threads=1",
        `--connections=${load.connections}`,
        `--duration=${load.seconds}s`,
        "--timeout=30s",
        `http://127.0.0.1:${this.#port}${load.path}`,
      ],
    }).output();
    const cpu = await this.#cpu() - before;
    const report = new TextDecoder().decode(stdout);
    const failures = /Socket errors: .*|Non-2xx .*/.exec(report);
    if (failures) {
      throw new Error(`Cannot measure ${this.#name}: ${failures[0]}`);
    }
    const requests = Number(/(\d+) requests in/.exec(report)?.[1]);
    const duration = Number(/requests in ([\d.]+)s/.exec(report)?.[1]);
    if (!counts) return;
    this.#perSecond.push(requests / duration);
    this.#microseconds.push(cpu / requests * 1e6);
  }

  row(first: Contestant): Record<string, string | number> {
    const ratios = this.#microseconds.map((time, round) =>
      time / first.#microseconds[round]!
    );
    return {
      server: this.#name,
      "requests/s": Number(median(this.#perSecond).toPrecision(4)),
      "CPU us/request": Number(median(this.#microseconds).toPrecision(3)),
      "CPU ratio": Number(median(ratios).toFixed(2)),
    };
  }

  /** Servers such as nginx work in children. */
  async #cpu(): Promise<number> {
    let seconds = await cpuSeconds(this.#process.pid);
    for (const pid of childrenOf(this.#process.pid)) {
      seconds += await cpuSeconds(pid);
    }
    return seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
  }
}

function childrenOf(parent: number): number[] {
  const tasks = Deno.readTextFileSync(
    `/proc/${parent}/task/${parent}/children`,
  );
  return tasks.split(" ").filter((pid) => pid !== "").map(Number);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Deno.errors.TimedOut("Cannot measure: the server does not start");
}
