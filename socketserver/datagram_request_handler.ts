import { BaseRequestHandler } from "./base_request_handler.ts";
import { BytesIO } from "./io/mod.ts";

/** Sends datagrams; the server's socket is one. */
export interface DatagramSender<Address> {
  /** Sends one datagram. */
  sendto(data: Uint8Array, address: Address): Promise<void>;
}

/** What a datagram server hands to its handlers: the packet, and the socket to answer on. */
export type DatagramRequest<Address extends Deno.Addr = Deno.NetAddr> =
  readonly [
    packet: Uint8Array<ArrayBuffer>,
    socket: DatagramSender<Address>,
  ];

/**
 * Serves one datagram through two memory streams, Python's
 * `DatagramRequestHandler`: `rfile` holds the packet, and what was written to
 * `wfile` is sent as the answer when the handler finishes, also if that is
 * nothing.
 *
 * @typeParam Address Where the datagram comes from.
 * @typeParam Server The server's class.
 *
 * @example Answers each datagram in capitals
 * ```ts
 * import { DatagramRequestHandler, UDPServer } from "@pystd/server/socketserver";
 *
 * class Upper extends DatagramRequestHandler {
 *   override async handle(): Promise<void> {
 *     const text = new TextDecoder().decode(await this.rfile.read());
 *     await this.wfile.write(new TextEncoder().encode(text.toUpperCase()));
 *   }
 * }
 *
 * await using server = new UDPServer({ hostname: "127.0.0.1", port: 0 }, Upper);
 * ```
 */
export class DatagramRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends BaseRequestHandler<DatagramRequest<Address>, Address, Server> {
  /** The datagram. */
  packet!: Uint8Array<ArrayBuffer>;
  /** The server's socket. */
  socket!: DatagramSender<Address>;
  /** Holds the packet. */
  rfile!: BytesIO;
  /** Takes the answer. */
  wfile!: BytesIO;

  /** Opens the streams; may be extended. */
  override setup(): void | Promise<void> {
    [this.packet, this.socket] = this.request;
    this.rfile = new BytesIO(this.packet);
    this.wfile = new BytesIO();
  }

  /** Sends the answer; may be extended. */
  override async finish(): Promise<void> {
    await this.socket.sendto(this.wfile.getvalue(), this.clientAddress);
  }
}
