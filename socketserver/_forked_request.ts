import type { DatagramRequest } from "./datagram_request_handler.ts";
import { forkFrame, type FrameReader, jsonFrame } from "./_fork_frames.ts";

/** Sends frames to the parent, one after the other. */
export type SendFrame = (frame: Uint8Array) => Promise<void>;

/** What a child is told of a request. */
export interface OpenedRequest {
  /** Where it comes from. */
  readonly clientAddress: Deno.Addr;
  /** Where it has arrived; for streams. */
  readonly localAddress: Deno.Addr | null;
  /** Where the server listens. */
  readonly serverAddress: Deno.Addr;
  /** Whether it is a datagram, which stands behind this. */
  readonly datagram: boolean;
}

/**
 * A connection whose bytes come through the parent: what handlers use of a
 * `Deno.Conn`. Nothing is read from the parent before it is asked for, so a
 * handler that reads slowly slows its client down.
 */
export class ForkedConnection {
  readonly localAddr: Deno.Addr;
  readonly remoteAddr: Deno.Addr;
  readonly #frames: FrameReader;
  readonly #send: SendFrame;
  #rest: Uint8Array | null = new Uint8Array(0);
  #closed = false;

  constructor(opened: OpenedRequest, frames: FrameReader, send: SendFrame) {
    this.localAddr = opened.localAddress ?? opened.serverAddress;
    this.remoteAddr = opened.clientAddress;
    this.#frames = frames;
    this.#send = send;
  }

  async read(target: Uint8Array): Promise<number | null> {
    this.#check();
    while (this.#rest?.length === 0) await this.#receive();
    if (this.#rest === null) return null;
    const taken = this.#rest.subarray(0, target.length);
    target.set(taken);
    this.#rest = this.#rest.subarray(taken.length);
    return taken.length;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.#check();
    await this.#send(forkFrame("D", bytes));
    return bytes.length;
  }

  async closeWrite(): Promise<void> {
    this.#check();
    await this.#send(forkFrame("H"));
  }

  close(): void {
    this.#closed = true;
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  /** Throws away what the handler has not read, up to the end of the request. */
  async drain(): Promise<void> {
    while (this.#rest !== null) await this.#receive();
  }

  async #receive(): Promise<void> {
    const frame = await this.#frames.next();
    this.#rest = frame?.kind === "D" ? frame.payload : null;
  }

  #check(): void {
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        "Cannot use the connection: it is closed",
      );
    }
  }
}

/** A datagram whose answers leave through the parent. */
export function forkedDatagram(
  packet: Uint8Array<ArrayBuffer>,
  send: SendFrame,
): DatagramRequest<Deno.Addr> {
  return [packet, {
    sendto: (data, address) => send(jsonFrame("S", address, data)),
  }];
}
