import { EMPTY } from "./bytes.ts";
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

  // Bytes that were read ahead belong to whichever file reads next.
  #ahead: Uint8Array = EMPTY;
  #looking: Promise<void> | undefined;

  /** How many bytes were read ahead. */
  get ahead(): number {
    return this.#ahead.length;
  }

  /** Whether a read must go through {@linkcode lookAhead} to keep the order. */
  get hasLookedAhead(): boolean {
    return this.#looking !== undefined || this.#ahead.length > 0;
  }

  /**
   * Reads ahead, unless bytes are there or a read is under way: that one is
   * kept, since a read of a connection cannot be taken back.
   */
  lookAhead(connection: Connection): Promise<void> {
    if (this.#ahead.length > 0) return Promise.resolve();
    if (!this.#looking) {
      this.#looking = this.#read(connection);
      this.#looking.catch(() => {}); // seen by the next read
    }
    return this.#looking;
  }

  async #read(connection: Connection): Promise<void> {
    const buffer = new Uint8Array(DEFAULT_BUFFER_SIZE);
    const count = await connection.read(buffer);
    this.#ahead = buffer.subarray(0, count ?? 0);
  }

  /** Marks the outcome of a look-ahead as seen. */
  looked(): void {
    this.#looking = undefined;
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
