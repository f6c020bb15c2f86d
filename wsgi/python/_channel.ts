import { writeAll } from "../../socketserver/write_all.ts";
import { encodeFrame, type Frame, FrameDecoder } from "./_frames.ts";

/** A connection to a thread of a worker, or to the worker itself. */
export class Channel {
  readonly #connection: Deno.Conn;
  readonly #decoder = new FrameDecoder();
  #closed = false;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Whether it was closed here, or the worker has closed it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether more than the last frame has arrived. */
  get hasFrame(): boolean {
    return this.#decoder.hasMore;
  }

  /**
   * Sends a frame.
   *
   * @throws {WorkerGone} If the worker has ended.
   */
  async send(kind: string, payload?: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#connection, encodeFrame(kind, payload));
    } catch {
      this.close();
      throw new WorkerGone();
    }
  }

  /**
   * Waits for a frame.
   *
   * @throws {WorkerGone} If the worker has ended.
   */
  async next(): Promise<Frame> {
    while (true) {
      const frame = this.#decoder.next();
      if (frame) return frame;
      // What a frame holds is passed on, so each read has a buffer of its own.
      const buffer = new Uint8Array(65536);
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) {
        this.close();
        throw new WorkerGone();
      }
      this.#decoder.push(buffer.subarray(0, count));
    }
  }

  /** Closes the connection; a thread then drops what it works on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }
}

/** A worker has ended, or was ended. */
export class WorkerGone extends Error {
  /** The name that it is shown with. */
  override name = "WorkerGone";

  constructor() {
    super("The Python worker has ended");
  }
}
