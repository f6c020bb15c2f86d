import { BufferedIOBase, bytesOf, type SocketIO } from "./io/mod.ts";

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
  override async write(bytes: ArrayBufferView): Promise<number> {
    this._checkClosed("write");
    const given = bytesOf(bytes);
    for (let sent = 0; sent < given.length;) {
      sent += await this.#socket.write(
        sent === 0 ? given : given.subarray(sent),
      );
    }
    return given.length;
  }

  /** Closes; the connection stays open for its owner. */
  override async close(): Promise<void> {
    await super.close();
    await this.#socket.close();
  }
}
