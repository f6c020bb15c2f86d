import { decodeLatin1, encodeLatin1 } from "../../socketserver/io/mod.ts";
import { FileWrapper } from "../file_wrapper.ts";
import { readSome } from "../read_some.ts";
import type {
  HeaderList,
  InputStream,
  StartResponse,
  WSGIApplication,
  WSGIEnvironment,
  WSGIResult,
} from "../types.ts";
import { WorkerGone } from "./_channel.ts";
import type { Frame } from "./_frames.ts";
import { LoadError } from "./_worker.ts";
import { Busy, type Lease, WorkerPool } from "./_worker_pool.ts";
import { type PythonAppOptions, pythonSettings } from "./python_options.ts";

/** A Python application as one of TypeScript. */
export interface PythonApplication extends WSGIApplication, AsyncDisposable {
  /**
   * Waits until the application is loaded.
   *
   * @throws {Error} If it cannot be imported, with Python's traceback.
   */
  ready(): Promise<void>;
  /**
   * Replaces all workers, after a change of the application's source. Running
   * requests end in the old ones.
   *
   * @throws {Error} If it cannot be imported any more; the old workers stay.
   */
  reload(): Promise<void>;
  /** Lets running requests end, then the workers. */
  close(): Promise<void>;
}

/**
 * Makes an application of a Python one, such as Django's or Flask's. It runs in
 * `python3` processes (3.8 or newer, with nothing installed but what the
 * application needs), which are started at once and end with this process,
 * however that ends. Needs `--allow-run`, and `--allow-net`, `--allow-read` and
 * `--allow-write` for a socket in the folder of temporary files.
 *
 * Bodies stream in both directions. What the application prints or logs goes to
 * the log, with the number of its worker. A worker that dies takes its running
 * requests with it, which are answered with 502; one that hangs is replaced
 * after `timeout` seconds, its request answered with 504.
 *
 * @param app `package.module:callable`; `callable` is `application` if left
 * out, and may be a call without arguments, `create_app()`.
 * @param options How it is run.
 * @returns The application; close it in the end.
 * @throws {RangeError} If a number makes no sense.
 * @throws {Error} If the interpreter cannot be run.
 *
 * @example Serves Python's demo application
 * ```ts
 * import { makeServer, pythonApp } from "@pystd/server/wsgi";
 * import { assertStringIncludes } from "@std/assert";
 *
 * await using app = pythonApp("wsgiref.simple_server:demo_app", { workers: 2 });
 * await using server = makeServer("127.0.0.1", 0, app);
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/`);
 * assertStringIncludes(await response.text(), "Hello world!");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * ```
 */
export function pythonApp(
  app: string,
  options: PythonAppOptions = {},
): PythonApplication {
  const settings = pythonSettings(options, console.error);
  const pool = new WorkerPool(app, settings);
  const application = async (
    environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): Promise<WSGIResult> => {
    let call: Call | undefined;
    try {
      call = new Call(await pool.acquire(), pool, environ, settings.timeout);
      return await call.begin(startResponse);
    } catch (error) {
      call?.close();
      const failure = failureOf(error);
      if (failure === null) throw error;
      return sendFailure(failure, startResponse);
    }
  };
  return Object.assign(application, {
    ready: () => pool.ready(),
    reload: () => pool.reload(),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  });
}

const decoder = new TextDecoder();
const utf8 = new TextEncoder();

/** A request that a thread of a worker works on. */
class Call implements AsyncIterableIterator<Uint8Array> {
  readonly #lease: Lease;
  readonly #pool: WorkerPool;
  readonly #input: InputStream;
  readonly #environ: WSGIEnvironment;
  readonly #timeout: number | null;
  /** Frames of the body that were read to find out whether it is one block. */
  readonly #ahead: Frame[] = [];
  #released = false;
  #late = false;

  constructor(
    lease: Lease,
    pool: WorkerPool,
    environ: WSGIEnvironment,
    timeout: number | null,
  ) {
    this.#lease = lease;
    this.#pool = pool;
    this.#environ = environ;
    this.#input = environ["wsgi.input"];
    this.#timeout = timeout;
  }

