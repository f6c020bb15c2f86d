// @pure
import { parseContentLength } from "../http_server/protocol/framing.ts";
import type { CgiVariables } from "./request_from_environ.ts";

/**
 * How many bytes of its standard input belong to a script's request (RFC 3875
 * section 4.2).
 *
 * By the RFC there is no body without `CONTENT_LENGTH`. But servers that decode
 * `chunked` for a script leave it out, as they do not know it yet, and close
 * the input behind the body.
 *
 * @param environ The variables.
 * @returns The number of bytes; `null` if the body ends with the input.
 * @throws {TypeError} If `CONTENT_LENGTH` is no number.
 *
 * @example A body, none, and one of unknown length
 * ```ts
 * import { scriptBodyLength } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(scriptBodyLength({ CONTENT_LENGTH: "12" }), 12);
 * assertEquals(scriptBodyLength({ CONTENT_LENGTH: "" }), 0);
 * assertEquals(scriptBodyLength({ REQUEST_METHOD: "POST" }), null);
 * ```
 */
export function scriptBodyLength(environ: CgiVariables): number | null {
  const { CONTENT_LENGTH, HTTP_TRANSFER_ENCODING } = environ;
  if (CONTENT_LENGTH) {
    const length = parseContentLength(CONTENT_LENGTH);
    if (length === null) {
      throw new TypeError(
        `Cannot read the body: CONTENT_LENGTH is "${CONTENT_LENGTH}"`,
      );
    }
    return length;
  }
  // nginx sets it in any case, Python for whatever has no body.
  const saysNone = CONTENT_LENGTH === "" &&
    HTTP_TRANSFER_ENCODING === undefined;
  return saysNone ? 0 : null;
}
