// @pure
import { Fields } from "../http_server/protocol/fields.ts";
import { serializeFields } from "../http_server/protocol/response_head.ts";
import { HTTPStatus } from "../http_server/protocol/status.ts";
import { HOP_BY_HOP } from "./_hop_by_hop.ts";

/**
 * Makes the head of a script's answer: `Status`, then the fields, without
 * those that concern the connection. Each cookie has a field of its own.
 *
 * @param response The answer.
 * @returns Fresh bytes, the empty line at the end included.
 * @throws {TypeError} If it cannot be sent.
 *
 * @example A page that is not there
 * ```ts
 * import { serializeCgiHead } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * const head = serializeCgiHead(new Response(null, { status: 404 }));
 * assertEquals(new TextDecoder().decode(head), "Status: 404 Not Found\r\n\r\n");
 * ```
 */
export function serializeCgiHead(
  response: Pick<Response, "status" | "statusText"> & {
    headers: Iterable<readonly [name: string, value: string]>;
  },
): Uint8Array<ArrayBuffer> {
  const { status, statusText, headers } = response;
  if (status < 200) {
    throw new TypeError(
      `Cannot answer with status ${status}: the server in front owns the connection`,
    );
  }
  const reason = statusText || HTTPStatus.phrase(status);
  const fields = new Fields([["Status", `${status} ${reason}`]]);
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && lower !== "status") fields.add(name, value);
  }
  return serializeFields(fields);
}
