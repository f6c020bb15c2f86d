import { asClientFault, isClientFault } from "../http_server/mod.ts";
import { ProtocolError } from "../http_server/protocol/mod.ts";
import { settledSoon } from "../http_server/settled_soon.ts";
import { FileWrapper } from "./file_wrapper.ts";
import type { OsEnviron } from "./read_environ.ts";
import { SimpleHandler } from "./simple_handler.ts";
import { softwareVersion } from "./software_version.ts";
import type { WSGIEnvironment } from "./types.ts";

/** The part of a request handler that a {@linkcode ServerHandler} works with. */
export interface AnsweringHandler {
  /** Begins an answer. */
  sendResponseOnly(code: number, message?: string | null): void;
  /** Adds a field. */
  sendHeader(keyword: string, value: string | number): void;
  /** Sends the head. */
  endHeaders(): Promise<void>;
  /** The time as HTTP has it. */
  dateTimeString(): string;
  /** Logs the request. */
  logRequest(code?: number | string, size?: number | string): void;
  /** Logs an error. */
  logError(format: string, ...args: unknown[]): void;
  /** Watches for the client to leave. */
  watchClient(left: () => void): () => void;
}

/**
 * Runs an application for a request of a server: Python's
 * `wsgiref.simple_server.ServerHandler`. The request handler frames the answer,
 * so that connections stay open, and its hooks hold for applications, too.
 */
export class ServerHandler extends SimpleHandler {
  /** What `Server` says. */
  override serverSoftware: string | null = softwareVersion;
  /**
   * Nothing of the process is in environments: unlike Python's, applications
   * here have other ways to it, and a page that shows its environment would
   * show what is secret.
   */
  override osEnviron: OsEnviron = NOTHING;
  /** What has received the request. */
  requestHandler: AnsweringHandler | null = null;
  /**
   * Why the answer is not complete, if that is for the request handler to deal
   * with: the client has left, its body is malformed, or the application has
   * failed behind the head, so that the connection has to be cut.
   */
  failure: Error | null = null;

  /** Takes the variables as they are: they were made for this request. */
  override setupEnviron(): void {
    const environ = this.environ = this.baseEnv as WSGIEnvironment;
    this._addWsgiVars(environ);
    environ["wsgi.input_terminated"] = true;
  }

  /** Sends the head through the request handler, which frames the body. */
  override sendHeaders(): void | Promise<void> {
    const handler = this.requestHandler;
    if (handler === null) return super.sendHeaders();
    this.cleanupHeaders();
    this._beginBody();
    const headers = this.headers!;
    handler.sendResponseOnly(
      Number(this.status!.slice(0, 3)),
      this.status!.slice(4),
    );
    if (!headers.has("Date")) {
      handler.sendHeader("Date", handler.dateTimeString());
    }
    if (this.serverSoftware !== null && !headers.has("Server")) {
      handler.sendHeader("Server", this.serverSoftware);
    }
    for (const [name, value] of headers) handler.sendHeader(name, value);
    return handler.endHeaders();
  }

  /** What is written leaves by itself as soon as the application waits. */
  protected override _flush(): void | Promise<void> {
    if (this.requestHandler === null || this._keepsThread) {
      return super._flush();
    }
  }

  /** Gives up on the application when the client leaves. */
  protected override async _wait<T>(promise: Promise<T>): Promise<T> {
    const handler = this.requestHandler;
    if (handler === null) return await promise;
    const soon = await settledSoon(promise);
    if (soon !== undefined) return soon;
    let unwatch: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        unwatch = handler.watchClient(() =>
          reject(this._leave(
            new Deno.errors.ConnectionAborted("The client has left"),
          ))
        );
        promise.then(resolve, reject);
      });
    } finally {
      unwatch?.();
    }
  }

  /** Sends a file in large blocks, with its length. */
  override async sendfile(): Promise<boolean> {
    const file = this.result instanceof FileWrapper ? this.result.file : null;
    if (file === null || this.headers === null || this.headersSent) {
      return false;
    }
    const { isFile, size } = await file.stat();
    if (!isFile) return false;
    const length = size - await file.seek(0, Deno.SeekMode.Current);
    if (this.status!.startsWith("200")) {
      this.headers.setdefault("Content-Length", String(length));
    }
    if (this.environ!.REQUEST_METHOD === "HEAD") {
      await this.sendHeaders();
      return true;
    }
    const block = new Uint8Array(Math.min(FILE_BLOCK, Math.max(length, 1)));
    for (let count; (count = await file.read(block)) !== null;) {
      await this.write(block.subarray(0, count));
      // The stream has taken it, but not yet sent it.
      await this.stdout.flush();
    }
    return true;
  }

  /** The request handler logs what it finds missing. */
  protected override _bodyTooShort(missing: number): void | Promise<void> {
    if (this.requestHandler === null) return super._bodyTooShort(missing);
  }

  /**
   * Cuts an answer that has begun, so that nobody takes half of it for all.
   * Leaves it to the request handler to tell a client that its body is wrong.
   */
  override async handleError(error: unknown): Promise<void> {
    if (isClientFault(error)) {
      this.failure = error as Error;
      if (!this.headersSent) this.status = null;
      return await this.close();
    }
    if (!this.headersSent) return await super.handleError(error);
    this.failure = new ProtocolError(
      "The application has failed in the middle of its answer",
      500,
    );
    await super.handleError(error);
    await this.close();
  }

  /** Leaves it to the request handler to say so. */
  override async disconnected(error: unknown): Promise<void> {
    this.failure = asClientFault(
      new Deno.errors.ConnectionAborted("The client has left"),
    ) as Error;
    await super.disconnected(error);
  }

  /** Logs the request, then ends it. */
  override close(): void | Promise<void> {
    let closing: void | Promise<void>;
    try {
      if (this.status !== null) {
        this.requestHandler?.logRequest(
          this.status.slice(0, 3),
          this.bytesSent,
        );
      }
    } finally {
      closing = super.close();
    }
    return closing;
  }
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/** Bytes of a file that are read at once. */
const FILE_BLOCK = 1 << 18;
