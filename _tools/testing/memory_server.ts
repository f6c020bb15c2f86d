// A server without sockets, for tests of what all servers share.
import { BaseRequestHandler } from "../../socketserver/base_request_handler.ts";
import { BaseServer } from "../../socketserver/base_server.ts";
import { resourceId } from "../../socketserver/io/resource_id.ts";
import type { RequestHandlerClass } from "../../socketserver/request_handler.ts";
import { ThreadingMixIn } from "../../socketserver/threading_mix_in.ts";
import { LogBook } from "./test_clients.ts";

/** A server without a socket: requests are texts that a test hands in. */
export class MemoryServer extends BaseServer<string, string> {
  override logger = new LogBook();
  readonly closed: string[] = [];
  readonly errors: unknown[] = [];
  wakeups = 0;
  #waiting: string[] = [];
  #arrival: PromiseWithResolvers<void> | undefined;
  #open = true;

  constructor(RequestHandlerClass: RequestHandlerClass<string>) {
    super("memory", RequestHandlerClass);
  }

  deliver(...requests: string[]): void {
    this.#waiting.push(...requests);
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  override fileno(): number {
    return this.#open ? resourceId(this) : -1;
  }

  override whenReadable(): true | Promise<void> {
    this.wakeups++;
    if (this.#waiting.length > 0) return true;
    return (this.#arrival ??= Promise.withResolvers()).promise;
  }

  override getRequest(): Promise<[string, string]> {
    const request = this.#waiting.shift()!;
    return Promise.resolve([request, `sender of ${request}`]);
  }

  override closeRequest(request: string): void | Promise<void> {
    this.closed.push(request);
  }

  override handleError(_request: string, _from: string, error: unknown): void {
    this.errors.push(error);
  }

  override async serverClose(): Promise<void> {
    this.#open = false;
    await super.serverClose();
  }
}

/** The same with a task for each request. */
export class ThreadingMemoryServer extends ThreadingMixIn(MemoryServer) {}

/** A handler class out of one function. */
export function handling(
  handle: (handler: BaseRequestHandler<string, string>) => void | Promise<void>,
) {
  return class extends BaseRequestHandler<string, string> {
    override handle(): void | Promise<void> {
      return handle(this);
    }
  };
}

/** A handler that does nothing. */
export const Idle = handling(() => {});

/** Ends a server that serves, and closes it. */
export async function stop(
  server: MemoryServer,
  serving: Promise<void>,
): Promise<void> {
  await server.shutdown();
  await serving;
  await server.serverClose();
}
