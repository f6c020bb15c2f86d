import { settled } from "./_abortable.ts";
import { Mutex } from "./_mutex.ts";
import { Window } from "./_window.ts";
import type { Bytes } from "./bytes.ts";
import type { RawIOBase } from "./raw_io_base.ts";

/** A raw stream whose reads answer `null` only if `WouldBlock` says so. */
export type RawReader<WouldBlock extends null = never> = {
  readinto(buffer: Uint8Array): Promise<number | WouldBlock>;
  /** Bytes left to be read as far as is known, so that they get room at once. */
  remaining?(): Promise<number>;
  /** Reads once as `readinto` does, and saves its promise. */
  beginRead?(
    buffer: Uint8Array,
    done: (count: number) => void,
    failed: (error: unknown) => void,
  ): void;
} & RawIOBase;

/**
 * The reads of a raw stream into a window, for callers who take turns. A read
 * cannot be taken back: if its caller has left, it is kept, its bytes land in
 * the window, and the next caller waits for it.
 */
export class RawReads<WouldBlock extends null> {
  /** Whose turn it is. */
  readonly mutex: Mutex = new Mutex();
  /** What was read and nobody has taken yet. */
  readonly window: Window;
  /** The stream, until somebody lets go of it. */
  raw: RawReader<WouldBlock> | undefined;

  readonly #size: number;
  readonly #half: number;
  /** Bytes to ask for at once now. */
  #step: number;

  // The read that is under way and can be left.
  #kept: Promise<number | WouldBlock> | undefined;
  // The same read, once it was seen to settle.
  #settled: Promise<number | WouldBlock> | undefined;
  #offered = 0;

  // Who waits for a read that nobody can leave, and whether it ends a turn.
  #done: (count: number | WouldBlock) => void = nothing;
  #failed: (error: unknown) => void = nothing;
  #leaves = false;

  /**
   * Reads nothing yet.
   *
   * @param raw The stream to read.
   * @param size Bytes to ask it for at once.
   * @param initialSize Bytes to ask it for until that was too little.
   */
  constructor(
    raw: RawReader<WouldBlock> | undefined,
    size: number,
    initialSize: number,
  ) {
    this.raw = raw;
    this.window = new Window(size);
    this.#size = size;
    this.#half = Math.ceil(size / 2);
    this.#step = Math.min(size, initialSize);
  }

  /** Whether a read that somebody has left is under way. */
  get keepsOne(): boolean {
    return this.#kept !== undefined;
  }

  /** Whether the read that is under way has an outcome. */
  get hasSettled(): boolean {
    return this.#kept !== undefined && this.#kept === this.#settled;
  }

  /** Begins a read unless one is under way, and leaves it: it settles when that has an outcome. */
  lookAhead(): Promise<void> {
    const reading = this.#keptRead(this.#half, 0);
    const settle = () => void (this.#settled = reading);
    return reading.then(settle, settle);
  }

  /**
   * Reads once for who has the turn, and takes whatever comes: the window
   * doubles. A buffer of one byte is for those who must not read ahead, so it
   * does not.
   */
  more(signal?: AbortSignal): Promise<number | WouldBlock> {
    return this.once(this.#half, this.#moreWanted, signal);
  }

  /** As {@linkcode more} does, but tells the outcome to one of two functions, and ends the turn before. */
  beginMore(
    done: (count: number | WouldBlock) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#leaves = true;
    this.#begin(this.#half, this.#moreWanted, done, failed);
  }

  get #moreWanted(): number {
    return this.#size > 1 ? this.window.length : 1;
  }

  /**
   * Reads once for who has the turn. It asks for `wanted` bytes or the buffer's
   * size, whichever is more, but is content with room for `enough`.
   */
  once(
    enough: number,
    wanted: number,
    signal?: AbortSignal,
  ): Promise<number | WouldBlock> {
    if (signal) return this.#onceUnlessAborted(enough, wanted, signal);
    if (this.#kept) return this.#landed(this.#kept);
    return new Promise((done, failed) =>
      this.#begin(enough, wanted, done, failed)
    );
  }

  /** Checks what a raw stream says that it has read. */
  checkCount(got: number, room: number): number {
    if (got >= 0 && got <= room && Number.isInteger(got)) return got;
    throw new Deno.errors.InvalidData(
      `Cannot read from "${this.raw?.constructor.name}": readinto gave ${got}, outside 0 to ${room}`,
    );
  }

  /** A read that nobody can leave, and so without a promise to keep. */
  #begin(
    enough: number,
    wanted: number,
    done: (count: number | WouldBlock) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#done = done;
    this.#failed = failed;
    try {
      const raw = this.raw ?? detached();
      const target = this.#room(enough, wanted);
      if (raw.beginRead) raw.beginRead(target, this.#onRead, this.#onError);
      else raw.readinto(target).then(this.#onRead, this.#onError);
    } catch (error) {
      void Promise.reject(error).catch(this.#onError);
    }
  }

  #onRead: (got: number | WouldBlock) => void = (got) => {
    this.#endTurn();
    try {
      this.#land(got);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#done(got);
  };

  #onError: (error: unknown) => void = (error) => {
    this.#endTurn();
    this.#failed(error);
  };

  #endTurn(): void {
    if (!this.#leaves) return;
    this.#leaves = false;
    this.mutex.leave();
  }

  async #onceUnlessAborted(
    enough: number,
    wanted: number,
    signal: AbortSignal,
  ): Promise<number | WouldBlock> {
    signal.throwIfAborted();
    const reading = this.#keptRead(enough, wanted);
    await settled(reading, signal);
    return await this.#landed(reading);
  }

  #keptRead(enough: number, wanted: number): Promise<number | WouldBlock> {
    return this.#kept ??= (this.raw ?? detached())
      .readinto(this.#room(enough, wanted));
  }

  /** What a read brings that was kept until somebody waits for it. */
  async #landed(
    reading: Promise<number | WouldBlock>,
  ): Promise<number | WouldBlock> {
    try {
      const got = await reading;
      this.#land(got);
      return got;
    } finally {
      this.#kept = undefined;
    }
  }

  #land(got: number | WouldBlock): void {
    if (got === null) return;
    this.window.add(this.checkCount(got, this.#offered));
    if (got >= this.#step) this.#step = this.#size;
  }

  /** Where a read puts its bytes. */
  #room(enough: number, wanted: number): Bytes {
    const room = this.window.room(enough, Math.max(wanted, this.#step));
    this.#offered = room.length;
    return room;
  }
}

function detached(): never {
  throw new TypeError("Cannot read: the raw stream was detached");
}

function nothing(): void {}
