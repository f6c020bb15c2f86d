/**
 * Which media type to answer with (RFC 9110 section 12.5.1).
 *
 * - For each type that the server has, the most specific range that covers it
 *   gives its weight: `text/html;level=1`, `text/html`, `text/*`, any.
 * - The greatest weight wins, and of equals the type that the server names
 *   first: a client that takes anything gets our best.
 * - Malformed ranges are ignored.
 *
 * @module
 */

import { sameName } from "./_chars.ts";
import { parseParameters, splitList } from "./field_syntax.ts";
import { type MediaType, parseMediaType } from "./media_type.ts";
import { weightOf } from "./_weight.ts";

/**
 * Chooses the media type of a response.
 *
 * @param header Value of `Accept`; `null` or an empty one accepts everything.
 * @param available Media types that the server has, the best first.
 * @returns One of them as it was given, or `null` if the client accepts none.
 * @throws {TypeError} If an available type is malformed.
 *
 * @example Usage
 * ```ts
 * import { negotiateMediaType } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const available = ["text/html", "application/json", "text/plain"];
 * const choose = (header: string) => negotiateMediaType(header, available);
 * assertEquals(choose("application/json, text/*;q=0.5"), "application/json");
 * assertEquals(choose("text/*, text/html;q=0.1"), "text/plain");
 * assertEquals(choose("image/png"), null);
 * ```
 */
export function negotiateMediaType(
  header: string | null,
  available: readonly string[],
): string | null {
  const members = header === null ? [] : splitList(header);
  if (members.length === 0) return available[0] ?? null;
  const candidates = available.map((text) => ({
    text,
    type: parseAvailable(text),
    specificity: -1,
    weight: 0,
  }));
  for (const member of members) {
    const range = parseRange(member);
    if (range === null) continue;
    for (const candidate of candidates) {
      const specificity = specificityOf(range, candidate.type);
      if (specificity <= candidate.specificity) continue;
      candidate.specificity = specificity;
      candidate.weight = range.weight;
    }
  }
  let best: string | null = null;
  let bestWeight = 0;
  for (const { text, weight } of candidates) {
    if (weight > bestWeight) {
      best = text;
      bestWeight = weight;
    }
  }
  return best;
}

function parseAvailable(text: string): MediaType {
  const type = parseMediaType(text);
  if (type === null) {
    throw new TypeError(
      `Cannot negotiate media type ${JSON.stringify(text)}: it is malformed`,
    );
  }
  return type;
}

/** One member of `Accept`. */
interface MediaRange {
  readonly essence: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly weight: number;
}

function parseRange(member: string): MediaRange | null {
  const { value, parameters } = parseParameters(member);
  const weight = weightOf(parameters);
  // Java's own client sends a lone asterisk.
  const type = parseMediaType(value === "*" ? "*/*" : value);
  if (weight === null || type === null) return null;
  // What follows the weight was once for extensions that nobody made.
  const end = parameters.findIndex(([name]) => sameName(name, "q"));
  return {
    essence: type.essence,
    parameters: end < 0 ? parameters : parameters.slice(0, end),
    weight,
  };
}

/** How closely a range covers a type: 0 or more, or -1 if not at all. */
function specificityOf(range: MediaRange, type: MediaType): number {
  const { essence, parameters } = range;
  if (essence === "*/*") return 0;
  if (essence.endsWith("/*")) {
    return type.essence.startsWith(essence.slice(0, -1)) ? 1 : -1;
  }
  if (essence !== type.essence) return -1;
  for (const [name, value] of parameters) {
    if (type.parameters.get(name.toLowerCase()) !== value) return -1;
  }
  return 2 + parameters.length;
}
