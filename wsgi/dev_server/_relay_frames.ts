// @pure
/**
 * What goes over the private connection between the reloader, which owns the
 * public socket, and the process that runs the application.
 *
 * Towards the application: a preface, which says who the client is, and then
 * the client's bytes as they are. Towards the client: frames, because beside
 * bytes there is to say where one answer ends. Only there can the next request
 * go to a new process without anybody's noticing.
 *
 * @module
 */

/** An address, in the shape of `Deno.Addr`. */
type Address =
  | {
    readonly transport: "tcp" | "udp";
    readonly hostname: string;
    readonly port: number;
  }
  | { readonly transport: "unix" | "unixpacket"; readonly path: string }
  | {
    readonly transport: "vsock";
    readonly cid: number;
    readonly port: number;
  };

/** What the application is told about a connection before its first byte. */
export interface Preface {
  /** Proves that the connection comes from the reloader. */
  readonly token: string;
  /** Where the client is. */
  readonly remoteAddr: Address;
  /** Where it has connected to. */
  readonly localAddr: Address;
  /** Whether it speaks TLS with the reloader. */
  readonly secure: boolean;
}

/** One frame of an answer. */
export type Frame =
  /** Bytes for the client. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** All requests so far are answered: so many bytes, modulo 2^32. */
  | { readonly kind: "idle"; readonly taken: number }
  /** The same, and the rest is left to another process. */
  | { readonly kind: "leave"; readonly taken: number }
  /** The application ends the connection; what ends without was cut. */
  | { readonly kind: "end" };

const DATA = 0;
const IDLE = 1;
const END = 2;
const LEAVE = 3;
const HEADER = 5;

/** Bytes of the length in front of a preface. */
export const PREFACE_HEADER = 2;

/** Writes a preface. */
export function encodePreface(preface: Preface): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(preface));
  const bytes = new Uint8Array(PREFACE_HEADER + text.length);
  new DataView(bytes.buffer).setUint16(0, text.length);
  bytes.set(text, PREFACE_HEADER);
  return bytes;
}

/** Reads how many bytes of a preface follow behind its header. */
export function prefaceLength(header: Uint8Array): number {
  return header[0]! << 8 | header[1]!;
}

/**
 * Reads a preface.
 *
 * @param bytes What stands behind its header.
 * @throws {SyntaxError} If it is none.
 */
export function decodePreface(bytes: Uint8Array): Preface {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Writes a frame. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  switch (frame.kind) {
    case "data": {
      const bytes = header(DATA, frame.bytes.length, frame.bytes.length);
      bytes.set(frame.bytes, HEADER);
      return bytes;
    }
    case "idle":
      return header(IDLE, frame.taken, 0);
    case "leave":
      return header(LEAVE, frame.taken, 0);
    case "end":
      return header(END, 0, 0);
  }
}

function header(
  kind: number,
  value: number,
  payload: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, value);
  return bytes;
}

/** Reads frames out of bytes that come in pieces of any size. */
export class FrameDecoder {
  readonly #header = new Uint8Array(HEADER);
  #filled = 0;
  #payload = 0;

  /**
   * Takes the next piece.
   *
   * @param piece The bytes; frames with data point into them.
   * @returns The frames in it; data of one frame may come as several.
   * @throws {TypeError} If it is none of ours.
   */
  *push(piece: Uint8Array): Generator<Frame, void> {
    let at = 0;
    while (at < piece.length) {
      if (this.#payload > 0) {
        const bytes = piece.subarray(at, at + this.#payload);
        at += bytes.length;
        this.#payload -= bytes.length;
        yield { kind: "data", bytes };
        continue;
      }
      this.#header[this.#filled++] = piece[at++]!;
      if (this.#filled < HEADER) continue;
      this.#filled = 0;
      const frame = this.#begin();
      if (frame) yield frame;
    }
  }

  #begin(): Frame | undefined {
    const value = new DataView(this.#header.buffer).getUint32(1);
    switch (this.#header[0]) {
      case DATA:
        this.#payload = value;
        return;
      case IDLE:
        return { kind: "idle", taken: value };
      case LEAVE:
        return { kind: "leave", taken: value };
      case END:
        return { kind: "end" };
      default:
        throw new TypeError("Cannot read a frame: its kind is unknown");
    }
  }
}
