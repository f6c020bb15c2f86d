import {
  type ApplicationServer,
  WSGIRequestHandler as BaseWSGIRequestHandler,
} from "../wsgi_request_handler.ts";

/** How much a line of the log matters. */
export type LogLevel = "info" | "warning" | "error";

/** What a TLS client sends first: a record with a handshake, of TLS 1 point something. */
const TLS_HELLO = "\x16\x03";

/**
 * Answers every method by calling the application of its server: the handler
 * of Django's development server. Beside what
 * {@linkcode BaseWSGIRequestHandler} does, it says how much each line of its
 * log matters, and recognizes browsers that try TLS.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export class WSGIRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = ApplicationServer,
> extends BaseWSGIRequestHandler<Address, Server> {
  /**
   * Logs with the level that the answer's status asks for. Of a client that
   * tries TLS it says that once.
   *
   * @param format Text with `%s`, `%d` and `%r` for the arguments.
   * @param args The arguments; of an answer the request line, its status and its size.
   */
  override logMessage(format: string, ...args: unknown[]): void {
    if (this.requestline.startsWith(TLS_HELLO)) {
      const [line] = args;
      if (typeof line !== "string" || !line.startsWith(TLS_HELLO)) return;
      return this._log(
        "error",
        "A client tries HTTPS, but this server speaks only HTTP",
      );
    }
    const status = /^[1-5][0-9]{2}$/.exec(String(args[1]))?.[0] ?? "";
    const level = status >= "500"
      ? "error"
      : status >= "400"
      ? "warning"
      : "info";
    this._log(level, format, ...args);
  }

  /**
   * Logs what went wrong. A client that leaves is nobody's fault.
   *
   * @param format Text with `%s`, `%d` and `%r` for the arguments.
   * @param args The arguments.
   */
  override logError(format: string, ...args: unknown[]): void {
    if (format.startsWith("Client left")) {
      return this._log("info", "- Broken pipe from %s", this.addressString());
    }
    super.logError(format, ...args);
  }

  /**
   * Writes a line of the log; may be overridden, to send it elsewhere.
   *
   * @param _level How much it matters.
   * @param format Text with `%s`, `%d` and `%r` for the arguments.
   * @param args The arguments.
   */
  protected _log(_level: LogLevel, format: string, ...args: unknown[]): void {
    super.logMessage(format, ...args);
  }
}

/** One that logs nothing, Django's `QuietWSGIRequestHandler`. */
export class QuietWSGIRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = ApplicationServer,
> extends WSGIRequestHandler<Address, Server> {
  /** Logs nothing. */
  override logMessage(): void {}
}
