// What tests of servers share: clients, a log to look into, and a frame that
// serves while a test talks.
import type {
  BaseServer,
  Logger,
  ServeOptions,
} from "../../socketserver/base_server.ts";
import { StreamRequestHandler } from "../../socketserver/stream_request_handler.ts";

const utf8 = new TextEncoder();

/** A client that talks in text. */
export class Client implements Disposable {
  readonly connection: Deno.Conn;
  #received = "";

  constructor(connection: Deno.Conn) {
    this.connection = connection;
  }

  /** Sends everything. */
  async send(text: string): Promise<void> {
    const bytes = utf8.encode(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.connection.write(bytes.subarray(sent));
    }
  }

  /** The next line, or what is left of it when the server ends. */
  async line(): Promise<string> {
    while (!this.#received.includes("\n")) {
      if (!await this.#receive()) break;
    }
    const end = this.#received.indexOf("\n") + 1 || this.#received.length;
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return line;
  }

  /** Everything until the server ends. */
  async rest(): Promise<string> {
    while (await this.#receive());
    const rest = this.#received;
    this.#received = "";
    return rest;
  }

  /** Says that nothing more will be sent. */
  async end(): Promise<void> {
    await this.connection.closeWrite();
  }

  async #receive(): Promise<boolean> {
    const buffer = new Uint8Array(4096);
    const count = await this.connection.read(buffer);
    for (const byte of buffer.subarray(0, count ?? 0)) {
      this.#received += String.fromCharCode(byte);
    }
    return count !== null;
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}

/** Connects to a server. */
export async function connect(address: Deno.Addr): Promise<Client> {
  if (address.transport === "unix") {
    const { path } = address as Deno.UnixAddr;
    return new Client(await Deno.connect({ transport: "unix", path }));
  }
  const { hostname, port } = address as Deno.NetAddr;
  return new Client(await Deno.connect({ hostname, port }));
}

/** Sends a request and returns the whole answer. */
export async function ask(address: Deno.Addr, text: string): Promise<string> {
  using client = await connect(address);
  await client.send(text);
  await client.end();
  return await client.rest();
}

/** A logger that keeps what it is told. */
export class LogBook implements Logger {
  readonly entries: { message: string; error?: unknown }[] = [];

  error(message: string, error?: unknown): void {
    this.entries.push({ message, error });
  }
}

/** Serves while `use` runs, then stops and closes. */
export async function whileServing<
  // deno-lint-ignore no-explicit-any -- any server, whatever it serves
  S extends BaseServer<any, any>,
>(
  server: S,
  use: (server: S) => Promise<void>,
  options?: ServeOptions,
): Promise<void> {
  const serving = server.serveForever(options);
  try {
    await use(server);
  } finally {
    await server.shutdown();
    await serving;
    await server.serverClose();
  }
}

/** Answers each line with itself. */
export class EchoHandler extends StreamRequestHandler<Deno.Addr> {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

/** Counts from now on how many listeners a signal has more than before. */
export function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove.apply(signal, args);
  };
  return () => count;
}
