/**
 * The methods of RFC 9110 section 9.3 and PATCH (RFC 5789), by Python's
 * names. Methods are plain strings, compared with their case.
 *
 * @module
 */

/** The methods by name: what can be read off {@linkcode HTTPMethod}. */
export interface HTTPMethods {
  /** Asks for a tunnel to the server named by the target. */
  readonly CONNECT: "CONNECT";
  /** Removes the association between the target and its content. */
  readonly DELETE: "DELETE";
  /** Fetches a representation of the target. */
  readonly GET: "GET";
  /** As GET, but the answer stops after its fields. */
  readonly HEAD: "HEAD";
  /** Asks what can be done with the target. */
  readonly OPTIONS: "OPTIONS";
  /** Changes the target by the instructions in the content. */
  readonly PATCH: "PATCH";
  /** Has the target process the content in its own way. */
  readonly POST: "POST";
  /** Replaces the target's state by the content. */
  readonly PUT: "PUT";
  /** Sends the request back as it arrived. */
  readonly TRACE: "TRACE";
}

/** What {@linkcode HTTPMethod} knows beside the methods. */
export interface HTTPMethodTable {
  /**
   * Looks a method up, as `HTTPMethod("GET")` does in Python.
   *
   * @param method A method, in its exact case.
   * @returns The same text, typed as a listed method.
   * @throws {RangeError} If no such method is listed.
   */
  from(method: string): HTTPMethod;
  /**
   * What a method asks for.
   *
   * @param method A method.
   * @returns One sentence, or `""` for an unlisted one.
   */
  description(method: string): string;
  /**
   * Goes through the listed methods.
   *
   * @returns The methods in alphabetical order.
   */
  [Symbol.iterator](): IterableIterator<HTTPMethod>;
}

/** One of the listed methods: `"GET" | "POST" | …`. */
export type HTTPMethod = HTTPMethods[keyof HTTPMethods];

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map<HTTPMethod, string>([
  ["CONNECT", "Open a tunnel to the server that the target names"],
  ["DELETE", "Remove the target"],
  ["GET", "Fetch the target"],
  ["HEAD", "Fetch what GET would, without the content"],
  ["OPTIONS", "Tell what can be done with the target"],
  ["PATCH", "Change the target by the instructions sent"],
  ["POST", "Have the target process the content sent"],
  ["PUT", "Replace the target by the content sent"],
  ["TRACE", "Send the request back as it arrived"],
]);

function isListed(method: string): method is HTTPMethod {
  return DESCRIPTIONS.has(method);
}

/**
 * The request methods. Python's `http.HTTPMethod`.
 *
 * @example Names, texts, iteration
 * ```ts
 * import { HTTPMethod } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(HTTPMethod.GET, "GET");
 * assertEquals(HTTPMethod.description("PUT"), "Replace the target by the content sent");
 * assertEquals([...HTTPMethod].length, 9);
 * ```
 */
export const HTTPMethod: HTTPMethods & HTTPMethodTable = Object.freeze({
  CONNECT: "CONNECT",
  DELETE: "DELETE",
  GET: "GET",
  HEAD: "HEAD",
  OPTIONS: "OPTIONS",
  PATCH: "PATCH",
  POST: "POST",
  PUT: "PUT",
  TRACE: "TRACE",
  from(method: string): HTTPMethod {
    if (isListed(method)) return method;
    throw new RangeError(
      `Cannot look up method "${method}": no such method is registered`,
    );
  },
  description(method: string): string {
    return DESCRIPTIONS.get(method) ?? "";
  },
  *[Symbol.iterator](): IterableIterator<HTTPMethod> {
    for (const method of DESCRIPTIONS.keys()) yield method as HTTPMethod;
  },
});
