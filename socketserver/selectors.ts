import { delay } from "./_delay.ts";
import { type Selectable, selectableOf } from "./io/mod.ts";

/** Interest in reading: a connection to accept, or bytes to read. */
export const EVENT_READ = 1;

/** Interest in writing. */
export const EVENT_WRITE = 2;

/** What a selector knows of a registered object, Python's `SelectorKey`. */
export interface SelectorKey {
  /** The object as it was registered: a resource id, or something that has one. */
  readonly fileobj: number | { fileno(): number };
  /** Its resource id. */
  readonly fd: number;
  /** The events that are waited for, as a bit mask. */
  readonly events: number;
  /** Whatever the caller attached. */
  readonly data: unknown;
}

/**
 * Waits for any of several servers or streams to become ready, Python's
 * `selectors.DefaultSelector`; `serveForever` waits with one too.
 *
 * @example Serves two servers in one loop
 * ```ts
 * import {
 *   DefaultSelector,
 *   EVENT_READ,
 *   StreamRequestHandler,
 *   TCPServer,
 * } from "@pystd/server/socketserver";
 *
 * class Greeter extends StreamRequestHandler {
 *   override async handle(): Promise<void> {
 *     await this.wfile.write(new TextEncoder().encode("hello\n"));
 *   }
 * }
 *
 * await using one = new TCPServer({ hostname: "127.0.0.1", port: 0 }, Greeter);
 * await using two = new TCPServer({ hostname: "127.0.0.1", port: 0 }, Greeter);
 * using selector = new DefaultSelector();
 * selector.register(one, EVENT_READ, one);
 * selector.register(two, EVENT_READ, two);
 *
 * using _client = await Deno.connect(two.serverAddress);
 * for (const [key] of await selector.select(5)) {
 *   await (key.data as TCPServer).handleRequest();
 * }
 * ```
 */
export class DefaultSelector implements Disposable {
  #keys: Map<number, SelectorKey> | null = new Map();
  // Resources that a wait is under way for: they are not ready.
  #waits = new Map<number, Promise<unknown>>();
  #sleepers = new Set<() => void>();
  #woken = false;

  /**
   * Watches an object.
   *
   * @param fileobj A resource id, or an object with `fileno()`.
   * @param events `EVENT_READ`, `EVENT_WRITE` or both.
   * @param data Anything to find again in the key.
   * @returns The key.
   * @throws {RangeError} If `events` is empty or unknown, `fileobj` has no
   * usable resource id, or it is registered already.
   */
  register(
    fileobj: SelectorKey["fileobj"],
    events: number,
    data: unknown = null,
  ): SelectorKey {
    const keys = this.#open();
    checkEvents(events);
    const fd = filenoOf(fileobj);
    if (keys.has(fd)) {
      throw new RangeError(
        `Cannot register resource ${fd}: it is registered already`,
      );
    }
    const key: SelectorKey = { fileobj, fd, events, data };
    keys.set(fd, key);
    this.#wake(); // a select() under way watches it, too
    return key;
  }

  /**
   * Stops watching an object, closed ones included.
   *
   * @param fileobj What was registered.
   * @returns Its key.
   * @throws {RangeError} If it is not registered.
   */
  unregister(fileobj: SelectorKey["fileobj"]): SelectorKey {
    const key = this.#find(fileobj);
    this.#open().delete(key.fd);
    this.#waits.delete(key.fd);
    return key;
  }

