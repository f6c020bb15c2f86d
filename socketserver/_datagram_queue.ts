// Packets that came and were not fetched yet. The operating system drops
// what nobody fetches, and so does this: a flood costs bounded memory.
const MOST_PACKETS = 1024;

/** Packets between a socket that pushes and a server that pulls. */
export class DatagramQueue<Packet> {
  #packets: Packet[] = [];
  #arrival: PromiseWithResolvers<void> | undefined;
  #failure: { error: unknown } | undefined;

  /** Takes a packet in, or drops it if too many wait. */
  push(packet: Packet): void {
    if (this.#packets.length >= MOST_PACKETS) return;
    this.#packets.push(packet);
    this.#announce();
  }

  /** Ends the queue: when it is empty, `next()` rejects. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#announce();
  }

  /** Whether `next()` would answer at once. */
  whenReadable(): true | Promise<void> {
    if (this.#packets.length > 0 || this.#failure) return true;
    this.#arrival ??= Promise.withResolvers();
    return this.#arrival.promise;
  }

  /** The oldest packet. */
  async next(): Promise<Packet> {
    while (true) {
      const packet = this.#packets.shift();
      if (packet !== undefined) return packet;
      if (this.#failure) throw this.#failure.error;
      await this.whenReadable();
    }
  }

  #announce(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }
}
