import { isLoopback } from "./address_kind.ts";

/** A host as it stands in a URL: IPv6 in brackets. */
function urlHost(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** The URL of a server. */
export function serverUrl(
  scheme: string,
  { hostname, port }: { hostname: string; port: number },
): string {
  return `${scheme}://${urlHost(hostname)}:${port}/`;
}

/**
 * The names under which a wildcard address is reached: this machine's, and its
 * addresses in the network if `--allow-sys` is there. Never asks for a
 * permission, and never a name server.
 *
 * @param family Whether the wildcard is that of IPv4 alone.
 */
export function reachableHosts(family: "IPv4" | "any"): string[] {
  const hosts = ["localhost"];
  const permission = { name: "sys", kind: "networkInterfaces" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return hosts;
  for (const { address, family: its } of Deno.networkInterfaces()) {
    // Link-local addresses need the name of an interface behind them, which no browser takes.
    if (isLoopback(address) || /^fe80:/i.test(address)) continue;
    if (family === "IPv4" && its !== "IPv4") continue;
    hosts.push(address);
  }
  return hosts;
}
