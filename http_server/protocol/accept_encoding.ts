/**
 * Which content coding to answer with (RFC 9110 section 12.5.3).
 *
 * - Ours is the order of `available`, the client's are the weights: the
 *   greatest weight wins, and of equals the one that stands first.
 * - `identity`, no coding at all, is always available. Unless the client names
 *   it, it comes after everything that it does name.
 * - Malformed members are ignored: what was not asked for is not sent.
 *
 * @module
 */

import { sameName } from "./_chars.ts";
import { parseParameters, splitList } from "./field_syntax.ts";
import { weightOf } from "./_weight.ts";

/** Below every weight that can be written, and still acceptable. */
const LAST_RESORT = 1e-6;

/**
 * Chooses the content coding of a response.
 *
 * A request without `Accept-Encoding` accepts any coding by the letter of the
 * RFC. It comes from simple programs that decode none: it gets `identity`.
 *
 * @param header Value of `Accept-Encoding`, or `null` if it is absent.
 * @param available Codings that the server has, the best first, in lower case;
 * `"identity"` may be left out.
 * @returns One of them or `"identity"`, or `null` if the client refuses all:
 * answer 406, or without coding all the same.
 *
 * @example Usage
 * ```ts
 * import { negotiateEncoding } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const available = ["br", "gzip"];
 * assertEquals(negotiateEncoding("gzip, deflate, br", available), "br");
 * assertEquals(negotiateEncoding("gzip, br;q=0.5", available), "gzip");
 * assertEquals(negotiateEncoding("zstd", available), "identity");
 * assertEquals(negotiateEncoding("identity;q=0", available), null);
 * ```
 */
export function negotiateEncoding(
  header: string | null,
  available: readonly string[],
): string | null {
  if (header === null) return "identity";
  const codings = available.includes("identity")
    ? available
    : [...available, "identity"];
  const weights: (number | undefined)[] = codings.map(() => undefined);
  let others: number | undefined;
  for (const member of splitList(header)) {
    const { value, parameters } = parseParameters(member);
    const weight = weightOf(parameters);
    if (weight === null) continue;
    if (value === "*") others ??= weight;
    const index = codings.findIndex((coding) => isCoding(value, coding));
    if (index >= 0) weights[index] ??= weight;
  }
  let best: string | null = null;
  let bestWeight = 0;
  codings.forEach((coding, index) => {
    const weight = weights[index] ?? others ??
      (coding === "identity" ? LAST_RESORT : 0);
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  });
  return best;
}

/** The old names of RFC 9110 section 8.4.1 mean the same. */
function isCoding(name: string, coding: string): boolean {
  return sameName(name, coding) ||
    (coding === "gzip" && sameName(name, "x-gzip")) ||
    (coding === "compress" && sameName(name, "x-compress"));
}
