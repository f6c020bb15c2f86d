import { assert as assert_ } from "npm:deno-std@1.4.0/assert/assert.js";

export const assert: (value: unknown, message?: string) => asserts value =
  assert_;
