/**
 * What a server and its Python workers say to each other: a kind, a length and
 * as many bytes. `worker.py` explains the kinds.
 *
 * @module
 */
// @pure

/** One frame. */
export interface Frame {
  /** What it is: one letter. */
  readonly kind: string;
  /** What it says. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

const HEADER = 5;

/** Bytes of a frame at most: a worker sends less at once. */
const MAX_FRAME = 1 << 26;

/**
 * Makes a frame.
 *
 * @param kind One letter.
 * @param payload What it says.
 * @returns Its bytes.
 */
export function encodeFrame(
  kind: string,
  payload: Uint8Array = NOTHING,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload.length);
  bytes[0] = kind.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, payload.length);
  bytes.set(payload, HEADER);
  return bytes;
}

/** Puts frames together as their bytes come. */
export class FrameDecoder {
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #start = 0;

  /** Takes bytes; they are kept, not copied, if there is nothing else to keep. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#start === this.#buffer.length) {
      this.#buffer = bytes;
    } else {
      const rest = this.#buffer.subarray(this.#start);
      this.#buffer = new Uint8Array(rest.length + bytes.length);
      this.#buffer.set(rest);
      this.#buffer.set(bytes, rest.length);
    }
    this.#start = 0;
  }

  /** Whether bytes are there that were not looked at. */
  get hasMore(): boolean {
    return this.#start < this.#buffer.length;
  }

  /**
   * The next frame.
   *
   * @returns The frame; `null` if it has not come as a whole.
   * @throws {RangeError} If it is longer than any that a worker sends.
   */
  next(): Frame | null {
    const start = this.#start;
    const there = this.#buffer.length - start;
    if (there < HEADER) return null;
    const view = new DataView(
      this.#buffer.buffer,
      this.#buffer.byteOffset + start,
    );
    const length = view.getUint32(1);
    if (length > MAX_FRAME) {
      throw new RangeError(`Cannot read a frame of ${length} bytes`);
    }
    if (there < HEADER + length) return null;
    const payload = this.#buffer.subarray(
      start + HEADER,
      start + HEADER + length,
    );
    this.#start = start + HEADER + length;
    return { kind: String.fromCharCode(view.getUint8(0)), payload };
  }
}

const NOTHING = new Uint8Array(0);
