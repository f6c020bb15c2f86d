import type { BaseHTTPRequestHandler } from "../../http_server/mod.ts";
import {
  BaseRequestHandler,
  makeHandler,
  type RequestHandlerClass,
  ThreadingTCPServer,
  ThreadingUnixStreamServer,
} from "../../socketserver/mod.ts";
import type { PrivateAddress } from "./_private_socket.ts";
import {
  decodePreface,
  PREFACE_HEADER,
  prefaceLength,
} from "./_relay_frames.ts";
import { RelayedConnection } from "./_relayed_connection.ts";

/** A server for relayed connections. */
export type RelayServer = ThreadingTCPServer | ThreadingUnixStreamServer;

/** What a receiver knows. */
export interface ReceiverOptions {
  /** What a connection of the reloader begins with. */
  readonly token: string;
  /** Serves each connection as if it came from the client. */
  readonly HandlerClass: RequestHandlerClass<Deno.Conn>;
  /** The server that handlers see. */
  readonly server: object;
}

/**
 * Opens the server that takes connections from the reloader.
 *
 * @param folder The folder of the socket, `null` for a port.
 * @param name Its name there.
 * @param options How connections are served.
 */
export function openRelayServer(
  folder: string | null,
  name: string,
  options: ReceiverOptions,
): { server: RelayServer; address: PrivateAddress } {
  const Receiver = receiver(options);
  if (folder !== null) {
    const path = `${folder}/${name}`;
    return {
      server: new ThreadingUnixStreamServer({ path }, Receiver),
      address: { transport: "unix", path },
    };
  }
  const server = new ThreadingTCPServer(
    { hostname: "127.0.0.1", port: 0 },
    Receiver,
    { requestQueueSize: 511 },
  );
  const { hostname, port } = server.serverAddress;
  return { server, address: { transport: "tcp", hostname, port } };
}

function receiver(
  { token, HandlerClass, server }: ReceiverOptions,
): RequestHandlerClass<Deno.Conn> {
  return class extends BaseRequestHandler<Deno.Conn> {
    #relayed: RelayedConnection | undefined;

    override async handle(): Promise<void> {
      const header = await readExactly(this.request, PREFACE_HEADER);
      const preface = decodePreface(
        await readExactly(this.request, prefaceLength(header)),
      );
      // Whoever else finds the socket might claim any address.
      if (preface.token !== token) return;
      const relayed = this.#relayed = RelayedConnection.for(
        this.request,
        preface,
      );
      const { remoteAddr } = preface;
      await makeHandler(HandlerClass, relayed, remoteAddr, server).run();
    }

    override async finish(): Promise<void> {
      await this.#relayed?.closeWrite().catch(() => {});
    }
  };
}

async function readExactly(
  connection: Deno.Conn,
  count: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let done = 0; done < count;) {
    const got = await connection.read(bytes.subarray(done));
    if (got === null) throw new Deno.errors.UnexpectedEof("The reloader left");
    done += got;
  }
  return bytes;
}

/** A class of HTTP handlers. */
type HandlerClass = new (
  // deno-lint-ignore no-explicit-any -- the only type that a mix-in's base can have
  ...args: any[]
) => BaseHTTPRequestHandler;

/**
 * Makes a handler class tell the reloader when a connection is between two
 * requests.
 *
 * @param Base The class.
 * @param isRetired Whether a connection is to take no further request: then
 * the reloader hands it over to the next process.
 */
export function announcing<Base extends HandlerClass>(
  Base: Base,
  isRetired: () => boolean = () => false,
): Base {
  return class extends Base {
    override async handleOneRequest(): Promise<void> {
      await super.handleOneRequest();
      const { closeConnection, connection, rfile } = this;
      if (closeConnection || !(connection instanceof RelayedConnection)) return;
      const ahead = rfile.buffered.length;
      if (ahead > 0 && !isRetired()) return;
      // Answers may wait for each other, to leave together.
      await this.wfile.flush();
      if (!isRetired()) return connection.rest();
      connection.leave(ahead);
      this.closeConnection = true;
    }
  };
}
