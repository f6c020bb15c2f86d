/**
 * The chunked coding, incoming (RFC 9112 section 7.1).
 *
 * A decoder is shown what has arrived and says how much of it it consumed and
 * which part is data; it copies no data and never takes a byte that belongs to
 * the next request. Every line ends with CRLF, every chunk with CRLF behind
 * its data, checked byte for byte: decoders that skipped those two bytes, or
 * took LF for CRLF, saw other chunks than the proxy before them. Extensions
 * are ignored, but bounded, since each byte of data could bring its own.
 *
 * @module
 */

import { BLANK, CLASS, CR, HEX, LF, SEMICOLON, TEXT } from "./_chars.ts";
import { Fields } from "./fields.ts";
import type { HeadOptions } from "./head_options.ts";
import { FieldsScanner } from "./head_scanner.ts";
import { parseFields } from "./parse_fields.ts";
import { ProtocolError } from "./protocol_error.ts";

/** What may surround the data of a chunked body. */
export interface ChunkedDecoderOptions {
  /**
   * Bytes of extensions behind one chunk size. Beyond: 400.
   *
   * @default {4096}
   */
  maxChunkExtension?: number;
  /**
   * By how many bytes all extensions together may exceed the data received.
   * Beyond: 400. Without it, chunks of one byte with long extensions make a
   * server read a thousand times what its limit for bodies allows
   * (CVE-2023-39326). node and hyper allow as much, whatever the data.
   *
   * @default {16384}
   */
  maxExtensionExcess?: number;
  /**
   * Bytes of the trailer section. Beyond: 431. hyper's number.
   *
   * @default {16384}
   */
  maxTrailerBytes?: number;
  /**
   * Trailer fields. Beyond: 431.
   *
   * @default {99}
   */
  maxTrailers?: number;
}

type State =
  | "size"
  | "blanks before extension"
  | "extension"
  | "LF behind size"
  | "data"
  | "CR behind data"
  | "LF behind data"
  | "trailers"
  | "done";

/** Any 64-bit number fits; the size itself must stay below 2^53. */
const MAX_SIZE_DIGITS = 16;

/**
 * Decodes one chunked body.
 *
 * @example A body with the next request behind it
 * ```ts
 * import { ChunkedDecoder } from "@pystd/server/http-protocol";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const window = new TextEncoder().encode("5\r\nhello\r\n0\r\n\r\nGET /");
 * const decoder = new ChunkedDecoder();
 * let consumed = decoder.decode(window);
 * const data = window.subarray(decoder.dataStart, decoder.dataEnd);
 * assertEquals(new TextDecoder().decode(data), "hello");
 * assert(decoder.done);
 * assertEquals(new TextDecoder().decode(window.subarray(consumed)), "GET /");
 * ```
 */
export class ChunkedDecoder {
  readonly #maxChunkExtension: number;
  readonly #maxExtensionExcess: number;
  readonly #trailerOptions: HeadOptions;
  #state: State = "size";
  #failure: unknown = null;
  #size = 0;
  #digits = 0;
  #remaining = 0;
  #chunkExtension = 0;
  #extensions = 0;
  #bodyBytes = 0;
  #dataStart = 0;
  #dataEnd = 0;
  #trailers: Fields | null = null;
  #trailerScanner: FieldsScanner | null = null;
  #trailerBytes: Uint8Array = new Uint8Array(0);
  #trailerLength = 0;

