import { RunningRequests } from "./_running_requests.ts";
import type { BaseServer, ServeOptions } from "./base_server.ts";
import { FatalError } from "./fatal_error.ts";

/** What {@linkcode ThreadingMixIn} adds to a server. */
export interface ThreadingMembers {
  /** Whether nobody waits for running requests, and they do not keep the program alive. */
  daemonThreads: boolean;
  /** Whether `serverClose` waits for running requests that are not daemons. */
  blockOnClose: boolean;
  /**
   * Requests that may run at once; `null` for any number. At the limit the
   * server accepts no more until one ends.
   */
  maxConcurrent: number | null;

  /**
   * Serves one request to its end: `finishRequest`, on an error
   * `handleError`, and always `shutdownRequest`. May be overridden.
   *
   * @param request The request.
   * @param clientAddress Where it comes from.
   */
  processRequestThread(request: unknown, clientAddress: unknown): Promise<void>;

  /**
   * Told of the error that ended a task and is nobody else's: a
   * {@linkcode FatalError}, or one that `shutdownRequest` threw. Python's
   * `threading.excepthook`. Logs by default; may be overridden.
   *
   * @param error What was thrown.
   */
  excepthook(error: unknown): void | Promise<void>;
}

/** Any server, whatever it serves. */
// deno-lint-ignore no-explicit-any -- a mix-in takes any server
export type AnyServer = BaseServer<any, any>;

/** A class that can be constructed. */
// deno-lint-ignore no-explicit-any -- the only type that a mix-in's base can have
export type Constructor<T> = abstract new (...args: any[]) => T;

const THREADING = Symbol("ThreadingMixIn");

/** Python's `ThreadingMixIn`, as a function from a server class to a server class. */
export interface ThreadingMixIn {
  /** Applies the mix-in. */
  <B extends Constructor<AnyServer>>(
    Base: B,
  ): B & Constructor<ThreadingMembers>;
  /** Makes `server instanceof ThreadingMixIn` work. */
  [Symbol.hasInstance](value: unknown): boolean;
}

/**
 * Makes a server concurrent, Python's `ThreadingMixIn`: each request runs as
 * a task of its own, so a slow client delays nobody else.
 *
 * @param Base The server class.
 * @returns A class like it, whose `processRequest` starts a task and returns.
 *
 * @example Makes a server of one's own concurrent
 * ```ts
 * import { StreamRequestHandler, TCPServer, ThreadingMixIn } from "@pystd/server/socketserver";
 * import { assert } from "@std/assert";
 *
 * class Server extends ThreadingMixIn(TCPServer) {
 *   override daemonThreads = true;
 * }
 *
 * await using server = new Server({ hostname: "127.0.0.1", port: 0 }, StreamRequestHandler);
 * assert(server instanceof ThreadingMixIn);
 * ```
 */
export const ThreadingMixIn: ThreadingMixIn = Object.defineProperty(
  mixIn as ThreadingMixIn,
  Symbol.hasInstance,
  { value: isThreading },
);

/**
 * Whether a server runs its requests as tasks.
 *
 * @param server Any server, or anything else.
 * @returns Whether {@linkcode ThreadingMixIn} was applied to its class.
 */
export function isThreading(
  server: unknown,
): server is AnyServer & ThreadingMembers {
  return typeof server === "object" && server !== null && THREADING in server;
}

/** The requests whose tasks are not done yet. */
class Tasks extends RunningRequests {
  get length(): number {
    return this.size;
  }

  /** Waits until all are done. */
  join(): Promise<void> {
    return this.allEnd();
  }
}

/** Takes from a connection what keeps the program alive. */
function unref(request: unknown): void {
  (request as { unref?: () => void }).unref?.();
}

function mixIn<B extends Constructor<AnyServer>>(
  Base: B,
): B & Constructor<ThreadingMembers> {
  abstract class Threading extends Base implements ThreadingMembers {
    readonly [THREADING] = true;
    daemonThreads = false;
    blockOnClose = true;
    maxConcurrent: number | null = null;

    /** Those that `serverClose` waits for. */
    protected _threads = new Tasks();
    #running = new RunningRequests();
    #serving = false;

    override async serveForever(
      options?: number | ServeOptions,
    ): Promise<void> {
      this.#serving = true;
      try {
        await super.serveForever(options);
      } finally {
        this.#serving = false;
        if (this.daemonThreads) [...this.#running.values()].forEach(unref);
      }
    }

    // A server without a free place is not ready: it leaves connections in
    // the operating system's queue, and can still be told to stop.
    override whenReadable(): true | Promise<unknown> {
      if (
        this.maxConcurrent !== null && this.#running.size >= this.maxConcurrent
      ) {
        return this.#running.oneEnds();
      }
      return super.whenReadable();
    }

    // deno-lint-ignore require-await -- returns as soon as the task has started
    override async processRequest(
      request: unknown,
      clientAddress: unknown,
    ): Promise<void> {
      // While the server waits for connections the program lives anyway, and
      // each read of one that does not count costs more.
      if (this.daemonThreads && !this.#serving) unref(request);
      this.#start(
        request,
        () => this.processRequestThread(request, clientAddress),
      );
    }

    protected override _dropRequest(request: unknown): void {
      this.#start(request, () => this.shutdownRequest(request));
    }

    // Whatever waits for the task is kept as long as a connection is idle.
    #start(request: unknown, task: () => Promise<void>): void {
      const running = { request };
      this.#running.add(running);
      if (!this.daemonThreads) this._threads.add(running);
      const end = () => {
        this.#running.delete(running);
        this._threads.delete(running);
      };
      const fail = (error: unknown) => this.#report(error).finally(end);
      try {
        Promise.resolve(task()).then(end, fail);
      } catch (error) {
        void fail(error);
      }
    }

    async #report(error: unknown): Promise<void> {
      try {
        await this.excepthook(error);
      } catch (second) {
        this.logger.error("Cannot report an error: excepthook failed", second);
      }
    }

    async processRequestThread(
      request: unknown,
      clientAddress: unknown,
    ): Promise<void> {
      try {
        await this.finishRequest(request, clientAddress);
      } catch (error) {
        if (error instanceof FatalError) throw error;
        await this._reportError(request, clientAddress, error);
      } finally {
        await this.shutdownRequest(request);
      }
    }

    excepthook(error: unknown): void | Promise<void> {
      this.logger.error("Cannot finish a request: its task failed", error);
    }

    protected override *_runningRequests(): Iterable<unknown> {
      yield* super._runningRequests();
      yield* this.#running.values();
    }

    protected override async _requestsDone(own: unknown): Promise<void> {
      await super._requestsDone(own);
      await this.#running.allEnd(own);
    }

    override async serverClose(): Promise<void> {
      await super.serverClose();
      if (this.blockOnClose) await this._threads.join();
    }
  }
  return Threading as B & Constructor<ThreadingMembers>;
}
