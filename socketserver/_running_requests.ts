/** A request that is being served. */
export interface RunningRequest {
  /** The connection, or the datagram and its socket. */
  readonly request: unknown;
}

/**
 * The requests that a server serves beside its loop: as tasks, or in other
 * processes.
 */
export class RunningRequests {
  readonly #running = new Set<RunningRequest>();
  #end: PromiseWithResolvers<void> | undefined;

  /** How many there are. */
  get size(): number {
    return this.#running.size;
  }

  /** Counts a request in. */
  add(running: RunningRequest): void {
    this.#running.add(running);
  }

  /** Counts a request out. */
  delete(running: RunningRequest): void {
    this.#running.delete(running);
    this.#end?.resolve();
    this.#end = undefined;
  }

  /** The requests, whose connections can be closed. */
  *values(): Iterable<unknown> {
    for (const { request } of this.#running) yield request;
  }

  /** Settles when the next of them ends. */
  oneEnds(): Promise<void> {
    return (this.#end ??= Promise.withResolvers()).promise;
  }

  /** Settles when all that run now have ended, but for `own`. */
  async allEnd(own?: unknown): Promise<void> {
    for (const running of [...this.#running]) {
      if (running.request === own) continue;
      while (this.#running.has(running)) await this.oneEnds();
    }
  }
}
