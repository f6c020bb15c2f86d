import { delay } from "./_delay.ts";
import { ForkedChild, type ForkedHandler } from "./_forked_child.ts";
import { RunningRequests } from "./_running_requests.ts";
import type { DatagramRequest } from "./datagram_request_handler.ts";
import type { AnyServer, Constructor } from "./threading_mix_in.ts";

export type { ForkedHandler };

/** What {@linkcode ForkingMixIn} adds to a server. */
export interface ForkingMembers {
  /** Processes that serve at the moment; `null` before the first request. */
  activeChildren: Set<number> | null;
  /**
   * Processes at most; as many as there are cores by default, since one takes
   * some 50 MB and 30 ms to start. At the limit the server accepts no more until
   * one has nothing to do.
   */
  maxChildren: number;
  /** Seconds that a request may take before its process is ended; `null` for any number. */
  requestTimeout: number | null;
  /** Whether `serverClose` waits for running requests. */
  blockOnClose: boolean;
  /**
   * Forgets processes that have ended; Python's `collect_children`. That
   * happens by itself, so there is seldom a need to call it.
   *
   * @param options With `blocking`, waits until no request is served any more.
   */
  collectChildren(options?: { blocking?: boolean }): Promise<void>;
}

/**
 * Serves each request in a process of its own, Python's `ForkingMixIn`: a
 * handler that loops for ever, runs out of memory or ends its process takes down
 * its own request and nothing else.
 *
 * Deno cannot fork, so the handler is named by its module:
 * `new Server(address, { module: new URL("./echo.ts", import.meta.url), handler: "Echo" })`.
 * Processes have the permissions of this one, and are used again. The bytes of
 * connections pass through this process. Needs `--allow-run`, and
 * `--allow-read` for the module.
 *
 * @param Base The server class.
 * @returns A class like it, whose requests are served by children.
 *
 * @example Serves in other processes
 * ```ts ignore
 * import { ForkingMixIn, TCPServer } from "@pystd/server/socketserver";
 *
 * class Server extends ForkingMixIn(TCPServer) {
 *   override maxChildren = 4;
 * }
 *
 * await using server = new Server(
 *   { hostname: "127.0.0.1", port: 8000 },
 *   { module: new URL("./echo.ts", import.meta.url), handler: "Echo" },
 * );
 * await server.serveForever();
 * ```
 */
export function ForkingMixIn<Base extends Constructor<AnyServer>>(
  Base: Base,
): ForkingClass<Base> {
  abstract class Forking extends (Base as Constructor<AnyServer>)
    implements ForkingMembers {
    activeChildren: Set<number> | null = null;
    maxChildren: number = Math.max(1, navigator.hardwareConcurrency);
    requestTimeout: number | null = null;
    blockOnClose = true;
    readonly #handler: ForkedHandler;
    readonly #children = new Set<ForkedChild>();
    readonly #idle: ForkedChild[] = [];
    readonly #running = new RunningRequests();
    #closed = false;

    // deno-lint-ignore no-explicit-any -- a mix-in takes what its base takes
    constructor(...args: any[]) {
      const [serverAddress, handler, ...rest] = args;
      super(serverAddress, nobody, ...rest);
      this.#handler = handler;
    }

    override whenReadable(): true | Promise<unknown> {
      return this.#running.size >= this.maxChildren
        ? this.#running.oneEnds()
        : super.whenReadable();
    }

    // deno-lint-ignore require-await -- returns as soon as the child has it
    override async processRequest(
      request: unknown,
      clientAddress: unknown,
    ): Promise<void> {
      void this.#count(request, this.#run(request, clientAddress as Deno.Addr));
    }

    protected override _dropRequest(request: unknown): void {
      void this.#count(request, this.#finish(request, true));
    }

    async #count(request: unknown, task: Promise<void>): Promise<void> {
      const running = { request };
      this.#running.add(running);
      try {
        await task;
      } finally {
        this.#running.delete(running);
      }
    }

    async #run(request: unknown, clientAddress: Deno.Addr): Promise<void> {
      let done = false;
      try {
        done = await this.#serve(request, clientAddress);
      } catch (error) {
        await this._reportError(request, clientAddress, error);
      }
      // What a child that died has sent is no whole answer.
      await this.#finish(request, done);
    }

    async #finish(request: unknown, politely: boolean): Promise<void> {
      try {
        if (politely) await this.shutdownRequest(request);
        else await this.closeRequest(request);
      } catch (error) {
        this.logger.error("Cannot end a request", error);
      }
    }

    async #serve(
      request: unknown,
      clientAddress: Deno.Addr,
    ): Promise<boolean> {
      const child = this.#idle.pop() ?? this.#start();
      await child.ready;
      const active = this.activeChildren ??= new Set();
      active.add(child.pid);
      const timer = this.requestTimeout === null
        ? undefined
        : setTimeout(() => child.kill(), delay(this.requestTimeout));
      const opened = {
        clientAddress,
        localAddress: (request as Partial<Deno.Conn>).localAddr ?? null,
        serverAddress: this.serverAddress as Deno.Addr,
        datagram: Array.isArray(request),
      };
      let done = false;
      try {
        done = opened.datagram
          ? await child.serveDatagram(
            request as DatagramRequest<Deno.Addr>,
            opened,
          )
          : await child.serveStream(request as Deno.Conn, opened);
        return done;
      } finally {
        clearTimeout(timer);
        active.delete(child.pid);
        if (!done || this.#closed) child.close();
        else this.#idle.push(child);
      }
    }

    #start(): ForkedChild {
      const child = new ForkedChild(this.#handler);
      this.#children.add(child);
      child.ended.then((how) => {
        this.#children.delete(child);
        const index = this.#idle.indexOf(child);
        if (index >= 0) this.#idle.splice(index, 1);
        if (how !== "status 0") {
          this.logger.error(`Child ${child.pid} has ended by ${how}`);
        }
      });
      return child;
    }

    async collectChildren(
      { blocking = false }: { blocking?: boolean } = {},
    ): Promise<void> {
      if (blocking) await this.#running.allEnd();
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
      this.#closed = true;
      for (const child of this.#idle.splice(0)) child.close();
      if (!this.blockOnClose) return;
      await this.collectChildren({ blocking: true });
      for (const child of this.#children) child.close();
      await Promise.all([...this.#children].map(({ ended }) => ended));
    }
  }
  return Forking as unknown as ForkingClass<Base>;
}

/** A server class whose handler is named by its module. */
export type ForkingClass<Base extends Constructor<AnyServer>> =
  & Omit<Base, "prototype">
  & (new (
    serverAddress: ConstructorParameters<Base>[0],
    handler: ForkedHandler,
    options?: ConstructorParameters<Base>[2],
  ) => InstanceType<Base> & ForkingMembers);

/** Requests are served by children. */
function nobody(): never {
  throw new TypeError("Cannot serve here: children serve");
}
