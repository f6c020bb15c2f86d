import { AsyncLocalStorage } from "node:async_hooks";
import { ignoringOsErrors, isOutOfResources } from "./_os_error.ts";
import { isOSError } from "./os_error.ts";
import { formatAddress } from "./_addresses.ts";
import { delay } from "./_delay.ts";
import { FatalError } from "./fatal_error.ts";
import type { Selectable } from "./io/mod.ts";
import {
  makeHandler,
  type RequestHandlerClass,
  type StoppableHandler,
} from "./request_handler.ts";
import { DefaultSelector, EVENT_READ } from "./selectors.ts";

/** What {@linkcode BaseServer.serveForever} can be told. */
export interface ServeOptions {
  /** Seconds between two calls of `serviceActions` while nothing happens. */
  pollInterval?: number;
  /** Ends the loop when it aborts, as `shutdown()` does. */
  signal?: AbortSignal | undefined;
}

/** What {@linkcode BaseServer.shutdown} can be told. */
export interface ShutdownOptions {
  /**
   * Seconds that running requests may take to end by themselves; then their
   * connections are closed. Without it nobody waits for them.
   */
  drain?: number;
}

/** Where a server reports what went wrong. `console` is one. */
export interface Logger {
  /** Takes a message, and the error behind it if there is one. */
  error(message: string, error?: unknown): void;
}

// Accepting anew at once would fail at once: wait, longer each time.
const FIRST_BACKOFF = 0.01;
const LAST_BACKOFF = 1;
// Seconds between two complaints about that.
const COMPLAINT_INTERVAL = 60;

/** A request that a server is at work on. */
interface Errand<Request = unknown> {
  readonly server: object;
  readonly request: Request;
}

// Tells a shutdown from inside a request from one outside. Following a
// context costs nothing per await.
const errands = new AsyncLocalStorage<Errand>();

/**
 * The loop that all servers share, Python's `socketserver.BaseServer`:
 *
 *     serveForever
 *       getRequest ─ verifyRequest ─ processRequest ─┬─ finishRequest ─ new RequestHandlerClass(…).run()
 *       serviceActions                               └─ shutdownRequest ─ closeRequest
 *
 * The base serves one request after the other; a mix-in such as
 * {@linkcode ThreadingMixIn} overrides `processRequest`. Subclasses define
 * `getRequest`, `fileno` and `whenReadable`, and whichever hook they want to
 * change.
 *
 * @typeParam Request What a request is: a connection, or a datagram.
 * @typeParam Address Where a request comes from.
 */
