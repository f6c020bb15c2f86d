/**
 * The file server's command line as a program of its own.
 *
 * @module
 */

/** The command line. */
export const MAIN: string = new URL(
  "../../http_server/main.ts",
  import.meta.url,
).pathname;

/** Permissions that the README names. */
export const USUAL: readonly string[] = ["--allow-net", "--allow-read"];

/** A running command line, which ends when it is disposed of. */
export class Program implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  /** What it has written so far. */
  stdout = "";
  stderr = "";
  readonly #reading: Promise<unknown>;
  #changed = Promise.withResolvers<void>();

  constructor(
    args: readonly string[],
    flags: readonly string[] = USUAL,
    cwd?: string,
    env: Record<string, string> = { NO_COLOR: "1" },
  ) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", ...flags, MAIN, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env,
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
