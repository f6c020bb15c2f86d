import {
  applyFraming,
  type Fields,
  type ResponseFraming,
  responseFraming,
  responseHeadLength,
  type ResponseToFrame,
  serializeResponseHead,
  writeResponseHead,
} from "./protocol/mod.ts";

/** An answer whose head is complete but for what frames its body. */
export interface Answer extends ResponseToFrame {
  /** The version that the server speaks. */
  readonly protocolVersion: string;
  /** The reason phrase. */
  readonly reason: string;
}

/**
 * The bytes of a head and the framing of its body, made once for answers that
 * follow each other and say the same.
 */
export class KeptHead {
  #answer: Answer | undefined;
  /** Its fields as the handler made them: name, value, name, value. */
  #entries: string[] = [];
  #framing: ResponseFraming | undefined;
  // Memory of its own for each head would take longer than all the rest.
  readonly #buffer = new Uint8Array(8192);
  #bytes: Uint8Array = this.#buffer;

  /**
   * Whether the last head had this field in this place: then nobody needs to
   * check it again.
   */
  has(place: number, name: string, value: string): boolean {
    return this.#entries[2 * place] === name &&
      this.#entries[2 * place + 1] === value;
  }

  /**
   * Decides how the body of an answer is framed; see
   * {@linkcode responseFraming}.
   */
  frame(answer: Answer): ResponseFraming {
    if (!this.#isLike(answer)) this.#keep(answer);
    return this.#framing!;
  }

  /** The head that was framed last, as bytes that are valid until the next one. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  #isLike(answer: Answer): boolean {
    const last = this.#answer;
    return last !== undefined &&
      answer.status === last.status &&
      answer.keepAlive === last.keepAlive &&
      answer.requestMethod === last.requestMethod &&
      answer.requestVersion === last.requestVersion &&
      answer.protocolVersion === last.protocolVersion &&
      answer.reason === last.reason &&
      this.#hasAll(answer.fields);
  }

  #hasAll(fields: Fields): boolean {
    const { size } = fields;
    if (2 * size !== this.#entries.length) return false;
    // From behind: what differs is said last, such as the length.
    for (let i = size - 1; i >= 0; i--) {
      if (!this.has(i, fields.nameAt(i), fields.valueAt(i))) return false;
    }
    return true;
  }

  #keep(answer: Answer): void {
    this.#answer = undefined; // what fails half-way leaves no head behind
    this.#entries.length = 0;
    const { status, reason, protocolVersion: version, fields } = answer;
    const framing = responseFraming(answer);
    const entries: string[] = [];
    for (let i = 0; i < fields.size; i++) {
      entries.push(fields.nameAt(i), fields.valueAt(i));
    }
    applyFraming(fields, framing);
    this.#framing = framing;
    const head = { version, status, reason, fields };
    if (responseHeadLength(head) > this.#buffer.length) {
      this.#bytes = serializeResponseHead(head);
      return;
    }
    const length = writeResponseHead(head, this.#buffer);
    this.#bytes = this.#buffer.subarray(0, length);
    this.#entries = entries;
    this.#answer = answer;
  }
}
