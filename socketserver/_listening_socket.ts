import { announce, resourceId, type Selectable } from "./io/mod.ts";

/** What a listening socket needs of a listener; `Deno.Listener` has it. */
interface Listener<Conn, Address> {
  readonly addr: Address;
  accept(): Promise<Conn>;
  close(): void;
}

/**
 * The `socket` of a stream server: a listener that can be waited for, and
 * whose accept is kept. An accept that is no longer awaited still takes the
 * next connection, so it is handed to whoever asks next.
 */
export class ListeningSocket<Conn extends Deno.Conn, Address extends Deno.Addr>
  implements Selectable {
  #listener: Listener<Conn, Address>;
  #address: Address;
  #closed = false;
  #timeout: number | null = null;
  #accepting: Promise<Conn> | undefined;
  #settled = false;
  // An accept under way that has an owner. Deno refuses another beside it.
  #owned: Promise<Conn> | undefined;

  constructor(
    listener: Listener<Conn, Address>,
    address: Address = listener.addr,
  ) {
    this.#listener = listener;
    this.#address = address;
  }

  /** The address it is bound to. */
  getsockname(): Address {
    return this.#address;
  }

  /** Seconds that `handleRequest()` waits at most, or `null`. */
  gettimeout(): number | null {
    return this.#timeout;
  }

  /** Sets how many seconds `handleRequest()` waits at most. */
  settimeout(seconds: number | null): void {
    this.#timeout = seconds;
  }

  /** The resource id, -1 once closed. */
  fileno(): number {
    return this.#closed ? -1 : announce(resourceId(this), this);
  }

  /** The next connection. */
  accept(): Promise<Conn> {
    const accepting = this.#keptAccept();
    this.#accepting = undefined;
    if (!this.#settled) this.#owned = accepting;
    return accepting;
  }

  /** Whether `accept()` would answer at once, if only with an error. */
  whenReadable(): true | Promise<unknown> {
    const accepting = this.#keptAccept();
    if (this.#settled) return true;
    return accepting.then(() => {}, () => {});
  }

  /**
   * Stops listening now; a connection that was accepted for nobody is closed.
   * Resolves when the accept under way has ended: only then does Deno remove
   * the file of a Unix socket.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    const unowned = this.#accepting?.then((conn) => conn.close());
    await Promise.allSettled([unowned, this.#owned]);
  }

  #keptAccept(): Promise<Conn> {
    if (!this.#accepting) {
      this.#settled = false;
      const accept = () => this.#listener.accept();
      const accepting = this.#accepting = this.#owned
        ? this.#owned.then(accept, accept)
        : accept();
      const settle = () => {
        if (this.#accepting === accepting) this.#settled = true;
        if (this.#owned === accepting) this.#owned = undefined;
      };
      accepting.then(settle, settle);
    }
    return this.#accepting;
  }
}
