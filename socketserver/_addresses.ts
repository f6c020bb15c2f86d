/** The address of a TCP socket. `Deno.connect` takes it as it is. */
export interface TCPAddress extends Deno.NetAddr {
  /** The protocol. */
  transport: "tcp";
}

/** The address of a UDP socket. */
export interface UDPAddress extends Deno.NetAddr {
  /** The protocol. */
  transport: "udp";
}

/** The address of a Unix stream socket. `Deno.connect` takes it as it is. */
export interface UnixAddress extends Deno.UnixAddr {
  /** The kind of socket. */
  transport: "unix";
}

/** Where a network server listens: an object, or Python's pair. */
export type ServerAddress =
  | { readonly hostname?: string; readonly port: number }
  | readonly [hostname: string, port: number];

/** Host and port of either spelling. */
export function hostAndPort(
  address: ServerAddress,
): { hostname: string; port: number } {
  const [hostname, port] = "port" in address
    ? [address.hostname ?? "", address.port]
    : address;
  return { hostname, port };
}

/** An address for messages: `127.0.0.1:8000`, `[::1]:8000` or a path. */
export function formatAddress(address: unknown): string {
  const { hostname, port, path } = (address ?? {}) as {
    [name: string]: unknown;
  };
  if (typeof hostname === "string") {
    // IPv4 clients of a socket that listens on `::`.
    const host = hostname.replace(/^::ffff:(?=[0-9]+\.)/, "");
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
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
