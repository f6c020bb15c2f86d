import {
  encodeChunk,
  Fields,
  LAST_CHUNK,
  parseContentLength,
  responseFraming,
  type ResponseToFrame,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import type { Headers } from "./headers.ts";

/** The body of an answer: how much of it may be sent, and how its end is told. */
export class AnswerBody {
  /** Bytes that the Content-Length leaves, less than none for a body that is longer. */
  #left = Infinity;
  #isNone = false;
  #isChunked = false;

  /**
   * Begins a body behind complete fields.
   *
   * @throws {TypeError} If their Content-Length is none, or repeated.
   */
  begin(headers: Headers, requestMethod: string, status: number): void {
    this.#left = lengthOf(headers);
    this.#isNone = requestMethod === "HEAD" || !statusAllowsContent(status);
  }

  /**
   * Decides how the client sees the end of the body (RFC 9112 section 6), and
   * puts that into the fields.
   */
  frame(headers: Headers, answer: Omit<ResponseToFrame, "fields">): void {
    const { kind, remove, add } = responseFraming({
      ...answer,
      fields: new Fields(headers),
    });
    // Whether the connection stays open is known to its owner alone.
    for (const name of remove) {
      if (name !== "Connection") headers.delete(name);
    }
    for (const [name, value] of add) {
      if (name !== "Connection") headers.set(name, value);
    }
    this.#isNone = kind === "none";
    this.#isChunked = kind === "chunked";
  }

  /** Whether nothing is sent, whatever the application returns. */
  get isNone(): boolean {
    return this.#isNone;
  }

  /** Whether there was more than the Content-Length allows. */
  get isTooLong(): boolean {
    return this.#left < 0;
  }

  /** Bytes that the Content-Length has promised and that did not come. */
  get missing(): number {
    return this.#isNone || this.#left === Infinity
      ? 0
      : Math.max(this.#left, 0);
  }

  /** What may be sent of a block. */
  cut(data: Uint8Array): Uint8Array {
    if (this.#isNone) return NOTHING;
    const left = Math.max(this.#left, 0);
    this.#left -= data.length;
    return data.length > left ? data.subarray(0, left) : data;
  }

  /** A block as it is sent. */
  encode(block: Uint8Array): Uint8Array {
    return this.#isChunked ? encodeChunk(block) : block;
  }

  /** What is sent behind the last block. */
  get end(): Uint8Array {
    return this.#isChunked ? LAST_CHUNK : NOTHING;
  }
}

const NOTHING = new Uint8Array(0);

function lengthOf(headers: Headers): number {
  const text = headers.get("Content-Length");
  if (text === null) return Infinity;
  const length = parseContentLength(text);
  if (length === null || headers.getAll("Content-Length").length > 1) {
    throw new TypeError(
      `Cannot send the head: Content-Length "${text}" is none, or repeated`,
    );
  }
  return length;
}
