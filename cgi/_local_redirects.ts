import { ProtocolError } from "../http_server/protocol/mod.ts";

/** Local redirects that may follow one another; Apache's number. */
const MAX_REDIRECTS = 10;

/**
 * Makes sure that a script's local redirect leads somewhere.
 *
 * @param location Where it leads.
 * @param before How many came before.
 * @throws {ProtocolError} 500 if there were too many.
 */
export function checkRedirect(location: string, before: number): void {
  if (before < MAX_REDIRECTS) return;
  throw new ProtocolError(
    `Cannot follow a script to "${location}": it leads in circles`,
    500,
  );
}
