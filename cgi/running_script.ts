import type { BufferedReader } from "../socketserver/io/mod.ts";
import { isOSError } from "../socketserver/mod.ts";
import { ProtocolError } from "../http_server/protocol/mod.ts";
import { descendants } from "./_descendants.ts";
import { lacks, mayRun } from "./_permissions.ts";
import { PipeReader } from "./_pipe_reader.ts";
import { LogLines } from "./log_lines.ts";
import {
  type CgiHead,
  cgiHeadLength,
  MAX_CGI_HEAD,
  parseCgiHead,
} from "./response_head.ts";

/** Where a script's input comes from. */
export type ScriptInput = Pick<BufferedReader, "read1">;

/** What to run. */
export interface RunScriptOptions {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args?: readonly string[];
  /** Its working directory. */
  readonly cwd?: string;
  /** All of its environment. */
  readonly env: Record<string, string>;
  /** The body of the request; `null` for none. */
  readonly input: ScriptInput | null;
  /** Seconds that it may be silent while it is waited for; `null` for any number. */
  readonly timeout: number | null;
  /** Seconds that it may take from beginning to end; `null` for any number. */
  readonly runTimeout?: number | null;
  /** Seconds from SIGTERM to SIGKILL. */
  readonly killDelay: number;
  /** Takes each line that it writes to its standard error. */
  readonly onErrorLine: (line: string) => void;
}

/**
 * A script that runs: its input is fed while its output is read, so that
 * neither waits for the other, and its standard error goes to a log.
 */
export class RunningScript {
  /** How it has ended; with what it wrote to its standard error logged. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** Settles when the input was fed, or need not be. */
  readonly fed: Promise<void>;
  readonly #process: Deno.ChildProcess;
  readonly #options: RunScriptOptions;
  readonly #output: PipeReader;
  readonly #errors: PipeReader;
  /** What came behind the head, together with it. */
  #behindHead = EMPTY;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #exit: Deno.CommandStatus | null = null;
  #killed = false;
  #alive = true;
  #lastSign = performance.now();
  #waiting = false;
  /** Whether the script takes no input because the client sends none. */
  #clientSlow = false;
  #outputEnded = false;
  #failure: Error | undefined;

  /**
   * Starts a script. Needs `--allow-run`.
   *
   * @throws {ProtocolError} 500 without the permission, 502 if it cannot be run.
   */
  constructor(options: RunScriptOptions) {
    this.#options = options;
    this.#process = spawn(options);
    this.#output = new PipeReader(this.#process.stdout);
    this.#errors = new PipeReader(this.#process.stderr, 512);
    this.fed = this.#feed();
    this.#process.status.then((status) => this.#exit = status);
    this.ended = this.#end();
    this.#watchSilence();
    if (options.runTimeout != null) {
      this.#after(options.runTimeout, () => this.#giveUp("runs too long"));
    }
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Reads the head of its answer.
   *
   * @throws {ProtocolError} 502 if there is none or it is malformed, 504 if it
   * takes too long.
   */
  async head(): Promise<CgiHead> {
    const first = await this.#wait();
    let bytes = first;
    let length = cgiHeadLength(bytes);
    while (length <= 0) {
      if (bytes.length > MAX_CGI_HEAD) throw tooLong();
      if (bytes === first) bytes = roomBehind(bytes);
      const more = await this.#wait();
      if (more.length === 0) throw await this.#noHead();
      const end = bytes.length;
      bytes = new Uint8Array(bytes.buffer, 0, end + more.length);
      bytes.set(more, end);
      length = cgiHeadLength(bytes, -length);
    }
    if (length > MAX_CGI_HEAD) throw tooLong();
    this.#behindHead = bytes.subarray(length);
    return parseCgiHead(bytes.subarray(0, length));
  }

  /**
   * Reads some of the body.
   *
   * @returns Bytes, which are good until the next read; none at its end.
   * @throws {ProtocolError} 504 if it takes too long.
   */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const behindHead = this.#behindHead;
    if (behindHead.length > 0) {
      this.#behindHead = EMPTY;
      return behindHead;
    }
    const chunk = await this.#wait();
    this.#outputEnded ||= chunk.length === 0;
    return chunk;
  }

  /**
   * Makes sure that what was read to its end is all: a script that was ended by
   * a signal has broken off. What its exit code means no standard says, so that
   * does not count, as in Apache and lighttpd. A script that has closed its
   * output and goes on to work is not waited for.
   *
   * @throws {ProtocolError} 502 if it has broken off, 504 if it takes too long.
   */
  async assertWhole(): Promise<void> {
    if (this.#exit === null) {
      await new Promise<void>((resolve) => {
        this.#after(GRACE, resolve);
        this.#process.status.then(() => resolve());
      });
    }
    if (this.#failure) throw this.#failure;
    const signal = this.#exit?.signal ?? null;
    if (signal !== null) {
      throw bad(`it was ended by ${signal} before its body was complete`);
    }
  }

  /**
   * Ends it, unless it has ended: SIGTERM first, SIGKILL later. On Linux with
   * `--allow-all` that goes to what it has started as well.
   *
   * @param reason What reading its output then throws.
   */
  kill(reason?: Error): void {
    this.#failure ??= reason;
    // What is left of its output wakes nobody any more.
    this.#output.cancel();
    if (this.#killed || !this.#alive) return;
    this.#killed = true;
    const started = descendants(this.pid);
    this.#signal("SIGTERM", started);
    this.#after(this.#options.killDelay, () => {
      const all = new Set([...started, ...descendants(this.pid)]);
      this.#signal("SIGKILL", all);
      // Who could not be ended may hold it open.
      this.#errors.cancel();
    });
  }

