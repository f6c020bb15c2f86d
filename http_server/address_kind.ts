// @pure
/** Whether an address stands for all of the machine's. */
export function isWildcard(hostname: string): boolean {
  return hostname === "::" || hostname === "0.0.0.0";
}

/** Whether only this machine reaches an address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname === "localhost" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
