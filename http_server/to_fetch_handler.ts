import {
  BufferedReader,
  type Connection,
  decodeLatin1,
  encodeLatin1,
  SocketIO,
  toReadableStream,
} from "../socketserver/io/mod.ts";
import { makeHandler, type RequestHandlerClass } from "../socketserver/mod.ts";
import { BodyRaw } from "./_body_raw.ts";
import { BytePipe } from "./_byte_pipe.ts";
import { type ClientInfo, watchFetchClient } from "./client_info.ts";
import { parseHeaders } from "./parse_headers.ts";
import {
  chunkHead,
  CRLF,
  Fields,
  type HTTPMessage,
  LAST_CHUNK,
  parseContentLength,
  serializeFields,
  statusAllowsContent,
} from "./protocol/mod.ts";

/** What {@linkcode toFetchHandler} can be told. */
export interface ToFetchHandlerOptions {
  /** The server that handlers see. */
  server?: object;
}

/**
 * Makes a fetch handler of a handler class, so that it runs under `Deno.serve`,
 * Hono and others. Each request gets a handler of its own, on a connection of
 * its own; bodies stream in both directions.
 *
 * @param HandlerClass The class, or a function that makes handlers.
 * @param options The server that handlers see.
 * @returns A function from `Request` to `Response`.
 *
 * @example Runs a handler class under `Deno.serve`
 * ```ts
 * import { BaseHTTPRequestHandler, toFetchHandler } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * class Hello extends BaseHTTPRequestHandler {
 *   async doGET(): Promise<void> {
 *     this.sendResponse(200);
 *     await this.endHeaders();
 *     await this.wfile.write(new TextEncoder().encode("hello"));
 *   }
 *   override logMessage(): void {}
 * }
 *
 * const handler = toFetchHandler(Hello);
 * const response = await handler(new Request("http://localhost/"));
 * assertEquals(await response.text(), "hello");
 * ```
 */
export function toFetchHandler(
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  options: ToFetchHandlerOptions = {},
): (request: Request, info?: ClientInfo) => Promise<Response> {
  return async (request, info = {}) => {
    const address = info.remoteAddr ??
      { transport: "tcp", hostname: "127.0.0.1", port: 0 };
    const connection = new RequestConnection(request);
    const handler = makeHandler(
      HandlerClass,
      connection as unknown as Deno.Conn,
      address,
      options.server ?? {},
    );
    const served = connection.serve(() => handler.run());
    const unwatch = watchFetchClient(request, (reason) => {
      connection.cut(reason);
    });
    try {
      return await readResponse(connection.answer, request.method, served);
    } catch (error) {
      connection.cut(nobodyReads());
      throw error;
    } finally {
      unwatch();
    }
  };
}

/** A connection whose client is a `Request`. */
class RequestConnection implements Connection {
  readonly #input = new BytePipe();
  readonly #output = new BytePipe();
  readonly #request: Request;
  #body: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(request: Request) {
    this.#request = request;
  }

  /** What the handler sends. */
  get answer(): BytePipe {
    return this.#output;
  }

  /** Runs the handler while the request is handed over to it. */
  async serve(run: () => void | Promise<void>): Promise<void> {
    const sending = this.#send().catch((error) => this.#input.fail(error));
    try {
      await run();
      this.#output.end();
    } catch (error) {
      this.#output.fail(error);
      throw error;
    } finally {
      this.#input.fail(
        new Deno.errors.BrokenPipe(
          "Cannot send the rest of the body: it is not wanted",
        ),
      );
      this.#body?.cancel().catch(() => {});
      await sending;
    }
  }

  read(target: Uint8Array): Promise<number | null> {
    return this.#input.read(target);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#output.write(bytes);
  }

  close(): void {
    this.cut(
      new Deno.errors.BadResource("Cannot go on: the connection is closed"),
    );
  }

  /** Ends it, whatever is under way. */
  cut(reason: unknown): void {
    const error = reason instanceof Error && !(reason instanceof DOMException)
      ? reason
      : new Deno.errors.ConnectionAborted("Cannot go on: the client has left");
    this.#input.fail(error);
    this.#output.fail(error);
  }

  async #send(): Promise<void> {
    const { body } = this.#request;
    const chunked = body !== null &&
      !this.#request.headers.has("content-length");
    await this.#input.write(requestHead(this.#request, chunked));
    if (body) {
      this.#body = body.getReader();
      while (true) {
        const { done, value: chunk } = await this.#body.read();
        if (done) break;
        if (chunk.length === 0) continue;
        if (chunked) await this.#input.write(chunkHead(chunk.length));
        await this.#input.write(chunk);
        if (chunked) await this.#input.write(CRLF);
      }
      if (chunked) await this.#input.write(LAST_CHUNK);
    }
    this.#input.end();
  }
}

const PER_HOP = new Set([
  "connection",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function requestHead(request: Request, chunked: boolean): Uint8Array {
  const { host, pathname, search } = new URL(request.url);
  const fields = new Fields([["Host", request.headers.get("host") ?? host]]);
  for (const [name, value] of request.headers) {
    if (!PER_HOP.has(name)) fields.add(name, value);
  }
  if (chunked) fields.add("Transfer-Encoding", "chunked");
  fields.add("Connection", "close");
  const line = encodeLatin1(
    `${request.method} ${pathname}${search} HTTP/1.1\r\n`,
  );
  const lines = serializeFields(fields);
  const head = new Uint8Array(line.length + lines.length);
  head.set(line);
  head.set(lines, line.length);
  return head;
}

/** Reads the answer's head; the body follows as it is written. */
async function readResponse(
  answer: BytePipe,
  method: string,
  served: Promise<void>,
): Promise<Response> {
  // A failure shows where the answer is read.
  served.catch(() => {});
  const socket = new SocketIO({
    read: (target) => answer.read(target),
    write: () =>
      Promise.reject(new Deno.errors.NotSupported("Cannot write to an answer")),
    close: () => answer.fail(nobodyReads()),
  });
  const reader = new BufferedReader(socket);
  while (true) {
    const line = decodeLatin1(await reader.readline());
    const [, code, reason] =
      /^HTTP\/1\.[01] ([0-9]{3})(?: ([^\r\n]*))?\r\n$/.exec(line) ?? [];
    if (code === undefined) {
      await served;
      throw new TypeError(
        "Cannot make a Response: the handler has sent no status line",
      );
    }
    const status = Number(code);
    const fields = await parseHeaders(reader);
    if (status < 200) continue;
    return new Response(
      method === "HEAD" || !statusAllowsContent(status)
        ? null
        : body(reader, fields, answer),
      { status, statusText: reason ?? "", headers: webHeaders(fields) },
    );
  }
}

function webHeaders(fields: HTTPMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of fields.items()) {
    if (!PER_HOP.has(name.toLowerCase())) headers.append(name, value);
  }
  return headers;
}

function body(
  reader: BufferedReader,
  fields: HTTPMessage,
  answer: BytePipe,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const length = fields.get("content-length");
  const framing = fields.has("transfer-encoding")
    ? { kind: "chunked" } as const
    : length !== null
    ? { kind: "length", length: parseContentLength(length) ?? 0 } as const
    : null;
  const source = framing
    ? new BufferedReader(
      new BodyRaw(reader, framing, null, () => Promise.resolve()),
    )
    : reader;
  const stream = toReadableStream(source, { close: false });
  const from = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await from.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      answer.fail(nobodyReads());
      await from.cancel(reason).catch(() => {});
    },
  });
}

function nobodyReads(): Error {
  return new Deno.errors.BrokenPipe("Cannot send the rest: nobody reads it");
}
