import {
  type Fields,
  responseHeadLength,
  serializeResponseHead,
  writeResponseHead,
} from "./protocol/mod.ts";

/** The bytes of a head, made once for answers that follow each other and say the same. */
export class KeptHead {
  #version = "";
  #status = 0;
  #reason = "";
  /** Name, value, name, value. */
  #entries: string[] = [];
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

  /** A head as bytes, which are valid until the next one. */
  serialize(
    version: string,
    status: number,
    reason: string,
    fields: Fields,
  ): Uint8Array {
    if (
      status === this.#status && version === this.#version &&
      reason === this.#reason && this.#hasAll(fields)
    ) return this.#bytes;
    const head = { version, status, reason, fields };
    if (responseHeadLength(head) > this.#buffer.length) {
      return serializeResponseHead(head);
    }
    this.#entries.length = 0; // what fails half-way leaves no head behind
    const length = writeResponseHead(head, this.#buffer);
    this.#bytes = this.#buffer.subarray(0, length);
    this.#version = version;
    this.#status = status;
    this.#reason = reason;
    for (let i = 0; i < fields.size; i++) {
      this.#entries.push(fields.nameAt(i), fields.valueAt(i));
    }
    return this.#bytes;
  }

  #hasAll(fields: Fields): boolean {
    const { size } = fields;
    if (size === 0 || 2 * size !== this.#entries.length) return false;
    // From behind: what differs is said last, such as the length.
    for (let i = size - 1; i >= 0; i--) {
      if (!this.has(i, fields.nameAt(i), fields.valueAt(i))) return false;
    }
    return true;
  }
}
