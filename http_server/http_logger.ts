import { StreamRequestHandler } from "../socketserver/mod.ts";
import { colored, type LogPart, terminalHasColors } from "./_log_colors.ts";
import {
  escapeControls,
  formatLogTime,
  formatMessage,
  MONTHS,
  WEEKDAYS,
} from "./_log_format.ts";

export { escapeControls };

const utf8 = new TextEncoder();

/** What the arguments of the message are that `logRequest` writes. */
const REQUEST_PARTS: readonly LogPart[] = ["path", "status", "size"];

/**
 * The log of {@linkcode BaseHTTPRequestHandler}: a line to stderr for each
 * answer and for each error.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export abstract class HTTPLogger<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends StreamRequestHandler<Address, Server> {
  /** English names of the days, Monday first. */
  weekdayname: readonly string[] = WEEKDAYS;
  /** English names of the months, counted from 1. */
  monthname: readonly (string | null)[] = MONTHS;
  /**
   * Whether log lines have colours; `null` for: on a terminal, unless
   * `NO_COLOR` is set, or wherever `FORCE_COLOR` is.
   */
  logColors: boolean | null = null;

  /** The request line without its end. */
  requestline = "";

  /** What the message at hand is. */
  #kind: "request" | "error" | "other" = "other";

  /** Now, as log lines show it: `23/Nov/2026 09:30:00`. */
  logDateTimeString(): string {
    return formatLogTime(Date.now());
  }

  /** The client's address for the log; may be overridden. No name is looked up. */
  addressString(): string {
    const { hostname, path } = this.clientAddress as {
      hostname?: string;
      path?: string;
    };
    // IPv4 clients of a socket that listens on `::`.
    return hostname?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "") ?? path ??
      "-";
  }

  /**
   * Logs an answer; may be overridden.
   *
   * @param code The status code.
   * @param size Bytes of the body, if they are known.
   */
  logRequest(code: number | string = "-", size: number | string = "-"): void {
    this.#kind = "request";
    this.logMessage('"%s" %s %s', this.requestline, code, size);
    this.#kind = "other";
  }

  /**
   * Logs what went wrong; may be overridden.
   *
   * @param format Text with `%s`, `%d` and `%r` for the arguments.
   * @param args The arguments.
   */
  logError(format: string, ...args: unknown[]): void {
    this.#kind = "error";
    this.logMessage(format, ...args);
    this.#kind = "other";
  }

  /**
   * Writes a line to stderr: client, time, message. Control characters are
   * made visible, so that no client can write lines of its own. A line that
   * cannot be written is lost. May be overridden.
   *
   * @param format Text with `%s`, `%d` and `%r` for the arguments.
   * @param args The arguments.
   */
  logMessage(format: string, ...args: unknown[]): void {
    const kind = this.#kind;
    const paint = this.logColors ?? terminalHasColors() ? colored : plain;
    let message = formatMessage(escapeControls(format), args, (text, index) => {
      const part = kind === "request" ? REQUEST_PARTS[index] : undefined;
      const shown = escapeControls(text);
      return part === undefined ? shown : paint(part, shown);
    });
    if (kind === "error") message = paint("error", message);
    const time = paint("timestamp", `[${this.logDateTimeString()}]`);
    const bytes = utf8.encode(
      `${this.addressString()} - - ${time} ${message}\n`,
    );
    try {
      for (let done = 0; done < bytes.length;) {
        done += Deno.stderr.writeSync(bytes.subarray(done));
      }
    } catch {
      // Who reads the log has gone, or the disk is full: clients want their
      // answers all the same.
    }
  }
}

function plain(_part: LogPart, text: string): string {
  return text;
}
