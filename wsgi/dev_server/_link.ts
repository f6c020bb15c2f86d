import { writeAll } from "./_write_all.ts";
import {
  encodePreface,
  type Frame,
  FrameDecoder,
  type Preface,
} from "./_relay_frames.ts";

/** One client's private connection to the process that runs the application. */
export class Link {
  /** Whether a request is on its way to its answer. */
  busy = false;
  /** Whether a part of that answer has come. */
  answering = false;
  /** Told when the link shall be given up: the process has a successor. */
  onRetire: () => void = () => {};
  /** Told when it is closed. */
  onClose: () => void = () => {};

  readonly #socket: Deno.Conn;
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

  /** Whether it takes no further request. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Takes no further request: gives the link up now, or after the one at hand. */
  retire(): void {
    this.#retired = true;
    if (!this.busy) this.onRetire();
  }

  /** Sends the client's bytes. */
  async send(bytes: Uint8Array): Promise<void> {
    this.busy = true;
    this.#sent = (this.#sent + bytes.length) >>> 0;
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
        else if (frame.kind === "idle" && frame.received === this.#sent) {
          this.busy = this.answering = false;
          if (this.#retired) this.onRetire();
        }
        yield frame;
      }
    }
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
