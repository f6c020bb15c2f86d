import {
  type BufferedIOBase,
  type BufferedReader,
  type Bytes,
  SocketIO,
} from "../socketserver/io/mod.ts";
import { isOSError } from "../socketserver/mod.ts";
import { asBufferedReader } from "./_as_buffered_reader.ts";
import { RequestReader } from "./_request_reader.ts";
import { ResponseWriter } from "./_response_writer.ts";
import { HTTPResponder } from "./http_responder.ts";
import {
  checkHost,
  collapseLeadingSlashes,
  hasToken,
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
} from "./protocol/mod.ts";

/** The connection itself, as {@linkcode BaseHTTPRequestHandler.detach} hands it out. */
export interface DetachedConnection {
  /** The connection. */
  readonly connection: Deno.Conn;
  /** Reads from it, beginning with what was read ahead. */
  readonly rfile: BufferedReader;
  /** Writes to it as it is. */
  readonly wfile: BufferedIOBase;
}

/** Only such commands become method names: nobody shall call `doSomethingPrivate`. */
const METHOD_NAME = /^[A-Z][A-Z0-9_-]*$/;

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
> extends HTTPResponder<Address, Server> {
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

  /** Whether HTTP/1.1 requests without exactly one valid `Host` are refused. */
  requireHost = true;
  /** Whether a lone LF ends a line, and blanks may be doubled, as Python allows. */
  lenient = false;
  /** Whether `100 Continue` is sent before the method runs, as Python does. */
  eagerContinue = false;
  /** Whether a method that HTTP knows and this class lacks is answered with 405, not 501. */
  offersAllow = false;

  /** Bytes of the request line; more is answered with 414. */
  maxRequestLine = 65536;
  /** Bytes of a field line; more is answered with 431. */
  maxFieldLine = 65536;
  /** Field lines; more are answered with 431. */
  maxFields = 99;
  /** Bytes of the head; more are answered with 431. */
  maxHeadBytes = 262144;
  /** Bytes of a request's body; more are answered with 413. `null` for no limit. */
  maxBodyBytes: number | null = null;
  /** Seconds from the first byte of a head to its last; beyond, 408. nginx takes 60, Apache 20. */
  headerTimeout: number | null = 30;
  /** Seconds that a connection may wait for its next request. nginx takes 75, node 5. */
  idleTimeout: number | null = 60;
  /** Seconds for the whole body of a request; beyond, 408. */
  bodyTimeout: number | null = null;
  /** Bytes a second that a body must bring on average, after five seconds. Kestrel takes 240. */
  minBodyRate: number | null = 240;
  /** Seconds that the client may take for each portion of an answer. nginx takes 60. */
  override writeTimeout: number | null = 60;
  /** Requests on one connection; `null` for any number. */
  maxRequests: number | null = null;
  /** Bytes of an unread body that are thrown away to keep the connection. Go takes 256 KiB. */
  maxDrainBytes = 262144;
  /** Seconds that this may take. */
  drainTimeout = 5;

  /** The target as it was sent, but never with two slashes in front. */
  path = "";
  /** The request's head as it came, its first line first. */
  rawRequestline: Bytes = new Uint8Array(0);
  /** The fields of the request. */
  headers: HTTPMessage = new HTTPMessage();

  #requests: RequestReader | undefined;
  #framing = NO_BODY;
  #awaitsContinue = false;
  #detached = false;
  #stopping = false;
  #served = 0;

  /** Serves the requests of a connection, one after the other; may be overridden. */
  override async handle(): Promise<void> {
    this.closeConnection = true;
    await this.handleOneRequest();
    while (!this.closeConnection) await this.handleOneRequest();
  }

  /**
   * Reads one request and answers it; may be overridden.
   *
   * @throws What the method has thrown, after the client was told.
   */
  async handleOneRequest(): Promise<void> {
    const input = this.rfile = asBufferedReader(this.rfile);
    const output = this.wfile;
    const writer = this.wfile = new ResponseWriter(output);
    if (this.#requests?.connection !== input) {
      this.#requests = new RequestReader(input, this);
    }
    const requests = this.#requests;
    this._headersBuffer = null;
    this.#awaitsContinue = false;
    this.command = null;
    try {
      const head = await requests.head(this.#served === 0);
      if (head === null) {
        this.closeConnection = true;
        return;
      }
      this.#served++;
      this.rawRequestline = head;
      if (!await this.parseRequest()) return;
      const method = this._methodFor(this.command!);
      if (!method) return await this.#refuseMethod();
      this.rfile = requests.openBody(this.#framing, () => this.#continue());
      await method.call(this);
      if (this.#detached) return;
      await this.#endAnswer(writer);
      await output.flush();
      if (!this.closeConnection && !await requests.drain()) {
        this.closeConnection = true;
      }
    } catch (error) {
      await this.#recover(error, writer);
    } finally {
      this.rfile = input;
      this.wfile = output;
    }
  }

  /**
   * Reads the request out of `rawRequestline`; may be extended. If it is
   * malformed the client is told.
   *
   * @returns Whether there is a request to answer.
   */
  async parseRequest(): Promise<boolean> {
    this.command = null;
    this.requestVersion = this.defaultRequestVersion;
    this.closeConnection = true;
    this.#framing = NO_BODY;
    try {
      const head = parseRequestHead(
        this.rawRequestline,
        this,
        new this.MessageClass(),
      );
      this.requestline = head.line;
      this.command = head.method;
      this.requestVersion = head.version;
      this.headers = head.fields;
      this.path = head.target.startsWith("//")
        ? collapseLeadingSlashes(head.target)
        : head.target;
      if (head.simple) return true;
      if (this.requireHost) checkHost(head);
      this.#framing = requestFraming(head);
      const last = this.#stopping || this.#served === this.maxRequests;
      this.closeConnection = last || this.protocolVersion < "HTTP/1.1" ||
        !keepAlive(head);
      return await this.#meetExpectations();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      await this.#refuse(error);
      return false;
    }
  }

  /**
   * Decides about a request that waits for `100 Continue` before it sends its
   * body. That is sent when `rfile` is first read; an override may refuse by
   * sending an answer and returning false.
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
    const writer = this.wfile as ResponseWriter;
    const rfile = this.#requests!.connection;
    if (rfile.raw instanceof SocketIO) rfile.raw.setReadDeadline(null);
    return { connection: this.connection, rfile, wfile: writer.output };
  }

  /** Whether the request says that it has a body, an empty one maybe. */
  protected get _hasBody(): boolean {
    return this.#framing.kind !== "none";
  }

  /**
   * Watches for the client to leave while its request is answered.
   *
   * @param left Called when it closes its side, or all of it.
   * @returns A function that ends the watch.
   */
  protected _watchClient(left: () => void): () => void {
    return this.#requests?.watch(left) ?? (() => {});
  }

  /** Ends after the request at hand; an idle connection closes now. */
  override serverStopping(): void {
    this.#stopping = true;
    this.closeConnection = true;
    this.#requests?.stop(() => this.connection.close());
  }

  /**
   * Finds what answers a command: the method `do` + command by default. May be
   * overridden to answer all of them in one place.
   *
   * @param command The method of the request, in its case.
   * @returns A function that is called on the handler, or nothing: 501.
   */
  protected _methodFor(command: string): (() => unknown) | undefined {
    if (!METHOD_NAME.test(command)) return;
    const method =
      (this as unknown as { [name: string]: unknown })[`do${command}`];
    return typeof method === "function" ? method as () => unknown : undefined;
  }

  async #refuseMethod(): Promise<void> {
    const allowed = Object.values(HTTPMethod).filter((name) =>
      typeof name === "string" && `do${name}` in this
    );
    const known = this.offersAllow && allowed.length > 0 &&
      (this.command! in HTTPMethod);
    if (known) this.sendHeader("Allow", allowed.join(", "));
    await this.sendError(
      known ? HTTPStatus.METHOD_NOT_ALLOWED : HTTPStatus.NOT_IMPLEMENTED,
      known ? null : `Unsupported method ('${this.command}')`,
    );
  }

  async #meetExpectations(): Promise<boolean> {
    const expect = this.headers.get("expect");
    if (
      expect === null || this.requestVersion < "HTTP/1.1" ||
      this.protocolVersion < "HTTP/1.1"
    ) {
      return true;
    }
    // RFC 9110, 10.1.1: 100-continue is the only expectation there is.
    if (!hasToken(expect, "100-continue")) {
      throw new ProtocolError(`Cannot meet expectation "${expect}"`, 417);
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
    const pending = this._headersBuffer;
    this._headersBuffer = null;
    this.sendResponseOnly(HTTPStatus.CONTINUE);
    await this.endHeaders();
    this._headersBuffer = pending;
  }

  /** Completes the answer that the method has begun. */
  async #endAnswer(writer: ResponseWriter): Promise<void> {
    if (this._headersBuffer) await this.endHeaders();
    if (!writer.begun && writer.rawBytes === 0) {
      throw new TypeError(
        `Cannot answer ${this.command} ${this.path}: no response was sent`,
      );
    }
    // The client may send the body that it announced, or not: nobody can tell.
    if (this.#awaitsContinue) this.closeConnection = true;
    if (!await writer.end()) {
      this.closeConnection = true;
      this.logError(
        "Response to %r is shorter than its Content-Length",
        this.requestline,
      );
    }
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

  /** Decides what the client gets to know of an error. */
  async #recover(error: unknown, writer: ResponseWriter): Promise<void> {
    this.closeConnection = true;
    this._headersBuffer = null;
    const silent = writer.begun || writer.rawBytes > 0 || this.#detached;
    if (error instanceof ProtocolError) {
      if (this.#requests!.rest.length > 0 && this.command === null) {
        this.rawRequestline = this.#requests!.rest.slice();
      }
      if (silent) this.logError("%s", error.message);
      else await this.#refuse(error);
    } else if (error instanceof Deno.errors.TimedOut) {
      this.logError("Request timed out: %s", error.message);
      if (!silent) await this.sendError(HTTPStatus.REQUEST_TIMEOUT);
    } else if (isOSError(error)) {
      this.logError("Client left: %s", (error as Error).message);
    } else {
      if (!silent) await this.sendError(HTTPStatus.INTERNAL_SERVER_ERROR);
      throw error;
    }
  }
}
