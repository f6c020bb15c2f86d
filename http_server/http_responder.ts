import { asClientFault } from "./_client_fault.ts";
import { KeptHead } from "./_kept_head.ts";
import { ResponseWriter } from "./_response_writer.ts";
import { VERSION } from "./_version.ts";
import { HTTPLogger } from "./http_logger.ts";
import {
  DEFAULT_ERROR_CONTENT_TYPE,
  DEFAULT_ERROR_MESSAGE,
  type ErrorPageValues,
  escapeHtml,
  formatErrorPage,
} from "./error_page.ts";
import {
  checkFieldName,
  checkFieldValue,
  checkReasonPhrase,
  CRLF,
  Fields,
  formatHttpDate,
  hasToken,
  responses,
  serializeFields,
  serializeResponseHead,
  statusAllowsContent,
  type StatusTexts,
} from "./protocol/mod.ts";

/** A status line and fields that were not sent yet. */
export interface PendingHead {
  /** The status code; `null` if only fields were given so far. */
  status: number | null;
  /** The reason phrase. */
  reason: string;
  /** The fields. */
  fields: Fields;
}

const utf8 = new TextEncoder();

const SERVER_VERSION = `BaseHTTP/${VERSION}`;
const SYS_VERSION = `Deno/${Deno.version.deno}`;

