import { EMPTY } from "./_empty.ts";
import { findByte } from "./_find_byte.ts";
import type { Bytes } from "./bytes.ts";

/**
 * What a reader has read and nobody has taken yet: a stretch of a buffer, with
 * room behind it for more. It has no memory before something is to be read.
 */
export class Window {
  /** The usual size of the buffer, in bytes. */
  readonly #usual: number;
  #buffer: Bytes = EMPTY;
  #start = 0;
  #end = 0;
  // The last views of it, since to make one takes as long as a short line does,
  // and requests of one client are often equally long.
  #view = EMPTY;
  #room = EMPTY;

  constructor(usual: number) {
    this.#usual = usual;
  }

  /** How many bytes are in it. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The bytes as they lie there; valid until the next call of `room`. */
  get view(): Bytes {
    if (this.#start === this.#end) return EMPTY;
    return this.#view = this.#stretch(this.#view, this.#start, this.#end);
  }

  /** The stretch between two places of the buffer, which `last` may be already. */
  #stretch(last: Bytes, start: number, end: number): Bytes {
    const { buffer, byteOffset } = this.#buffer;
    return last.buffer === buffer && last.byteOffset === byteOffset + start &&
        last.length === Math.min(end, this.#buffer.length) - start
      ? last
      : this.#buffer.subarray(start, end);
  }

  /** A copy of the bytes. */
  copy(): Bytes {
    return this.#buffer.slice(this.#start, this.#end);
  }

  /** The place of a byte, looked for from the place `from` on; -1 if it is not there. */
  find(byte: number, from: number): number {
    const at = findByte(
      this.#buffer,
      byte,
      this.#start + from,
      this.#end,
    );
    return at < 0 ? -1 : at - this.#start;
  }

  /** Takes bytes off its start. */
  drop(count: number): void {
    this.#start += count;
  }

  /** Takes off all of it. */
  clear(): void {
    this.#start = this.#end = 0;
  }

  /**
   * The first `count` bytes, as the caller's own.
   *
   * @param mayGive Whether nothing is being read into the buffer, so that it
   * can be given away as it stands: no second copy of a big body.
   */
  take(count: number, mayGive: boolean): Bytes {
    const start = this.#start;
    this.#start += count;
    if (
      mayGive && start === 0 && count === this.#end &&
      count * 2 > this.#buffer.length && count > this.#usual
    ) {
      const bytes = this.#buffer.subarray(0, count);
      this.#use(EMPTY);
      this.#start = this.#end = 0;
      return bytes;
    }
    return this.#buffer.slice(start, start + count);
  }

  /** Moves what fits into memory of the caller, and tells how many bytes. */
  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.#end - this.#start);
    target.set(this.#buffer.subarray(this.#start, this.#start + count));
    this.#start += count;
    return count;
  }

  /** Holds again what a failed call had taken; it is empty then. */
  putBack(taken: Uint8Array): void {
    this.#use(new Uint8Array(taken));
    this.#start = 0;
    this.#end = taken.length;
  }

  /** Counts in what was read into the room. */
  add(count: number): void {
    this.#end += count;
  }

  /**
   * The room behind the bytes: for `wanted` bytes if there has to be more of
   * it. They move or get a larger buffer only when there is not `enough`:
   * making room for each packet of a slow peer would copy, every time, all it
   * has sent.
   */
  room(enough: number, wanted: number): Bytes {
    this.#makeRoom(enough, wanted);
    const end = this.#end + wanted;
    return this.#end === 0 && end >= this.#buffer.length
      ? this.#buffer
      : this.#room = this.#stretch(this.#room, this.#end, end);
  }

  /** Changes the buffer; a view of the old one would keep all its memory. */
  #use(buffer: Bytes): void {
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#view = this.#room = EMPTY;
  }

  #makeRoom(enough: number, wanted: number): void {
    const have = this.#end - this.#start;
    const capacity = this.#buffer.length;
    let buffer = this.#buffer;
    if (have === 0) {
      // What a long line or a body has grown is given back.
      const fits = capacity === wanted ||
        capacity > wanted && capacity <= 2 * this.#usual;
      if (!fits) buffer = new Uint8Array(wanted);
    } else {
      if (capacity - this.#end >= enough) return;
      if (capacity - have < wanted) buffer = new Uint8Array(have + wanted);
      buffer.set(this.#buffer.subarray(this.#start, this.#end));
    }
    this.#use(buffer);
    this.#start = 0;
    this.#end = have;
  }
}
