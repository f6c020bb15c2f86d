import { BufferedReader, SocketIO } from "../../socketserver/io/mod.ts";
import { writeAll } from "../../socketserver/write_all.ts";
import type { PrivateAddress } from "./_private_socket.ts";
import type { AppSettings } from "./app_settings.ts";

/** What the application's process says first: that it is the one that was started. */
export interface Hello {
  readonly token: string;
}

/** What it is to do. */
export type Order =
  | { readonly order: "serve"; readonly settings: AppSettings }
  /** Take no further request on any connection. */
  | { readonly order: "retire" }
  | { readonly order: "end" };

/** What came of it. */
export interface Serving {
  /** Where it takes connections. */
  readonly address: PrivateAddress;
  /** What was found; `null` if it serves a page that says what is wrong. */
  readonly found: string | null;
  /** What is wrong. */
  readonly problem: string | null;
  /** Whether that may be because an earlier process still has what it needs, such as a port. */
  readonly contested: boolean;
}

/** A connection for messages, one a line. */
export class ControlChannel {
  readonly #connection: Deno.Conn;
  readonly #reader: BufferedReader;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#reader = new BufferedReader(new SocketIO(connection));
  }

  /** Sends a message. */
  async send(message: Hello | Order | Serving): Promise<void> {
    const line = `${JSON.stringify(message)}\n`;
    await writeAll(this.#connection, new TextEncoder().encode(line));
  }

  /** Receives a message; `null` once the other side is gone. */
  async receive<Message>(): Promise<Message | null> {
    try {
      const line = await this.#reader.readline();
      if (line.at(-1) !== 10) return null;
      return JSON.parse(new TextDecoder().decode(line));
    } catch {
      return null;
    }
  }

  /** Closes the connection. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
  }
}
