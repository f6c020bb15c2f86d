// @pure
/**
 * Cross-origin requests (the Fetch standard, section 3.3): what tells a
 * browser that pages of other sites may read the answers.
 *
 * @module
 */

import type { Field } from "./_file_plan.ts";
import { type FieldLookup, isToken, splitList } from "./protocol/mod.ts";

/** Seconds that a browser may remember a preflight; Chromium cuts it to two hours. */
const PREFLIGHT_AGE = "86400";

/** Fields of every answer. */
export function crossOriginFields(origin: string): Field[] {
  return [
    ["Access-Control-Allow-Origin", origin],
    ["Access-Control-Expose-Headers", "*"],
  ];
}

/** Whether a request only asks whether another one may be sent. It comes without credentials. */
export function isPreflight(method: string, fields: FieldLookup): boolean {
  return method === "OPTIONS" && fields.get("Origin") !== null &&
    fields.get("Access-Control-Request-Method") !== null;
}

/**
 * Further fields for the answer to a preflight.
 *
 * @param allow The methods there are.
 * @param fields The fields of the request. The names that it asks for are
 * allowed one by one: an asterisk would leave out `Authorization`.
 */
export function preflightFields(
  allow: readonly string[],
  fields: FieldLookup,
): Field[] {
  const asked = splitList(fields.get("Access-Control-Request-Headers") ?? "")
    .filter(isToken);
  const answer: Field[] = [
    ["Access-Control-Allow-Methods", allow.join(", ")],
    ["Access-Control-Max-Age", PREFLIGHT_AGE],
  ];
  if (asked.length > 0) {
    answer.push(["Access-Control-Allow-Headers", asked.join(", ")]);
  }
  return answer;
}
