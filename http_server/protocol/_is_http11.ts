/**
 * Whether a version such as `"HTTP/1.1"` is 1.1 or above: the sender knows
 * chunks, persistent connections and Host.
 */
export function isHTTP11(version: string): boolean {
  if (version === "HTTP/1.1") return true;
  if (version === "HTTP/1.0" || version === "HTTP/0.9") return false;
  const [major = 0, minor = 0] = version.substring(5).split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 1);
}
