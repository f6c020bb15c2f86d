import { type Connection, stateOf } from "./_connection_state.ts";

/**
 * Sets how long each read and each write of a connection's files may take:
 * Python's `socket.settimeout`. One that takes longer rejects with
 * `Deno.errors.TimedOut`, and its file can then be used no more, because what
 * was under way cannot be taken back.
 *
 * 0 makes reads non-blocking: they answer `null` where nothing has arrived.
 * Writes then wait without a limit, since nobody can take back a write.
 *
 * @param connection The connection.
 * @param seconds The limit in seconds; `null` waits for ever.
 * @throws {RangeError} If `seconds` is negative or not a number.
 */
export function settimeout(
  connection: Connection,
  seconds: number | null,
): void {
  if (seconds !== null && !(seconds >= 0)) {
    throw new RangeError(
      `Cannot set a timeout of "${seconds}": it must not be negative`,
    );
  }
  stateOf(connection).timeout = seconds;
}

/**
 * Tells what {@linkcode settimeout} has set.
 *
 * @param connection The connection.
 * @returns Seconds, or `null` where there is no limit.
 */
export function gettimeout(connection: Connection): number | null {
  return stateOf(connection).timeout;
}
