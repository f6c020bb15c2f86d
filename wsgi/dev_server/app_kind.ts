import type { WSGIApplication, WSGIEnvironment } from "../types.ts";

/** What a fetch handler is told beside the request. */
export interface FetchInfo {
  /** Where the request comes from. */
  readonly remoteAddr: Deno.NetAddr;
  /** The same request as WSGI has it. */
  readonly environ: WSGIEnvironment;
}

/** Answers a request, as for `Deno.serve`. */
export type FetchFunction = (
  request: Request,
  info: FetchInfo,
) => Response | Promise<Response>;

/** What an exported value is. */
export type AppKind =
  | { readonly kind: "wsgi"; readonly application: WSGIApplication }
  | { readonly kind: "fetch"; readonly handler: FetchFunction }
  | { readonly kind: "none"; readonly reason: string };

/** What the first parameter of a fetch handler is called. */
const REQUEST = /^_*(?:req|request)$/i;

/** What the first parameter of a WSGI application is called. */
const ENVIRON = /^_*(?:env|environ|environment)$/i;

/**
 * Finds out what an exported value is. A value with a `fetch` method is a
 * fetch handler: a function cannot be both. Of plain functions the number of
 * parameters decides: `(environ, startResponse)` are two, a fetch handler
 * needs one. The name of the first parameter overrules that where it is a
 * usual one, since `(request, info)` are two as well. One that begins with
 * `...args` wraps an application.
 *
 * @param value The value.
 * @param wanted What a plain function is, if that is known.
 * @returns What it is, or why it is nothing that can be served.
 *
 * @example Looks at two functions
 * ```ts
 * import { findKind } from "@pystd/server/dev-server";
 * import { demoApp } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findKind(demoApp).kind, "wsgi");
 * assertEquals(findKind(() => new Response()).kind, "fetch");
 * ```
 */
export function findKind(
  value: unknown,
  wanted: "wsgi" | "fetch" | "auto" = "auto",
): AppKind {
  if (
    value === null || typeof value !== "object" && typeof value !== "function"
  ) {
    return { kind: "none", reason: `it is ${describe(value)}, not callable` };
  }
  const { fetch } = value as { fetch?: unknown };
  if (typeof fetch === "function" && wanted !== "wsgi") {
    const handler = fetch as FetchFunction;
    return {
      kind: "fetch",
      handler: (request, info) => handler.call(value, request, info),
    };
  }
  if (typeof value !== "function") {
    return {
      kind: "none",
      reason: "it is an object without a fetch method, not callable",
    };
  }
  const source = Function.prototype.toString.call(value);
  if (/^class\b/.test(source)) {
    return {
      kind: "none",
      reason: `it is the class ${value.name}, of which one needs an instance`,
    };
  }
  const fetches = wanted === "auto"
    ? isFetch(value, source)
    : wanted === "fetch";
  return fetches
    ? { kind: "fetch", handler: value as FetchFunction }
    : { kind: "wsgi", application: value as WSGIApplication };
}

/** Wrappers that pass on whatever they get stand in front of applications: `validator` is one. */
const TAKES_ALL = /^(?:async\s+)?(?:function\b[^(]*)?\(\s*\.\.\./;

function isFetch(
  value: { length: number; name: string },
  source: string,
): boolean {
  const first = firstParameter(source);
  if (ENVIRON.test(first)) return false;
  if (REQUEST.test(first)) return true;
  return value.length < 2 && !TAKES_ALL.test(source);
}

/** The name of a function's first parameter, `""` if it has no plain one. */
function firstParameter(source: string): string {
  const [, name = "", bare = ""] =
    /^[^(=]*?\(\s*([\p{ID_Continue}$]*)|^(?:async\s+)?([\p{ID_Continue}$]+)\s*=>/u
      .exec(source) ?? [];
  return name || bare;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
