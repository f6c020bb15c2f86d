import { Channel, WorkerGone } from "./_channel.ts";
import { LoadError, Worker } from "./_worker.ts";
import type { PythonSettings } from "./python_options.ts";

/** A thread of a worker, lent for one request. */
export interface Lease {
  /** The worker. */
  readonly worker: Worker;
  /** The connection to the thread. */
  readonly channel: Channel;
}

interface Waiter {
  resolve(lease: Lease): void;
  reject(error: unknown): void;
}

/** Milliseconds between two tries to start workers that end at once, doubled each time. */
const BACKOFF = [0, 100, 200, 400, 800, 1600, 3200, 5000];

/** Milliseconds after which a worker that ends has not ended at once. */
const SETTLED = 5000;

/** Workers that run, and requests that wait for them. */
export class WorkerPool {
  readonly #app: string;
  readonly #settings: PythonSettings;
  readonly #workers = new Map<number, Worker>();
  readonly #waiting: Waiter[] = [];
  readonly #folder: string;
  readonly #listener: Deno.Listener;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #nextId = 1;
  #failures = 0;
  #broken: LoadError | null = null;
  #closed = false;

  /**
   * Starts the workers. Needs `--allow-run`, and `--allow-net`, `--allow-read`
   * and `--allow-write` for a socket in the folder of temporary files.
   *
   * @throws {Error} If the interpreter cannot be run.
   */
  constructor(app: string, settings: PythonSettings) {
    this.#app = app;
    this.#settings = settings;
    // Only this user can connect: the folder is made so.
    this.#folder = Deno.makeTempDirSync({ prefix: "wsgi-" });
    this.#listener = Deno.listen({ transport: "unix", path: this.#socket });
    void this.#accept();
    try {
      for (let i = 0; i < settings.workers; i++) this.#start();
    } catch (error) {
      void this.close();
      throw new Error(
        `Cannot run "${settings.python}": ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  get #socket(): string {
    return `${this.#folder}/socket`;
  }

  /**
   * Settles when all workers have loaded the application.
   *
   * @throws {LoadError} If it cannot be imported.
   */
  async ready(): Promise<void> {
    if (this.#broken) throw this.#broken;
    await Promise.all([...this.#workers.values()].map(({ loaded }) => loaded));
  }

  /**
   * Waits for a thread with nothing to do, of the worker with the least to do.
   *
   * @throws {LoadError} If the application cannot be imported.
   * @throws {Busy} If too many wait already.
   */
  acquire(): Promise<Lease> | Lease {
    if (this.#broken) throw this.#broken;
    if (this.#closed) throw new WorkerGone();
    let best: Worker | undefined;
    for (const worker of this.#workers.values()) {
      if (worker.idle.length > 0 && !(best && hasLessToDo(best, worker))) {
        best = worker;
      }
    }
    if (best) return this.#lend(best, best.idle.pop()!);
    if (this.#waiting.length >= this.#settings.backlog) throw new Busy();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /**
   * Takes a thread back.
   *
   * @param lease What {@linkcode acquire} has given.
   * @param clean Whether the thread has done all of its request.
   */
  release({ worker, channel }: Lease, clean: boolean): void {
    worker.busy--;
    const { maxRequests } = this.#settings;
    if (maxRequests !== null && worker.served >= maxRequests) {
      this.#replace(worker);
    }
    if (!clean || worker.retiring) channel.close();
    else this.#offer(worker, channel);
  }

  /** Replaces all workers by new ones, once these have loaded the application. */
  async reload(): Promise<void> {
    const old = [...this.#workers.values()];
    this.#broken = null;
    const fresh = old.length === 0
      ? Array.from({ length: this.#settings.workers }, () => this.#start())
      : old.map(() => this.#start());
    await Promise.all(fresh.map(({ loaded }) => loaded));
    for (const worker of old) worker.retire();
  }

  /**
   * A worker has closed a connection in the middle of a request: it has died, or
   * will be heard of again. Its idle threads get no request before that is known.
   */
  doubt(worker: Worker): void {
    // A thread that lives connects anew.
    for (const channel of worker.idle.splice(0)) channel.close();
  }

  /** Ends a worker that does not answer, and starts another. */
  giveUp(worker: Worker): void {
    if (worker.retiring) return;
    this.#settings.log(`[worker ${worker.id}] is silent for too long`);
    // Other requests may go well in it, but not for ever.
    this.#replace(worker, this.#settings.timeout ?? 0);
  }

  /** Lets running requests end, then the workers. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const timer of this.#timers) clearTimeout(timer);
      this.#refuseAll(new WorkerGone());
      for (const worker of this.#workers.values()) worker.retire();
    }
    await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
    try {
      this.#listener.close();
      await Deno.remove(this.#folder, { recursive: true });
    } catch {
      // It is closed.
    }
  }

  #start(): Worker {
    const worker = new Worker({
      id: this.#nextId++,
      app: this.#app,
      socket: this.#socket,
      settings: this.#settings,
    });
    this.#workers.set(worker.id, worker);
    const started = performance.now();
    worker.loaded.then(() => {
      this.#failures = 0;
    }, (error) => {
      if (error instanceof LoadError) this.#break(error);
    });
    worker.ended.then(() => this.#restart(worker, started));
    return worker;
  }

  #restart(worker: Worker, started: number): void {
    const expected = !this.#workers.delete(worker.id);
    if (expected || this.#closed || this.#broken) return;
    if (this.#workers.size >= this.#settings.workers) return;
    if (performance.now() - started > SETTLED) this.#failures = 0;
    const wait = BACKOFF[Math.min(this.#failures++, BACKOFF.length - 1)]!;
    this.#after(wait, () => {
      if (!this.#closed) this.#start();
    });
  }

  #replace(worker: Worker, grace?: number): void {
    if (worker.retiring || this.#closed) return;
    worker.retire(grace);
    this.#start();
  }

  /** All workers would fail alike, so that is said once, and none is started. */
  #break(error: LoadError): void {
    if (this.#broken) return;
    this.#broken = error;
    this.#settings.log(
      `Cannot load "${this.#app}":\n${error.message.trimEnd()}`,
    );
    this.#refuseAll(error);
  }

  #refuseAll(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #after(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #lend(worker: Worker, channel: Channel): Lease {
    worker.busy++;
    worker.served++;
    return { worker, channel };
  }

  #offer(worker: Worker, channel: Channel): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(this.#lend(worker, channel));
    else worker.idle.push(channel);
  }

  async #accept(): Promise<void> {
    while (true) {
      let connection: Deno.Conn;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        // Too many files are open: who asks again at once gets no other answer.
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      void this.#greet(new Channel(connection));
    }
  }

  async #greet(channel: Channel): Promise<void> {
    try {
      const { kind, payload } = await channel.next();
      const worker = this.#workers.get(
        Number(new TextDecoder().decode(payload)),
      );
      if (!worker) channel.close();
      else if (kind === "C") await worker.control(channel);
      else if (worker.retiring) channel.close();
      else this.#offer(worker, channel);
    } catch {
      channel.close();
    }
  }
}

/** Whether a worker is a better choice than another, or as good. */
function hasLessToDo(one: Worker, other: Worker): boolean {
  return one.busy < other.busy ||
    one.busy === other.busy && one.served <= other.served;
}

/** Too many requests wait. */
export class Busy extends Error {
  /** The name that it is shown with. */
  override name = "Busy";

  constructor() {
    super("All Python workers are busy");
  }
}
