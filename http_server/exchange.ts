import {
  BytesIO,
  type Connection,
  encodeLatin1,
} from "../socketserver/io/mod.ts";
import { makeHandler, type RequestHandlerClass } from "../socketserver/mod.ts";

/** What {@linkcode exchange} can be told. */
export interface ExchangeOptions {
  /** Where the client seems to be. */
  clientAddress?: Deno.NetAddr;
  /** The server that the handler sees. */
  server?: object;
}

/**
 * Drives a handler class without a socket: gives it bytes, as one client on
 * one connection that then closes its side, and returns the bytes of its
 * answers. For tests of handlers.
 *
 * @param HandlerClass The class to try.
 * @param input What the client sends; text is sent as Latin-1.
 * @param options The client's address, and a server.
 * @returns All that the handler has sent.
 * @throws What the handler throws to its server.
 *
 * @example Tests a handler
 * ```ts
 * import { BaseHTTPRequestHandler, exchange } from "@pystd/server/http-server";
 * import { assertStringIncludes } from "@std/assert";
 *
 * class Teapot extends BaseHTTPRequestHandler {
 *   async doGET(): Promise<void> {
 *     await this.sendError(418);
 *   }
 *   override logMessage(): void {}
 * }
 *
 * const answer = await exchange(Teapot, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 * assertStringIncludes(new TextDecoder().decode(answer), "418 I'm a Teapot");
 * ```
 */
export async function exchange(
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  input: string | Uint8Array,
  options: ExchangeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const clientAddress = options.clientAddress ??
    { transport: "tcp", hostname: "127.0.0.1", port: 50000 };
  const connection = new MemoryConnection(
    typeof input === "string" ? encodeLatin1(input) : input,
  );
  const server = options.server ?? {};
  await makeHandler(
    HandlerClass,
    connection as unknown as Deno.Conn,
    clientAddress,
    server,
  ).run();
  return connection.sent;
}

/** A connection to a client that has said everything already. */
class MemoryConnection implements Connection {
  #input: Uint8Array;
  #output = new BytesIO();

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  get sent(): Uint8Array<ArrayBuffer> {
    return this.#output.getvalue();
  }

  read(target: Uint8Array): Promise<number | null> {
    const chunk = this.#input.subarray(0, target.length);
    target.set(chunk);
    this.#input = this.#input.subarray(chunk.length);
    return Promise.resolve(chunk.length || null);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#output.write(bytes);
  }

  close(): void {}
}
