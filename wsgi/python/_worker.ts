import { LogLines } from "../../cgi/log_lines.ts";
import { type Channel, WorkerGone } from "./_channel.ts";
import type { PythonSettings } from "./python_options.ts";
import source from "./worker.py" with { type: "text" };

/** How a worker was started. */
export interface WorkerStart {
  /** Its number, for the log. */
  readonly id: number;
  /** The application, `package.module:callable`. */
  readonly app: string;
  /** The Unix socket that it connects to. */
  readonly socket: string;
  /** How it runs. */
  readonly settings: PythonSettings;
}

/** A Python process, and its connections. */
export class Worker {
  /** Its number, for the log. */
  readonly id: number;
  /** Settles when the application is loaded; rejects with a {@linkcode LoadError}, or if the process ends. */
  readonly loaded: Promise<void>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  /** Connections to threads that have nothing to do. */
  readonly idle: Channel[] = [];
  /** Requests at work. */
  busy = 0;
  /** Requests so far. */
  served = 0;
  /** Whether it gets no more requests. */
  retiring = false;
  readonly #process: Deno.ChildProcess;
  readonly #loading = Promise.withResolvers<void>();
  readonly #settings: PythonSettings;
  readonly #told = Promise.withResolvers<void>();
  #control: Channel | null = null;
  #killer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts a process. Needs `--allow-run`.
   *
   * @throws {Deno.errors.NotFound} If there is no such interpreter.
   */
  constructor({ id, app, socket, settings }: WorkerStart) {
    this.id = id;
    this.#settings = settings;
    const { pythonPath, threads, workers } = settings;
    const config = {
      id: String(id),
      app,
      socket,
      threads,
      workers,
      pythonPath,
    };
    this.#process = new Deno.Command(settings.python, {
      args: ["-u", "-c", source, JSON.stringify(config)],
      cwd: settings.chdir,
      env: { ...settings.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.loaded = this.#loading.promise;
    this.loaded.catch(() => {});
    const said = [this.#process.stdout, this.#process.stderr].map((stream) => {
      const reader = stream.getReader();
      return { reader, ended: this.#log(reader) };
    });
    this.ended = this.#end(said);
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Takes the connection that tells how it is. */
  control(channel: Channel): Promise<void> {
    this.#control = channel;
    const listened = this.#listen(channel);
    this.#told.resolve(listened);
    return listened;
  }

  async #listen(channel: Channel): Promise<void> {
    if (this.retiring) await channel.send("S").catch(() => {});
    try {
      while (true) {
        const { kind, payload } = await channel.next();
        if (kind === "L") this.#loading.resolve();
        if (kind === "I") {
          this.retiring = true;
          this.#loading.reject(new LoadError(decoder.decode(payload)));
        }
      }
    } catch {
      // It has ended; the process tells.
    }
  }

  /**
   * Lets it end after the requests at hand.
   *
   * @param grace Seconds that these may take.
   */
  retire(grace: number = this.#settings.gracefulTimeout): void {
    if (this.retiring) return;
    this.retiring = true;
    this.#control?.send("S").catch(() => {});
    for (const channel of this.idle.splice(0)) channel.close();
    this.#killer = setTimeout(() => this.kill(), grace * 1000);
  }

  /** Ends it now. */
  kill(): void {
    this.retiring = true;
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  async #end(said: readonly Said[]): Promise<void> {
    const { code, signal } = await this.#process.status;
    clearTimeout(this.#killer);
    // What it has told last may still be on its way, if it has come so far.
    const late = setTimeout(() => this.#told.resolve(), LAST_WORDS);
    await this.#told.promise;
    clearTimeout(late);
    this.#control?.close();
    for (const channel of this.idle.splice(0)) channel.close();
    this.#loading.reject(new WorkerGone());
    if (signal !== null || code !== 0 && !this.retiring) {
      this.#settings.log(
        `[worker ${this.id}] ended by ${signal ?? `status ${code}`}`,
      );
    }
    this.retiring = true;
    // What its children have inherited may stay open for as long as they live.
    const last = setTimeout(() => {
      for (const { reader } of said) reader.cancel().catch(() => {});
    }, LAST_WORDS);
    await Promise.all(said.map(({ ended }) => ended));
    clearTimeout(last);
  }

  async #log(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const lines = new LogLines((line) =>
      this.#settings.log(`[worker ${this.id}] ${line}`)
    );
    for (let next; !(next = await reader.read()).done;) lines.add(next.value);
    lines.end();
  }
}

/** One of the streams that a worker writes to, and when all of it was read. */
interface Said {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly ended: Promise<void>;
}

const decoder = new TextDecoder();

/** Milliseconds for what a process that has ended has said before. */
const LAST_WORDS = 200;

/** An application that cannot be imported, with Python's traceback. */
export class LoadError extends Error {
  /** The name that it is shown with. */
  override name = "LoadError";
}
