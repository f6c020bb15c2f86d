/**
 * Waits until `promise` settles, whatever the outcome, or rejects with the
 * signal's reason as soon as that aborts. The promise goes on either way; its
 * failure is left to whoever awaits it next.
 */
export function settled(
  promise: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const done = () => {
      signal.removeEventListener("abort", abort);
      resolve();
    };
    promise.then(done, done);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
