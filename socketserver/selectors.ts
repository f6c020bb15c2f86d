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

/** One object under watch. */
interface Entry {
  key: SelectorKey;
  /** Whether a wait for it is under way: then it is not ready. */
  waiting: boolean;
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
  #entries: Map<number, Entry> | null = new Map();
  #wake: (() => void) | undefined;
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
    const entries = this.#open();
    checkEvents(events);
    const fd = filenoOf(fileobj);
    if (entries.has(fd)) {
      throw new RangeError(
        `Cannot register resource ${fd}: it is registered already`,
      );
    }
    const key: SelectorKey = { fileobj, fd, events, data };
    entries.set(fd, { key, waiting: false });
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
    const { key } = this.#find(fileobj);
    this.#open().delete(key.fd);
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
    const entry = this.#find(fileobj);
    entry.key = { ...entry.key, events, data };
    return entry.key;
  }

  /**
   * Waits until something is ready.
   *
   * @param timeout Seconds; `null` waits for ever, 0 or less only looks.
   * @param signal Ends the wait; the promise rejects with its reason.
   * @returns The ready objects, each with the events that are; empty on
   * expiry and after {@linkcode wakeup}.
   */
  async select(
    timeout: number | null = null,
    signal?: AbortSignal,
  ): Promise<[key: SelectorKey, events: number][]> {
    signal?.throwIfAborted();
    const looksOnly = timeout !== null && timeout <= 0;
    let ready = this.#ready();
    if (ready.length === 0 && looksOnly) {
      // What has arrived already is only told in a later turn.
      await this.#sleep(0, signal);
      ready = this.#ready();
    }
    const until = timeout === null
      ? Infinity
      : performance.now() + timeout * 1000;
    while (ready.length === 0 && !this.#woken) {
      const rest = until - performance.now();
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
    this.#wake?.();
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
    return this.#find(fileobj).key;
  }

  /** All keys by resource id, or `null` once the selector is closed. */
  getMap(): ReadonlyMap<number, SelectorKey> | null {
    if (!this.#entries) return null;
    return new Map([...this.#entries].map(([fd, { key }]) => [fd, key]));
  }

  /** Forgets everything; the objects stay open. */
  close(): void {
    this.#entries = null;
    this.wakeup();
  }

  /** Closes the selector at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #ready(): [SelectorKey, number][] {
    const ready: [SelectorKey, number][] = [];
    for (const entry of this.#entries?.values() ?? []) {
      const { key } = entry;
      const readable = (key.events & EVENT_READ) !== 0 &&
        this.#isReadable(entry);
      const events = (readable ? EVENT_READ : 0) | (key.events & EVENT_WRITE);
      if (events !== 0) ready.push([key, events]);
    }
    return ready;
  }

  // One wait for each object, however often `select` is called: callbacks
  // must not pile up on a server that nobody connects to.
  #isReadable(entry: Entry): boolean {
    if (entry.waiting) return false;
    const readable = whenReadable(entry.key);
    if (readable === true) return true;
    entry.waiting = true;
    readable.then(() => {
      entry.waiting = false;
      this.#wake?.();
    });
    return false;
  }

  async #sleep(
    milliseconds: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (milliseconds !== Infinity) timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
    signal?.throwIfAborted();
  }

  #open(): Map<number, Entry> {
    if (!this.#entries) {
      throw new TypeError("Cannot use the selector: it is closed");
    }
    return this.#entries;
  }

  #find(fileobj: SelectorKey["fileobj"]): Entry {
    const entries = this.#open();
    for (const entry of entries.values()) {
      // An object that was closed no longer knows its number.
      if (entry.key.fileobj === fileobj || entry.key.fd === fileobj) {
        return entry;
      }
    }
    const entry = typeof fileobj === "number"
      ? undefined
      : entries.get(fileobj.fileno());
    if (entry) return entry;
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
