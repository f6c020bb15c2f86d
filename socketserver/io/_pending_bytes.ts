import { EMPTY } from "./_empty.ts";
import { giveBack, takeBuffer } from "./_spare_buffers.ts";
import type { Bytes } from "./bytes.ts";

/**
 * What a writer has accepted and not yet written: a stretch of a buffer, with
 * room behind it for more. It has no memory before there is something.
 */
export class PendingBytes {
  /** How many bytes the buffer gathers at most. */
  readonly most: number;
  #buffer: Bytes = EMPTY;
  #start = 0;
  #end = 0;
  // How many bytes went out together: what comes next is often as long.
  #lastLength = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** How many there are. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** How many more are gathered. */
  get room(): number {
    return this.most - this.length;
  }

  /** The bytes as they lie there; they stay so until they are dropped. */
  get view(): Bytes {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Copies bytes behind the others, whether there is room for them or not. */
  append(source: Uint8Array): void {
    if (this.length === 0) this.#start = this.#end = 0;
    if (this.#end + source.length > this.#buffer.length) {
      this.#makeRoom(source.length);
    }
    this.#buffer.set(source, this.#end);
    this.#end += source.length;
  }

  // A new buffer each time: the old one may be under way to the raw stream.
  #makeRoom(room: number): void {
    const { length } = this;
    const wanted = length === 0
      ? this.#lastLength
      : Math.min(this.most, (length + room) * 2);
    const buffer = takeBuffer(Math.max(length + room, wanted));
    if (length > 0) buffer.set(this.view);
    this.#buffer = buffer;
    this.#start = 0;
    this.#end = length;
  }

  /** Holds memory of somebody else, uncopied; there is nothing else. */
  hold(bytes: Uint8Array): void {
    this.#buffer = bytes as Bytes;
    this.#start = 0;
    this.#end = bytes.length;
  }

  /** Copies what is left of memory that was held. */
  own(): void {
    this.hold(this.view.slice());
  }

  /** Takes off the first ones, which are written. */
  drop(count: number): void {
    this.#start += count;
  }

  /** Takes back the last ones. */
  retract(count: number): void {
    this.#end -= count;
  }

  /** Where nothing is left: lets go of a buffer that has grown too long. */
  tidy(): void {
    if (this.length > 0) return;
    this.#start = this.#end = 0;
    if (this.#buffer.length > this.most) this.#buffer = EMPTY;
  }

  /**
   * Where nothing is left: lends the buffer, which must be nobody else's, to
   * other writers.
   *
   * @param sent How many bytes went out together.
   */
  release(sent: number): void {
    this.#lastLength = sent;
    this.tidy();
    if (giveBack(this.#buffer)) this.#buffer = EMPTY;
  }
}
