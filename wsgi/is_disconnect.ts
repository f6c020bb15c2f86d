/**
 * Whether an error says that the other side has gone.
 *
 * @param error What was thrown by a write.
 * @returns True for the errors of connections and pipes that are closed.
 */
export function isDisconnect(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}
