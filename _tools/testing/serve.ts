/**
 * A server for the length of a test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type RequestHandlerClass,
  ThreadingHTTPServer,
} from "../../http_server/http_server.ts";
import { RawClient } from "./raw_client.ts";

/** A server that serves until it is disposed of. */
export class Served implements AsyncDisposable {
  /** The server. */
  readonly server: ThreadingHTTPServer;
  /** What was thrown to the server by handlers; must be empty in the end. */
  readonly errors: unknown[] = [];
  readonly #serving: Promise<void>;

  constructor(server: ThreadingHTTPServer) {
    this.server = server;
    server.handleError = (_request, _address, error) => {
      this.errors.push(error);
    };
    server.logger = { error: (...args) => this.errors.push(args) };
    this.#serving = server.serveForever();
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.server.serverAddress;
  }

  /** Connects to it. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.address);
  }

  /**
   * Sends bytes on a connection of their own.
   *
   * @returns All that comes back until the server closes.
   */
  async ask(data: string | Uint8Array): Promise<string> {
    using client = await this.connect();
    await client.send(data);
    return await client.readToEnd();
  }

  /** The errors so far, which are then expected ones. */
  takeErrors(): unknown[] {
    return this.errors.splice(0);
  }

  /** Stops the server; what handlers have thrown unexpectedly fails the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown({ drain: 1 });
    await this.#serving;
    await this.server.serverClose();
    assertEquals(this.errors, []);
  }
}

/**
 * Starts a server on a free port of the loopback.
 *
 * @param HandlerClass Serves each connection.
 * @param configure Changes the server before it starts.
 */
export function serve(
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  configure: (server: ThreadingHTTPServer) => void = () => {},
): Served {
  const server = new ThreadingHTTPServer(
    { hostname: "127.0.0.1", port: 0 },
    HandlerClass,
  );
  configure(server);
  return new Served(server);
}
