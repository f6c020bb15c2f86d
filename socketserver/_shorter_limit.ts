/** The shorter of two limits in seconds, of which `null` is none. */
export function shorterLimit(
  one: number | null,
  other: number | null,
): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
