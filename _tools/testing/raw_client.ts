/**
 * An HTTP client for tests that sends exactly what it is told and shows
 * exactly what came back. It shares no code with the servers it tests, or both
 * would make the same mistake.
 *
 * Text is Latin-1 in both directions: one character for each byte.
 *
 * @module
 */

/** One answer as it came. */
export interface Answer {
  /** The status code. */
  readonly status: number;
  /** The status line and the field lines, without the empty line. */
  readonly head: string;
  /** The body, its chunks put together. */
  readonly body: string;
}

/** A connection to a server. */
export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  #received = "";

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. Needs `--allow-net`. */
  static async connect(address: Deno.NetAddr): Promise<RawClient> {
    const { hostname, port } = address;
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    return new RawClient(connection);
  }

  /** The connection itself. */
  get connection(): Deno.TcpConn {
    return this.#connection;
  }

  /** Sends text or bytes, all of it. */
  async send(data: string | Uint8Array): Promise<void> {
    let bytes = typeof data === "string" ? latin1(data) : data;
    while (bytes.length > 0) {
      bytes = bytes.subarray(await this.#connection.write(bytes));
    }
  }

  /** Sends as much as the server takes; what fails then is no error. */
  async sendUntilRefused(data: string | Uint8Array): Promise<void> {
    await this.send(data).catch(() => {});
  }

  /** Tells the server that nothing more will come. */
  async endSending(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /**
   * Reads one answer.
   *
   * @param method The request's method: answers to HEAD have no body.
   * @throws {Error} If the connection ends within it.
   */
  async readAnswer(method = "GET"): Promise<Answer> {
    const head = await this.#readTo("\r\n\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head)?.[1]);
    const length = field({ head }, "content-length");
    let body = "";
    if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
      // None has a body.
    } else if (field({ head }, "transfer-encoding") === "chunked") {
      body = await this.#readChunks();
    } else if (length !== null) {
      body = await this.#take(Number(length));
    } else {
      body = await this.readToEnd();
    }
    return { status, head, body };
  }

  /** Reads to the end of the connection; a reset is an error. */
  async readToEnd(): Promise<string> {
    while (await this.#receive()) { /* more */ }
    const all = this.#received;
    this.#received = "";
    return all;
  }

  /** Reads once and returns what has arrived so far, `""` at the end. */
  async readSome(): Promise<string> {
    if (this.#received === "") await this.#receive();
    const some = this.#received;
    this.#received = "";
    return some;
  }

  /** Closes the connection. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readChunks(): Promise<string> {
    let body = "";
    while (true) {
      const size = parseInt(await this.#readTo("\r\n"), 16);
      if (size === 0) break;
      body += await this.#take(size);
      if (await this.#take(2) !== "\r\n") throw new Error("malformed chunk");
    }
    while (await this.#readTo("\r\n") !== "") { /* trailers */ }
    return body;
  }

  async #readTo(end: string): Promise<string> {
    let at: number;
    while ((at = this.#received.indexOf(end)) < 0) await this.#more();
    const text = this.#received.slice(0, at);
    this.#received = this.#received.slice(at + end.length);
    return text;
  }

  async #take(count: number): Promise<string> {
    while (this.#received.length < count) await this.#more();
    const text = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return text;
  }

  async #more(): Promise<void> {
    if (await this.#receive()) return;
    const text = JSON.stringify(this.#received.slice(0, 200));
    throw new Error(`the connection ended behind ${text}`);
  }

  async #receive(): Promise<boolean> {
    const buffer = new Uint8Array(65536);
    const count = await this.#connection.read(buffer);
    if (count === null) return false;
    this.#received += text(buffer.subarray(0, count));
    return true;
  }
}

/** The value of a field of an answer, `null` if it is not there. */
export function field(
  { head }: Pick<Answer, "head">,
  name: string,
): string | null {
  const values = fieldValues({ head }, name);
  return values.length === 0 ? null : values.join(", ");
}

/** The values of all fields of an answer that have a name. */
export function fieldValues(
  { head }: Pick<Answer, "head">,
  name: string,
): string[] {
  const values: string[] = [];
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (line.slice(0, colon).toLowerCase() === name.toLowerCase()) {
      values.push(line.slice(colon + 1).trim());
    }
  }
  return values;
}

/** Text as bytes, one for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new RangeError(`no byte for "${text[i]}"`);
    bytes[i] = code;
  }
  return bytes;
}

/** Bytes as text, one character for each. */
export function text(bytes: Uint8Array): string {
  let result = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    result += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return result;
}
