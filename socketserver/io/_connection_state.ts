import { EMPTY } from "./_empty.ts";
import { Watchdog } from "./_watchdog.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";

/**
 * What the socket files need of a connection: `Deno.Conn` has it, and so has
 * any pair of pipes made to look like one.
 */
export type Connection = Pick<Deno.Conn, "read" | "write" | "close">;

/**
 * What is known of a connection beside the connection, shared by all its
 * files. `Deno.Conn` is not ours, so there is no better place.
 */
export class ConnectionState {
  /** Seconds that each read and write may take. */
  timeout: number | null = null;
  /** How many files over the connection are open. */
  files = 0;
  /** Whether the connection closes with its last file. */
  closing = false;
  /** Ends what takes too long, whichever file has begun it. */
  readonly watchdog: Watchdog = new Watchdog();

  // Bytes that were read ahead belong to whichever file reads next.
  #ahead: Uint8Array = EMPTY;
  #looking: Promise<number> | undefined;
  #settled = false;

  /** Whether a read would be answered at once: with bytes, the end or an error. */
  get isReadable(): boolean {
    return this.#settled || this.#ahead.length > 0;
  }

  /** Whether a read must go through {@linkcode lookAhead} to keep the order. */
  get hasLookedAhead(): boolean {
    return this.#looking !== undefined || this.#ahead.length > 0;
  }

  /**
   * Reads ahead, unless bytes are there or a read is under way: that one is
   * kept, since a read of a connection cannot be taken back. Tells how many
   * bytes there were; somebody else who waited may have taken them since.
   */
  lookAhead(connection: Connection): Promise<number> {
    if (this.#looking) return this.#looking;
    if (this.#ahead.length > 0) return Promise.resolve(this.#ahead.length);
    const buffer = new Uint8Array(DEFAULT_BUFFER_SIZE);
    return this.#look(connection.read(buffer), buffer);
  }

  /** Takes over a read that nobody waits for any more: what it brings is read ahead. */
  adopt(reading: Promise<number | null>, buffer: Uint8Array): void {
    if (!this.#looking) this.#look(reading, buffer);
  }

  #look(
    reading: Promise<number | null>,
    buffer: Uint8Array,
  ): Promise<number> {
    const looking = this.#looking = reading.then((count) => {
      this.#ahead = buffer.slice(0, count ?? 0);
      return this.#ahead.length;
    });
    const settle = () => void (this.#settled = true);
    looking.then(settle, settle); // an error is seen by the next read
    return looking;
  }

  /** Marks the outcome of a look-ahead as seen; a newer one goes on. */
  looked(looking: Promise<number>): void {
    if (looking !== this.#looking) return;
    this.#looking = undefined;
    this.#settled = false;
  }

  /** What was read ahead, still in place. */
  peek(): Uint8Array {
    return this.#ahead;
  }

  /** Moves bytes that were read ahead into `target`, and tells how many. */
  takeInto(target: Uint8Array): number {
    const taken = this.#ahead.subarray(0, target.length);
    target.set(taken);
    this.#ahead = taken.length === this.#ahead.length
      ? EMPTY
      : this.#ahead.subarray(taken.length);
    return taken.length;
  }
}

const states = new WeakMap<Connection, ConnectionState>();

/** The state beside a connection. */
export function stateOf(connection: Connection): ConnectionState {
  let state = states.get(connection);
  if (!state) states.set(connection, state = new ConnectionState());
  return state;
}