  /**
   * The client has left: ends it, unless all of its output was read.
   *
   * @param reason What reading its output then throws.
   */
  abandon(reason: Error): void {
    if (!this.#outputEnded) this.kill(reason);
  }

  /**
   * Nobody reads its output any more: ends it unless all of that was read. A
   * script that has closed its output may go on to work.
   */
  async release(): Promise<void> {
    if (this.#outputEnded) return;
    this.kill();
    await this.ended;
  }

  /** Reads its output, under the eyes of the clock. */
  async #wait(): Promise<Uint8Array<ArrayBuffer>> {
    this.#waiting = true;
    try {
      const result = await this.#output.read();
      if (this.#failure) throw this.#failure;
      this.#lastSign = performance.now();
      return result;
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#waiting = false;
    }
  }

  /** Sends the body of the request; a script need not read it. */
  async #feed(): Promise<void> {
    const { input } = this.#options;
    if (input === null) return;
    const writer = this.#process.stdin.getWriter();
    writer.closed.catch(() => {});
    try {
      while (true) {
        this.#clientSlow = true;
        const chunk = await input.read1(CHUNK);
        this.#clientSlow = false;
        this.#lastSign = performance.now();
        if (chunk.length === 0) break;
        try {
          await writer.write(chunk);
        } catch {
          // It has closed its input: it does not want the rest.
          return;
        }
        this.#lastSign = performance.now();
      }
      await writer.close().catch(() => {});
    } catch (error) {
      // It is the client that fails: the script must not take a part for all.
      this.kill(error as Error);
    } finally {
      this.#clientSlow = false;
      await writer.abort().catch(() => {});
    }
  }

  async #end(): Promise<Deno.CommandStatus> {
    const errors = this.#errors;
    let lines: LogLines | undefined;
    try {
      for (let chunk; (chunk = await errors.read()).length > 0;) {
        lines ??= new LogLines(this.#options.onErrorLine);
        lines.add(chunk);
      }
    } catch {
      // Nothing is lost but words.
    }
    lines?.end();
    const status = await this.#process.status;
    this.#alive = false;
    for (const timer of this.#timers) clearTimeout(timer);
    return status;
  }

  #watchSilence(): void {
    const { timeout } = this.#options;
    if (timeout === null) return;
    const look = () => {
      const waits = this.#waiting && !this.#clientSlow;
      const silent = (performance.now() - this.#lastSign) / 1000;
      if (waits && silent >= timeout) this.#giveUp("is silent for too long");
      else this.#after(waits ? timeout - silent : timeout, look);
    };
    this.#after(timeout, look);
  }

  /** Tells it and others, as far as they are there and may be told. */
  #signal(name: Deno.Signal, others: Iterable<number>): void {
    const attempt = (kill: () => void) => {
      try {
        kill();
      } catch {
        // It has ended meanwhile, or is beyond what this process may end.
      }
    };
    attempt(() => this.#process.kill(name));
    for (const pid of others) attempt(() => Deno.kill(pid, name));
  }

  #giveUp(why: string): void {
    this.kill(
      new ProtocolError(`Cannot wait for a script any more: it ${why}`, 504),
    );
  }

  #after(seconds: number, run: () => void): void {
    if (!this.#alive) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
      // A longer timer would ring at once.
    }, Math.min(seconds * 1000, 0x7fffffff));
    this.#timers.add(timer);
  }

  async #noHead(): Promise<Error> {
    const { success, code, signal } = await this.ended;
    if (this.#failure) return this.#failure;
    const how = signal !== null
      ? `was ended by ${signal}`
      : success
      ? "ended"
      : `ended with status ${code}`;
    return bad(`it ${how} before its head was complete`);
  }
}

/** Seconds from the end of its output in which a script that ends has ended. */
const GRACE = 0.25;

/** Bytes moved at once. */
const CHUNK = 65536;

function spawn(options: RunScriptOptions): Deno.ChildProcess {
  const { command, args = [], cwd, env, input } = options;
  if (!mayRun(command)) throw lacks(`--allow-run=${command}`);
  try {
    return new Deno.Command(command, {
      args: [...args],
      ...cwd === undefined ? {} : { cwd },
      clearEnv: true,
      env,
      stdin: input === null ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!isOSError(error)) throw error;
    throw bad(`"${command}" cannot be run: ${(error as Error).message}`);
  }
}

const EMPTY = new Uint8Array(0);

/** The same bytes with room for the rest of a head, and what a read brings beside. */
function roomBehind(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(2 * MAX_CGI_HEAD + CHUNK);
  const copy = new Uint8Array(buffer, 0, bytes.length);
  copy.set(bytes);
  return copy;
}

function tooLong(): ProtocolError {
  return bad(`its head has more than ${MAX_CGI_HEAD} bytes`);
}

function bad(why: string): ProtocolError {
  return new ProtocolError(`Cannot use the answer of a script: ${why}`, 502);
}
