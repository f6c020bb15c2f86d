import { delay } from "./_delay.ts";
import { ignoringOsErrors } from "./_os_error.ts";

/** How long and how much to read of a client that is still sending. */
export interface LingerLimits {
  /** Seconds. */
  time: number;
  /** Bytes. */
  bytes: number;
}

/** A wait for the client's end of a connection. */
export interface Lingering {
  /** Resolves when it is over, for whichever reason. */
  readonly done: Promise<void>;
  /** Leaves no more than so many seconds. */
  hurry(seconds: number): void;
}

/**
 * Waits, after our side was closed, until the client has closed its own, and
 * throws away what it still sends. Closing while bytes are unread makes the
 * operating system answer with a reset, and a reset makes the client's system
 * throw away the answer that it has received and not yet read (RFC 9112, 9.6).
 */
export function linger(
  connection: Deno.Conn,
  limits: LingerLimits,
): Lingering {
  const { promise: expired, resolve: expire } = Promise.withResolvers<void>();
  let over = false;
  let due = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function hurry(seconds: number): void {
    const sooner = performance.now() + seconds * 1000;
    if (over || sooner >= due) return;
    due = sooner;
    clearTimeout(timer);
    timer = setTimeout(expire, delay(seconds));
    // Reading keeps the program alive, unless the connection is a daemon's.
    Deno.unrefTimer(timer);
  }

  async function discard(): Promise<void> {
    const trash = new Uint8Array(4096);
    for (let left = limits.bytes; left > 0 && !over;) {
      const count = await connection.read(trash);
      if (count === null) return;
      left -= count;
    }
  }

  async function wait(): Promise<void> {
    await Promise.race([ignoringOsErrors(discard), expired]);
    over = true;
    clearTimeout(timer);
  }

  hurry(limits.time);
  return { done: wait(), hurry };
}
