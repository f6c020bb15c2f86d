/** A datagram, and where it comes from. */
export type Datagram<Address> = [
  packet: Uint8Array<ArrayBuffer>,
  from: Address,
];

// Packets that came and were not fetched yet. The operating system drops
// what nobody fetches, and so does this: a flood costs bounded memory.
const MOST_PACKETS = 1024;
const MOST_BYTES = 4 << 20;

/** Packets between a socket that pushes and a server that pulls. */
export class DatagramQueue<Address> {
  #arrived: (Datagram<Address> | { error: unknown })[] = [];
  #bytes = 0;
  #end: { error: unknown } | undefined;
  #arrival: PromiseWithResolvers<void> | undefined;

  /** Takes a packet in, or drops it if too many wait. */
  push(datagram: Datagram<Address>): void {
    const bytes = this.#bytes + datagram[0].length;
    if (this.#arrived.length >= MOST_PACKETS || bytes > MOST_BYTES) return;
    this.#bytes = bytes;
    this.#arrived.push(datagram);
    this.#announce();
  }

  /** Takes in a failure: it is told once, and packets may follow. */
  fail(error: unknown): void {
    if (this.#arrived.length >= MOST_PACKETS) return;
    this.#arrived.push({ error });
    this.#announce();
  }

  /** Ends the queue: what waits is forgotten, and `next()` rejects from now on. */
  end(error: unknown): void {
    this.#end ??= { error };
    this.#arrived = [];
    this.#announce();
  }

  /** Whether `next()` would answer at once. */
  whenReadable(): true | Promise<void> {
    if (this.#arrived.length > 0 || this.#end) return true;
    return (this.#arrival ??= Promise.withResolvers()).promise;
  }

  /** The oldest packet. */
  async next(): Promise<Datagram<Address>> {
    while (true) {
      if (this.#end) throw this.#end.error;
      const arrived = this.#arrived.shift();
      if (!arrived) await this.whenReadable();
      else if (!Array.isArray(arrived)) throw arrived.error;
      else {
        this.#bytes -= arrived[0].length;
        return arrived;
      }
    }
  }

  #announce(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }
}
