import { assert } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "../socketserver/io/mod.ts";
import {
  encodeChunk,
  Fields,
  formatHttpDate,
  LAST_CHUNK,
  parseContentLength,
  responseFraming,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import { ResultBlocks } from "./_result_blocks.ts";
import { FileWrapper } from "./file_wrapper.ts";
import { Headers } from "./headers.ts";
import { isHopByHop } from "./is_hop_by_hop.ts";
import { guessScheme } from "./request_uri.ts";
import type {
  ErrorStream,
  ExcInfo,
  FileWrapperFactory,
  HeaderList,
  InputStream,
  StartResponse,
  Write,
  WSGIApplication,
  WSGIEnvironment,
  WSGIResult,
} from "./types.ts";

/** Values of {@linkcode BaseHandler.osEnviron}. */
export type OsEnviron = Readonly<Record<string, string>>;

/**
 * Runs an application for one request and sends its answer: Python's
 * `wsgiref.handlers.BaseHandler`. The abstract methods at the end say where
 * the request comes from and where the answer goes.
 *
 * ```
 * run → setupEnviron → application(environ, startResponse)
 *     → finishResponse → write → sendHeaders → cleanupHeaders, sendPreamble
 *                      → finishContent
 *                      → close
 * ```
 *
 * The body is framed as HTTP/1.1 has it, in chunks if its length is not known;
 * with `httpVersion = "1.0"` the head is Python's to the byte. A body is cut
 * where its `Content-Length` ends. Nothing is sent before the first block that
 * is not empty.
 */
export abstract class BaseHandler {
  /** `wsgi.version`. */
  wsgiVersion: readonly [number, number] = [1, 0];
  /** `wsgi.multithread`. */
  wsgiMultithread = true;
  /** `wsgi.multiprocess`. */
  wsgiMultiprocess = true;
  /** `wsgi.run_once`. */
  wsgiRunOnce = false;

  /** Whether the answer goes to a client, not to a server that completes it. */
  originServer = true;
  /** The version in the status line. */
  httpVersion = "1.1";
  /** What `Server` says; `null` for no such field. */
  serverSoftware: string | null = null;
  /** Base of each environment; the process's own as far as it may be read. */
  osEnviron: OsEnviron = processEnviron();
  /** `wsgi.file_wrapper`; `null` for none. */
  wsgiFileWrapper: typeof FileWrapper | null = FileWrapper;
  /** What holds the fields of the answer. */
  headersClass: typeof Headers = Headers;

  /** Lines of a stack that are logged; `null` for all. */
  tracebackLimit: number | null = null;
  /** Status of the page that tells of an error. */
  errorStatus = "500 Internal Server Error";
  /** Its fields. */
  errorHeaders: HeaderList = [["Content-Type", "text/plain"]];
  /** Its body. */
  errorBody: Uint8Array = encodeLatin1(
    "A server error occurred.  Please contact the administrator.",
  );

  /** What the application has called `startResponse` with. */
  status: string | null = null;
  /** What it has returned. */
  result: WSGIResult | null = null;
  /** Whether the head has left. */
  headersSent = false;
  /** The fields of the answer. */
  headers: Headers | null = null;
  /** Bytes of the body that were sent. */
  bytesSent = 0;
  /** The request; `null` when it is done. */
  environ: WSGIEnvironment | null = null;

  #blocks: ResultBlocks | null = null;
  #error: ExcInfo | null = null;
  /** Bytes that the Content-Length leaves. */
  #left = Infinity;
  #framing: "none" | "chunked" | "plain" = "plain";
  /** An error of the stream to the client, which is nobody's fault. */
  #disconnect: unknown;

  /**
   * Calls the application and sends its answer.
   *
   * @param application The application.
   * @throws What the methods that send an error page have thrown.
   */
  async run(application: WSGIApplication): Promise<void> {
    this.#disconnect = undefined;
    try {
      this.setupEnviron();
      const result = application(
        this.environ!,
        (status, headers, excInfo) =>
          this.startResponse(status, headers, excInfo),
      );
      if (isPromise(result)) {
        result.then((late) => {
          // It came when nobody waited for it any more.
          if (this.#disconnect !== undefined) new ResultBlocks(late).close();
        }, () => {});
        this.result = await this._wait(result);
      } else {
        this.result = result;
      }
      await this.finishResponse();
    } catch (error) {
      if (this.#disconnect !== undefined) {
        await this.disconnected(error);
        return;
      }
      try {
        await this.handleError(error);
      } catch (second) {
        await this.close();
        throw second;
      }
    }
  }

  /** Makes the environment; may be extended. */
  setupEnviron(): void {
    this.environ = Object.assign(Object.create(null), this.osEnviron);
    this.addCgiVars();
    this._addWsgiVars(this.environ!);
  }

  /** Adds what every environment has, whatever it was made of. */
  protected _addWsgiVars(environ: WSGIEnvironment): void {
    environ["wsgi.input"] = this.getStdin();
    environ["wsgi.errors"] = this.getStderr();
    environ["wsgi.version"] = this.wsgiVersion;
    environ["wsgi.run_once"] = this.wsgiRunOnce;
    environ["wsgi.url_scheme"] = guessScheme(environ);
    environ["wsgi.multithread"] = this.wsgiMultithread;
    environ["wsgi.multiprocess"] = this.wsgiMultiprocess;
    if (this.wsgiFileWrapper) {
      environ["wsgi.file_wrapper"] = factoryOf(this.wsgiFileWrapper);
    }
    if (
      this.originServer && this.serverSoftware !== null &&
      environ.SERVER_SOFTWARE === undefined
    ) environ.SERVER_SOFTWARE = this.serverSoftware;
  }

  /** Sends what the application has returned; may be extended. */
  async finishResponse(): Promise<void> {
    const blocks = this.#blocks = new ResultBlocks(this.result);
    try {
      if (!this.resultIsFile() || !await this.sendfile()) {
        await this.#writeBlocks(blocks);
      }
      await this.finishContent();
    } catch (error) {
      await blocks.close();
      throw error;
    }
    await this.close();
  }

  async #writeBlocks(blocks: ResultBlocks): Promise<void> {
    while (true) {
      const block = blocks.next();
      const { done, value } = isPromise(block)
        ? await this._wait(block)
        : block;
      if (done) return;
      await this.write(value);
      if (this.#left < 0) return;
    }
  }

  /**
   * Waits for the application; may be overridden to give up on it, when the
   * client has left.
   */
  protected _wait<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  /** The scheme of the URL; may be overridden. */
  getScheme(): string {
    return guessScheme(this.environ!);
  }

  /** Adds the Content-Length if the first block is the only one; may be overridden. */
  setContentLength(): void {
    if (Array.isArray(this.result) && this.result.length === 1) {
      this.headers!.set("Content-Length", String(this.bytesSent));
    }
  }

  /** Completes the fields before they are sent; may be extended. */
  cleanupHeaders(): void {
    if (!this.headers!.has("Content-Length") && this.#allowsContent()) {
      this.setContentLength();
    }
  }

  /**
   * Begins the answer; the application calls it.
   *
   * @param status Such as `200 OK`.
   * @param headers The fields.
   * @param excInfo Why an answer that was begun is replaced.
   * @returns A function that sends a block of the body.
   * @throws {AssertionError} If the answer was begun already and there is no
   * error, or status or fields are wrong.
   * @throws The error, if the head has left.
   */
  startResponse(
    status: string,
    headers: HeaderList,
    excInfo: ExcInfo | null = null,
  ): Write {
    if (excInfo !== null) {
      if (this.headersSent) throw errorOf(excInfo);
    } else {
      assert(
        this.headers === null,
        "Cannot start an answer twice: there is no error",
      );
    }
    this._validateStatus(status);
    const checked = new this.headersClass(headers);
    for (const [name] of headers) {
      assert(
        !isHopByHop(name),
        `Cannot start an answer: field "${name}" is the server's business`,
      );
    }
    this.status = status;
    this.headers = checked;
    return (data) => this.write(data);
  }

  /**
   * Refuses a malformed status; may be overridden.
   *
   * @throws {TypeError} If it holds a control character.
   * @throws {AssertionError} If it has no number of three digits, or no blank behind.
   */
  protected _validateStatus(status: string): void {
    const wrong = (why: string) =>
      `Cannot start an answer: status "${status}" ${why}`;
    assert(typeof status === "string", wrong("is no text"));
    // deno-lint-ignore no-control-regex -- what could end the line early
    if (/[\0-\x1f\x7f]/.test(status)) {
      throw new TypeError(wrong("holds a control character"));
    }
    assert(status.length >= 4, wrong("is shorter than four characters"));
    assert(/^[0-9]{3}/.test(status), wrong("begins with no number"));
    assert(status[3] === " ", wrong("has no blank behind its number"));
  }

  /** Sends the status line, `Date` and `Server`; may be overridden. */
  async sendPreamble(): Promise<void> {
    if (!this.originServer) {
      return await this.#send(encodeLatin1(`Status: ${this.status}\r\n`));
    }
    if (!this.clientIsModern()) return;
    const lines = [`HTTP/${this.httpVersion} ${this.status}`];
    if (!this.headers!.has("Date")) {
      lines.push(`Date: ${formatHttpDate(Date.now())}`);
    }
    if (this.serverSoftware !== null && !this.headers!.has("Server")) {
      lines.push(`Server: ${this.serverSoftware}`);
    }
    await this.#send(encodeLatin1(`${lines.join("\r\n")}\r\n`));
  }

  /**
   * Sends a block of the body, the head before the first one.
   *
   * @param data The block.
   * @throws {AssertionError} If it is none, or the answer was not begun.
   */
  async write(data: Uint8Array): Promise<void> {
    assert(
      data instanceof Uint8Array,
      "Cannot write: a block of the body is a Uint8Array",
    );
    assert(this.status !== null, "Cannot write: startResponse was not called");
    if (data.length === 0) return;
    if (!this.headersSent) {
      // Before the head is sent, it may be the length of the body.
      this.bytesSent = data.length;
      await this.sendHeaders();
      this.bytesSent = 0;
    }
    const block = data.length > this.#left
      ? data.subarray(0, Math.max(this.#left, 0))
      : data;
    this.#left -= data.length;
    if (this.#left < 0) {
      await this._complain("The body is longer than its Content-Length");
    }
    this.bytesSent += block.length;
    if (block.length === 0 || this.#framing === "none") return;
    await this.#send(
      this.#framing === "chunked" ? encodeChunk(block) : block,
    );
    await this.#flush();
  }

  /**
   * Sends the file that the application has returned, faster than block by
   * block; may be overridden.
   *
   * @returns Whether it was sent.
   */
  sendfile(): boolean | Promise<boolean> {
    return false;
  }

  /** Ends the body; may be extended. */
  async finishContent(): Promise<void> {
    if (!this.headersSent) {
      assert(
        this.headers !== null,
        "Cannot end an answer: startResponse was not called",
      );
      if (this.#allowsContent() && this.environ!.REQUEST_METHOD !== "HEAD") {
        this.headers.setdefault("Content-Length", "0");
      }
      return await this.sendHeaders();
    }
    if (this.#framing === "chunked") {
      await this.#send(LAST_CHUNK);
      await this.#flush();
    }
    if (
      this.#left > 0 && this.#left !== Infinity && this.#framing === "plain"
    ) await this._bodyTooShort(this.#left);
  }

  /**
   * Told of a body that ends before its Content-Length.
   *
   * @param missing How many bytes it lacks.
   */
  protected async _bodyTooShort(missing: number): Promise<void> {
    await this._complain(
      `The body is ${missing} bytes shorter than its Content-Length`,
    );
  }

  /** Closes what the application has returned, and forgets the request; may be extended. */
  async close(): Promise<void> {
    try {
      await (this.#blocks ?? new ResultBlocks(this.result)).close();
    } finally {
      this.#blocks =
        this.result =
        this.headers =
        this.status =
          null;
      this.#error = null;
      this.environ = null;
      this.bytesSent = 0;
      this.#left = Infinity;
      this.#framing = "plain";
      this.headersSent = false;
    }
  }

  /** Sends the head; may be overridden. */
  async sendHeaders(): Promise<void> {
    this.cleanupHeaders();
    this.headersSent = true;
    this._limitBody();
    if (this.originServer) {
      if (!this.clientIsModern()) return;
      this.#frame();
    }
    await this.sendPreamble();
    await this.#send(this.headers!.toBytes());
  }

  /** Takes the Content-Length for the end of the body. */
  protected _limitBody(): void {
    const length = this.headers!.get("Content-Length");
    this.#left = length === null
      ? Infinity
      : parseContentLength(length) ?? Infinity;
  }

  /** Decides how the client sees the end of the body (RFC 9112 section 6). */
  #frame(): void {
    const { kind, remove, add } = responseFraming({
      requestMethod: this.environ!.REQUEST_METHOD,
      requestVersion: this.environ!.SERVER_PROTOCOL,
      protocolVersion: `HTTP/${this.httpVersion}`,
      status: this.#code(),
      fields: new Fields(this.headers!.items()),
      keepAlive: true,
    });
    // Whether the connection stays open is known to its owner alone.
    for (const name of remove) {
      if (name !== "Connection") this.headers!.delete(name);
    }
    for (const [name, value] of add) {
      if (name !== "Connection") this.headers!.set(name, value);
    }
    this.#framing = kind === "none" || kind === "chunked" ? kind : "plain";
  }

  /** Whether the answer is a file of the environment's file wrapper; may be overridden. */
  resultIsFile(): boolean {
    const { wsgiFileWrapper } = this;
    return wsgiFileWrapper !== null && this.result instanceof wsgiFileWrapper;
  }

  /** Whether the client knows status lines and fields; may be overridden. */
  clientIsModern(): boolean {
    return this.environ!.SERVER_PROTOCOL.toUpperCase() !== "HTTP/0.9";
  }

  /**
   * Logs an error with its stack; may be overridden.
   *
   * @param error What was thrown.
   */
  async logException(error: unknown): Promise<void> {
    const text = error instanceof Error && error.stack !== undefined
      ? error.stack
      : String(error);
    const limit = this.tracebackLimit;
    const lines = limit === null
      ? text
      : text.split("\n", limit + 1).join("\n");
    await this._complain(lines);
  }

  /** Writes lines to the log. */
  protected async _complain(lines: string): Promise<void> {
    const errors = this.getStderr();
    await errors.write(`${lines}\n`);
    await errors.flush();
  }

  /**
   * Logs an error and sends a page that tells of it, if the head has not left;
   * may be extended.
   *
   * @param error What was thrown.
   */
  async handleError(error: unknown): Promise<void> {
    await this.logException(error);
    if (this.headersSent) return;
    this.#error = error instanceof Error
      ? error
      : [undefined, error, undefined];
    this.result = this.errorOutput(
      this.environ!,
      (status, headers, excInfo) =>
        this.startResponse(status, headers, excInfo),
    );
    await this.finishResponse();
  }

  /**
   * Told that the client has left; what the application has returned is closed
   * already. Python says nothing then, and so does this. May be overridden.
   *
   * @param _error What was thrown.
   */
  async disconnected(_error: unknown): Promise<void> {
    await this.#blocks?.close();
  }

  /** A small application that sends the error page; may be overridden. */
  errorOutput(
    _environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): WSGIResult {
    startResponse(
      this.errorStatus,
      this.errorHeaders.map(([name, value]) => [name, value]),
      this.#error,
    );
    return [this.errorBody];
  }

  /**
   * Tells that the client has left, from {@linkcode _wait}.
   *
   * @param error Says so.
   * @returns The same error, to be thrown.
   */
  protected _leave(error: unknown): unknown {
    this.#disconnect ??= error;
    this.#blocks?.abandon();
    return error;
  }

  #code(): number {
    return Number(this.status!.slice(0, 3));
  }

  #allowsContent(): boolean {
    return statusAllowsContent(this.#code());
  }

  async #send(data: Uint8Array): Promise<void> {
    try {
      await this._write(data);
    } catch (error) {
      throw this.#sendingFailed(error);
    }
  }

  async #flush(): Promise<void> {
    try {
      await this._flush();
    } catch (error) {
      throw this.#sendingFailed(error);
    }
  }

  #sendingFailed(error: unknown): unknown {
    return isDisconnect(error) ? this._leave(error) : error;
  }

  /** Sends bytes; must be overridden. */
  protected abstract _write(data: Uint8Array): unknown;
  /** Sees to it that they leave now; must be overridden. */
  protected abstract _flush(): unknown;
  /** `wsgi.input`; must be overridden. */
  abstract getStdin(): InputStream;
  /** `wsgi.errors`; must be overridden. */
  abstract getStderr(): ErrorStream;
  /** Adds the variables of CGI to `environ`; must be overridden. */
  abstract addCgiVars(): void;
}

/** Whether an error says that the other side has gone. */
export function isDisconnect(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

/** The error itself out of what `startResponse` was given. */
function errorOf(excInfo: ExcInfo): unknown {
  return excInfo instanceof Error ? excInfo : excInfo[1];
}

/** A class as the function that applications call. */
function factoryOf(Wrapper: typeof FileWrapper): FileWrapperFactory {
  if (Wrapper === FileWrapper) return wrapFile;
  return (file, blockSize) => new Wrapper(file, blockSize);
}

const wrapFile: FileWrapperFactory = (file, blockSize) =>
  new FileWrapper(file, blockSize);

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | null)?.then === "function";
}

let snapshot: OsEnviron | undefined;

/** The environment of the process, or nothing where that may not be read. */
function processEnviron(): OsEnviron {
  if (snapshot === undefined) {
    const { state } = Deno.permissions.querySync({ name: "env" });
    snapshot = state === "granted" ? readEnviron() : {};
  }
  return snapshot;
}

const utf8 = new TextEncoder();

/**
 * The environment of the process as WSGI has it, one character per byte:
 * Python's `wsgiref.handlers.read_environ`. Needs `--allow-env`.
 *
 * @returns Its variables.
 * @throws {Deno.errors.NotCapable} Without the permission.
 */
export function readEnviron(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).map(([name, value]) => [
      name,
      decodeLatin1(utf8.encode(value)),
    ]),
  );
}
