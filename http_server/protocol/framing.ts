/**
 * Where bodies end: RFC 9112 section 6.3 for requests, step by step, and one
 * function that decides for answers. Where a connection is served, it is decided
 * nowhere else.
 *
 * A request whose end two parsers may see in different places is refused, not
 * repaired, also where the RFC would let a server guess: what lies between the
 * two ends is a request that somebody smuggled past the other parser.
 *
 * @module
 */

import { consistsOf, DIGIT, quoted, sameName } from "./_chars.ts";
import { isHTTP11 } from "./_is_http11.ts";
import { hasToken, isToken, splitList, trimOws } from "./field_syntax.ts";
import type { Fields } from "./fields.ts";
import type { RequestHead } from "./head.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Where the body of a request ends. */
export type RequestFraming =
  /** There is no body. */
  | { readonly kind: "none" }
  /** After so many bytes, which may be 0. */
  | { readonly kind: "length"; readonly length: number }
  /** Where its chunks say so. */
  | { readonly kind: "chunked" };

const NONE: RequestFraming = Object.freeze({ kind: "none" });
const CHUNKED: RequestFraming = Object.freeze({ kind: "chunked" });

/**
 * Decides where the body of a request ends.
 *
 * @param head The request.
 * @returns No body, a number of bytes, or chunks.
 * @throws {ProtocolError} 400 if the end cannot be told with certainty, 501
 *   for a transfer coding other than chunked.
 *
 * @example A body of five bytes
 * ```ts
 * import { Fields, requestFraming } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = new Fields([["Content-Length", "5"]]);
 * assertEquals(requestFraming({ version: "HTTP/1.1", fields }), { kind: "length", length: 5 });
 * ```
 */
export function requestFraming(
  head: Pick<RequestHead, "version" | "fields">,
): RequestFraming {
  const { fields } = head;
  const lengthIndex = fields.indexOf("content-length");

  // RFC 9112 section 6.3, step 3, and section 6.1.
  if (fields.has("transfer-encoding")) {
    if (lengthIndex >= 0) {
      throw unframed("both Content-Length and Transfer-Encoding are there");
    }
    // An HTTP/1.0 proxy on the way has passed on what it does not know.
    if (!isHTTP11(head.version)) {
      throw unframed(`${head.version} has no Transfer-Encoding`);
    }
    checkCodings(fields.getAll("transfer-encoding", []));
    return CHUNKED; // Step 4.
  }

  // Step 5. It lets a server accept the same length twice; not every server
  // compares before it takes the first or the last one, so we do not.
  if (lengthIndex >= 0) {
    if (fields.indexOf("content-length", lengthIndex + 1) >= 0) {
      throw unframed("Content-Length is there more than once");
    }
    const value = fields.valueAt(lengthIndex);
    const length = parseContentLength(value);
    if (length === null) {
      throw unframed(`Content-Length is ${quoted(value)}`);
    }
    return { kind: "length", length }; // Step 6.
  }
  return NONE; // Step 7.
}

/** Makes sure that the codings are chunked and nothing else. */
function checkCodings(values: string[]): void {
  const codings = values.join(",").split(",").map(trimOws);
  let other: string | null = null;
  for (const [index, coding] of codings.entries()) {
    const name = trimOws(coding.split(";", 1)[0]!);
    // Empty elements too: ", chunked" is chunked here and nothing elsewhere.
    if (!isToken(name)) throw unframed("Transfer-Encoding is malformed");
    if (!sameName(name, "chunked")) {
      other ??= coding;
      continue;
    }
    if (name !== coding) throw unframed("chunked has parameters");
    if (index < codings.length - 1) {
      throw unframed("chunked is not the last coding");
    }
  }
  if (other !== null) {
    throw new ProtocolError(
      `Cannot read a body: transfer coding ${quoted(other)} is unknown`,
      501,
    );
  }
}

function unframed(why: string): ProtocolError {
  return new ProtocolError(`Cannot tell where a request ends: ${why}`);
}

/**
 * Reads the value of a Content-Length field: digits and nothing else. `+5`,
 * `0x5`, `5, 5` and `5 5` are lengths to some parsers and not to others.
 *
 * @param value The value.
 * @returns The number of bytes, or null if it is none or beyond 2^53 - 1.
 */
