/**
 * One server in several processes, which accept connections on the same port:
 * the kernel shares them out.
 *
 * The children run the program that this process runs, with the same words. What
 * tells them that they are workers is a mark behind the URL of their main
 * module; what ends them is their standard input, which closes with the parent,
 * however that ends.
 *
 * @module
 */
import { ownDenoFlags } from "../socketserver/deno_flags.ts";

const MARK = /#worker-of-port-([0-9]+)$/;

/** The first thing that a worker says. */
const READY = "worker: ready\n";

/** What a parent says to its workers when they shall end. */
const STOP = "stop\n";

/** The port that this process shares with others; `null` if it is no worker. */
export function sharedPort(): number | null {
  const [, port] = MARK.exec(Deno.mainModule) ?? [];
  return port === undefined ? null : Number(port);
}

/**
 * Tells the parent that this worker listens, and waits for its word.
 *
 * @param stop Called when the worker shall end.
 */
export function obeyParent(stop: () => void): void {
  Deno.stdout.writeSync(utf8.encode(READY));
  void (async () => {
    const word = new Uint8Array(STOP.length);
    const count = await Deno.stdin.read(word).catch(() => null);
    // Without a word the parent has died, and nobody would end this process.
    if (count === null) Deno.exit(1);
    stop();
  })();
}

/** What {@linkcode Workers} is told. */
export interface WorkersOptions {
  /** How many processes. */
  readonly workers: number;
  /** The port that they share. */
  readonly port: number;
  /** Takes lines about workers that have died. */
  readonly log: (line: string) => void;
}

/** Milliseconds between two tries to start a worker that ends at once. */
const BACKOFF = [0, 100, 200, 400, 800, 1600, 3200, 5000];

/** Milliseconds after which a worker that ends has not ended at once. */
const SETTLED = 5000;

/**
 * Workers that run, and are replaced when they die. Needs `--allow-run`.
 */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #running = new Set<WorkerProcess>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #ended = Promise.withResolvers<void>();
  #failures = 0;
  #stopping = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Settles when all workers have ended after {@linkcode stop}. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Starts all of them, and waits until they listen, or have ended because
   * they were stopped.
   *
   * @throws {Error} If one of them does not listen.
   */
  async start(): Promise<void> {
    const all = Array.from(
      { length: this.#options.workers },
      () => this.#start(),
    );
    try {
      await Promise.all(all.map(({ ready }) => ready));
    } catch (error) {
      await waitForSignal();
      const told = this.#stopping;
      this.stop();
      await this.ended;
      if (!told) throw error;
    }
  }

  /** Lets them end: they accept no more, and running requests may end. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const worker of this.#running) worker.stop();
    if (this.#running.size === 0) this.#ended.resolve();
  }

  #start(): WorkerProcess {
    const worker = new WorkerProcess(this.#options.port);
    this.#running.add(worker);
    const started = performance.now();
    worker.ended.then(async (how) => {
      if (!this.#stopping) await waitForSignal();
      this.#running.delete(worker);
      if (!this.#stopping) this.#replace(worker.pid, how, started);
      else if (this.#running.size === 0) this.#ended.resolve();
    });
    return worker;
  }

  #replace(pid: number, how: string, started: number): void {
    this.#options.log(`Worker ${pid} has ended by ${how}; another starts`);
    if (performance.now() - started > SETTLED) this.#failures = 0;
    const wait = BACKOFF[Math.min(this.#failures++, BACKOFF.length - 1)]!;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#start().ready.catch(() => {});
    }, wait);
    this.#timers.add(timer);
  }
}

/** A signal that ends workers may be for all, and reach this process last. */
async function waitForSignal(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** One worker. */
class WorkerProcess {
  /** Settles when it listens; rejects if it ends before. */
  readonly ready: Promise<void>;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ready = Promise.withResolvers<void>();

  constructor(port: number) {
    const main = `${
      Deno.mainModule.replace(/#.*$/, "")
    }#worker-of-port-${port}`;
    this.#process = new Deno.Command(Deno.execPath(), {
      // Deno has the option that lets sockets share a port under this flag.
      args: ["run", "--unstable-net", ...ownDenoFlags(), main, ...Deno.args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {});
    this.ready = this.#ready.promise;
    this.ready.catch(() => {});
    this.ended = this.#end();
  }

  get pid(): number {
    return this.#process.pid;
  }

  stop(): void {
    this.#input.write(utf8.encode(STOP)).catch(() => {});
  }

  async #end(): Promise<string> {
    const [{ code, signal }] = await Promise.all([
      this.#process.status,
      this.#passOutput(),
    ]);
    await this.#input.abort().catch(() => {});
    const how = signal ?? `status ${code}`;
    this.#ready.reject(
      new Error(`Cannot start a worker: it has ended by ${how}`),
    );
    return how;
  }

  /** What a worker prints behind its first word is for whoever reads this process. */
  async #passOutput(): Promise<void> {
    let seen = "";
    for await (const chunk of this.#process.stdout) {
      let rest = chunk;
      if (seen !== READY) {
        const missing = READY.length - seen.length;
        seen += decoder.decode(chunk.subarray(0, missing));
        rest = chunk.subarray(missing);
        if (seen === READY) this.#ready.resolve();
      }
      try {
        for (let done = 0; done < rest.length;) {
          done += Deno.stdout.writeSync(rest.subarray(done));
        }
      } catch {
        // Nobody reads this process any more; its workers go on.
      }
    }
  }
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Makes sure that processes can share a port here.
 *
 * @throws {Error} If they cannot, with the reason.
 */
export function checkWorkers(): void {
  if (Deno.build.os !== "linux") {
    throw new Error(
      `Cannot run several workers: on ${Deno.build.os} no processes share a port`,
    );
  }
  if (Deno.build.standalone) {
    throw new Error(
      "Cannot run several workers: a compiled program starts no other of its kind",
    );
  }
  const { state, partial } = Deno.permissions.querySync({ name: "run" });
  if (state !== "granted" && !partial) {
    throw new Error("Cannot run several workers: add --allow-run");
  }
}
