/**
 * Bytes from one task to another, without a socket: a write resolves when the
 * other side has taken all of it, so nothing piles up in between.
 */
export class BytePipe {
  #chunk: Uint8Array | undefined;
  #taken: PromiseWithResolvers<void> | undefined;
  #arrival: PromiseWithResolvers<void> | undefined;
  #ended = false;
  #failure: { error: unknown } | undefined;

  /** Hands over `bytes`, which must not change until the promise resolves. */
  async write(bytes: Uint8Array): Promise<number> {
    while (this.#chunk) await this.#taken!.promise;
    this.#check();
    if (this.#ended) {
      throw new Deno.errors.BrokenPipe("Cannot write: the reader has gone");
    }
    if (bytes.length === 0) return 0;
    this.#chunk = bytes;
    this.#taken = Promise.withResolvers();
    this.#arrival?.resolve();
    await this.#taken.promise;
    this.#check();
    return bytes.length;
  }

  /** Takes what is there, at most as much as fits; `null` at the end. */
  async read(target: Uint8Array): Promise<number | null> {
    while (!this.#chunk) {
      this.#check();
      if (this.#ended) return null;
      this.#arrival = Promise.withResolvers();
      await this.#arrival.promise;
    }
    const taken = this.#chunk.subarray(0, target.length);
    target.set(taken);
    this.#chunk = this.#chunk.subarray(taken.length);
    if (this.#chunk.length === 0) this.#release();
    return taken.length;
  }

  /** Nothing more is written. */
  end(): void {
    this.#ended = true;
    this.#arrival?.resolve();
  }

  /** Both sides fail from now on. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#arrival?.resolve();
    this.#release();
  }

  #release(): void {
    this.#chunk = undefined;
    this.#taken?.resolve();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
