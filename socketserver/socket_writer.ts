import { BufferedIOBase, bytesOf, type SocketIO } from "./io/mod.ts";
import { writeAll } from "./write_all.ts";

/**
 * The `wfile` of an unbuffered handler, Python's `_SocketWriter`: a write
 * returns when everything is on its way, so there is nothing to flush.
 */
export class _SocketWriter extends BufferedIOBase {
  #socket: SocketIO;

  /**
   * Writes to a connection.
   *
   * @param socket A stream over it that can be written.
   */
  constructor(socket: SocketIO) {
    super();
    this.#socket = socket;
  }

  /** Whether it can be written: yes. */
  override writable(): boolean {
    return true;
  }

  /** The resource id of the connection. */
  override fileno(): number {
    return this.#socket.fileno();
  }

  /**
   * Sends everything.
   *
   * @param bytes What to send; it must not change until the promise resolves.
   * @returns The number of bytes given.
   */
  override write(bytes: ArrayBufferView): Promise<number> {
    if (this.closed || !(bytes instanceof Uint8Array)) {
      return this.#checkAndWrite(bytes);
    }
    const { length } = bytes;
    if (length === 0) return Promise.resolve(0);
    // Nearly always all of it is taken at once.
    return new Promise((done, failed) =>
      this.#socket.beginWrite(bytes, (sent) => {
        if (sent === length) done(length);
        else {
          writeAll(this.#socket, bytes.subarray(sent))
            .then(() => done(length), failed);
        }
      }, failed)
    );
  }

  async #checkAndWrite(bytes: ArrayBufferView): Promise<number> {
    this._checkClosed("write");
    await writeAll(this.#socket, bytesOf(bytes));
    return bytes.byteLength;
  }

  /** Closes; the connection stays open for its owner. */
  override async close(): Promise<void> {
    await super.close();
    await this.#socket.close();
  }
}
