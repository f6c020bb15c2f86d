import { HTTPStatus } from "../http_server/protocol/mod.ts";
import { settledSoon } from "../http_server/settled_soon.ts";
import { isHopByHop } from "./is_hop_by_hop.ts";
import { readSome } from "./read_some.ts";
import { requestUri } from "./request_uri.ts";
import type {
  HeaderList,
  InputStream,
  WSGIApplication,
  WSGIEnvironment,
} from "./types.ts";

/** Answers requests; what it is given beside the request is for Hono and others. */
export type WSGIFetchHandler = (
  request: Request,
  info: { readonly environ: WSGIEnvironment },
) => Response | Promise<Response>;

/**
 * Makes an application of a fetch handler, so that it runs wherever
 * applications do. Bodies stream in both directions; `request.signal` aborts
 * when the answer is closed before its end.
 *
 * @param handler Answers requests.
 * @returns An application. It answers 400 to what no `Request` can be made of.
 *
 * @example Validates a fetch handler as an application
 * ```ts
 * import { fromFetchHandler, toFetchHandler, validator } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const app = fromFetchHandler((request) => new Response(`You want ${request.url}`));
 * const handler = toFetchHandler(validator(app));
 * const response = await handler(new Request("http://localhost/tea"));
 * assertEquals(await response.text(), "You want http://localhost/tea");
 * ```
 */
export function fromFetchHandler(handler: WSGIFetchHandler): WSGIApplication {
  return async (environ, startResponse) => {
    const leaving = new AbortController();
    const request = requestOf(environ, leaving.signal);
    if (request === null) {
      startResponse("400 Bad Request", [["Content-Type", "text/plain"]]);
      return [BAD_REQUEST];
    }
    const response = await handler(request, { environ });
    if (!(response instanceof Response)) {
      throw new TypeError("Cannot answer: the fetch handler gave no Response");
    }
    const headers: HeaderList = [];
    for (const [name, value] of response.headers) {
      if (!isHopByHop(name)) headers.push([name, value]);
    }
    const { status } = response;
    const reason = response.statusText || HTTPStatus.phrase(status);
    const reader = response.body?.getReader();
    if (!reader) {
      startResponse(`${status} ${reason}`, headers);
      return [];
    }
    // A body that was complete from the start comes in one block, with its end
    // right behind it: then its length is known.
    const first = await reader.read();
    startResponse(`${status} ${reason}`, headers);
    if (first.done) return [];
    const second = reader.read();
    const soon = await settledSoon(second);
    if (soon?.done) return [first.value];
    return new BodyBlocks(reader, first.value, second, leaving);
  };
}

/** The rest of a body whose beginning was read ahead. */
class BodyBlocks implements AsyncIterableIterator<Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #leaving: AbortController;
  #first: Uint8Array | undefined;
  #second: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  #ended = false;

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    first: Uint8Array,
    second: Promise<ReadableStreamReadResult<Uint8Array>>,
    leaving: AbortController,
  ) {
    this.#reader = reader;
    this.#first = first;
    this.#second = second;
    this.#leaving = leaving;
    second.catch(() => {});
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const first = this.#first;
    this.#first = undefined;
    if (first) return { done: false, value: first };
    const second = this.#second;
    this.#second = undefined;
    const { done, value } = await (second ?? this.#reader.read());
    if (!done) return { done: false, value };
    this.#ended = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  close(): void {
    if (this.#ended) return;
    const reason = new DOMException("The client has left", "AbortError");
    this.#leaving.abort(reason);
    this.#reader.cancel(reason).catch(() => {});
  }
}

const BAD_REQUEST = new TextEncoder().encode("Bad Request\n");

/** The request; `null` if the web has none such, as with TRACE. */
function requestOf(
  environ: WSGIEnvironment,
  signal: AbortSignal,
): Request | null {
  const method = environ.REQUEST_METHOD;
  try {
    const init: RequestInit & { duplex?: "half" } = {
      method,
      headers: headersOf(environ),
      signal,
    };
    if (method !== "GET" && method !== "HEAD") {
      init.body = bodyOf(environ["wsgi.input"]);
      init.duplex = "half";
    }
    return new Request(requestUri(environ), init);
  } catch {
    return null;
  }
}

function headersOf(environ: WSGIEnvironment): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(environ)) {
    if (name.startsWith("HTTP_")) {
      headers.append(name.slice(5).replaceAll("_", "-"), String(value));
    }
  }
  const { CONTENT_TYPE, CONTENT_LENGTH } = environ;
  if (CONTENT_TYPE) headers.set("Content-Type", CONTENT_TYPE);
  if (CONTENT_LENGTH) headers.set("Content-Length", CONTENT_LENGTH);
  return headers;
}

const BLOCK = 65536;

function bodyOf(
  input: InputStream,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const block = await readSome(input, BLOCK);
      if (block.length === 0) controller.close();
      else controller.enqueue(new Uint8Array(block));
    },
  }, { highWaterMark: 0 });
}
