/**
 * Drives a handler without a socket, but through everything that lies above
 * one, and shows each write that would have reached it.
 *
 * @module
 */
import type { BaseHTTPRequestHandler } from "../../http_server/base_http_request_handler.ts";
import { latin1, text } from "./raw_client.ts";

/** A class of handlers. */
export type HandlerClass<H extends BaseHTTPRequestHandler> = new (
  request: Deno.Conn,
  clientAddress: Deno.NetAddr,
  server: object,
) => H;

/** What came of it. */
export interface Driven<H> {
  /** The handler. */
  readonly handler: H;
  /** All that it has sent. */
  readonly sent: string;
  /** The same, write by write. */
  readonly writes: readonly string[];
  /** What it has thrown to its server, if anything. */
  readonly error: unknown;
  /** Its log: formats with their arguments. */
  readonly log: readonly unknown[][];
  /** How many bytes of the input it has read. */
  readonly read: number;
}

/** What {@linkcode drive} can be told. */
export interface DriveOptions<H> {
  /** Changes the handler before it runs. */
  readonly change?: (handler: H) => void;
  /** Told of each read before it happens; it may wait. */
  readonly onRead?: (count: number) => void | Promise<void>;
  /** Told of each write before it happens; one that throws fails it. */
  readonly onWrite?: (bytes: string, count: number) => void;
}

/**
 * Runs a handler on a connection whose client sends some pieces, one a read,
 * and then closes its side.
 */
export async function drive<H extends BaseHTTPRequestHandler>(
  HandlerClass: HandlerClass<H>,
  input: string | readonly string[],
  { change, onRead, onWrite }: DriveOptions<H> = {},
): Promise<Driven<H>> {
  const pieces = (typeof input === "string" ? [input] : input).map(latin1);
  const writes: string[] = [];
  const log: unknown[][] = [];
  let read = 0;
  let reads = 0;
  const connection = {
    async read(target: Uint8Array): Promise<number | null> {
      await onRead?.(reads++);
      const piece = pieces[0];
      if (piece === undefined) return null;
      const taken = piece.subarray(0, target.length);
      target.set(taken);
      read += taken.length;
      if (taken.length === piece.length) pieces.shift();
      else pieces[0] = piece.subarray(taken.length);
      return taken.length;
    },
    // deno-lint-ignore require-await -- it rejects where onWrite throws
    async write(bytes: Uint8Array): Promise<number> {
      onWrite?.(text(bytes), writes.length);
      writes.push(text(bytes));
      return bytes.length;
    },
    close(): void {},
  };
  const handler = new HandlerClass(
    connection as unknown as Deno.Conn,
    { transport: "tcp", hostname: "127.0.0.1", port: 50000 },
    {},
  );
  handler.logMessage = (...args) => void log.push(args);
  change?.(handler);
  let error: unknown;
  try {
    await handler.run();
  } catch (thrown) {
    error = thrown;
  }
  return { handler, sent: writes.join(""), writes, error, log, read };
}

/** Cuts text into pieces of one character. */
export function byteByByte(data: string): string[] {
  return data.split("");
}
