import { assert } from "@std/assert/assert";

/**
 * Refuses a malformed status, with Python's checks in Python's order.
 *
 * @throws {TypeError} If it holds a control character, which could end the
 * line early.
 * @throws {AssertionError} If it has no number of three digits, or no blank behind.
 */
export function checkStatus(status: string): void {
  // deno-lint-ignore no-control-regex -- what could end the line early
  if (/^[0-9]{3} [^\0-\x1f\x7f\u0100-\uffff]*$/.test(status)) return;
  const wrong = (why: string) =>
    `Cannot start an answer: status "${status}" ${why}`;
  assert(typeof status === "string", wrong("is no text"));
  // deno-lint-ignore no-control-regex -- what could end the line early
  if (/[\0-\x1f\x7f]/.test(status)) {
    throw new TypeError(wrong("holds a control character"));
  }
  assert(/^[^\u0100-\uffff]*$/.test(status), wrong("holds more than bytes"));
  assert(status.length >= 4, wrong("is shorter than four characters"));
  assert(/^[0-9]{3}/.test(status), wrong("begins with no number"));
  assert(status[3] === " ", wrong("has no blank behind its number"));
}