/**
 * The answering half of {@linkcode BaseHTTPRequestHandler}: the status line,
 * the fields and error pages.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export abstract class HTTPResponder<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends HTTPLogger<Address, Server> {
  /** First word of the `Server` field. */
  serverVersion: string = SERVER_VERSION;
  /** Second word of the `Server` field. */
  sysVersion: string = SYS_VERSION;
  /** The version of answers; below `HTTP/1.1` connections close as Python's do. */
  protocolVersion = "HTTP/1.1";
  /** The page of `sendError`: a template with `%(code)d`, `%(message)s`, `%(explain)s`, or a function. */
  errorMessageFormat: string | ((values: ErrorPageValues) => string) =
    DEFAULT_ERROR_MESSAGE;
  /** The media type of that page. */
  errorContentType: string = DEFAULT_ERROR_CONTENT_TYPE;
  /** Reason phrase and description of each status code. */
  responses: StatusTexts = responses;
  /** The method, or `null` before it is known. */
  command: string | null = null;
  /** The version of the request. */
  requestVersion = "";
  /** Whether the connection closes after this request. */
  closeConnection = true;

  /** What `sendResponse` and `sendHeader` have gathered. */
  protected _headersBuffer: PendingHead | null = null;

  /**
   * Begins an answer: logs the request, and gathers the status line, `Server`
   * and `Date`. Nothing is sent before `endHeaders`.
   *
   * @param code The status code.
   * @param message The reason phrase; the code's own if left out.
   * @throws {TypeError} If `message` has characters that cannot be sent.
   */
  sendResponse(code: number, message?: string | null): void {
    this.logRequest(code);
    this.sendResponseOnly(code, message);
    this.sendHeader("Server", this.versionString());
    this.sendHeader("Date", this.dateTimeString());
  }

  /**
   * Begins an answer with the status line alone.
   *
   * @param code The status code.
   * @param message The reason phrase; the code's own if left out.
   * @throws {TypeError} If `message` has characters that cannot be sent.
   */
  sendResponseOnly(code: number, message?: string | null): void {
    if (this.requestVersion === "HTTP/0.9") return;
    const reason = message ?? this.responses[code]?.[0] ?? "";
    checkReasonPhrase(reason);
    const pending = this._headersBuffer;
    // An answer that was begun already is replaced, fields and all.
    const fields = pending?.status === null ? pending.fields : new Fields();
    this._headersBuffer = { status: code, reason, fields };
  }

  /**
   * Gathers a field of the answer. `Connection: close` and `keep-alive` decide
   * about the connection, too.
   *
   * @param keyword The field's name.
   * @param value Its value; numbers are written out.
   * @throws {TypeError} If either has characters that cannot be sent: a line
   * break in a value would let its author write the rest of the answer.
   */
  sendHeader(keyword: string, value: string | number): void {
    if (this.requestVersion !== "HTTP/0.9") {
      const text = typeof value === "string" ? value : String(value);
      const fields = (this._headersBuffer ??= noStatus()).fields;
      if (!keptHead.has(fields.size, keyword, text)) {
        checkFieldName(keyword);
        checkFieldValue(text);
      }
      fields.add(keyword, text);
    }
    if (keyword.length === 10 && keyword.toLowerCase() === "connection") {
      if (hasToken(String(value), "close")) this.closeConnection = true;
      else if (hasToken(String(value), "keep-alive")) {
        this.closeConnection = false;
      }
    }
  }

  /**
   * Ends the head and sends it; may be extended, to add fields to every
   * answer. What is written to `wfile` from now on is the body.
   *
   * @throws {TypeError} If an answer was sent already, or its Content-Length
   * is none.
   */
  endHeaders(): Promise<void> {
    try {
      return this.#endHeaders() ?? SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Returns a promise only where something has to be waited for. */
  #endHeaders(): Promise<void> | undefined {
    const head = this._headersBuffer;
    this._headersBuffer = null;
    const { wfile } = this;
    if (!(wfile instanceof ResponseWriter)) return this.#endUnframed(head);
    if (this.requestVersion === "HTTP/0.9") {
      this.closeConnection = true;
      return sent(wfile.sendHead(NOTHING, BARE));
    }
    if (wfile.begun) {
      if (head === null) return;
      throw new TypeError("Cannot send a second answer to one request");
    }
    if (head === null || head.status === null) {
      if (wfile.rawBytes === 0) {
        throw new TypeError("Cannot end a head: it has no status line");
      }
      return sent(wfile.write(this.#lines(head)));
    }
    if (head.status < 200 && head.status !== 101) {
      // RFC 9110, 15.2: an HTTP/1.0 client would take it for the answer.
      if (this.requestVersion < "HTTP/1.1") return;
      return wfile.sendInterim(this.#lines(head));
    }
    const framing = keptHead.frame({
      requestMethod: this.command ?? "",
      requestVersion: this.requestVersion,
      protocolVersion: this.protocolVersion,
      status: head.status,
      reason: head.reason,
      fields: head.fields,
      keepAlive: this._staysOpen(),
    });
    if (!framing.keepAlive) this.closeConnection = true;
    return sent(wfile.sendHead(keptHead.bytes, framing));
  }

  /** Whether the connection can stay open behind the answer. */
  protected _staysOpen(): boolean {
    return !this.closeConnection;
  }

  /**
   * Sends a head to a stream that somebody else has put into `wfile`: nobody
   * would frame the body, so it is the handler's own business.
   */
  async #endUnframed(head: PendingHead | null): Promise<void> {
    if (this.requestVersion === "HTTP/0.9") {
      this.closeConnection = true;
      return;
    }
    const status = head?.status ?? null;
    if (
      status !== null && statusAllowsContent(status) &&
      this.command !== "HEAD" && !head!.fields.has("content-length") &&
      !head!.fields.has("transfer-encoding")
    ) this.closeConnection = true;
    await this.wfile.write(this.#lines(head));
  }

  /**
   * Sends what was gathered without ending the head. The body is then not
   * framed, and the connection closes behind it.
   *
   * @throws {TypeError} If an answer was sent already.
   */
  async flushHeaders(): Promise<void> {
    const head = this._headersBuffer;
    if (!head) return;
    if (this.wfile instanceof ResponseWriter && this.wfile.begun) {
      throw new TypeError("Cannot send a second answer to one request");
    }
    const lines = this.#lines(head).subarray(0, -2);
    if (lines.length === 0) return;
    this._headersBuffer = noStatus();
    this.closeConnection = true;
    await this.wfile.write(lines);
  }

  /**
   * Answers with an error page, and closes the connection afterwards.
   *
   * @param code The status code.
   * @param message The reason phrase; the code's own if left out.
   * @param explain What it means; the code's own description if left out.
   */
  async sendError(
    code: number,
    message?: string | null,
    explain?: string | null,
  ): Promise<void> {
    const [phrase, description] = this.responses[code] ?? ["???", "???"];
    const reason = message ?? phrase;
    this.logError("code %d, message %s", code, reason);
    this.sendResponse(code, reason);
    this.sendHeader("Connection", "close");
    let page = NOTHING;
    if (statusAllowsContent(code)) {
      page = utf8.encode(formatErrorPage(this.errorMessageFormat, {
        code,
        message: escapeHtml(reason),
        explain: escapeHtml(explain ?? description),
      }));
      this.sendHeader("Content-Type", this.errorContentType);
      this.sendHeader("Content-Length", page.length);
    }
    await this.endHeaders();
    if (this.command !== "HEAD" && page.length > 0) {
      await this.wfile.write(page);
    }
  }

  /** The head, or the fields of one, with the empty line. */
  #lines(head: PendingHead | null): Uint8Array {
    if (head === null) return CRLF;
    const { status, reason, fields } = head;
    if (status === null) return serializeFields(fields);
    const version = this.protocolVersion;
    return serializeResponseHead({ version, status, reason, fields });
  }

  /** The `Server` field: both version words; may be overridden. */
  versionString(): string {
    return joined(this.serverVersion, this.sysVersion);
  }

  /**
   * A time as HTTP writes it, for `Date` and `Last-Modified` (RFC 9110, 5.6.7).
   *
   * @param timestamp Seconds since 1970; now if left out.
   * @returns Such as `Mon, 23 Nov 2026 09:30:00 GMT`.
   */
  dateTimeString(timestamp?: number | null): string {
    return formatHttpDate(
      timestamp === undefined || timestamp === null
        ? Date.now()
        : timestamp * 1000,
    );
  }
}

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

const keptHead = new KeptHead();

let versions: readonly [server: string, sys: string, both: string] = [
  "",
  "",
  " ",
];

/** Both words; a text that is the same object is compared at once. */
function joined(server: string, sys: string): string {
  if (server !== versions[0] || sys !== versions[1]) {
    versions = [server, sys, `${server} ${sys}`];
  }
  return versions[2];
}

const SENT = Promise.resolve();

function noStatus(): PendingHead {
  return { status: null, reason: "", fields: new Fields() };
}

function sent(writing: Promise<number> | undefined): Promise<void> | undefined {
  return writing?.then(() => {}, (error) => {
    throw asClientFault(error);
  });
}

/** HTTP/0.9: no head, and the body ends with the connection. */
const BARE = {
  kind: "close",
  length: 0,
  keepAlive: false,
  remove: [],
  add: [],
} as const;
