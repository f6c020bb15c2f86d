/** The part of `Deno.ServeHandlerInfo` that is used. */
export interface ClientInfo {
  /** Where the request comes from. */
  readonly remoteAddr?: Deno.Addr;
  /** Settles when the answer is sent; rejects when the client leaves before. */
  readonly completed?: Promise<void>;
}

/**
 * Tells when the client of a fetch handler leaves before it has its answer.
 *
 * `request.signal` tells, too, but under `Deno.serve` it also aborts when all
 * went well, and Deno warns of that; so it is for those who tell nothing else.
 *
 * @param request The request.
 * @param info What the handler was given beside it.
 * @param left Called with the reason.
 * @returns A function that ends the watch.
 */
export function watchFetchClient(
  request: Request,
  info: ClientInfo,
  left: (reason: unknown) => void,
): () => void {
  let watching = true;
  if (info.completed) {
    info.completed.catch((reason) => {
      if (watching) left(reason);
    });
    return () => {
      watching = false;
    };
  }
  const { signal } = request;
  const aborted = () => left(signal.reason);
  if (signal.aborted) aborted();
  else signal.addEventListener("abort", aborted, { once: true });
  return () => signal.removeEventListener("abort", aborted);
}