  /**
   * Changes what is waited for, or the data.
   *
   * @param fileobj What was registered.
   * @param events The new events.
   * @param data The new data.
   * @returns The new key.
   * @throws {RangeError} If it is not registered, or `events` is empty or unknown.
   */
  modify(
    fileobj: SelectorKey["fileobj"],
    events: number,
    data: unknown = null,
  ): SelectorKey {
    checkEvents(events);
    const key = { ...this.#find(fileobj), events, data };
    this.#open().set(key.fd, key);
    this.#wake();
    return key;
  }

  /**
   * Waits until something is ready.
   *
   * @param timeout Seconds; `null` waits for ever, 0 or less only looks.
   * @param signal Ends the wait; the promise rejects with its reason.
   * @returns The ready objects, each with the events that are; empty on
   * expiry and after {@linkcode wakeup}.
   * @throws {RangeError} If `timeout` is not a number.
   */
  async select(
    timeout: number | null = null,
    signal?: AbortSignal,
  ): Promise<[key: SelectorKey, events: number][]> {
    signal?.throwIfAborted();
    if (Number.isNaN(timeout)) {
      throw new RangeError(`Cannot wait "${timeout}" seconds: not a number`);
    }
    const looksOnly = timeout !== null && timeout <= 0;
    let ready = this.#ready();
    const reads = ready.some(([, events]) => (events & EVENT_READ) !== 0);
    if (!reads && (looksOnly || ready.length > 0)) {
      // What has arrived already is only told in a later turn, which a loop
      // over things that can always be written would never let come.
      await this.#sleep(0, signal);
      ready = this.#ready();
    }
    const until = timeout === null
      ? Infinity
      : performance.now() + timeout * 1000;
    while (ready.length === 0 && !this.#woken) {
      const rest = (until - performance.now()) / 1000;
      if (rest <= 0) break;
      await this.#sleep(rest, signal);
      ready = this.#ready();
    }
    this.#woken = false;
    return ready;
  }

  /** Makes the `select()` that is under way, or the next one, return at once. */
  wakeup(): void {
    this.#woken = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /**
   * The key of an object.
   *
   * @param fileobj What was registered.
   * @returns Its key.
   * @throws {RangeError} If it is not registered.
   * @throws {TypeError} If the selector is closed.
   */
  getKey(fileobj: SelectorKey["fileobj"]): SelectorKey {
    return this.#find(fileobj);
  }

  /** All keys by resource id, as they change; `null` once the selector is closed. */
  getMap(): ReadonlyMap<number, SelectorKey> | null {
    return this.#keys;
  }

  /** Forgets everything; the objects stay open. */
  close(): void {
    this.#keys?.clear();
    this.#keys = null;
    this.#waits.clear();
    this.wakeup();
  }

  /** Closes the selector at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #ready(): [SelectorKey, number][] {
    const ready: [SelectorKey, number][] = [];
    for (const key of this.#keys?.values() ?? []) {
      const readable = (key.events & EVENT_READ) !== 0 && this.#isReadable(key);
      const events = (readable ? EVENT_READ : 0) | (key.events & EVENT_WRITE);
      if (events !== 0) ready.push([key, events]);
    }
    return ready;
  }

  // One wait for each object, however often `select` is called: callbacks
  // must not pile up on a server that nobody connects to.
  #isReadable(key: SelectorKey): boolean {
    const { fd } = key;
    if (this.#waits.has(fd)) return false;
    const readable = whenReadable(key);
    if (readable === true) return true;
    this.#waits.set(fd, readable);
    readable.then(() => {
      if (this.#waits.get(fd) !== readable) return;
      this.#waits.delete(fd);
      this.#wake();
    });
    return false;
  }

  async #sleep(
    seconds: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timer = seconds === Infinity
      ? undefined
      : setTimeout(wake, delay(seconds));
    this.#sleepers.add(wake);
    signal?.addEventListener("abort", wake);
    await promise;
    signal?.removeEventListener("abort", wake);
    this.#sleepers.delete(wake);
    clearTimeout(timer);
    signal?.throwIfAborted();
  }

  #open(): Map<number, SelectorKey> {
    if (!this.#keys) {
      throw new TypeError("Cannot use the selector: it is closed");
    }
    return this.#keys;
  }

  #find(fileobj: SelectorKey["fileobj"]): SelectorKey {
    const keys = this.#open();
    for (const key of keys.values()) {
      // An object that was closed no longer knows its number.
      if (key.fileobj === fileobj || key.fd === fileobj) return key;
    }
    const key = typeof fileobj === "number"
      ? undefined
      : keys.get(fileobj.fileno());
    if (key) return key;
    throw new RangeError("Cannot find the object: it is not registered");
  }
}

/** The selector by Python's older names: there is one implementation. */
export const SelectSelector: typeof DefaultSelector = DefaultSelector;

/** The selector by Python's older names: there is one implementation. */
export const PollSelector: typeof DefaultSelector = DefaultSelector;

function checkEvents(events: number): void {
  if (!events || (events & ~(EVENT_READ | EVENT_WRITE)) !== 0) {
    throw new RangeError(`Cannot wait for events "${events}": unknown or none`);
  }
}

function filenoOf(fileobj: SelectorKey["fileobj"]): number {
  const fd = typeof fileobj === "number" ? fileobj : fileobj?.fileno?.();
  if (!Number.isInteger(fd) || fd < 0) {
    throw new RangeError(`Cannot register "${fd}": it is no resource id`);
  }
  return fd;
}

function whenReadable({ fd, fileobj }: SelectorKey): true | Promise<unknown> {
  const known = typeof fileobj === "number"
    ? selectableOf(fd)
    : fileobj as Partial<Selectable>;
  // What cannot be waited for counts as readable, as a regular file does.
  return known?.whenReadable?.() ?? true;
}
