import { AppProcess } from "./_app_process.ts";
import { ControlChannel, type Hello } from "./_control_channel.ts";
import type { Link } from "./_link.ts";
import {
  listenPrivately,
  makeSocketFolder,
  type PrivateListener,
} from "./_private_socket.ts";
import type { Preface } from "./_relay_frames.ts";
import type { AppSettings } from "./app_settings.ts";

/** What the supervisor is told. */
export interface SupervisorOptions {
  /** The words in front of the program of the process: Deno's options. */
  readonly denoFlags: readonly string[];
  /** The application. */
  readonly settings: AppSettings;
  /** Seconds that requests may take to end when the application starts anew. */
  readonly drain: number;
  /** Told what was found whenever it serves. */
  readonly onServing: (found: string) => void;
  /** Told what is wrong when it cannot. */
  readonly onProblem: (problem: string) => void;
}

const PROGRAM = import.meta.resolve("./_app_program.ts");

/**
 * Keeps one process that runs the application, and starts another when the
 * application has changed. Who asks for a link waits until it is there.
 */
export class AppSupervisor {
  readonly #options: SupervisorOptions;
  readonly #folder: string | null = makeSocketFolder();
  readonly #control: PrivateListener;
  readonly #processes = new Map<string, AppProcess>();
  readonly #settings = new WeakMap<AppProcess, AppSettings>();
  readonly #failed = Promise.withResolvers<never>();
  #current: AppProcess;
  #count = 0;
  #closed = false;

  /** Starts the first process. */
  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#control = listenPrivately(this.#folder, "control");
    try {
      this.#current = this.#start(options.settings);
    } catch (error) {
      void this.close();
      throw error;
    }
    this.#failed.promise.catch(() => {});
    this.#acceptAll();
  }

  /** Rejects if not even a process that explains what is wrong can be started. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Starts the application anew. Requests at hand are still answered by the old process. */
  restart(): void {
    this.#replace(this.#options.settings);
  }

  /** Opens a link to the application, once it is there. */
  async open(ends: Omit<Preface, "token">): Promise<Link> {
    while (!this.#closed) {
      const process = this.#current;
      const link = await process.open(ends);
      if (link) return link;
      // One that has died has its successor as soon as that is known.
      if (process === this.#current) await process.ended;
      if (process === this.#current) break;
    }
    throw new Deno.errors.ConnectionAborted("The server is closed");
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      [...this.#processes.values()].map((process) => process.retire(0)),
    );
    this.#control.listener.close();
    if (this.#folder !== null) {
      await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
    }
  }

  #replace(settings: AppSettings): void {
    if (this.#closed) return;
    const old = this.#current;
    this.#current = this.#start(settings);
    old.retire(this.#options.drain).catch(() => {});
  }

  #start(settings: AppSettings): AppProcess {
    const earlier = [...this.#processes.values()];
    const name = `app-${++this.#count}`;
    const process = new AppProcess((token) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          ...this.#options.denoFlags,
          PROGRAM,
          JSON.stringify(this.#control.address),
          token,
          JSON.stringify([this.#folder, name]),
        ],
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
      })
    );
    this.#processes.set(process.token, process);
    this.#settings.set(process, settings);
    process.serving.then(async (serving) => {
      if (serving === null || process.retired) return;
      const { found, problem, contested } = serving;
      if (found !== null) this.#options.onServing(found);
      if (problem !== null) this.#options.onProblem(problem);
      if (!contested || earlier.length === 0) return;
      await Promise.all(earlier.map(({ ended }) => ended));
      if (process === this.#current) this.restart();
    });
    process.ended.then((status) => {
      this.#processes.delete(process.token);
      if (process.retired || this.#closed) return;
      const reason = describeEnd(status);
      if (settings.problem === undefined) {
        this.#replace({ ...settings, problem: reason });
      } else this.#failed.reject(new Error(reason));
    });
    return process;
  }

  async #acceptAll(): Promise<void> {
    while (true) {
      try {
        this.#welcome(await this.#control.listener.accept());
      } catch {
        if (this.#closed) return;
        // The process has left already, or there are too many files.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  async #welcome(connection: Deno.Conn): Promise<void> {
    const control = new ControlChannel(connection);
    const hello = await control.receive<Hello>();
    const process = this.#processes.get(hello?.token ?? "");
    if (process) await process.attach(control, this.#settings.get(process)!);
    else control.close();
  }
}

function describeEnd({ code, signal }: Deno.CommandStatus): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return `Cannot go on: the application's process ended ${how}`;
}
