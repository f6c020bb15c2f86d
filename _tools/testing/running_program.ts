/**
 * A program of the package as a process of its own: what it prints, and how it
 * ends.
 *
 * @module
 */

/** Where a program runs. */
export interface ProgramOptions {
  /** Deno's options. */
  readonly flags: readonly string[];
  /** Its folder; this process's by default. */
  readonly cwd?: string | undefined;
  /** What is added to its environment. */
  readonly env?: Record<string, string>;
  /** Whether it leads a group of processes, as a shell starts it. */
  readonly detached?: boolean;
}

/** A running program, which ends when it is disposed of. */
export class RunningProgram implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  /** What it has written so far. */
  stdout = "";
  stderr = "";
  readonly #reading: Promise<unknown>;
  #changed = Promise.withResolvers<void>();

  constructor(
    main: string,
    args: readonly string[],
    { flags, cwd, env = { NO_COLOR: "1" }, detached = false }: ProgramOptions,
  ) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", ...flags, main, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env,
      detached,
      ...cwd === undefined ? {} : { cwd },
    }).spawn();
    this.#reading = Promise.all([
      this.#read(this.process.stdout, (text) => this.stdout += text),
      this.#read(this.process.stderr, (text) => this.stderr += text),
    ]);
  }

  /** Waits until it has printed what matches. */
  async printed(
    pattern: RegExp,
    where: "stdout" | "stderr" = "stdout",
  ): Promise<RegExpExecArray> {
    while (true) {
      const match = pattern.exec(this[where]);
      if (match) return match;
      await this.#changed.promise;
      if (this.#ended && !pattern.test(this[where])) {
        throw new Error(`ended with ${this.stdout}${this.stderr}`);
      }
    }
  }

  /** Waits for the Serving line; returns the port. */
  async port(): Promise<number> {
    const [, port] = await this.printed(
      /^Serving HTTPS? on \S+ port (\d+) \(.*\) \.\.\.$/m,
    );
    return Number(port);
  }

  /** Waits for its end; returns its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.process.status;
    await this.#reading;
    return code;
  }

  #ended = false;

  async #read(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    add: (text: string) => void,
  ): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      // Shown, so that patterns can name it.
      add(text.replaceAll("\x1b", "ESC"));
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }
}
