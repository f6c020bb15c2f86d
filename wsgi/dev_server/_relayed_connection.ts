import { writeAll } from "../../socketserver/write_all.ts";
import { encodeFrame } from "./_relay_frames.ts";

/** Who is at the ends of a connection. */
export interface Ends {
  /** Where the client is. */
  readonly remoteAddr: Deno.Addr;
  /** Where it has connected to. */
  readonly localAddr: Deno.Addr;
}

/**
 * A client's connection as the application's process sees it: it comes over a
 * private one from the reloader, and its addresses are those of the client.
 */
export class RelayedConnection implements Deno.Conn {
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  readonly #socket: Deno.Conn;
  #received = 0;
  #ended = false;
  #sending: Promise<unknown> = Promise.resolve();
  #inFlight = 0;

  /**
   * @param socket The private connection, behind its preface.
   * @param ends Who is at its ends.
   */
  constructor(socket: Deno.Conn, { remoteAddr, localAddr }: Ends) {
    this.#socket = socket;
    this.remoteAddr = remoteAddr;
    this.localAddr = localAddr;
  }

  /** All requests so far are answered: now the client may get another process. */
  rest(): void {
    this.#send(encodeFrame({ kind: "idle", taken: this.#received }))
      .catch(() => {});
  }

  /**
   * Leaves what follows to another process.
   *
   * @param ahead Bytes that were read already and belong to the next request.
   */
  leave(ahead: number): void {
    const taken = (this.#received - ahead) >>> 0;
    this.#send(encodeFrame({ kind: "leave", taken })).catch(() => {});
  }

  /**
   * The connection that a preface describes.
   *
   * @param socket The private connection, behind its preface.
   */
  static for(
    socket: Deno.Conn,
    preface: Ends & { readonly secure: boolean },
  ): RelayedConnection {
    const Class = preface.secure ? SecureRelayedConnection : RelayedConnection;
    return new Class(socket, preface);
  }

  async read(target: Uint8Array): Promise<number | null> {
    const count = await this.#socket.read(target);
    this.#received = (this.#received + (count ?? 0)) >>> 0;
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (bytes.length > 0) {
      await this.#send(encodeFrame({ kind: "data", bytes }));
    }
    return bytes.length;
  }

  async closeWrite(): Promise<void> {
    await this.#end();
    await this.#socket.closeWrite();
  }

  close(): void {
    // Behind a write that hangs there is no room for a polite end.
    const ended = this.#inFlight > 0 ? Promise.resolve() : this.#end();
    ended.catch(() => {}).finally(() => {
      try {
        this.#socket.close();
      } catch {
        // It is closed.
      }
    });
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const read = (target: Uint8Array) => this.read(target);
    return new ReadableStream({
      async pull(controller) {
        const chunk = new Uint8Array(16384);
        const count = await read(chunk);
        if (count === null) controller.close();
        else controller.enqueue(chunk.subarray(0, count));
      },
    });
  }

  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    const write = (bytes: Uint8Array) => this.write(bytes);
    return new WritableStream({
      async write(chunk) {
        await write(chunk);
      },
    });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Frames go out whole and in order. */
  #send(frame: Uint8Array): Promise<void> {
    this.#inFlight++;
    const sent = this.#sending.then(() => writeAll(this.#socket, frame))
      .finally(() => this.#inFlight--);
    this.#sending = sent.catch(() => {});
    return sent;
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#send(encodeFrame({ kind: "end" }));
  }
}

/** One whose client speaks TLS: with the reloader, long before. */
class SecureRelayedConnection extends RelayedConnection {
  /** What tells a TLS connection from others. */
  handshake(): Promise<Deno.TlsHandshakeInfo> {
    return Promise.resolve({ alpnProtocol: null });
  }
}
