import { type Datagram, DatagramQueue } from "./_datagram_queue.ts";
import type { DatagramServerSocket } from "./datagram_server.ts";
import { announce, resourceId } from "./io/mod.ts";

/** The part of `Deno.DatagramConn` that is used; its type needs the flag, too. */
export interface UnixDatagramConn {
  receive(
    buffer: Uint8Array<ArrayBuffer>,
  ): Promise<[Uint8Array<ArrayBuffer>, Deno.UnixAddr]>;
  send(data: Uint8Array, address: Deno.UnixAddr): Promise<number>;
  close(): void;
}

/** Opens a socket at a path. */
export type OpenUnixDatagram = (path: string) => UnixDatagramConn;

interface Sending {
  readonly data: Uint8Array;
  readonly address: Deno.UnixAddr;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const LONGEST_PACKET = 65536;
const WAKE = new Uint8Array(0);

/**
 * A bound Unix datagram socket. Deno refuses to send while it receives, and a
 * receive cannot be taken back, so the two take turns: it receives only when
 * asked to, and what is to be sent meanwhile wakes it up with a datagram from
 * a second socket beside it.
 */
export class UnixDatagramSocket implements DatagramServerSocket<Deno.UnixAddr> {
  readonly #open: OpenUnixDatagram;
  readonly #socket: UnixDatagramConn;
  readonly #address: Deno.UnixAddr;
  readonly #buffer = new Uint8Array(LONGEST_PACKET);
  readonly #queue = new DatagramQueue<Deno.UnixAddr>();
  readonly #sendings: Sending[] = [];
  #waker: UnixDatagramConn | undefined;
  #wanted = false;
  #receiving = false;
  #working = false;
  #closed = false;
  #timeout: number | null = null;

  constructor(path: string, open: OpenUnixDatagram) {
    this.#open = open;
    this.#socket = open(path);
    this.#address = { transport: "unixpacket", path };
  }

  getsockname(): Deno.UnixAddr {
    return this.#address;
  }

  fileno(): number {
    return this.#closed ? -1 : announce(resourceId(this), this);
  }

  gettimeout(): number | null {
    return this.#timeout;
  }

  settimeout(seconds: number | null): void {
    this.#timeout = seconds;
  }

  whenReadable(): true | Promise<unknown> {
    const readable = this.#queue.whenReadable();
    if (readable !== true) this.#receive();
    return readable;
  }

  recvfrom(): Promise<Datagram<Deno.UnixAddr>> {
    if (this.#queue.whenReadable() !== true) this.#receive();
    return this.#queue.next();
  }

  sendto(data: Uint8Array, address: Deno.UnixAddr): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sendings.push({ data, address, resolve, reject });
      if (this.#receiving) this.#wake();
      else this.#work();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.end(closed());
    this.#socket.close();
    this.#rejectSendings(closed());
    if (!this.#waker) return;
    this.#waker.close();
    try {
      Deno.removeSync(this.#wakerPath);
    } catch {
      // Somebody else has tidied up.
    }
  }

  get #wakerPath(): string {
    return `${this.#address.path}.wake`;
  }

  #receive(): void {
    this.#wanted = true;
    this.#work();
  }

  #wake(): void {
    try {
      this.#waker ??= this.#open(this.#wakerPath);
    } catch (error) {
      return this.#rejectSendings(error);
    }
    this.#waker.send(WAKE, this.#address).catch((error) =>
      this.#rejectSendings(error)
    );
  }

  #rejectSendings(error: unknown): void {
    for (const { reject } of this.#sendings.splice(0)) reject(error);
  }

  /** Sends what is to be sent, then receives if that is wanted. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (!this.#closed) {
      const sending = this.#sendings.shift();
      if (sending) await this.#send(sending);
      else if (this.#wanted) await this.#receiveOne();
      else break;
    }
    this.#working = false;
  }

  async #send({ data, address, resolve, reject }: Sending): Promise<void> {
    try {
      await this.#socket.send(data, address);
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  async #receiveOne(): Promise<void> {
    this.#receiving = true;
    try {
      const [packet, from] = await this.#socket.receive(this.#buffer);
      if (from.path === this.#wakerPath) return;
      this.#queue.push([packet.slice(), from]);
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      this.#receiving = false;
    }
    this.#wanted = false;
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("Cannot use the socket: it is closed");
}