export abstract class BaseServer<Request = unknown, Address = unknown>
  implements AsyncDisposable, Selectable {
  /** The server's address: as given, then as bound. */
  serverAddress: Address;
  /** Makes the handler of each request. May be replaced at any time. */
  RequestHandlerClass: RequestHandlerClass<Request>;
  /** Seconds that `handleRequest()` waits for a request; `null` for ever. */
  timeout: number | null = null;
  /** Where errors are reported. */
  logger: Logger = console;
  /** Handlers at work; each enters and leaves by itself. */
  readonly handlers: Set<StoppableHandler> = new Set();

  #selector: DefaultSelector | undefined;
  #shutdownAsked = false;
  #ended: PromiseWithResolvers<void> | undefined;
  #current: Errand<Request> | undefined;
  #backoff = 0;
  #complained = -Infinity;

  // The selector of handleRequest is kept with its wait: a program that calls
  // it over and over would pile up callbacks on a server nobody connects to.
  #kept: DefaultSelector | undefined;

  /**
   * Stores the address and the handler class. Opens nothing.
   *
   * @param serverAddress Where to serve.
   * @param RequestHandlerClass A class with `run()`, or a function that makes an object with it.
   */
  constructor(
    serverAddress: Address,
    RequestHandlerClass: RequestHandlerClass<Request>,
  ) {
    this.serverAddress = serverAddress;
    this.RequestHandlerClass = RequestHandlerClass;
  }

  /**
   * Waits for the next request and takes it.
   *
   * @returns The request, and where it comes from.
   */
  abstract getRequest(): Promise<[request: Request, clientAddress: Address]>;

  /** The resource id of what the server listens on, -1 once closed. */
  abstract fileno(): number;

  /**
   * Tells a selector whether a request waits. The base says yes, which leaves
   * the waiting to `getRequest`.
   */
  whenReadable(): true | Promise<unknown> {
    return true;
  }

  /** Starts listening; may be overridden. */
  serverActivate(): void {}

  /**
   * Serves requests until {@linkcode shutdown}. May be called again then.
   *
   * @param options Seconds between two `serviceActions`, 0.5 by default; or options.
   * @throws What `serviceActions` throws, and {@linkcode FatalError} from a serial handler.
   */
  async serveForever(options: number | ServeOptions = {}): Promise<void> {
    const { pollInterval = 0.5, signal } = typeof options === "number"
      ? { pollInterval: options }
      : options;
    const selector = this.#selector = new DefaultSelector();
    const ended = this.#ended = Promise.withResolvers<void>();
    const stop = () => void this.shutdown();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      if (signal?.aborted) return;
      selector.register(this, EVENT_READ);
      while (!this.#shutdownAsked) {
        const ready = await selector.select(this.#idleTime(pollInterval));
        if (this._stopping) break;
        if (ready.length > 0) await this._handleRequestNoblock();
        await this.serviceActions();
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      selector.close();
      this.#selector = undefined;
      this.#shutdownAsked = false;
      this.#ended = undefined;
      ended.resolve();
    }
  }

  /** A server with nothing to do between requests sleeps until the next one. */
  #idleTime(pollInterval: number): number | null {
    return this.serviceActions === BaseServer.prototype.serviceActions
      ? null
      : pollInterval;
  }

  /**
   * Ends `serveForever`, which finishes the request at hand first, and waits
   * until it has. Asked before `serveForever` starts, that returns at once
   * when it does. From inside a request of a serial server it returns without
   * waiting for itself.
   *
   * @param options Whether to wait for requests that run on, and how long.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    this.#shutdownAsked = true;
    this.#selector?.wakeup();
    const errand = errands.getStore();
    const inside = errand !== undefined && errand === this.#current;
    const loop = inside ? undefined : this.#ended?.promise;
    if (options.drain === undefined) await loop;
    else {
      const own = errand?.server === this ? errand.request : undefined;
      await this.#drain(options.drain, loop, own as Request | undefined);
    }
  }

  async #drain(
    seconds: number,
    loop: Promise<void> | undefined,
    own: Request | undefined,
  ): Promise<void> {
    const told = new Set<StoppableHandler>();
    this.#tellHandlers(told);
    const ended = async () => {
      await loop;
      this.#tellHandlers(told); // those whose request was just being accepted
      await this._requestsDone(own);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expired = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), delay(seconds));
    });
    const late = await Promise.race([ended(), expired]) === true;
    clearTimeout(timer);
    if (!late) return;
    await Promise.all(
      [...this._runningRequests()].map(async (request) => {
        if (request === own) return;
        await ignoringOsErrors(() => this.closeRequest(request));
      }),
    );
    await loop;
  }

  #tellHandlers(told: Set<StoppableHandler>): void {
    for (const handler of this.handlers) {
      if (told.has(handler)) continue;
      told.add(handler);
      handler.serverStopping();
    }
  }

  /** Whether the server was told to stop, or is closed. */
  protected get _stopping(): boolean {
    return this.#shutdownAsked || this.fileno() < 0;
  }

  /** The requests being served now, for `shutdown` to close. */
  protected _runningRequests(): Iterable<Request> {
    return this.#current === undefined ? [] : [this.#current.request];
  }

  /** Resolves when no request but `_own` is being served beside the loop. */
  protected _requestsDone(_own: Request | undefined): Promise<unknown> {
    return Promise.resolve();
  }

  /**
   * Waits for one request, at most `timeout` seconds, and serves it.
   *
   * @throws {FatalError} If a serial handler throws it.
   */
  async handleRequest(): Promise<void> {
    const selector = this.#keptSelector();
    const ready = await selector.select(this._requestTimeout());
    this.#kept = selector;
    if (ready.length > 0) await this._handleRequestNoblock();
    else await this.handleTimeout();
  }

  #keptSelector(): DefaultSelector {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept?.getMap()?.has(this.fileno())) return kept;
    const selector = new DefaultSelector();
    selector.register(this, EVENT_READ);
    return selector;
  }

  /** Seconds that `handleRequest` waits, or `null` for ever. */
  protected _requestTimeout(): number | null {
    return this.timeout;
  }

  /** Takes one request that is there, and serves it or drops it. */
  protected async _handleRequestNoblock(): Promise<void> {
    let request: Request;
    let clientAddress: Address;
    try {
      [request, clientAddress] = await this.getRequest();
    } catch (error) {
      if (!isOSError(error)) throw error;
      if (isOutOfResources(error)) await this.#backOff(error);
      return;
    }
    this.#backoff = 0;
    const errand = this.#current = { server: this, request };
    try {
      await errands.run(errand, () => this.#serve(request, clientAddress));
    } finally {
      this.#current = undefined;
    }
  }

  async #serve(request: Request, clientAddress: Address): Promise<void> {
    try {
      if (await this.verifyRequest(request, clientAddress)) {
        await this.processRequest(request, clientAddress);
      } else {
        await this._dropRequest(request);
      }
    } catch (error) {
      try {
        if (error instanceof FatalError) throw error;
        await this._reportError(request, clientAddress, error);
      } finally {
        await this.#abandon(request);
      }
    }
  }

  /** Ends a request that went wrong: whatever else fails is not the server's end. */
  async #abandon(request: Request): Promise<void> {
    try {
      await this._dropRequest(request);
    } catch (error) {
      if (error instanceof FatalError) throw error;
      this.logger.error("Cannot end a request: shutdownRequest failed", error);
    }
  }

  /**
   * Ends a request that is not served, or not any more. Its client may take
   * its time: servers with other requests at work do not wait for it.
   */
  protected _dropRequest(request: Request): void | Promise<void> {
    return this.shutdownRequest(request);
  }

  /** Calls `handleError`; one that throws itself is reported, not passed on. */
  protected async _reportError(
    request: Request,
    clientAddress: Address,
    error: unknown,
  ): Promise<void> {
    try {
      await this.handleError(request, clientAddress, error);
    } catch (second) {
      if (second instanceof FatalError) throw second;
      this.logger.error("Cannot handle an error: handleError failed", second);
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const now = performance.now();
    if (now - this.#complained >= COMPLAINT_INTERVAL * 1000) {
      this.#complained = now;
      this.logger.error(`Cannot accept connections for now: ${error}`);
    }
    this.#backoff = Math.min(LAST_BACKOFF, this.#backoff * 2 || FIRST_BACKOFF);
    using pause = new DefaultSelector();
    const selector = this.#selector;
    this.#selector = pause;
    if (!this.#shutdownAsked) await pause.select(this.#backoff);
    this.#selector = selector;
  }

  /** `handleRequest` saw no request in time; may be overridden. */
  handleTimeout(): void | Promise<void> {}

  /**
   * Whether to serve a request; may be overridden.
   *
   * @param _request The request.
   * @param _clientAddress Where it comes from.
   * @returns False to drop it. One that throws drops it, too.
   */
  verifyRequest(
    _request: Request,
    _clientAddress: Address,
  ): boolean | Promise<boolean> {
    return true;
  }

  /**
   * Serves a request to its end; mix-ins override it.
   *
   * @param request The request.
   * @param clientAddress Where it comes from.
   */
  async processRequest(
    request: Request,
    clientAddress: Address,
  ): Promise<void> {
    await this.finishRequest(request, clientAddress);
    await this.shutdownRequest(request);
  }

  /**
   * Makes the handler and runs it; may be overridden to construct it otherwise.
   *
   * @param request The request.
   * @param clientAddress Where it comes from.
   */
  finishRequest(request: Request, clientAddress: Address): Promise<void> {
    // Nothing here waits with the handler: an idle connection keeps all that does.
    try {
      const { RequestHandlerClass } = this;
      return Promise.resolve(
        makeHandler(RequestHandlerClass, request, clientAddress, this).run(),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Ends a request politely; may be overridden.
   *
   * @param request The request.
   */
  async shutdownRequest(request: Request): Promise<void> {
    await this.closeRequest(request);
  }

  /**
   * Releases what a request holds; may be overridden.
   *
   * @param _request The request.
   */
  closeRequest(_request: Request): void | Promise<void> {}

  /** Called after each request and every poll interval; may be overridden. */
  serviceActions(): void | Promise<void> {}

  /**
   * Reports an error that left a handler, to the {@linkcode logger}; may be
   * overridden. The server goes on.
   *
   * @param _request The request.
   * @param clientAddress Where it comes from.
   * @param error What was thrown.
   */
  handleError(
    _request: Request,
    clientAddress: Address,
    error: unknown,
  ): void | Promise<void> {
    const rule = "-".repeat(40);
    // To show a stack Deno opens files, and panics if there are no descriptors.
    const starved = this.#backoff > 0 || isOutOfResources(error);
    const trace = error instanceof Error && !starved
      ? error.stack ?? String(error)
      : String(error);
    this.logger.error(
      `${rule}\nException occurred during processing of request from ${
        formatAddress(clientAddress)
      }\n${trace}\n${rule}`,
    );
  }

  /** Releases what the server holds; calling it again does nothing. */
  // deno-lint-ignore require-await -- overrides have to wait
  async serverClose(): Promise<void> {
    this.#selector?.wakeup();
  }

  /** Closes the server at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.serverClose();
  }
}
