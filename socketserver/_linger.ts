import { delay } from "./_delay.ts";
import { ignoringOsErrors } from "./_os_error.ts";

/** How long and how much to read of a client that is still sending. */
export interface LingerLimits {
  /** Seconds. */
  time: number;
  /** Bytes. */
  bytes: number;
}

/**
 * Waits, after our side was closed, until the client has closed its own, and
 * throws away what it still sends. Closing while bytes are unread makes the
 * operating system answer with a reset, and a reset makes the client's system
 * throw away the answer that it has received and not yet read (RFC 9112, 9.6).
 */
export async function linger(
  connection: Deno.Conn,
  limits: LingerLimits,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let done = false;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delay(limits.time));
  });
  const discard = async () => {
    const trash = new Uint8Array(4096);
    for (let left = limits.bytes; left > 0 && !done;) {
      const count = await connection.read(trash);
      if (count === null) return;
      left -= count;
    }
  };
  const discarded = ignoringOsErrors(discard);
  await Promise.race([discarded, expired]);
  done = true;
  clearTimeout(timer);
}
