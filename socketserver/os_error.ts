const OS_ERRORS = new Set<unknown>(Object.values(Deno.errors));

/**
 * Whether the operating system refused or failed something, as opposed to a
 * mistake in the program: what Python calls an `OSError`. A client that has
 * left shows as one. Deno gives the rarer ones (EMFILE, EPROTO) no class of
 * their own, only a code.
 *
 * @param error What was thrown.
 * @returns Whether it comes from the operating system; a permission that Deno
 * was not given does not.
 */
export function isOSError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Deno.errors.NotCapable) return false;
  // A stream whose connection was closed under it says so as a closed stream.
  if (error instanceof TypeError) {
    return error.cause instanceof Error && isOSError(error.cause);
  }
  return OS_ERRORS.has(error.constructor) ||
    typeof (error as { code?: unknown }).code === "string";
}