export function parseContentLength(value: string): number | null {
  // Twenty digits hold any 64-bit number; h11 has the same bound.
  if (value === "" || value.length > 20 || !consistsOf(value, DIGIT)) {
    return null;
  }
  const length = Number(value);
  return Number.isSafeInteger(length) ? length : null;
}

/**
 * Whether the connection stays open after a request (RFC 9112 section 9.3), as
 * far as the client is concerned. `Connection` is a list of tokens; `close`
 * beats `keep-alive`.
 *
 * @param head The request.
 * @returns True for HTTP/1.1 without `close` and HTTP/1.0 with `keep-alive`.
 *
 * @example Defaults
 * ```ts
 * import { Fields, keepAlive } from "@pystd/server/http-protocol";
 * import { assert } from "@std/assert";
 *
 * assert(keepAlive({ version: "HTTP/1.1", fields: new Fields() }));
 * assert(!keepAlive({ version: "HTTP/1.0", fields: new Fields() }));
 * ```
 */
export function keepAlive(
  head: Pick<RequestHead, "version" | "fields">,
): boolean {
  const connection = head.fields.getJoined("connection");
  if (hasToken(connection, "close")) return false;
  if (isHTTP11(head.version)) return true;
  return head.version === "HTTP/1.0" && hasToken(connection, "keep-alive");
}

/** An answer whose body needs an end. */
export interface ResponseToFrame {
  /** Method of the request, `""` if its request line was not understood. */
  readonly requestMethod: string;
  /** Version of the request. */
  readonly requestVersion: string;
  /**
   * Version that the server speaks. Below HTTP/1.1 nothing is chunked and no
   * Connection field is added.
   *
   * @default {"HTTP/1.1"}
   */
  readonly protocolVersion?: string;
  /** Status code of the answer. */
  readonly status: number;
  /** Fields of the answer as the handler made them. */
  readonly fields: Fields;
  /** Whether client and server want the connection to stay open. */
  readonly keepAlive: boolean;
  /**
   * Bytes in the body, if they are known although no field says so; in answer
   * to HEAD those that GET would get.
   */
  readonly contentLength?: number;
}

/** How the body of an answer is sent and what its fields have to say of it. */
export interface ResponseFraming {
  /**
   * `none`: nothing is sent, whatever the handler writes. `length`: exactly
   * `length` bytes. `chunked`: in chunks, with a last one. `close`: until the
   * connection is closed. `verbatim`: the handler set Transfer-Encoding and
   * writes the chunks itself, as programs for Python's server must.
   */
  readonly kind: "none" | "length" | "chunked" | "close" | "verbatim";
  /** Bytes to send, 0 unless `kind` is `length`. */
  readonly length: number;
  /** Whether the connection stays open afterwards. */
  readonly keepAlive: boolean;
  /** Names of fields to take out, before any is added. */
  readonly remove: readonly string[];
  /** Fields to put in. */
  readonly add: readonly (readonly [name: string, value: string])[];
}

/**
 * Decides how the body of an answer is framed (RFC 9112 sections 6.1 to 6.3
 * and 9.3). A Content-Length from the handler is kept; without one the body is
 * chunked if the client knows chunks, and otherwise ended by closing.
 *
 * @param answer What is known when its head is complete.
 * @returns The decision; {@linkcode applyFraming} puts it into the fields.
 * @throws {TypeError} If the Content-Length that the handler set is repeated,
 *   no number, or not the length of the body.
 *
 * @example A stream to an HTTP/1.1 client
 * ```ts
 * import { Fields, responseFraming } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const framing = responseFraming({
 *   requestMethod: "GET",
 *   requestVersion: "HTTP/1.1",
 *   status: 200,
 *   fields: new Fields(),
 *   keepAlive: true,
 * });
 * assertEquals(framing.kind, "chunked");
 * assertEquals(framing.add, [["Transfer-Encoding", "chunked"]]);
 * ```
 */
