import { now } from "./_clock.ts";
import {
  type Connection,
  type ConnectionState,
  stateOf,
} from "./_connection_state.ts";
import { EMPTY } from "./_empty.ts";
import type { OperationKind } from "./_watchdog.ts";
import type { Bytes } from "./bytes.ts";
import { RawIOBase } from "./raw_io_base.ts";
import { announce, resourceId, type Selectable } from "./resource_id.ts";

export type { Connection };

/** The directions of a {@linkcode SocketIO}; the `b` changes nothing. */
export type SocketMode = "r" | "w" | "rw" | "rb" | "wb" | "rwb";

/**
 * A connection as a raw stream, Python's `socket.SocketIO`: one read or write
 * is one request to the operating system.
 *
 * Closing it lets go of the connection, which stays open for its owner; see
 * {@linkcode closeSocket}.
 *
 * @example Reads from a connection
 * ```ts
 * import { BufferedReader, SocketIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await Deno.connect({ port: (listener.addr as Deno.NetAddr).port });
 * using connection = await listener.accept();
 * await client.write(new TextEncoder().encode("hello\n"));
 *
 * const rfile = new BufferedReader(new SocketIO(connection, "r"));
 * assertEquals(new TextDecoder().decode(await rfile.readline()), "hello\n");
 * await rfile.close();
 * ```
 */
export class SocketIO extends RawIOBase implements Selectable {
  static readonly #looking: OperationKind<SocketIO> = {
    due: (socket) => socket.#readDue,
    expired: (socket) => void (socket.#timedOut = true),
    error: (error) => explain("read", error),
  };

