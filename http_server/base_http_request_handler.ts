import {
  type BufferedIOBase,
  type BufferedReader,
  BufferedWriter,
  type Bytes,
  CoalescingWriter,
  encodeLatin1,
  SocketIO,
} from "../socketserver/io/mod.ts";
import { isOSError } from "../socketserver/mod.ts";
import { asBufferedReader } from "./_as_buffered_reader.ts";
import { isClientFault } from "./_client_fault.ts";
import { readBlock } from "./_read_block.ts";
import { RequestReader } from "./_request_reader.ts";
import { ResponseWriter } from "./_response_writer.ts";
import { HTTPLimits } from "./http_limits.ts";
import {
  checkHost,
  collapseLeadingSlashes,
  Fields,
  hasToken,
  HeadScanner,
  HTTPMessage,
  HTTPMethod,
  HTTPStatus,
  keepAlive,
  parseRequestHead,
  parseRequestLine,
  ProtocolError,
  type RequestFraming,
  requestFraming,
  requestLineText,
  splitList,
} from "./protocol/mod.ts";

export { HTTPLimits };

/** The connection itself, as {@linkcode BaseHTTPRequestHandler.detach} hands it out. */
export interface DetachedConnection {
  /** The connection. */
  readonly connection: Deno.Conn;
  /** Reads from it, beginning with what was read ahead. */
  readonly rfile: BufferedReader;
  /** Writes to it as it is. */
  readonly wfile: BufferedIOBase;
}

const METHODS: readonly string[] = Object.values(HTTPMethod).filter((name) =>
  typeof name === "string"
);

const METHOD_NAMES = new Map(METHODS.map((name) => [name, `do${name}`]));

/** Only such commands become method names: nobody shall call `doSomethingPrivate`. */
function methodName(command: string): string {
  return /^[A-Z][A-Z0-9_-]*$/.test(command) ? `do${command}` : "";
}

const NO_BODY: RequestFraming = { kind: "none" };

/**
 * Reads HTTP requests and answers them through methods named after theirs,
 * Python's `http.server.BaseHTTPRequestHandler`: define `doGET`, `doPOST` and
 * so on.
 *
 * In such a method `rfile` is the body of this request and ends where it ends;
 * `wfile` takes the body of the answer, which is framed for you: by
 * `Content-Length` if you send one, else in chunks, or by closing for clients
 * that know no chunks. HTTP/1.1 with keep-alive and pipelining is the default;
 * `protocolVersion = "HTTP/1.0"` behaves as Python does.
 *
 * Every limit is a field: set it in your class.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 *
 * @example Answers with the length of what was posted
 * ```ts
 * import { BaseHTTPRequestHandler, exchange } from "@pystd/server/http-server";
 * import { assertStringIncludes } from "@std/assert";
 *
 * class Count extends BaseHTTPRequestHandler {
 *   async doPOST(): Promise<void> {
 *     const body = await this.rfile.read();
 *     this.sendResponse(200);
 *     this.sendHeader("Content-Type", "text/plain");
 *     await this.endHeaders();
 *     await this.wfile.write(new TextEncoder().encode(`${body.length} bytes`));
 *   }
 *   override logMessage(): void {}
 * }
 *
 * const answer = await exchange(
 *   Count,
 *   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
 * );
 * assertStringIncludes(new TextDecoder().decode(answer), "5 bytes");
 * ```
 */
export class BaseHTTPRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends HTTPLimits<Address, Server> {
  /**
   * The version assumed of a request whose first line cannot be understood.
   * Python's `HTTP/0.9` answers it with a page and no status line.
   */
  defaultRequestVersion = "HTTP/1.1";
  /** Makes the fields of a request. */
  MessageClass: new () => HTTPMessage = HTTPMessage;
  /** Buffer of `wfile` in bytes; 0 sends each write at once. */
  override wbufsize = 65536;
  /** Whether small writes leave at once: yes, since `wfile` gathers them. */
  override disableNagleAlgorithm = true;

  /** Whether `100 Continue` is sent before the method runs, as Python does. */
  eagerContinue = false;
  /** Whether a method that HTTP knows and this class lacks is answered with 405, not 501. */
  offersAllow = false;

