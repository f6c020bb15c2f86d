/**
 * Ports for servers that are programs of their own.
 *
 * @module
 */

/** A port of the loopback that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until somebody listens on a port of the loopback, ten seconds at most. */
export async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    try {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Deno.errors.TimedOut(
    `Cannot go on: nobody listens on port ${port}`,
  );
}
