import { sameName } from "./_chars.ts";

/**
 * The weight of a list member by its parameters (RFC 9110 section 12.4.2): 1 if
 * it has none, `null` if it is malformed and the member better ignored.
 */
export function weightOf(
  parameters: readonly (readonly [name: string, value: string])[],
): number | null {
  for (const [name, value] of parameters) {
    if (!sameName(name, "q")) continue;
    // Java's own client sends ".2".
    return /^(?:0|0?\.[0-9]{0,3}|1(?:\.0{0,3})?)$/.test(value) && value !== "."
      ? Number(value)
      : null;
  }
  return 1;
}
