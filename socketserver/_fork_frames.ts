/**
 * What a forking server and its children say to each other over pipes: a kind
 * and bytes.
 *
 * ```
 * parent to child   O a request opens, D bytes of the client, E its end
 * child to parent   R ready for a request, D bytes for the client,
 *                   H no more bytes, S a datagram, C the request is done
 * ```
 *
 * @module
 */

/** One frame. */
export interface ForkFrame {
  /** What it is: one letter. */
  readonly kind: string;
  /** What it says. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Where frames come from. */
export interface FrameSource {
  /** Reads once; `null` at the end. */
  read(target: Uint8Array): Promise<number | null>;
}

const HEADER = 5;

/** Makes a frame. */
export function forkFrame(
  kind: string,
  payload: Uint8Array = NOTHING,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + payload.length);
  frame[0] = kind.charCodeAt(0);
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, HEADER);
  return frame;
}

/** Makes a frame of a value. */
export function jsonFrame(
  kind: string,
  value: unknown,
  bytes: Uint8Array = NOTHING,
): Uint8Array<ArrayBuffer> {
  const text = utf8.encode(`${JSON.stringify(value)}\n`);
  const payload = new Uint8Array(text.length + bytes.length);
  payload.set(text);
  payload.set(bytes, text.length);
  return forkFrame(kind, payload);
}

/** The value of such a frame, and the bytes behind it. */
export function readJson<Value>(
  payload: Uint8Array<ArrayBuffer>,
): [value: Value, bytes: Uint8Array<ArrayBuffer>] {
  const end = payload.indexOf(10);
  return [
    JSON.parse(decoder.decode(payload.subarray(0, end))),
    payload.subarray(end + 1),
  ];
}

/** Reads frames one after the other. */
export class FrameReader {
  readonly #source: FrameSource;

  constructor(source: FrameSource) {
    this.#source = source;
  }

  /** The next frame; `null` at the end. */
  async next(): Promise<ForkFrame | null> {
    const header = await this.#take(HEADER);
    if (header === null) return null;
    const length = new DataView(header.buffer).getUint32(1);
    const payload = await this.#take(length);
    return payload && { kind: String.fromCharCode(header[0]!), payload };
  }

  async #take(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = await this.#source.read(bytes.subarray(done));
      if (count === null) return null;
      done += count;
    }
    return bytes;
  }
}

const NOTHING = new Uint8Array(0);
const utf8 = new TextEncoder();
const decoder = new TextDecoder();
