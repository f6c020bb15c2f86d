import { type BufferedReader, RawIOBase } from "../socketserver/io/mod.ts";
import { asClientFault } from "./_client_fault.ts";
import {
  ChunkedDecoder,
  type Fields,
  ProtocolError,
  type RequestFraming,
} from "./protocol/mod.ts";

/**
 * Called before each read of a body.
 *
 * @param received Bytes that were read so far.
 * @param waited Seconds that reading them took, waiting for the client.
 */
export type BeforeRead = (received: number, waited: number) => Promise<void>;

/**
 * The body of one request: reads from the connection's reader, and never
 * beyond the body's end.
 */
export class BodyRaw extends RawIOBase {
  readonly #source: BufferedReader;
  readonly #decoder: ChunkedDecoder | undefined;
  readonly #maxBytes: number;
  readonly #beforeRead: BeforeRead;
  #left: number;
  #received = 0;
  #waited = 0;
  #reading = false;

  /**
   * @param source The connection's reader, behind the head.
   * @param framing Where the body ends.
   * @param maxBytes How long it may be; `null` for no limit.
   * @param beforeRead Called before each read.
   */
  constructor(
    source: BufferedReader,
    framing: Exclude<RequestFraming, { kind: "none" }>,
    maxBytes: number | null,
    beforeRead: BeforeRead,
  ) {
    super();
    this.#source = source;
    this.#maxBytes = maxBytes ?? Infinity;
    this.#beforeRead = beforeRead;
    this.#decoder = framing.kind === "chunked"
      ? new ChunkedDecoder()
      : undefined;
    this.#left = framing.kind === "length" ? framing.length : 0;
  }

  /** Whether nothing of the body is left. */
  get ended(): boolean {
    return this.#decoder ? this.#decoder.done : this.#left === 0;
  }

  /** Bytes that are known to come, or `null` where the client decides as it goes. */
  get announced(): number | null {
    return this.#decoder ? null : this.#left;
  }

  /** The fields behind a chunked body, once it has ended. */
  get trailers(): Fields | undefined {
    return this.#decoder?.trailers;
  }

  override readable(): boolean {
    return true;
  }

  override async readinto(buffer: Uint8Array): Promise<number> {
    if (this.ended || buffer.length === 0) return 0;
    return await this.#alone(async () => {
      await this.#beforeRead(this.#received, this.#waited);
      const started = performance.now();
      const count = await this.#read(buffer);
      this.#waited += (performance.now() - started) / 1000;
      this.#received += count;
      return count;
    });
  }

  /**
   * Throws away what is left.
   *
   * @param most How many bytes at most.
   * @param begin Called before the first read.
   * @returns Whether the end was reached; not if a read is still under way,
   * which would take what belongs to the next request.
   */
  async discard(most: number, begin: () => void): Promise<boolean> {
    if (this.#reading) return false;
    const trash = new Uint8Array(Math.min(most, 65536));
    begin();
    return await this.#alone(async () => {
      let left = most;
      while (!this.ended && left > 0) left -= await this.#read(trash);
      return this.ended;
    });
  }

  /** Keeps others from reading meanwhile. */
  async #alone<T>(read: () => Promise<T>): Promise<T> {
    if (this.#reading) {
      throw new TypeError("Cannot read the body: its request has ended");
    }
    this.#reading = true;
    try {
      return await read();
    } catch (error) {
      throw asClientFault(error);
    } finally {
      this.#reading = false;
    }
  }

  #read(buffer: Uint8Array): Promise<number> {
    return this.#decoder
      ? this.#readChunked(this.#decoder, buffer)
      : this.#readLength(buffer);
  }

  async #readLength(buffer: Uint8Array): Promise<number> {
    const target = buffer.length > this.#left
      ? buffer.subarray(0, this.#left)
      : buffer;
    const count = await this.#source.readinto1(target);
    if (count === 0) throw endedEarly();
    this.#left -= count;
    return count;
  }

  async #readChunked(
    decoder: ChunkedDecoder,
    buffer: Uint8Array,
  ): Promise<number> {
    while (!decoder.done) {
      const window = this.#source.buffered;
      const consumed = decoder.decode(window, buffer.length);
      const data = window.subarray(decoder.dataStart, decoder.dataEnd);
      buffer.set(data);
      this.#source.consume(consumed);
      // A chunk's size tells that the body is too long before it has arrived.
      if (decoder.bodyBytes + decoder.chunkRemaining > this.#maxBytes) {
        throw new ProtocolError(
          `Cannot take a body of more than ${this.#maxBytes} bytes`,
          413,
        );
      }
      if (data.length > 0) return data.length;
      if (decoder.done || this.#source.buffered.length > 0) continue;
      if (await this.#source.fill() === 0) throw endedEarly();
    }
    return 0;
  }
}

function endedEarly(): Error {
  return new Deno.errors.UnexpectedEof(
    "Cannot read the body: the client left before its end",
  );
}