  static readonly #reading: OperationKind<SocketIO> = {
    ...SocketIO.#looking,
    expired(socket, reading, buffer): void {
      socket.#timedOut = true;
      // The bytes that it may still bring belong to the next file.
      socket.#state.adopt(reading, buffer);
    },
  };

  static readonly #writing: OperationKind<SocketIO> = {
    due: (socket) => socket.#writeDue ?? Infinity,
    expired: (socket) => void (socket.#timedOut = true),
    error: (error) => explain("write", error),
  };

  /**
   * Seconds that each operation of this stream may take, in addition to
   * {@linkcode settimeout}; `null` for no limit.
   */
  timeout: number | null = null;

  #connection: Connection;
  #state: ConnectionState;
  #reads: boolean;
  #writes: boolean;
  #timedOut = false;
  #letGo = false;
  #readDue = Infinity;
  // Hardly anybody sets it.
  #writeDue: number | undefined;
  // Of a deadline that was just set nobody needs to ask whether it is over.
  #readDueIsNew = false;

  /**
   * Opens a stream over a connection.
   *
   * @param connection The connection; it stays its owner's to close.
   * @param mode Whether to read, to write, or both.
   * @throws {RangeError} If `mode` is anything else.
   */
  constructor(connection: Connection, mode: SocketMode = "r") {
    super();
    if (!/^(r|w|rw)b?$/.test(mode)) {
      throw new RangeError(
        `Cannot open a socket with mode "${mode}": it must be r, w or rw`,
      );
    }
    this.#connection = connection;
    this.#reads = mode.includes("r");
    this.#writes = mode.includes("w");
    this.#state = stateOf(connection);
    this.#state.files++;
  }

  /** The directions, in binary spelling: `rb`, `wb` or `rwb`. */
  get mode(): string {
    return `${this.#reads ? "r" : ""}${this.#writes ? "w" : ""}b`;
  }

  /** The resource id while the stream is open, then -1. */
  get name(): number {
    return this.closed ? -1 : this.fileno();
  }

  /** Whether an operation timed out: then nothing can be read or written any more. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /**
   * Whether the stream reads.
   *
   * @throws {TypeError} If it is closed.
   */
  override readable(): boolean {
    this._checkClosed("readable");
    return this.#reads;
  }

  /**
   * Whether the stream writes.
   *
   * @throws {TypeError} If it is closed.
   */
  override writable(): boolean {
    this._checkClosed("writable");
    return this.#writes;
  }

  /**
   * A connection has no positions.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override seekable(): boolean {
    this._checkClosed("seekable");
    return false;
  }

  /**
   * The resource id of the connection.
   *
   * @throws {TypeError} If the stream is closed.
   */
  override fileno(): number {
    this._checkClosed("fileno");
    return announce(resourceId(this.#connection), this);
  }

  /** Tells a selector whether a read would return at once. */
  whenReadable(): true | Promise<unknown> {
    if (this.#state.isReadable) return true;
    return this.#state.lookAhead(this.#connection).catch(() => {});
  }

  /**
   * Limits the time until reading is done, however many reads that takes, and
   * in addition to {@linkcode settimeout}. It holds for a read that is under
   * way, too.
   *
   * @param seconds Seconds from now; `null` lifts the limit.
   */
  setReadDeadline(seconds: number | null): void {
    this.#readDue = seconds === null ? Infinity : now() + seconds * 1000;
    this.#readDueIsNew = seconds !== null && seconds > 0;
    this.#state.watchdog.hurry(this.#readDue);
  }

  /**
   * Limits the time until writing is done, however many writes that takes, and
   * in addition to {@linkcode settimeout}. It holds for a write that is under
   * way, too.
   *
   * @param seconds Seconds from now; `null` lifts the limit.
   */
  setWriteDeadline(seconds: number | null): void {
    this.#writeDue = seconds === null ? Infinity : now() + seconds * 1000;
    this.#state.watchdog.hurry(this.#writeDue);
  }

  /**
   * Reads once.
   *
   * @param buffer Where the bytes go.
   * @returns How many; 0 when the peer has closed its side; `null`, against
   * the type, if the connection's time-out is 0 and nothing has arrived.
   * @throws {Deno.errors.TimedOut} If it took too long, and ever after.
   * @throws {TypeError} If the stream or its connection is closed.
   */
  override readinto(buffer: Uint8Array): Promise<number> {
    const refusal = this.#refusal("read", this.#reads, this.#readDue);
    if (refusal) return Promise.reject(refusal);
    if (this.#state.timeout === 0) return this.#readNow(buffer);
    if (this.#state.hasLookedAhead) return this.#readAhead(buffer);
    return new Promise((done, failed) => this.#read(buffer, done, failed));
  }

  /**
   * Reads once, as {@linkcode readinto} does, and tells the outcome through one
   * of two functions, neither of which is called before this returns: a server
   * that waits on each of its connections saves a promise.
   *
   * @param buffer Where the bytes go.
   * @param done Told how many; 0 when the peer has closed its side.
   * @param failed Told what `readinto` would have thrown.
   */
  beginRead(
    buffer: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    if (
      this.#state.timeout === 0 || this.#state.hasLookedAhead ||
      this.readinto !== SocketIO.prototype.readinto
    ) {
      this.readinto(buffer).then(done, failed);
      return;
    }
    const refusal = this.#refusal("read", this.#reads, this.#readDue);
    if (refusal) void Promise.reject(refusal).catch(failed);
    else this.#read(buffer, done, failed);
  }

  #read(
    buffer: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    const reading = this.#connection.read(buffer);
    this.#follow(SocketIO.#reading, reading, buffer, done, failed);
  }

  async #readAhead(buffer: Uint8Array): Promise<number> {
    const came = await this.#lookAhead();
    const taken = this.#state.takeInto(buffer);
    // Nothing is the end only if nobody else has taken what came.
    const isOver = taken > 0 || came === 0 || buffer.length === 0;
    return isOver ? taken : await this.readinto(buffer);
  }

  // What arrives later stays with the connection, so nothing is lost.
  async #readNow(buffer: Uint8Array): Promise<number> {
    if (this.whenReadable() !== true) {
      await new Promise((next) => setTimeout(next, 0));
      if (!this.#state.isReadable) return null as unknown as number;
    }
    return await this.#readAhead(buffer);
  }

  /**
   * Shows what comes next without taking it, reading once if need be. It
   * makes line reading cheap, and every file over the connection sees the
   * same bytes afterwards.
   *
   * @returns A copy of what was read ahead, empty at the end.
   */
  async peek(): Promise<Bytes> {
    const refusal = this.#refusal("peek", this.#reads, this.#readDue);
    if (refusal) throw refusal;
    const came = await this.#lookAhead();
    const ahead = this.#state.peek();
    return came > 0 && ahead.length === 0 ? await this.peek() : ahead.slice();
  }

  /**
   * Writes once.
   *
   * @param bytes What to write.
   * @returns How many bytes were taken, maybe fewer than given.
   * @throws {Deno.errors.TimedOut} If it took too long, and ever after.
   * @throws {TypeError} If the stream or its connection is closed.
   */
  override write(bytes: Uint8Array): Promise<number> {
    const refusal = this.#refusal("write", this.#writes, this.#writeDue);
    if (refusal) return Promise.reject(refusal);
    return new Promise((done, failed) => this.#write(bytes, done, failed));
  }

  /**
   * Writes once, as {@linkcode write} does, and tells the outcome through one of
   * two functions, neither of which is called before this returns.
   *
   * @param bytes What to write.
   * @param done Told how many bytes were taken.
   * @param failed Told what `write` would have thrown.
   */
  beginWrite(
    bytes: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    if (this.write !== SocketIO.prototype.write) {
      this.write(bytes).then(done, failed);
      return;
    }
    const refusal = this.#refusal("write", this.#writes, this.#writeDue);
    if (refusal) void Promise.reject(refusal).catch(failed);
    else this.#write(bytes, done, failed);
  }

  #write(
    bytes: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    const writing = this.#connection.write(bytes);
    this.#follow(SocketIO.#writing, writing, bytes, done, failed);
  }

  #follow(
    kind: OperationKind<SocketIO>,
    promise: Promise<number | null>,
    memory: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void {
    const limit = this.#limit();
    this.#state.watchdog.guard()
      .follow(kind, this, promise, memory, limit, done, failed);
  }

  /**
   * Lets go of the connection. It closes now if {@linkcode closeSocket} was
   * called before and this is its last file.
   */
  override async close(): Promise<void> {
    if (this.#letGo) return;
    this.#letGo = true;
    await super.close();
    if (--this.#state.files > 0) return;
    this.#state.watchdog.stop();
    if (this.#state.closing) shut(this.#connection);
  }

  /** Waits until something was read ahead, and tells how many bytes that were. */
  async #lookAhead(): Promise<number> {
    const looking = this.#state.lookAhead(this.#connection);
    try {
      return await new Promise((done, failed) =>
        this.#follow(SocketIO.#looking, looking, EMPTY, done, failed)
      );
    } finally {
      if (!this.#timedOut) this.#state.looked(looking);
    }
  }

  #refusal(
    action: string,
    able: boolean,
    due = Infinity,
  ): Error | undefined {
    if (this.closed || !able || this.#timedOut) {
      return this.#refused(action, able);
    }
    if (due === Infinity) return;
    if (due === this.#readDue && this.#readDueIsNew) {
      this.#readDueIsNew = false;
      return;
    }
    // A peer that always has something ready would outrun a timer.
    if (now() >= due) {
      this.#timedOut = true;
      return new Deno.errors.TimedOut(
        `Cannot ${action} the socket: time is up`,
      );
    }
  }

  #refused(action: string, able: boolean): Error {
    try {
      this._checkClosed(action);
      if (!able) this._unsupported(action);
    } catch (error) {
      return error as Error;
    }
    return new Deno.errors.TimedOut(
      `Cannot ${action} the socket: it has timed out before`,
    );
  }

  /** When an operation that begins now must have ended, whatever the deadline. */
  #limit(): number {
    const timeout = Math.min(
      this.timeout ?? Infinity,
      this.#state.timeout ?? Infinity,
    );
    // A time-out of 0 is for reads that do not wait, which come elsewhere.
    if (timeout === Infinity || this.#state.timeout === 0) return Infinity;
    return now() + timeout * 1000;
  }
}

/** Deno names what happened to the resource; a stream says that it is closed. */
function explain(action: string, error: unknown): unknown {
  const gone = error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
  if (!gone) return error;
  return new TypeError(`Cannot ${action} the socket: it is closed`, {
    cause: error,
  });
}

/**
 * Closes a connection as Python's `socket.close` does: at once if no file is
 * open over it, else together with the last of them.
 *
 * @param connection The connection; closing it twice does nothing.
 */
export function closeSocket(connection: Connection): void {
  const state = stateOf(connection);
  state.closing = true;
  if (state.files === 0) shut(connection);
}

function shut(connection: Connection): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
