// The assertions of the standard library that are in use, typed for those uses.
import { assertEquals as assertEquals_ } from "npm:deno-std@1.4.0/assert/equals.js";
import { assertInstanceOf as assertInstanceOf_ } from "npm:deno-std@1.4.0/assert/instance_of.js";
import { assertMatch as assertMatch_ } from "npm:deno-std@1.4.0/assert/match.js";
import { assertNotEquals as assertNotEquals_ } from "npm:deno-std@1.4.0/assert/not_equals.js";
import { assertRejects as assertRejects_ } from "npm:deno-std@1.4.0/assert/rejects.js";
import { assertStrictEquals as assertStrictEquals_ } from "npm:deno-std@1.4.0/assert/strict_equals.js";
import { assertStringIncludes as assertStringIncludes_ } from "npm:deno-std@1.4.0/assert/string_includes.js";
import { assertThrows as assertThrows_ } from "npm:deno-std@1.4.0/assert/throws.js";

// deno-lint-ignore no-explicit-any -- the signature that the standard library publishes
type Class<T> = abstract new (...args: any[]) => T;

export * from "./assert.ts";
export * from "./assertion_error.ts";
export const assertEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = assertEquals_;
export const assertInstanceOf: <T>(
  actual: unknown,
  type: Class<T>,
  message?: string,
) => asserts actual is T = assertInstanceOf_;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  message?: string,
) => void = assertMatch_;
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = assertNotEquals_;
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type?: Class<E>,
  includes?: string,
  message?: string,
) => Promise<E> = assertRejects_;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  message?: string,
) => asserts actual is T = assertStrictEquals_;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  message?: string,
) => void = assertStringIncludes_;
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  type?: Class<E>,
  includes?: string,
  message?: string,
) => E = assertThrows_;
