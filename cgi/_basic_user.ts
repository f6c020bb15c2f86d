// @pure
/**
 * The user in the credentials of Basic (RFC 7617 section 2): what stands before
 * the first colon.
 *
 * @param credentials What follows the scheme.
 * @returns The name, one character per byte; `null` if there is none to be told.
 */
export function basicUser(credentials: string): string | null {
  try {
    const pair = atob(credentials);
    const colon = pair.indexOf(":");
    const name = pair.slice(0, colon);
    // deno-lint-ignore no-control-regex -- no line of a log, no name of a file
    return colon < 0 || /[\0-\x1f\x7f]/.test(name) ? null : name;
  } catch {
    return null;
  }
}
