/** Where a network server listens: an object, or Python's pair. */
export type ServerAddress =
  | { readonly hostname?: string; readonly port: number }
  | readonly [hostname: string, port: number];

/** The address object behind either spelling. */
export function netAddress(
  address: ServerAddress,
  transport: "tcp" | "udp" = "tcp",
): Deno.NetAddr {
  const [hostname, port] = "port" in address
    ? [address.hostname ?? "", address.port]
    : address;
  return { transport, hostname, port };
}

/** An address for messages: `127.0.0.1:8000`, `[::1]:8000` or a path. */
export function formatAddress(address: unknown): string {
  const { hostname, port, path } = (address ?? {}) as {
    [name: string]: unknown;
  };
  if (typeof hostname === "string") {
    return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }
  return typeof path === "string" && path !== "" ? path : "an unnamed client";
}

/** Refuses a port that no socket can have. */
export function checkPort(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`Cannot use port "${port}": it must be 0 to 65535`);
  }
  return port;
}
