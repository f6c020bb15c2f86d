// @pure

/** Where a development server is to listen. */
export interface Addrport {
  /** The address, without brackets. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
  /** Whether the address is one of IPv6. */
  readonly ipv6: boolean;
}

/** What {@linkcode parseAddrport} can be told. */
export interface AddrportOptions {
  /** Whether an address of IPv6 is wanted, as by `--ipv6`. */
  readonly ipv6?: boolean;
  /** The address if none is given; `127.0.0.1` by default, `::1` for IPv6. */
  readonly defaultAddr?: string;
  /** The port if none is given; 8000 by default. */
  readonly defaultPort?: number;
}

/** An address and a port: Django's `naiveip_re`. */
export const naiveipRe: RegExp =
  /^(?:(?<addr>(?<ipv4>\d{1,3}(?:\.\d{1,3}){3})|(?<ipv6>\[[a-fA-F0-9:]+\])|(?<fqdn>[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*)):)?(?<port>\d+)$/;

/**
 * Reads where to listen, as `manage.py runserver` does: `8000`,
 * `127.0.0.1:8000`, `[::1]:8000` or `localhost:8000`.
 *
 * @param text The text; empty for the defaults.
 * @param options Defaults, and whether the address is to be one of IPv6.
 * @returns Address and port.
 * @throws {TypeError} If it is none of these.
 *
 * @example Reads an address with a port
 * ```ts
 * import { parseAddrport } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const address = parseAddrport("[::1]:8000");
 * assertEquals(address, { hostname: "::1", port: 8000, ipv6: true });
 * ```
 */
export function parseAddrport(
  text: string,
  options: AddrportOptions = {},
): Addrport {
  const { ipv6 = false, defaultPort = 8000 } = options;
  const local = options.defaultAddr ?? (ipv6 ? "::1" : "127.0.0.1");
  if (text === "") return { hostname: local, port: defaultPort, ipv6 };
  const groups = naiveipRe.exec(text)?.groups;
  const port = Number(groups?.port);
  if (!groups || port > 65535) {
    throw new TypeError(
      `"${text}" is not a valid port number or address:port pair.`,
    );
  }
  const { addr } = groups;
  if (addr === undefined) return { hostname: local, port, ipv6 };
  if (groups.ipv6) return { hostname: addr.slice(1, -1), port, ipv6: true };
  if (ipv6 && groups.ipv4) {
    throw new TypeError(`"${addr}" is not a valid IPv6 address.`);
  }
  return { hostname: addr, port, ipv6 };
}
