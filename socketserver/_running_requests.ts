/**
 * The requests that a server serves beside its loop: as tasks, or in other
 * processes.
 */
export class RunningRequests {
  readonly #requests = new Map<Promise<void>, unknown>();
  #end: PromiseWithResolvers<void> | undefined;

  /** How many there are. */
  get size(): number {
    return this.#requests.size;
  }

  /** Counts a request until its task is done. */
  add(task: Promise<void>, request: unknown): void {
    this.#requests.set(task, request);
    task.finally(() => {
      this.#requests.delete(task);
      this.#end?.resolve();
      this.#end = undefined;
    });
  }

  /** The requests, whose connections can be closed. */
  values(): MapIterator<unknown> {
    return this.#requests.values();
  }

  /** Settles when the next of them ends. */
  oneEnds(): Promise<void> {
    return (this.#end ??= Promise.withResolvers()).promise;
  }

  /** Settles when all that run now have ended, but for `own`. */
  async allEnd(own?: unknown): Promise<void> {
    const others = [...this.#requests].filter(([, request]) => request !== own);
    await Promise.allSettled(others.map(([task]) => task));
  }
}