  /** Sends the request and waits for the head of the answer. */
  async begin(startResponse: StartResponse): Promise<WSGIResult> {
    const { channel } = this.#lease;
    const { kind, payload } = encodeEnviron(this.#environ);
    await this.#timely(channel.send(kind, payload));
    const head = await this.#next();
    if (head.kind === "T") throw this.#failed();
    const [status, headers] = decodeHead(head);
    const first = await this.#next();
    if (first.kind === "F") {
      const start = () => startResponse(status, headers);
      const file = await this.#file(first, headers, start);
      if (file) return file;
    }
    if (first.kind === "T") throw this.#failed();
    startResponse(status, headers);
    if (first.kind === "X") {
      this.#release(true);
      return [];
    }
    const block = first.kind === "D" ? first.payload : null;
    if (block && channel.hasFrame) {
      const second = await this.#next();
      if (second.kind === "X") {
        // All of it came together: its length is known.
        this.#release(true);
        return [block];
      }
      this.#ahead.push(second);
    }
    if (block) this.#ahead.unshift(first);
    return this;
  }

  /** The next block of the answer. */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const frame = this.#ahead.shift() ?? await this.#next();
    if (frame.kind === "D") return { done: false, value: frame.payload };
    if (frame.kind === "T") throw this.#failed();
    this.#release(true);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nobody wants the rest: the thread drops its request. */
  close(): void {
    this.#release(false);
  }

  /** Waits for a frame that is of the answer; the body is sent as it is wanted. */
  async #next(): Promise<Frame> {
    while (true) {
      const frame = await this.#timely(this.#lease.channel.next());
      if (frame.kind !== "W") return frame;
      const size = Number(decoder.decode(frame.payload));
      const block = await readSome(this.#input, size);
      await this.#lease.channel.send("B", block);
    }
  }

  async #timely<T>(exchange: Promise<T>): Promise<T> {
    const timer = this.#timeout === null ? undefined : setTimeout(() => {
      this.#late = true;
      this.#pool.giveUp(this.#lease.worker);
      this.#lease.channel.close();
    }, this.#timeout * 1000);
    try {
      return await exchange;
    } catch (error) {
      if (this.#late) throw new TooLate();
      this.#pool.doubt(this.#lease.worker);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Opens a file that the worker has named, and starts the answer with it; what
   * the worker sees is what is sent.
   */
  async #file(
    frame: Frame,
    headers: HeaderList,
    start: () => void,
  ): Promise<FileWrapper | null> {
    const { channel } = this.#lease;
    const [path, offset, inode, size] = JSON.parse(
      decoder.decode(frame.payload),
    ) as [string, number, number, number];
    let file: Deno.FsFile | null = null;
    try {
      file = await Deno.open(path);
      const info = await file.stat();
      if (info.ino !== inode || !info.isFile) throw new TypeError("replaced");
      await file.seek(offset, Deno.SeekMode.Start);
    } catch {
      file?.close();
      await channel.send("N");
      return null;
    }
    try {
      await channel.send("A");
      this.#release((await this.#next()).kind === "X");
      if (!headers.some(([name]) => /^content-length$/i.test(name))) {
        headers.push(["Content-Length", String(Math.max(0, size - offset))]);
      }
      start();
    } catch (error) {
      file.close();
      throw error;
    }
    return new FileWrapper(file, 1 << 18);
  }

  /** The application has failed; its traceback is in the log. */
  #failed(): AppFailed {
    this.#release(true);
    return new AppFailed();
  }

  #release(clean: boolean): void {
    if (this.#released) return;
    this.#released = true;
    this.#pool.release(this.#lease, clean);
  }
}

/** The Python application has thrown. */
class AppFailed extends Error {
  constructor() {
    super("The Python application has failed; its traceback is above");
    // Its place in this program explains nothing.
    this.stack = this.message;
  }
}

/** The Python application is silent for too long. */
class TooLate extends Error {
  constructor() {
    super("The Python application is silent for too long");
    this.stack = this.message;
  }
}

/** Variables as `name NUL value NUL …`, or as JSON if one of them holds NUL. */
function encodeEnviron(
  environ: WSGIEnvironment,
): { kind: "R" | "Q" | "J"; payload: Uint8Array } {
  const parts: string[] = [];
  for (const name in environ) {
    const value = environ[name];
    if (typeof value === "string" && !name.includes(".")) {
      parts.push(name, value);
    }
  }
  parts.push("wsgi.url_scheme", environ["wsgi.url_scheme"]);
  const text = parts.join("\0");
  if (text.split("\0").length !== parts.length) {
    const pairs = parts.flatMap((part, i) =>
      i % 2 === 0 ? [[part, parts[i + 1]]] : []
    );
    return {
      kind: "J",
      payload: utf8.encode(JSON.stringify(Object.fromEntries(pairs))),
    };
  }
  const { CONTENT_LENGTH, REQUEST_METHOD } = environ;
  const bodiless = CONTENT_LENGTH === "0" || CONTENT_LENGTH === undefined &&
      (REQUEST_METHOD === "GET" || REQUEST_METHOD === "HEAD");
  return { kind: bodiless ? "Q" : "R", payload: encodeLatin1(text) };
}

function decodeHead({ kind, payload }: Frame): [string, HeaderList] {
  if (kind !== "H") throw new WorkerGone();
  const [status = "", ...parts] = decodeLatin1(payload).split("\0");
  const headers: HeaderList = [];
  for (let i = 0; i < parts.length; i += 2) {
    headers.push([parts[i]!, parts[i + 1]!]);
  }
  return [status, headers];
}

/** What the client is told of an error; `null` if it is none of these. */
function failureOf(error: unknown): string | null {
  if (error instanceof AppFailed) return "500 Internal Server Error";
  if (error instanceof LoadError) return "500 Internal Server Error";
  if (error instanceof WorkerGone) return "502 Bad Gateway";
  if (error instanceof Busy) return "503 Service Unavailable";
  if (error instanceof TooLate) return "504 Gateway Timeout";
  return null;
}

function sendFailure(
  status: string,
  startResponse: StartResponse,
): Uint8Array[] {
  startResponse(status, [["Content-Type", "text/plain"]]);
  return [utf8.encode(`${status.slice(4)}\n`)];
}
