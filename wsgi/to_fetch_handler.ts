import { buildCgiEnviron } from "../cgi/environ.ts";
import { factsOfFetch, headOfFetch } from "../cgi/request_facts.ts";
import { type ClientInfo, watchFetchClient } from "../http_server/mod.ts";
import { statusAllowsContent } from "../http_server/protocol/mod.ts";
import {
  type BufferedReader,
  BytesIO,
  fromReadableStream,
} from "../socketserver/io/mod.ts";
import { standardError } from "./_standard_error.ts";
import { BaseHandler } from "./base_handler.ts";
import { decodePath } from "./decode_path.ts";
import type { OsEnviron } from "./read_environ.ts";
import { softwareVersion } from "./software_version.ts";
import type {
  ErrorStream,
  InputStream,
  WSGIApplication,
  WSGIEnvironment,
} from "./types.ts";

/** What {@linkcode toFetchHandler} can be told. */
export interface ToFetchHandlerOptions {
  /** Path under which the application is mounted, such as `/shop`: `SCRIPT_NAME`. */
  scriptName?: string;
  /** `wsgi.errors`; the standard error by default. */
  errors?: ErrorStream;
}

/**
 * Makes a fetch handler of an application, so that it runs under `Deno.serve`,
 * Hono and others. Bodies stream in both directions.
 *
 * @param app The application.
 * @param options Where it is mounted, and its log.
 * @returns A function from `Request` to `Response`.
 *
 * @example Runs an application without a server
 * ```ts
 * import { demoApp, toFetchHandler } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = toFetchHandler(demoApp);
 * const response = await handler(new Request("http://localhost/tea"));
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * ```
 */
export function toFetchHandler(
  app: WSGIApplication,
  options: ToFetchHandlerOptions = {},
): (request: Request, info?: ClientInfo) => Promise<Response> {
  const { scriptName = "", errors = standardError } = options;
  return async (request, info = {}) => {
    const handler = new ResponseHandler(
      request,
      environOf(request, info, scriptName),
      errors,
    );
    const ran = handler.run(app);
    // A failure to tell of a failure shows where the answer is awaited.
    ran.catch((error) => handler.fail(error)).then(() => handler.release());
    return await handler.response;
  };
}

function environOf(
  request: Request,
  info: ClientInfo,
  scriptName: string,
): Record<string, string> {
  const url = new URL(request.url);
  const path = decodePath(url.pathname);
  const isBelow = path === scriptName || path.startsWith(`${scriptName}/`);
  const length = request.headers.get("content-length");
  return buildCgiEnviron(headOfFetch(request, url), {
    ...factsOfFetch(url, info),
    scriptName: isBelow ? scriptName : "",
    pathInfo: isBelow ? path.slice(scriptName.length) : path,
    query: url.search.slice(1),
    serverSoftware: softwareVersion,
    contentLength: length === null ? null : Number(length),
    trustAuthorization: true,
  });
}

/** Runs an application; its answer is a `Response`. */
class ResponseHandler extends BaseHandler {
  override originServer = false;
  override wsgiMultiprocess = false;
  override osEnviron: OsEnviron = {};
  readonly #request: Request;
  readonly #base: Record<string, string>;
  readonly #errors: ErrorStream;
  readonly #response = Promise.withResolvers<Response>();
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #input: BufferedReader | undefined;
  #hasLeft = false;
  /** What ends the wait at hand if the client leaves. */
  #leave: ((reason: unknown) => void) | undefined;

  constructor(
    request: Request,
    environ: Record<string, string>,
    errors: ErrorStream,
  ) {
    super();
    this.#request = request;
    this.#base = environ;
    this.#errors = errors;
  }

  get response(): Promise<Response> {
    return this.#response.promise;
  }

  fail(error: unknown): void {
    this.#response.reject(error);
    this.#writer?.abort(error).catch(() => {});
  }

  /** Lets go of what is left of the request's body, which nobody reads any more. */
  async release(): Promise<void> {
    await this.#input?.close().catch(() => {});
  }

  override setupEnviron(): void {
    this.environ = this.#base as unknown as WSGIEnvironment;
    this._addWsgiVars(this.environ);
    this.environ["wsgi.input_terminated"] = true;
  }

  override sendHeaders(): void {
    this.cleanupHeaders();
    this._beginBody();
    const status = Number(this.status!.slice(0, 3));
    const hasBody = statusAllowsContent(status) &&
      this.environ!.REQUEST_METHOD !== "HEAD";
    const { readable, writable } = new TransformStream<
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>
    >();
    if (hasBody) {
      this.#writer = writable.getWriter() as WritableStreamDefaultWriter<
        Uint8Array
      >;
      // The client may leave while nothing is written.
      this.#writer.closed.catch((reason) => {
        this.#hasLeft = true;
        this.#leave?.(reason);
      });
    }
    this.#response.resolve(
      new Response(hasBody ? readable : null, {
        status,
        statusText: this.status!.slice(4),
        headers: this.headers!.items(),
      }),
    );
  }

  protected override async _write(data: Uint8Array): Promise<void> {
    const writer = this.#writer;
    if (!writer) return;
    try {
      await writer.ready;
      // Applications may use the same block again.
      await writer.write(data.slice());
    } catch (error) {
      throw gone(error);
    }
  }

  protected override _flush(): void {}

  /** Gives up on the application when nobody reads its answer any more. */
  protected override async _wait<T>(promise: Promise<T>): Promise<T> {
    let unwatch: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#leave = (reason) => reject(this._leave(gone(reason)));
        if (this.#hasLeft) this.#leave(undefined);
        else if (!this.#writer) {
          unwatch = watchFetchClient(this.#request, this.#leave);
        }
        promise.then(resolve, reject);
      });
    } finally {
      this.#leave = undefined;
      unwatch?.();
    }
  }

  override async finishContent(): Promise<void> {
    await super.finishContent();
    try {
      await this.#writer?.close();
    } catch (error) {
      throw gone(error);
    }
  }

  protected override async _bodyTooShort(missing: number): Promise<void> {
    await super._bodyTooShort(missing);
    await this.#writer?.abort(
      new TypeError(`Cannot end an answer: it lacks ${missing} bytes`),
    );
    this.#writer = undefined;
  }

  /** Half of an answer is no answer. */
  override async handleError(error: unknown): Promise<void> {
    const broken = this.headersSent;
    await super.handleError(error);
    if (!broken) return;
    this.#writer?.abort(error).catch(() => {});
    await this.close();
  }

  override async disconnected(error: unknown): Promise<void> {
    await super.disconnected(error);
    this.fail(error);
  }

  override getStdin(): InputStream {
    const { body } = this.#request;
    if (body === null) return new BytesIO();
    return this.#input = fromReadableStream(body);
  }

  override getStderr(): ErrorStream {
    return this.#errors;
  }

  override addCgiVars(): void {}
}

function gone(cause: unknown): Error {
  return new Deno.errors.BrokenPipe("Cannot send the rest: nobody reads it", {
    cause,
  });
}
