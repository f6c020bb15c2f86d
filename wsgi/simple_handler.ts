import type { BufferedIOBase, RawIOBase } from "../socketserver/io/mod.ts";
import { BaseHandler } from "./base_handler.ts";
import type { ErrorStream, InputStream, WSGIEnvironment } from "./types.ts";

/** Where {@linkcode SimpleHandler} sends answers: a stream of this package, or the like. */
export type OutputStream =
  & Pick<BufferedIOBase | RawIOBase, "write" | "flush">
  & Partial<Pick<BufferedIOBase, "put">>;

/**
 * A handler over streams: Python's `wsgiref.handlers.SimpleHandler`.
 *
 * @example Runs an application in memory
 * ```ts
 * import { setupTestingDefaults, SimpleHandler } from "@pystd/server/wsgi";
 * import { BytesIO, StringIO } from "@pystd/server/io";
 * import { assertMatch } from "@std/assert";
 *
 * const output = new BytesIO();
 * const handler = new SimpleHandler(new BytesIO(), output, new StringIO(), setupTestingDefaults());
 * await handler.run((_environ, startResponse) => {
 *   startResponse("200 OK", [["Content-Type", "text/plain"]]);
 *   return [new TextEncoder().encode("hello")];
 * });
 * assertMatch(new TextDecoder().decode(output.getvalue()), /^HTTP\/1.1 200 OK\r\n/);
 * ```
 */
export class SimpleHandler extends BaseHandler {
  /** The body of the request. */
  readonly stdin: InputStream;
  /** Takes the answer. */
  readonly stdout: OutputStream;
  /** The log. */
  readonly stderr: ErrorStream;
  /** The variables of CGI. */
  readonly baseEnv: Partial<WSGIEnvironment>;
  #warned = false;

  /**
   * Stores what the handler works with.
   *
   * @param stdin The body of the request.
   * @param stdout Takes the answer.
   * @param stderr The log.
   * @param environ The variables of CGI.
   * @param multithread `wsgi.multithread`.
   * @param multiprocess `wsgi.multiprocess`.
   */
  constructor(
    stdin: InputStream,
    stdout: OutputStream,
    stderr: ErrorStream,
    environ: Partial<WSGIEnvironment>,
    multithread = true,
    multiprocess = false,
  ) {
    super();
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.baseEnv = environ;
    this.wsgiMultithread = multithread;
    this.wsgiMultiprocess = multiprocess;
  }

  /** `wsgi.input`. */
  override getStdin(): InputStream {
    return this.stdin;
  }

  /** `wsgi.errors`. */
  override getStderr(): ErrorStream {
    return this.stderr;
  }

  /** Adds the variables that the constructor was given. */
  override addCgiVars(): void {
    Object.assign(this.environ!, this.baseEnv);
  }

  /** Writes all of it, also to a stream that takes part. */
  protected override _write(data: Uint8Array): void | Promise<void> {
    // What fits into a buffer need not be waited for.
    if (!this.stdout.put?.(data)) return this.#writeAll(data);
  }

  async #writeAll(data: Uint8Array): Promise<void> {
    let rest = data;
    while (true) {
      const written = await this.stdout.write(rest);
      if (written === null || written >= rest.length) return;
      if (!this.#warned) {
        this.#warned = true;
        await this._complain("A write to stdout was partial: it has no buffer");
      }
      rest = rest.subarray(written);
    }
  }

  /** Flushes the stream. */
  protected override _flush(): void | Promise<void> {
    return this.stdout.flush();
  }
}
