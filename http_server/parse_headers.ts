import type { BufferedIOBase } from "../socketserver/io/mod.ts";
import { readBlock } from "./_read_block.ts";
import {
  type Fields,
  type HeadOptions,
  HTTPMessage,
  parseFields,
} from "./protocol/mod.ts";

const LF = 10;

/**
 * Reads field lines from a stream up to the empty line behind them, or to the
 * end of the stream: Python's `http.client.parse_headers`. What follows stays
 * in the stream.
 *
 * Where Python drops what it cannot read, and all fields behind it, this
 * throws: a line without a colon, a blank before the colon, a folded line.
 *
 * @param rfile The stream.
 * @param MessageClass Makes the list of fields.
 * @param options Limits, and whether LF alone ends a line.
 * @returns The fields; none if the stream has ended already.
 * @throws {LineTooLong} If a line is longer than 65536 bytes.
 * @throws {ProtocolError} 400 if they are malformed, 431 if there are more
 * than 99 or they break another limit.
 *
 * @example Fields, and the body behind them
 * ```ts
 * import { parseHeaders } from "@pystd/server/http-server";
 * import { BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const rfile = new BytesIO(new TextEncoder().encode("Host: a\r\n\r\nbody"));
 * const headers = await parseHeaders(rfile);
 * assertEquals(headers.get("host"), "a");
 * assertEquals(new TextDecoder().decode(await rfile.read()), "body");
 * ```
 */
export function parseHeaders(rfile: BufferedIOBase): Promise<HTTPMessage>;
/**
 * Reads field lines into a list of another class.
 *
 * @typeParam F The class of the list.
 * @param rfile The stream.
 * @param MessageClass Makes the list of fields.
 * @param options Limits, and whether LF alone ends a line.
 * @returns The fields; none if the stream has ended already.
 * @throws {LineTooLong} If a line is longer than allowed.
 * @throws {ProtocolError} 400 if they are malformed, 431 if they break another
 * limit.
 */
export function parseHeaders<F extends Fields>(
  rfile: BufferedIOBase,
  MessageClass: new () => F,
  options?: HeadOptions,
): Promise<F>;
export async function parseHeaders(
  rfile: BufferedIOBase,
  MessageClass: new () => Fields = HTTPMessage,
  options: HeadOptions = {},
): Promise<Fields> {
  const { bytes, complete } = await readBlock(rfile, options);
  return parseFields(
    complete ? bytes : completed(bytes),
    options,
    new MessageClass(),
  );
}

/** The lines with the empty one that the end of the stream stands for. */
function completed(bytes: Uint8Array): Uint8Array {
  const isCut = bytes.length > 0 && bytes.at(-1) !== LF;
  const end = isCut ? "\r\n\r\n" : "\r\n";
  const whole = new Uint8Array(bytes.length + end.length);
  whole.set(bytes);
  new TextEncoder().encodeInto(end, whole.subarray(bytes.length));
  return whole;
}
