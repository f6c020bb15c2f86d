import { AssertionError as AssertionError_ } from "npm:deno-std@1.4.0/assert/assertion_error.js";

export type AssertionError = Error;
export const AssertionError: new (
  message: string,
  options?: ErrorOptions,
) => AssertionError = AssertionError_;
