const faults = new WeakSet<object>();

/**
 * Marks an error as one of the connection to the client. An error of the same
 * class may as well come from a file or a server that a handler talks to, and
 * is then the handler's.
 *
 * @returns The same error.
 */
export function asClientFault(error: unknown): unknown {
  if (typeof error === "object" && error !== null) faults.add(error);
  return error;
}

/** Whether an error was marked so. */
export function isClientFault(error: unknown): boolean {
  return typeof error === "object" && error !== null && faults.has(error);
}
