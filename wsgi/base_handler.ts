import { assert } from "@std/assert/assert";
import { AssertionError } from "@std/assert/assertion-error";
import { encodeLatin1 } from "../socketserver/io/mod.ts";
import {
  formatHttpDate,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import { AnswerBody } from "./_answer_body.ts";
import { checkStatus } from "./_check_status.ts";
import { isPromise } from "./_is_promise.ts";
import { ResultBlocks } from "./_result_blocks.ts";
import { FileWrapper } from "./file_wrapper.ts";
import { HandlerSettings } from "./handler_settings.ts";
import type { Headers } from "./headers.ts";
import { isDisconnect } from "./is_disconnect.ts";
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
export abstract class BaseHandler extends HandlerSettings {
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

  #code = 0;
  #blocks: ResultBlocks | null = null;
  #error: ExcInfo | null = null;
  #body = new AnswerBody();
  #complete = false;
  /** The last block that the application has written, not returned. */
  #writing: Promise<void> | null = null;
  /** An error of the stream to the client, which is nobody's fault. */
  #disconnect: unknown;
  /** What applications call, which know of no `this`. */
  readonly #start: StartResponse = (status, headers, excInfo) =>
    this.startResponse(status, headers, excInfo);

  /**
   * Calls the application and sends its answer.
   *
   * @param application The application.
   * @throws What the methods that send an error page have thrown.
   */
  async run(application: WSGIApplication): Promise<void> {
    this.#disconnect = undefined;
    this.#complete = false;
    try {
      this.setupEnviron();
      const result = application(this.environ!, this.#start);
      this.result = isPromise(result) ? await this.#await(result) : result;
      await this.finishResponse();
    } catch (error) {
      if (this.#disconnect !== undefined) return await this.disconnected(error);
      // What fails while the application tidies up behind its answer does not
      // make that wrong.
      if (this.#complete) return await this.logException(error);
      try {
        await this.handleError(error);
      } catch (second) {
        await this.close();
        throw second;
      }
    }
  }

  #await(coming: Promise<WSGIResult>): Promise<WSGIResult> {
    coming.then(async (late) => {
      // It came when nobody waited for it any more.
      if (this.#disconnect !== undefined) await new ResultBlocks(late).close();
    }).catch((error) => {
      if (this.#disconnect === undefined) return; // It is awaited below.
      // What its writes have met is no news.
      if (!isDisconnect(error)) return this.logException(error);
    });
    return this._wait(coming);
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
      if (this.#writing) await this.#writing;
      if (!this.resultIsFile() || !await this.sendfile()) {
        while (!this.#body.isNone && !this.#body.isTooLong) {
          const next = blocks.next();
          const { done, value } = isPromise(next)
            ? await this._wait(next)
            : next;
          if (done) break;
          const writing = this.write(value);
          if (writing) await writing;
        }
      }
      const finishing = this.finishContent();
      if (finishing) await finishing;
    } catch (error) {
      await this.#closeBroken(blocks);
      throw error;
    }
    this.#complete = true;
    const closing = this.close();
    if (closing) await closing;
  }

  /** Closes what has failed; that it fails once more must not hide why. */
  async #closeBroken(blocks: ResultBlocks): Promise<void> {
    try {
      await blocks.close();
    } catch (error) {
      await this.logException(error);
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
    const { result } = this;
    if (Array.isArray(result) && result.length === 1 && !this.#writing) {
      this.headers!.set("Content-Length", String(this.bytesSent));
    }
  }

  /** Completes the fields before they are sent; may be extended. */
  cleanupHeaders(): void {
    if (
      !this.headers!.has("Content-Length") && statusAllowsContent(this.#code)
    ) {
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
    // A copy: what gets a Content-Length must not be a constant of the application.
    const checked = new this.headersClass(
      Array.isArray(headers) ? headers.slice() : headers,
    );
    for (const [name] of headers) {
      if (!isHopByHop(name)) continue;
      throw new AssertionError(
        `Cannot start an answer: field "${name}" is the server's business`,
      );
    }
    this.status = status;
    this.#code = Number(status.slice(0, 3));
    this.headers = checked;
    return (data) => this.#writeNext(checked, data);
  }

  /** Writes for the application, in order even if it does not wait. */
  #writeNext(answer: Headers, data: Uint8Array): Promise<void> {
    const writing = (this.#writing ?? Promise.resolve()).then(async () => {
      assert(this.headers === answer, "Cannot write: the answer has ended");
      await this.write(data);
      if (!this.#body.isTooLong) return;
      throw new RangeError(
        "Cannot write: the body is longer than its Content-Length",
      );
    });
    // Who does not wait for it meets the error at the end.
    writing.catch(() => {});
    return this.#writing = writing;
  }

  /**
   * Refuses a malformed status; may be overridden.
   *
   * @throws {TypeError} If it holds a control character.
   * @throws {AssertionError} If it has no number of three digits, or no blank behind.
   */
  protected _validateStatus(status: string): void {
    checkStatus(status);
  }

  /** Sends the status line, `Date` and `Server`; may be overridden. */
  sendPreamble(): void | Promise<void> {
    if (!this.originServer) {
      return this.#send(encodeLatin1(`Status: ${this.status}\r\n`));
    }
    if (!this.clientIsModern()) return;
    const lines = [`HTTP/${this.httpVersion} ${this.status}`];
    if (!this.headers!.has("Date")) {
      lines.push(`Date: ${formatHttpDate(Date.now())}`);
    }
    if (this.serverSoftware !== null && !this.headers!.has("Server")) {
      lines.push(`Server: ${this.serverSoftware}`);
    }
    return this.#send(encodeLatin1(`${lines.join("\r\n")}\r\n`));
  }

  /**
   * Sends a block of the body, the head before the first one.
   *
   * @param data The block.
   * @returns A promise where that has to be waited for.
   * @throws {AssertionError} If it is none, or the answer was not begun.
   */
  write(data: Uint8Array): void | Promise<void> {
    assert(
      data instanceof Uint8Array,
      "Cannot write: a block of the body is a Uint8Array",
    );
    assert(this.status !== null, "Cannot write: startResponse was not called");
    if (data.length === 0) return;
    if (this.headersSent) return this.#writeBody(data);
    // Before the head is sent, it may be the length of the body.
    this.bytesSent = data.length;
    return after(this.sendHeaders(), () => {
      this.bytesSent = 0;
      return this.#writeBody(data);
    });
  }

  #writeBody(data: Uint8Array): void | Promise<void> {
    const block = this.#body.cut(data);
    if (block.length === 0) return;
    this.bytesSent += block.length;
    return after(this.#send(this.#body.encode(block)), () => this.#flush());
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

  /** Ends the body, after a head that was not yet sent; may be extended. */
  finishContent(): void | Promise<void> {
    if (this.headersSent) return this.#endBody();
    assert(
      this.headers !== null,
      "Cannot end an answer: startResponse was not called",
    );
    if (
      statusAllowsContent(this.#code) && this.environ!.REQUEST_METHOD !== "HEAD"
    ) {
      this.headers.setdefault("Content-Length", "0");
    }
    return after(this.sendHeaders(), () => this.#endBody());
  }

  #endBody(): void | Promise<void> {
    const { missing, isTooLong, end } = this.#body;
    if (missing > 0) return this._bodyTooShort(missing);
    if (isTooLong) {
      return this._complain("The body is longer than its Content-Length");
    }
    if (end.length === 0) return this.#flush();
    return after(this.#send(end), () => this.#flush());
  }

  /**
   * Told of a body that ends before its Content-Length.
   *
   * @param missing How many bytes it lacks.
   */
  protected _bodyTooShort(missing: number): void | Promise<void> {
    return this._complain(
      `The body is ${missing} bytes shorter than its Content-Length`,
    );
  }

  /** Closes what the application has returned, and forgets the request; may be extended. */
  close(): void | Promise<void> {
    const blocks = this.#blocks ?? new ResultBlocks(this.result);
    let closing: void | Promise<void> = undefined;
    try {
      closing = blocks.close();
    } finally {
      if (!closing) this.#reset();
    }
    return closing?.finally(() => this.#reset());
  }

  #reset(): void {
    this.#blocks =
      this.#writing =
      this.#error =
      this.result =
      this.headers =
      this.status =
      this.environ =
        null;
    this.bytesSent = 0;
    this.#body = new AnswerBody();
    this.headersSent = false;
  }

  /** Sends the head; may be overridden. */
  sendHeaders(): void | Promise<void> {
    this.cleanupHeaders();
    this._beginBody();
    if (this.originServer) {
      if (!this.clientIsModern()) return;
      this.#body.frame(this.headers!, {
        requestMethod: this.environ!.REQUEST_METHOD,
        requestVersion: this.environ!.SERVER_PROTOCOL,
        protocolVersion: `HTTP/${this.httpVersion}`,
        status: this.#code,
        keepAlive: true,
      });
    }
    return after(
      this.sendPreamble(),
      () => this.#send(this.headers!.toBytes()),
    );
  }

  /**
   * Notes that the head is sent, and finds out how long the body may be. Each
   * `sendHeaders` calls it, when the fields are complete.
   */
  protected _beginBody(): void {
    this.#body.begin(
      this.headers!,
      this.environ!.REQUEST_METHOD,
      this.#code,
    );
    this.headersSent = true;
  }

  /**
   * Whether the application keeps the thread while it works on its next block:
   * then what was written has to be flushed before.
   */
  protected get _keepsThread(): boolean {
    return this.#blocks?.keepsThread === true;
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
    this.#writing = null;
    this.#error = error instanceof Error
      ? error
      : [undefined, error, undefined];
    this.result = this.errorOutput(this.environ!, this.#start);
    await this.finishResponse();
  }

  /**
   * Told that the client has left; what the application has returned is closed
   * already. Python says nothing then, and so does this. May be overridden.
   *
   * @param _error What was thrown.
   */
  async disconnected(_error: unknown): Promise<void> {
    if (this.#blocks) await this.#closeBroken(this.#blocks);
  }

  /** A small application that sends the error page; may be overridden. */
  errorOutput(
    _environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): WSGIResult {
    startResponse(
      this.errorStatus,
      [...this.errorHeaders],
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
    this.#blocks?.abandon((failure) => {
      // Whoever cannot log that has nobody left to tell.
      this.logException(failure).catch(() => {});
    });
    return error;
  }

  #send(data: Uint8Array): void | Promise<void> {
    try {
      return this.#sending(this._write(data));
    } catch (error) {
      throw this.#sendingFailed(error);
    }
  }

  #flush(): void | Promise<void> {
    try {
      return this.#sending(this._flush());
    } catch (error) {
      throw this.#sendingFailed(error);
    }
  }

  #sending(sent: unknown): void | Promise<void> {
    if (!isPromise(sent)) return;
    return sent.then(() => {}, (error) => {
      throw this.#sendingFailed(error);
    });
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

/** Goes on at once where nothing has to be waited for. */
function after(
  step: void | Promise<void>,
  next: () => void | Promise<void>,
): void | Promise<void> {
  return step ? step.then(next) : next();
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