  /** The target as it was sent, but never with two slashes in front. */
  path = "";
  /** The fields of the request. */
  headers: HTTPMessage = new HTTPMessage();

  #requests: RequestReader | undefined;
  /** The connection's own writer. */
  #output: BufferedIOBase | undefined;
  // The head, in one of three forms. As it lies in the reader's buffer it
  // costs nothing, but is gone with the next read; a copy of each head would
  // cost more than to parse it.
  #view: Bytes | undefined;
  #text = "";
  #raw: Bytes | undefined;
  /** Whether `handleOneRequest` has read the head, not a caller of its own. */
  #readHead = false;
  #framing = NO_BODY;
  #mustClose = false;
  #awaitsContinue = false;
  #detached = false;
  #stopping = false;
  #served = 0;

  /** The request's head as it came, its first line first. */
  get rawRequestline(): Bytes {
    return this.#raw ??= this.#view?.slice() ?? encodeLatin1(this.#text);
  }

  set rawRequestline(bytes: Bytes) {
    this.#raw = bytes;
    this.#view = undefined;
    this.#readHead = false;
  }

  /** Serves the requests of a connection, one after the other; may be overridden. */
  override handle(): Promise<void> {
    this.closeConnection = true;
    const { handleOneRequest } = BaseHTTPRequestHandler.prototype;
    // One call for all of them costs less, but an override wants to see each.
    return this.handleOneRequest === handleOneRequest
      ? this.#serve("all")
      : this.#handleOneByOne();
  }

