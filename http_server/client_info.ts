/** The part of `Deno.ServeHandlerInfo` that is used. */
export interface ClientInfo {
  /** Where the request comes from. */
  readonly remoteAddr?: Deno.Addr;
}

/** Milliseconds in which most answers begin. */
const PATIENCE = 1000;

/**
 * Tells when the client of a fetch handler leaves before its answer begins.
 * From then on it is the body of the answer that is cancelled.
 *
 * Only `request.signal` knows. But under `Deno.serve` it also aborts when all
 * went well, and whoever has looked at it makes Deno warn of that. So it is
 * left alone where an answer does not take long.
 *
 * @param request The request.
 * @param left Called with the reason.
 * @returns A function that ends the watch.
 */
export function watchFetchClient(
  request: Request,
  left: (reason: unknown) => void,
): () => void {
  let unwatch = () => {};
  const timer = setTimeout(() => {
    const { signal } = request;
    const aborted = () => left(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    unwatch = () => signal.removeEventListener("abort", aborted);
  }, PATIENCE);
  return () => {
    clearTimeout(timer);
    unwatch();
  };
}