  /**
   * Makes a decoder for one body.
   *
   * @param options Limits.
   */
  constructor(options: ChunkedDecoderOptions = {}) {
    this.#maxChunkExtension = options.maxChunkExtension ?? 4096;
    this.#maxExtensionExcess = options.maxExtensionExcess ?? 16384;
    this.#trailerOptions = {
      maxHeadBytes: options.maxTrailerBytes ?? 16384,
      maxFields: options.maxTrailers ?? 99,
    };
  }

  /** Whether the body has ended. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** Where in the window of the last {@linkcode decode} its data begins. */
  get dataStart(): number {
    return this.#dataStart;
  }

  /** Where that data ends; equal to {@linkcode dataStart} if there was none. */
  get dataEnd(): number {
    return this.#dataEnd;
  }

  /** Bytes of data given out so far. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /**
   * Bytes of the current chunk that are still to come. Together with
   * {@linkcode bodyBytes} the least that the whole body will have, known
   * before it arrives.
   */
  get chunkRemaining(): number {
    return this.#remaining;
  }

  /**
   * The fields behind the last chunk, empty until {@linkcode done}. They are no
   * part of the head and must not be merged into it: nobody has checked that
   * they may stand there (RFC 9110 section 6.5.1).
   */
  get trailers(): Fields {
    return this.#trailers ??= new Fields();
  }

  /**
   * Consumes what it can of the bytes that have arrived: at most one piece of
   * data, and framing before and behind it. Call it until it is done, with
   * what is left of the window and more behind it.
   *
   * @param window The bytes that have arrived and are not consumed yet.
   * @param maxData How many bytes of data to take at most.
   * @returns How many bytes were consumed. If that is the whole window and
   *   the body has not ended, more must arrive.
   * @throws {ProtocolError} 400 if the coding is malformed or extensions are
   *   too long, 431 if trailers are; and the same again at every later call.
   */
  decode(window: Uint8Array, maxData = Infinity): number {
    if (this.#failure !== null) throw this.#failure;
    try {
      return this.#decode(window, maxData);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #decode(window: Uint8Array, maxData: number): number {
    this.#dataStart = this.#dataEnd = 0;
    let i = 0;
    while (i < window.length) {
      const byte = window[i]!;
      switch (this.#state) {
        case "size":
          this.#readSize(byte);
          i++;
          break;
        case "blanks before extension":
          if (byte === SEMICOLON) this.#state = "extension";
          else if (!isOf(byte, BLANK)) throw malformed("behind a size", byte);
          this.#countExtension(1);
          i++;
          break;
        case "extension": {
          const start = i;
          while (i < window.length && isOf(window[i]!, TEXT)) i++;
          this.#countExtension(i - start);
          if (i === window.length) break;
          if (window[i] !== CR) throw malformed("in an extension", window[i]!);
          this.#state = "LF behind size";
          i++;
          break;
        }
        case "LF behind size":
          if (byte !== LF) throw malformed("in place of LF", byte);
          this.#state = this.#size === 0 ? "trailers" : "data";
          this.#remaining = this.#size;
          this.#size = this.#digits = this.#chunkExtension = 0;
          i++;
          break;
        case "data": {
          if (this.#dataEnd > this.#dataStart || maxData <= 0) return i;
          const taken = Math.min(this.#remaining, window.length - i, maxData);
          this.#dataStart = i;
          this.#dataEnd = i += taken;
          this.#bodyBytes += taken;
          this.#remaining -= taken;
          if (this.#remaining === 0) this.#state = "CR behind data";
          break;
        }
        case "CR behind data":
          if (byte !== CR) throw malformed("behind the data of a chunk", byte);
          this.#state = "LF behind data";
          i++;
          break;
        case "LF behind data":
          if (byte !== LF) throw malformed("behind the data of a chunk", byte);
          this.#state = "size";
          i++;
          break;
        case "trailers":
          i = this.#readTrailers(window, i);
          break;
        case "done":
          return i;
      }
    }
    return i;
  }

  #readSize(byte: number): void {
    if (isOf(byte, HEX)) {
      const digit = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
      this.#size = this.#size * 16 + digit;
      if (
        ++this.#digits > MAX_SIZE_DIGITS || !Number.isSafeInteger(this.#size)
      ) throw new ProtocolError("Cannot read a chunk: its size is too large");
    } else if (this.#digits === 0) {
      throw malformed("in place of a size", byte);
    } else if (byte === CR) {
      this.#state = "LF behind size";
    } else if (byte === SEMICOLON || isOf(byte, BLANK)) {
      this.#state = byte === SEMICOLON
        ? "extension"
        : "blanks before extension";
      this.#countExtension(1);
    } else {
      throw malformed("in a size", byte);
    }
  }

  #countExtension(bytes: number): void {
    this.#chunkExtension += bytes;
    this.#extensions += bytes;
    if (
      this.#chunkExtension > this.#maxChunkExtension ||
      this.#extensions > this.#maxExtensionExcess + this.#bodyBytes
    ) throw new ProtocolError("Cannot read a chunk: extensions are too long");
  }

  #readTrailers(window: Uint8Array, start: number): number {
    const before = this.#trailerLength;
    if (before === 0 && window[start] === CR && window[start + 1] === LF) {
      this.#state = "done";
      return start + 2;
    }
    const limit = this.#trailerOptions.maxHeadBytes!;
    this.#keepTrailerBytes(window.subarray(start, start + limit - before));
    this.#trailerScanner ??= new FieldsScanner(this.#trailerOptions);
    const kept = this.#trailerBytes.subarray(0, this.#trailerLength);
    const end = this.#trailerScanner.fieldsLength(kept);
    if (end < 0) return start + this.#trailerLength - before;
    parseFields(kept.subarray(0, end), this.#trailerOptions, this.trailers);
    this.#state = "done";
    return start + end - before;
  }

  #keepTrailerBytes(piece: Uint8Array): void {
    const length = this.#trailerLength + piece.length;
    if (length > this.#trailerBytes.length) {
      const grown = new Uint8Array(Math.max(256, length * 2));
      grown.set(this.#trailerBytes.subarray(0, this.#trailerLength));
      this.#trailerBytes = grown;
    }
    this.#trailerBytes.set(piece, this.#trailerLength);
    this.#trailerLength = length;
  }
}

function isOf(byte: number, bits: number): boolean {
  return (CLASS[byte]! & bits) !== 0;
}

function malformed(where: string, byte: number): ProtocolError {
  return new ProtocolError(`Cannot read a chunk: byte ${byte} stands ${where}`);
}
