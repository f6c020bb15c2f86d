import { writeAll } from "../../socketserver/write_all.ts";
import {
  encodePreface,
  type Frame,
  FrameDecoder,
  type Preface,
} from "./_relay_frames.ts";

/** Bytes sent last that are kept until it is known that they were taken. */
const KEPT = 1 << 17;

/** One client's private connection to the process that runs the application. */
export class Link {
  /** Whether a request is on its way to its answer. */
  busy = false;
  /** Whether a part of that answer has come. */
  answering = false;
  /**
   * Told when the link shall be given up: the process has a successor. What
   * the client has sent and the process has not taken is the successor's;
   * `null` if it is not there any more.
   */
  onRetire: (rest: Uint8Array | null) => void = () => {};
  /** Told when it is closed. */
  onClose: () => void = () => {};

  readonly #socket: Deno.Conn;
  readonly #kept: Uint8Array[] = [];
  #keptSize = 0;
  #sent = 0;
  #retired = false;
  #closed = false;

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  /** Opens a link on a private connection. */
  static async open(socket: Deno.Conn, preface: Preface): Promise<Link> {
    try {
      await writeAll(socket, encodePreface(preface));
      return new Link(socket);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Takes no further request: gives the link up now, or after the one at hand. */
  retire(): void {
    this.#retired = true;
    if (!this.busy) this.onRetire(NOTHING);
  }

  /** Sends the client's bytes. */
  async send(bytes: Uint8Array): Promise<void> {
    this.busy = true;
    this.#sent = (this.#sent + bytes.length) >>> 0;
    this.#kept.push(bytes.slice());
    this.#keptSize += bytes.length;
    while (this.#keptSize - this.#kept[0]!.length >= KEPT) {
      this.#keptSize -= this.#kept.shift()!.length;
    }
    await writeAll(this.#socket, bytes);
  }

  /** The client sends no more. */
  async endSending(): Promise<void> {
    this.busy = true;
    await this.#socket.closeWrite();
  }

  /** What comes from the application, until its process ends the connection. */
  async *frames(): AsyncGenerator<Frame, void> {
    const decoder = new FrameDecoder();
    const buffer = new Uint8Array(65536);
    while (true) {
      const count = await this.#read(buffer);
      if (count === null) return;
      for (const frame of decoder.push(buffer.subarray(0, count))) {
        if (frame.kind === "data") this.answering = true;
        if (frame.kind === "idle") this.#rest(frame.taken);
        if (frame.kind === "leave") this.#leave(frame.taken);
        yield frame;
      }
    }
  }

  /** Everything that was taken is answered; there may be more on its way. */
  #rest(taken: number): void {
    if (taken !== this.#sent) return;
    this.busy = this.answering = false;
    this.#kept.length = 0;
    this.#keptSize = 0;
    if (this.#retired) this.onRetire(NOTHING);
  }

  /** Everything that was taken is answered; there will be no more. */
  #leave(taken: number): void {
    this.busy = this.answering = false;
    this.onRetire(this.#lastSent((this.#sent - taken) >>> 0));
  }

  #lastSent(count: number): Uint8Array | null {
    if (count > this.#keptSize) return null;
    const all = new Uint8Array(this.#keptSize);
    let at = 0;
    for (const piece of this.#kept) {
      all.set(piece, at);
      at += piece.length;
    }
    return all.subarray(this.#keptSize - count);
  }

  /** A process that has died looks like one that has closed. */
  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#socket.read(buffer);
    } catch {
      return null;
    }
  }

  /** Closes the private connection. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    this.onClose();
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