export function responseFraming(answer: ResponseToFrame): ResponseFraming {
  const { fields, status, contentLength } = answer;
  const isHead = answer.requestMethod === "HEAD";
  const isTunnel = answer.requestMethod === "CONNECT" && status >= 200 &&
    status <= 299;
  const weSpeak11 = isHTTP11(answer.protocolVersion ?? "HTTP/1.1");
  const bothSpeak11 = weSpeak11 && isHTTP11(answer.requestVersion);
  const remove: string[] = [];
  const add: [string, string][] = [];
  const hasCodings = fields.has("transfer-encoding");
  let length = ownLength(fields);
  let kind: ResponseFraming["kind"];

  if (status < 200 || status === 204 || status === 205 || isTunnel) {
    // RFC 9112 section 6.1, RFC 9110 section 8.6: neither field may be there.
    kind = "none";
    drop("Transfer-Encoding");
    drop("Content-Length");
    // RFC 9110 section 15.3.6: a client may wait for the content of a 205.
    if (status === 205) add.push(["Content-Length", "0"]);
  } else if (isHead || status === 304) {
    // Content-Length may tell what the answer to GET would hold.
    kind = "none";
    drop("Transfer-Encoding");
    if (isHead && length === null && contentLength !== undefined) {
      add.push(["Content-Length", String(contentLength)]);
    }
  } else if (hasCodings && bothSpeak11) {
    kind = "verbatim";
    drop("Content-Length");
  } else if (length !== null || contentLength !== undefined) {
    kind = "length";
    drop("Transfer-Encoding");
    if (length === null) {
      length = contentLength!;
      add.push(["Content-Length", String(length)]);
    } else if (contentLength !== undefined && contentLength !== length) {
      throw new TypeError(
        `Cannot send Content-Length "${length}": the body has ` +
          `${contentLength} bytes`,
      );
    }
  } else if (bothSpeak11) {
    kind = "chunked";
    add.push(["Transfer-Encoding", "chunked"]);
  } else {
    kind = "close";
    drop("Transfer-Encoding");
  }

  const connection = fields.getJoined("connection");
  const stays = answer.keepAlive && kind !== "close" &&
    (kind !== "verbatim" || endsChunked(fields)) &&
    !hasToken(connection, "close");
  if (status >= 200) {
    let option = "";
    if (weSpeak11 && !stays) option = "close";
    else if (weSpeak11 && !bothSpeak11) option = "keep-alive";
    const value = connectionValue(connection, stays, option);
    if (value !== connection) {
      drop("Connection");
      if (value !== null) add.push(["Connection", value]);
    }
  }
  return {
    kind,
    length: kind === "length" ? length! : 0,
    keepAlive: stays,
    remove,
    add,
  };

  function drop(name: string): void {
    if (fields.has(name)) remove.push(name);
  }
}

/** The Content-Length that the handler set, or null. */
function ownLength(fields: Fields): number | null {
  const index = fields.indexOf("content-length");
  if (index < 0) return null;
  const length = fields.indexOf("content-length", index + 1) < 0
    ? parseContentLength(fields.valueAt(index))
    : null;
  if (length === null) {
    const values = fields.getJoined("content-length")!;
    throw new TypeError(
      `Cannot send Content-Length ${quoted(values)}: it must be one number`,
    );
  }
  return length;
}

/** Whether the handler's own coding shows where its body ends. */
function endsChunked(fields: Fields): boolean {
  const codings = splitList(fields.getJoined("transfer-encoding") ?? "");
  return sameName(codings.at(-1) ?? "", "chunked");
}

/**
 * What Connection should say: what the handler wrote, unless that contradicts
 * the decision or lacks `option`.
 */
function connectionValue(
  connection: string | null,
  stays: boolean,
  option: string,
): string | null {
  const wrong = stays ? "close" : "keep-alive";
  if (
    !hasToken(connection, wrong) &&
    (option === "" || hasToken(connection, option))
  ) return connection;
  const options = splitList(connection ?? "").filter((element) =>
    !sameName(element, wrong) && !sameName(element, option)
  );
  if (option !== "") options.push(option);
  return options.length === 0 ? null : options.join(", ");
}

/**
 * Puts a decision of {@linkcode responseFraming} into the fields.
 *
 * @param fields The fields that it was made for; they are changed.
 * @param framing The decision.
 */
export function applyFraming(fields: Fields, framing: ResponseFraming): void {
  for (const name of framing.remove) fields.delete(name);
  for (const [name, value] of framing.add) fields.add(name, value);
}