  async #handleOneByOne(): Promise<void> {
    do await this.handleOneRequest(); while (!this.closeConnection);
  }

  /**
   * Reads one request and answers it; may be overridden.
   *
   * @throws What the method has thrown, after the client was told.
   */
  async handleOneRequest(): Promise<void> {
    await this.#serve("one");
  }

  async #serve(which: "one" | "all"): Promise<void> {
    const input = this.rfile = asBufferedReader(this.rfile);
    const output = this.#output = this.wfile;
    const coalescing = output instanceof CoalescingWriter ? output : undefined;
    if (this.#requests?.connection !== input) {
      this.#requests = new RequestReader(input, this);
    }
    const requests = this.#requests;
    do {
      // While a connection is idle there is nothing to answer.
      let writer: ResponseWriter | undefined;
      this._headersBuffer = null;
      this.#mustClose = this.#awaitsContinue = this.#readHead = false;
      let inMethod = false;
      try {
        let head: Bytes | null | undefined = requests.nextHead();
        if (!head) {
          // Answers to requests that came together leave together.
          coalescing?.startFlush();
          head = await requests.head(this.#served === 0);
          coalescing?.checkFlushed();
        }
        if (head === null) {
          this.closeConnection = true;
          continue;
        }
        writer = this.wfile = new ResponseWriter(output);
        this.#served++;
        this.#view = head;
        this.#raw = undefined;
        this.#readHead = true;
        // Hardly anybody overrides it to wait: then there is nothing to await.
        let parsed = this.parseRequest();
        if (typeof parsed === "object") {
          this.#keepHead();
          parsed = await parsed;
        }
        if (!parsed) continue;
        const method = this._methodFor(this.command!) ?? this.#substitute();
        if (!method) {
          await this.#refuseMethod();
          continue;
        }
        this.rfile = this.#openBody(requests);
        inMethod = true;
        await method.call(this);
        inMethod = false;
        if (this.#detached) continue;
        const ending = this.#endAnswer(writer);
        if (ending) await ending;
        if (this.closeConnection || !coalescing) await output.flush();
        if (this.closeConnection) continue;
        const drained = requests.drain();
        if (drained !== true && !await drained) this.closeConnection = true;
      } catch (error) {
        const ours = inMethod && !this.#detached && !isClientFault(error);
        writer ??= this.wfile = new ResponseWriter(output);
        await this.#recover(error, writer, ours);
      } finally {
        this.rfile = input;
        this.wfile = output;
      }
    } while (which === "all" && !this.closeConnection);
  }

  #openBody(requests: RequestReader): BufferedReader {
    return this.#framing.kind === "none"
      ? requests.openNoBody()
      : requests.openBody(this.#framing, () => this.#continue());
  }

  /** Copies a head that nobody has parsed yet: what is read next may overwrite it. */
  #keepHead(): void {
    if (this.#view) this.#raw ??= this.#view.slice();
    this.#view = undefined;
  }

  /**
   * Reads the request out of `rawRequestline`; may be extended. If it is
   * malformed the client is told.
   *
   * An own `handleOneRequest` may put only the request line there, as in
   * Python: the fields are then read from `rfile`, which stays the connection's
   * own, and so the end of the body is the caller's business.
   *
   * @returns Whether there is a request to answer; a promise only where
   * something has to be read or sent for that.
   */
  parseRequest(): boolean | Promise<boolean> {
    this.command = null;
    this.requestVersion = this.defaultRequestVersion;
    this.closeConnection = true;
    this.#framing = NO_BODY;
    this.path = "";
    const fields = this.headers = new this.MessageClass();
    if (!this.#readHead) return this.#parseGiven(fields);
    try {
      return this.#parse(fields);
    } catch (error) {
      return this.#refuseHead(error);
    }
  }

  #parse(fields: HTTPMessage): boolean | Promise<boolean> {
    const bytes = this.#view ?? this.rawRequestline;
    const head = parseRequestHead(bytes, this, fields);
    this.#text = head.text;
    this.#view = undefined;
    this.requestline = head.line;
    this.command = head.method;
    this.requestVersion = head.version;
    this.path = head.target.startsWith("//")
      ? collapseLeadingSlashes(head.target)
      : head.target;
    if (head.simple) return true;
    if (this.requireHost) checkHost(head);
    this.#framing = requestFraming(head);
    // RFC 9112, 9.6: the client's close holds, whatever the handler sends.
    this.#mustClose = this.#stopping || this.#served === this.maxRequests ||
      !keepAlive(head) || this.#isUnbounded();
    this.closeConnection = this.#mustClose ||
      this.protocolVersion < "HTTP/1.1";
    const expect = fields.getJoined("expect");
    return expect === null || this.#meetExpectation(expect);
  }

  /** Parses what the caller has put into `rawRequestline`. */
  async #parseGiven(fields: HTTPMessage): Promise<boolean> {
    try {
      return await this.#readFields() && await this.#parse(fields);
    } catch (error) {
      return await this.#refuseHead(error);
    }
  }

  #refuseHead(error: unknown): Promise<boolean> {
    if (!(error instanceof ProtocolError)) throw error;
    this.#keepHead();
    return this.#refuse(error).then(() => false);
  }

  /**
   * Decides about a request that waits for `100 Continue`. That is sent when
   * `rfile` is first read, if there is a body; an override may refuse by sending
   * an answer and returning false.
   *
   * @returns Whether to go on.
   */
  handleExpect100(): boolean | Promise<boolean> {
    return true;
  }

  /**
   * Hands out the connection, for protocols that take over from HTTP. It
   * closes when the method returns.
   *
   * @returns The connection with its streams.
   */
  async detach(): Promise<DetachedConnection> {
    await this.wfile.flush();
    this.#detached = true;
    this.closeConnection = true;
    const { wfile } = this;
    const rfile = this.#requests?.connection ?? this.rfile;
    if (rfile.raw instanceof SocketIO) rfile.raw.setReadDeadline(null);
    return {
      connection: this.connection,
      rfile,
      wfile: wfile instanceof ResponseWriter ? wfile.output : wfile,
    };
  }

  /**
   * The fields behind a chunked body once `rfile` was read to its end; none
   * before, and none behind another body. Nobody has checked that they may
   * stand there, so they are not in `headers` (RFC 9110, 6.5.1).
   */
  get trailers(): Fields {
    return this.#requests?.trailers ?? new Fields();
  }

  /** Whether the request says that it has a body, an empty one maybe. */
  protected get _hasBody(): boolean {
    return this.#framing.kind !== "none";
  }

  /**
   * Watches for the client to leave while its request is answered.
   *
   * @param left Called when it closes its side, or all of it.
   * @param patience Seconds to wait before, unless it has reset the connection:
   * a client that closes its side may still want its answer.
   * @returns A function that ends the watch.
   */
  protected _watchClient(left: () => void, patience = 0): () => void {
    return this.#requests?.watch(left, patience) ?? (() => {});
  }

  /** Ends after the request at hand; an idle connection closes now. */
  override serverStopping(): void {
    this.#stopping = this.#mustClose = true;
    this.closeConnection = true;
    this.#requests?.stop(() => this.#closeIdle());
  }

  /** Closes the connection, but not before the last answer has left. */
  #closeIdle(): void {
    const output = this.#output;
    const close = () => this.connection.close();
    if (!(output instanceof BufferedWriter) || output.pending === 0) close();
    // Meanwhile the client may have left, and everything be closed.
    else output.flush().then(close, close).catch(() => {});
  }

  /**
   * Finds what answers a command: the method `do` + command by default. May be
   * overridden to answer all of them in one place.
   *
   * @param command The method of the request, in its case.
   * @returns A function that is called on the handler, or nothing: 501.
   */
  protected _methodFor(command: string): (() => unknown) | undefined {
    const name = METHOD_NAMES.get(command) ?? methodName(command);
    const method = (this as unknown as { [name: string]: unknown })[name];
    return typeof method === "function" ? method as () => unknown : undefined;
  }

  /** Whether the connection can stay open behind the answer. */
  protected override _staysOpen(): boolean {
    // A client that waits for 100 may send its body behind the answer, or not.
    return !this.closeConnection && !this.#mustClose && !this.#awaitsContinue;
  }

  /** Whether the body ends where only its reader knows, who is not ours. */
  #isUnbounded(): boolean {
    return !this.#readHead && this.#framing.kind !== "none";
  }

  /** Reads what `rawRequestline` lacks. Returns whether there was anything at all. */
  async #readFields(): Promise<boolean> {
    const line = this.rawRequestline;
    if (line.length === 0) return false;
    if (new HeadScanner(this).headLength(line) >= 0) return true;
    const { bytes } = await readBlock(this.rfile, this);
    const head = new Uint8Array(line.length + bytes.length);
    head.set(line);
    head.set(bytes, line.length);
    this.rawRequestline = head;
    return true;
  }

  /** The methods of HTTP that this class answers, and OPTIONS. */
  #allowed(): string[] {
    const allowed = METHODS.filter((name) => this._methodFor(name));
    return allowed.length === 0
      ? []
      : METHODS.filter((name) => name === "OPTIONS" || allowed.includes(name));
  }

  /** What answers a command for which the class has no method. */
  #substitute(): (() => unknown) | undefined {
    const answers = this.offersAllow && this.command === "OPTIONS" &&
      this.#allowed().length > 0;
    return answers ? this.#sendAllow : undefined;
  }

  async #sendAllow(): Promise<void> {
    this.sendResponse(HTTPStatus.NO_CONTENT);
    this.sendHeader("Allow", this.#allowed().join(", "));
    await this.endHeaders();
  }

  async #refuseMethod(): Promise<void> {
    const allowed = this.offersAllow ? this.#allowed() : [];
    if (allowed.length > 0 && METHODS.includes(this.command!)) {
      this.sendHeader("Allow", allowed.join(", "));
      await this.sendError(HTTPStatus.METHOD_NOT_ALLOWED);
    } else {
      await this.sendError(
        HTTPStatus.NOT_IMPLEMENTED,
        `Unsupported method ('${this.command}')`,
      );
    }
  }

  async #meetExpectation(expect: string): Promise<boolean> {
    if (
      this.requestVersion < "HTTP/1.1" || this.protocolVersion < "HTTP/1.1"
    ) return true;
    // RFC 9110, 10.1.1: 100-continue is the only expectation there is.
    if (!splitList(expect).every((one) => hasToken(one, "100-continue"))) {
      return await this.#refuseHead(
        new ProtocolError(`Cannot meet expectation "${expect}"`, 417),
      );
    }
    if (!await this.handleExpect100()) {
      this.closeConnection = true;
      return false;
    }
    this.#awaitsContinue = this.eagerContinue || this.#framing.kind !== "none";
    if (this.eagerContinue) await this.#continue();
    return true;
  }

  /** The body is wanted: tells a client that waits for that. */
  async #continue(): Promise<void> {
    if (!this.#awaitsContinue) return;
    this.#awaitsContinue = false;
    // RFC 9110, 15.2: nothing interim comes behind the answer.
    if (this.wfile instanceof ResponseWriter && this.wfile.begun) return;
    const pending = this._headersBuffer;
    this._headersBuffer = null;
    this.sendResponseOnly(HTTPStatus.CONTINUE);
    await this.endHeaders();
    this._headersBuffer = pending;
  }

  /** Completes the answer that the method has begun. */
  #endAnswer(writer: ResponseWriter): Promise<void> | undefined {
    if (this._headersBuffer) return this.#endHead(writer);
    if (!writer.begun && writer.rawBytes === 0) {
      throw new TypeError(
        `Cannot answer ${this.command} ${this.path}: no response was sent`,
      );
    }
    if (!this._staysOpen()) this.closeConnection = true;
    const ending = writer.end();
    if (writer.isShort) {
      this.closeConnection = true;
      this.logError(
        "Response to %r is shorter than its Content-Length",
        this.requestline,
      );
    }
    return ending;
  }

  /** Sends a head that the method has not ended, and so completes the answer. */
  async #endHead(writer: ResponseWriter): Promise<void> {
    if (writer.rawBytes > 0) {
      throw new TypeError("Cannot end a head: its body came before endHeaders");
    }
    await this.endHeaders();
    await this.#endAnswer(writer);
  }

  /** Tells the client that its request is malformed. */
  async #refuse(error: ProtocolError): Promise<void> {
    this.closeConnection = true;
    if (this.command === null) {
      // Python keeps nothing of a line that is too long, and so does the log.
      const tooLong = error.status === HTTPStatus.REQUEST_URI_TOO_LONG;
      this.requestline = tooLong ? "" : requestLineText(this.rawRequestline);
      this.#rereadRequestLine();
    }
    await this.sendError(error.status, error.reason, error.message);
  }

  /** A broken field does not make the request line unknown: HEAD still gets no body. */
  #rereadRequestLine(): void {
    try {
      const line = parseRequestLine(this.requestline, this);
      this.command = line.method;
      if (!line.simple) this.requestVersion = line.version;
    } catch {
      // It is the request line that is broken.
    }
  }

  /**
   * Decides what the client gets to know of an error.
   *
   * @param ours Whether it comes from the method, not from the connection.
   */
  async #recover(
    error: unknown,
    writer: ResponseWriter,
    ours: boolean,
  ): Promise<void> {
    this.closeConnection = true;
    this._headersBuffer = null;
    const silent = writer.begun || writer.rawBytes > 0 || this.#detached;
    if (error instanceof ProtocolError) {
      if (!this.#readHead) this.#forgetRequest();
      if (silent) this.logError("%s", error.message);
      else await this.#refuse(error);
    } else if (!ours && error instanceof Deno.errors.TimedOut) {
      this.logError("Request timed out: %s", error.message);
      if (!silent) await this.#tell(HTTPStatus.REQUEST_TIMEOUT);
    } else if (!ours && isOSError(error)) {
      this.logError("Client left: %s", (error as Error).message);
    } else {
      if (!silent) await this.#tell(HTTPStatus.INTERNAL_SERVER_ERROR);
      throw error;
    }
  }

  /** What is known of the request before is not true of one whose head is refused. */
  #forgetRequest(): void {
    this.rawRequestline = this.#requests!.rest.slice();
    this.command = null;
    this.requestVersion = "";
    this.headers = new this.MessageClass();
    this.path = "";
  }

  /** Sends an error page to a client that may have left. */
  async #tell(status: number): Promise<void> {
    try {
      await this.sendError(status);
    } catch (error) {
      if (!isOSError(error)) throw error;
    }
  }
}
