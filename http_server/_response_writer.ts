import { BufferedIOBase, bytesOf } from "../socketserver/io/mod.ts";
import { asClientFault } from "./_client_fault.ts";
import {
  encodeChunk,
  LAST_CHUNK,
  type ResponseFraming,
} from "./protocol/mod.ts";

/** Bytes of a chunk from which on another copy costs more than a write of its own. */
const LARGE = 1 << 16;

/**
 * The `wfile` of a `do*` method. Until the head is sent bytes pass as they
 * are; then they are the body, framed as `responseFraming` has decided.
 */
export class ResponseWriter extends BufferedIOBase {
  #output: BufferedIOBase;
  #framing: ResponseFraming | undefined;
  #left = 0;
  #ended = false;
  #rawBytes = 0;

  constructor(output: BufferedIOBase) {
    super();
    this.#output = output;
  }

  /** The connection's own writer. */
  get output(): BufferedIOBase {
    return this.#output;
  }

  /** Whether the final head was sent. */
  get begun(): boolean {
    return this.#framing !== undefined;
  }

  /** Bytes that passed before any head was sent. */
  get rawBytes(): number {
    return this.#rawBytes;
  }

  override get closed(): boolean {
    return this.#output.closed;
  }

  override writable(): boolean {
    return true;
  }

  override fileno(): number {
    return this.#output.fileno();
  }

  /** Sends a final head; what is written from now on is the body. */
  sendHead(
    head: Uint8Array,
    framing: ResponseFraming,
  ): Promise<number> | undefined {
    this.#framing = framing;
    this.#left = framing.kind === "length" ? framing.length : 0;
    return this.#output.put(head) ? undefined : this.#output.write(head);
  }

  /** Sends an interim head, now: the client waits for it. */
  async sendInterim(head: Uint8Array): Promise<void> {
    try {
      await this.#output.write(head);
      await this.#output.flush();
    } catch (error) {
      throw asClientFault(error);
    }
  }

  /** Writes a part of the body. One that can be put needs no promise of its own. */
  override write(bytes: ArrayBufferView): Promise<number> {
    return bytes instanceof Uint8Array && this.put(bytes)
      ? Promise.resolve(bytes.length)
      : this.#write(bytes);
  }

  /**
   * Puts a part of a body of known length straight into the connection's
   * buffer, if it fits.
   *
   * @returns Whether it was written.
   */
  override put(bytes: Uint8Array): boolean {
    if (
      this.#framing?.kind !== "length" || bytes.length > this.#left ||
      this.#ended || !this.#output.put(bytes)
    ) return false;
    this.#left -= bytes.length;
    return true;
  }

  /** Writes a part of the body, uncopied where its length is known. */
  override async writeThrough(bytes: Uint8Array): Promise<void> {
    if (
      this.#framing?.kind !== "length" || bytes.length > this.#left ||
      this.#ended
    ) return await super.writeThrough(bytes);
    this.#left -= bytes.length;
    try {
      await this.#output.writeThrough(bytes);
    } catch (error) {
      throw asClientFault(error);
    }
  }

  async #write(bytes: ArrayBufferView): Promise<number> {
    const given = bytesOf(bytes);
    const size = given.length;
    if (this.#ended) {
      throw new TypeError("Cannot write: the answer is complete");
    }
    let sent = given;
    let isOwn = false;
    switch (this.#framing?.kind) {
      case "none":
        return size;
      case "length":
        if (size > this.#left) {
          throw new RangeError(
            `Cannot write ${size} bytes: Content-Length leaves ${this.#left}`,
          );
        }
        this.#left -= size;
        break;
      case "chunked":
        // One write: the next one may come before this one has ended.
        sent = encodeChunk(given);
        isOwn = sent.length > LARGE;
        break;
      case undefined:
        this.#rawBytes += size;
    }
    try {
      if (isOwn) await this.#output.writeThrough(sent);
      else await this.#output.write(sent);
    } catch (error) {
      throw asClientFault(error);
    }
    return size;
  }

  override async flush(): Promise<void> {
    try {
      await this.#output.flush();
    } catch (error) {
      throw asClientFault(error);
    }
  }

  /** Whether less was written than the head has promised. */
  get isShort(): boolean {
    return this.#left > 0;
  }

  /** Ends the body. Returns a promise if that has to be waited for. */
  end(): Promise<void> | undefined {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#framing?.kind !== "chunked") return;
    if (this.#output.put(LAST_CHUNK)) return;
    return this.#output.write(LAST_CHUNK).then(() => {});
  }

  /** Closing ends this answer only; the connection has an owner. */
  override async close(): Promise<void> {
    await this.flush();
  }
}
