// @pure
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  // Python's list has no "trailer", which is the field's name.
  "trailers",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Whether a field concerns one connection only (RFC 2616 section 13.5.1), so
 * that no application may send it: Python's `wsgiref.util.is_hop_by_hop`.
 *
 * @param headerName Its name in any case.
 * @returns True for such a field.
 */
export function isHopByHop(headerName: string): boolean {
  return HOP_BY_HOP.has(headerName.toLowerCase());
}
