/**
 * A WSGI application, served for the length of a test.
 *
 * @module
 */
import type { RequestHandlerClass } from "../../socketserver/mod.ts";
import { StringIO } from "../../socketserver/io/mod.ts";
import { makeServer } from "../../wsgi/make_server.ts";
import type { ErrorStream, WSGIApplication } from "../../wsgi/types.ts";
import { WSGIRequestHandler } from "../../wsgi/wsgi_request_handler.ts";
import type { ThreadingWSGIServer } from "../../wsgi/wsgi_server.ts";
import { Served } from "./serve.ts";

/** An application that is served until it is disposed of. */
export class ServedApp implements AsyncDisposable {
  /** The server. */
  readonly served: Served;
  /** The lines of its log. */
  readonly log: readonly string[];
  readonly #errors: StringIO;

  constructor(served: Served, log: readonly string[], errors: StringIO) {
    this.served = served;
    this.log = log;
    this.#errors = errors;
  }

  /** What was written to `wsgi.errors`. */
  get errors(): string {
    return this.#errors.getvalue();
  }

  /** Where a path is found. */
  url(path: string): string {
    return `http://127.0.0.1:${this.served.address.port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served[Symbol.asyncDispose]();
  }
}

/**
 * Serves an application on a free port of the loopback.
 *
 * @param app The application.
 * @param Base The class of its handlers.
 */
export function serveApp(
  app: WSGIApplication,
  Base: typeof WSGIRequestHandler = WSGIRequestHandler,
): ServedApp {
  const log: string[] = [];
  const errors = new StringIO();
  class Logged extends Base {
    override logMessage(format: string, ...args: unknown[]): void {
      log.push(format.replace(/%./g, () => String(args.shift())));
    }
    override getStderr(): ErrorStream {
      return errors;
    }
  }
  const server = makeServer<ThreadingWSGIServer>("127.0.0.1", 0, app, {
    HandlerClass: Logged as RequestHandlerClass<Deno.Conn>,
  });
  return new ServedApp(new Served(server), log, errors);
}
