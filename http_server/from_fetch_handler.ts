import { toReadableStream } from "../socketserver/io/mod.ts";
import { asClientFault } from "./_client_fault.ts";
import { FetchClient } from "./_fetch_client.ts";
import { servedRequest } from "./_served_request.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { parseRequestTarget } from "./protocol/mod.ts";
import { settledSoon } from "./settled_soon.ts";
import { isWhole } from "./_whole_body.ts";

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
    const client = new FetchClient((left) => this._watchClient(left));
    const request = this.#request(client);
    const info = new Info(this.clientAddress);
    try {
      const answering = this.fetch(request, info);
      const response = answering instanceof Promise
        ? await settledSoon(answering) ?? await client.watched(answering)
        : answering;
      await this.#send(response, client);
      info.complete();
    } catch (error) {
      info.fail(error);
      // Whatever fails once nobody waits for the answer is no fault of the handler.
      if (client.hasLeft) {
        throw asClientFault(
          new Deno.errors.ConnectionAborted("The client has left", {
            cause: error,
          }),
        );
      }
      client.abort(error);
      throw error;
    } finally {
      client.unwatch();
    }
  }

  #request(client: FetchClient): Request {
    const method = this.command!;
    const hasBody = this._hasBody && method !== "GET" && method !== "HEAD";
    return servedRequest({
      method,
      url: this.#url(),
      headers: this.headers,
      body: hasBody ? toReadableStream(this.rfile, { close: false }) : null,
      client,
    });
  }

  #url(): string {
    const scheme = "handshake" in this.connection ? "https" : "http";
    const target = parseRequestTarget(this.command!, this.path);
    const host = target.authority || this.headers.get("host") ||
      this.#localHost();
    const path = target.form === "asterisk" ? "/" : target.path;
    return `${scheme}://${host}${path}${
      target.query === null ? "" : `?${target.query}`
    }`;
  }

  #localHost(): string {
    const { hostname, port } = (this.connection.localAddr ?? {}) as Partial<
      Deno.NetAddr
    >;
    return `${hostname ?? "localhost"}:${port ?? 80}`;
  }

  #send(response: Response, client: FetchClient): Promise<void> {
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
    let hasDate = false;
    let hasLength = false;
    // Half as dear as to iterate over them.
    response.headers.forEach((value, name) => {
      if (PER_HOP.has(name)) return;
      if (name === "date") hasDate = true;
      else if (name === "content-length") hasLength = true;
      this.sendHeader(name, value);
    });
    if (!hasDate) this.sendHeader("Date", this.dateTimeString());
    if (isWhole(response)) return this.#sendWhole(response, hasLength);
    const { body } = response;
    if (body === null) {
      if (!hasLength) this.sendHeader("Content-Length", 0);
      return this.endHeaders();
    }
    return this.#sendBody(body.getReader(), hasLength, client);
  }

  async #sendWhole(response: Response, hasLength: boolean): Promise<void> {
    const bytes = await response.bytes();
    if (!hasLength) this.sendHeader("Content-Length", bytes.length);
    await this.endHeaders();
    if (this.command !== "HEAD") await this.wfile.write(bytes);
  }

  async #sendBody(
    body: ReadableStreamDefaultReader<Uint8Array>,
    hasLength: boolean,
    client: FetchClient,
  ): Promise<void> {
    try {
      // A body that was complete from the start comes in one chunk, with its
      // end right behind it: then its length is known.
      const first = body.read();
      let next = body.read();
      let then: ReadableStreamReadResult<Uint8Array> | undefined;
      next.then((result) => then = result, () => {});
      await null; // What is there already has arrived behind this.
      let chunk = then
        ? await first
        : await settledSoon(first) ?? await client.watched(first);
      then ??= await settledSoon(next);
      if (then?.done && !hasLength) {
        this.sendHeader("Content-Length", chunk.value?.length ?? 0);
      }
      await this.endHeaders();
      if (this.command === "HEAD") return await body.cancel();
      while (!chunk.done) {
        await this.wfile.write(chunk.value);
        chunk = then ?? await client.unlessLeft(next);
        if (chunk.done) break;
        next = body.read();
        then = await settledSoon(next);
      }
    } catch (error) {
      body.cancel(error).catch(() => {});
      throw error;
    }
  }
}

/** What a fetch handler is told; hardly one asks when its answer was sent. */
class Info implements FetchHandlerInfo {
  readonly remoteAddr: Deno.NetAddr;
  #completed: PromiseWithResolvers<void> | undefined;
  #settle: ((completed: PromiseWithResolvers<void>) => void) | undefined;

  constructor(remoteAddr: Deno.NetAddr) {
    this.remoteAddr = remoteAddr;
  }

  get completed(): Promise<void> {
    if (!this.#completed) {
      this.#completed = Promise.withResolvers();
      this.#completed.promise.catch(() => {});
      this.#settle?.(this.#completed);
    }
    return this.#completed.promise;
  }

  complete(): void {
    this.#end(resolved);
  }

  fail(error: unknown): void {
    this.#end((completed) => completed.reject(error));
  }

  #end(settle: (completed: PromiseWithResolvers<void>) => void): void {
    this.#settle = settle;
    if (this.#completed) settle(this.#completed);
  }
}

function resolved(completed: PromiseWithResolvers<void>): void {
  completed.resolve();
}

// What concerns this connection is decided here: frameworks set
// Transfer-Encoding for servers that leave it to them.
const PER_HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);
