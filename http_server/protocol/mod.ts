/**
 * HTTP/1.1 as pure functions (RFC 9110, RFC 9112): heads, framing, chunks,
 * fields, targets, dates, entity tags, conditions, ranges, media types. Bytes go
 * in, values come out; nothing here waits or touches a socket.
 *
 * @example Reads a request, and decides how its answer is framed
 * ```ts
 * import { Fields, parseRequestHead, responseFraming } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const head = parseRequestHead(
 *   new TextEncoder().encode("GET /tea HTTP/1.1\r\nHost: a\r\n\r\n"),
 * );
 * const { kind } = responseFraming({
 *   requestMethod: head.method,
 *   requestVersion: head.version,
 *   status: 200,
 *   fields: new Fields([["Content-Length", "3"]]),
 *   keepAlive: true,
 * });
 * assertEquals([head.target, kind], ["/tea", "length"]);
 * ```
 *
 * @module
 */
export * from "./accept.ts";
export * from "./accept_encoding.ts";
export * from "./chunked_decoder.ts";
export * from "./chunked_encoder.ts";
export * from "./conditional.ts";
export * from "./etag.ts";
export * from "./field_syntax.ts";
export * from "./fields.ts";
export * from "./framing.ts";
export * from "./head.ts";
export * from "./head_options.ts";
export * from "./head_scanner.ts";
export * from "./host.ts";
export * from "./http_date.ts";
export * from "./http_message.ts";
export * from "./http_method.ts";
export * from "./media_type.ts";
export * from "./parse_fields.ts";
export * from "./path_segments.ts";
export * from "./percent_encoding.ts";
export * from "./protocol_error.ts";
export * from "./range.ts";
export * from "./request_line.ts";
export * from "./response_head.ts";
export * from "./status.ts";
export * from "./target.ts";
