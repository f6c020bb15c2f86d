import { toReadableStream } from "../socketserver/io/mod.ts";
import { asClientFault } from "./_client_fault.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import {
  type HTTPMessage,
  parseRequestTarget,
  ProtocolError,
} from "./protocol/mod.ts";

/** What a fetch handler is told beside the request; `Deno.serve` tells the same. */
export interface FetchHandlerInfo {
  /** Where the request comes from. */
  readonly remoteAddr: Deno.NetAddr;
  /** Settles when the answer is sent, or has failed. */
  readonly completed: Promise<void>;
}

/** Answers a request, as for `Deno.serve`. */
export type FetchHandler = (
  request: Request,
  info: FetchHandlerInfo,
) => Response | Promise<Response>;

/**
 * Makes a handler class of a fetch handler, so that it runs under this
 * package's servers: `new ThreadingHTTPServer(address, fromFetchHandler(app.fetch))`.
 *
 * Bodies stream in both directions. `request.signal` aborts when the client
 * leaves, and a stream that is still being produced is cancelled. A client that
 * only closes its sending side looks the same; it still gets an answer whose
 * body is complete.
 *
 * @param handler Answers requests.
 * @returns A class to subclass or to give to a server.
 *
 * @example Serves a fetch handler
 * ```ts
 * import { exchange, fromFetchHandler } from "@pystd/server/http-server";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const Handler = fromFetchHandler((request) => new Response(`You want ${request.url}`));
 *
 * class Quiet extends Handler {
 *   override logMessage(): void {}
 * }
 *
 * const answer = await exchange(Quiet, "GET /a HTTP/1.1\r\nHost: b\r\n\r\n");
 * assertStringIncludes(new TextDecoder().decode(answer), "You want http://b/a");
 * ```
 */
export function fromFetchHandler(
  handler: FetchHandler,
): typeof FetchRequestHandler {
  return class extends FetchRequestHandler {
    override fetch(
      request: Request,
      info: FetchHandlerInfo,
    ): Response | Promise<Response> {
      return handler(request, info);
    }
  };
}

/**
 * Answers every method through {@linkcode FetchRequestHandler.fetch};
 * {@linkcode fromFetchHandler} makes subclasses of it.
 */
export class FetchRequestHandler extends BaseHTTPRequestHandler {
  /**
   * Answers a request; must be overridden.
   *
   * @param _request The request.
   * @param _info Where it comes from.
   * @returns The answer.
   */
  fetch(
    _request: Request,
    _info: FetchHandlerInfo,
  ): Response | Promise<Response> {
    throw new Error("Cannot answer: a subclass must define fetch()");
  }

  /** Every method is answered in the same place. */
  protected override _methodFor(command: string): (() => unknown) | undefined {
    // The web's Request has no place for these.
    if (command === "CONNECT" || command === "TRACE" || command === "TRACK") {
      return;
    }
    return this.#answer;
  }

  async #answer(): Promise<void> {
    const leaving = new AbortController();
    const completed = Promise.withResolvers<void>();
    completed.promise.catch(() => {});
    const request = this.#request(leaving.signal);
    const unwatch = this._watchClient(() =>
      leaving.abort(new DOMException("The client has left", "AbortError"))
    );
    try {
      const info = {
        remoteAddr: this.clientAddress,
        completed: completed.promise,
      };
      await this.#send(await this.fetch(request, info), leaving.signal);
      completed.resolve();
    } catch (error) {
      completed.reject(error);
      // Whatever fails once nobody waits for the answer is no fault of the handler.
      if (leaving.signal.aborted) {
        throw asClientFault(
          new Deno.errors.ConnectionAborted("The client has left", {
            cause: error,
          }),
        );
      }
      leaving.abort(error);
      throw error;
    } finally {
      unwatch();
    }
  }

  #request(signal: AbortSignal): Request {
    const method = this.command!;
    const init: RequestInit & { duplex?: "half" } = {
      method,
      headers: webHeaders(this.headers),
      signal,
    };
    if (this._hasBody && method !== "GET" && method !== "HEAD") {
      init.body = toReadableStream(this.rfile, { close: false });
      init.duplex = "half";
    }
    try {
      return new Request(this.#url(), init);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw new ProtocolError(
        `Cannot make a Request of it: ${(error as Error).message}`,
      );
    }
  }

  #url(): string {
    const scheme = "handshake" in this.connection ? "https" : "http";
    const target = parseRequestTarget(this.command!, this.path);
    const { hostname, port } = (this.connection.localAddr ?? {}) as Partial<
      Deno.NetAddr
    >;
    const host = target.authority || this.headers.get("host") ||
      `${hostname ?? "localhost"}:${port ?? 80}`;
    const path = target.form === "asterisk" ? "/" : target.path;
    return `${scheme}://${host}${path}${
      target.query === null ? "" : `?${target.query}`
    }`;
  }

  async #send(response: Response, signal: AbortSignal): Promise<void> {
    if (!(response instanceof Response)) {
      throw new TypeError("Cannot answer: the fetch handler gave no Response");
    }
    if (response.bodyUsed) {
      throw new TypeError(
        "Cannot answer: the Response's body was read already",
      );
    }
    this.logRequest(response.status);
    this.sendResponseOnly(response.status, response.statusText || null);
    for (const [name, value] of response.headers) {
      if (!PER_HOP.has(name)) this.sendHeader(name, value);
    }
    if (!response.headers.has("date")) {
      this.sendHeader("Date", this.dateTimeString());
    }
    if (response.body === null) {
      if (!response.headers.has("content-length")) {
        this.sendHeader("Content-Length", 0);
      }
      return await this.endHeaders();
    }
    await this.#sendBody(response.body.getReader(), response.headers, signal);
  }

  async #sendBody(
    body: ReadableStreamDefaultReader<Uint8Array>,
    headers: Headers,
    signal: AbortSignal,
  ): Promise<void> {
    let abandon: ((reason: unknown) => void) | undefined;
    const leave = () => abandon?.(signal.reason);
    signal.addEventListener("abort", leave);
    try {
      let chunk = await body.read();
      // A body that was complete from the start comes in one chunk, with its
      // end right behind it: then its length is known.
      let next = body.read();
      const end = await soon(next);
      if (end?.done && !headers.has("content-length")) {
        this.sendHeader("Content-Length", chunk.value?.length ?? 0);
      }
      await this.endHeaders();
      if (this.command === "HEAD") return await body.cancel();
      while (!chunk.done) {
        await this.wfile.write(chunk.value);
        chunk = await soon(next) ?? await new Promise((resolve, reject) => {
          abandon = reject;
          if (signal.aborted) leave();
          next.then(resolve, reject);
        });
        if (!chunk.done) next = body.read();
      }
    } catch (error) {
      body.cancel(error).catch(() => {});
      throw error;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}

// What concerns this connection is decided here: frameworks set
// Transfer-Encoding for servers that leave it to them.
const PER_HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** The outcome of a promise if it comes within this turn. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let outcome: T | undefined;
  promise.then((value) => outcome = value, () => {});
  for (let i = 0; i < 4 && outcome === undefined; i++) await null;
  return outcome;
}

function webHeaders(fields: HTTPMessage): Headers {
  try {
    return fields.toHeaders();
  } catch (error) {
    throw new ProtocolError(
      `Cannot make Headers of it: ${(error as Error).message}`,
    );
  }
}
