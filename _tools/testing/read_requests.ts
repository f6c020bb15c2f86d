/**
 * A server's reading side without a socket, for tests: pieces of bytes in,
 * requests out, in the same steps as on a connection.
 */

import {
  ChunkedDecoder,
  type ChunkedDecoderOptions,
} from "../../http_server/protocol/chunked_decoder.ts";
import { decodeLatin1 } from "../../http_server/protocol/latin1.ts";
import {
  type RequestFraming,
  requestFraming,
} from "../../http_server/protocol/framing.ts";
import {
  type ParsedRequestHead,
  parseRequestHead,
} from "../../http_server/protocol/head.ts";
import type { HeadOptions } from "../../http_server/protocol/head_options.ts";
import { HeadScanner } from "../../http_server/protocol/head_scanner.ts";
import { checkHost } from "../../http_server/protocol/host.ts";
import type { HTTPMessage } from "../../http_server/protocol/http_message.ts";

/** One request as it was read. */
export interface ReadRequest {
  head: ParsedRequestHead<HTTPMessage>;
  framing: RequestFraming;
  /** The body, one character per byte. */
  body: string;
  trailers: [string, string][];
}

/** All that was made of the pieces. */
export interface Conversation {
  requests: ReadRequest[];
  /** What came behind the last complete request, one character per byte. */
  rest: string;
  /** What ended the reading, or null. */
  error: unknown;
}

/** Reads requests one after the other until the bytes end or one is refused. */
export function readRequests(
  pieces: Iterable<Uint8Array>,
  options: HeadOptions & ChunkedDecoderOptions = {},
): Conversation {
  const requests: ReadRequest[] = [];
  const scanner = new HeadScanner(options);
  let pending: Uint8Array = new Uint8Array(0);
  let request: ReadRequest | null = null;
  let decoder = new ChunkedDecoder(options);
  let error: unknown = null;

  try {
    for (const piece of pieces) {
      pending = concat(pending, piece);
      while (request === null ? readHead() : readBody(request)) { /* more */ }
    }
  } catch (thrown) {
    error = thrown;
  }
  return { requests, rest: decodeLatin1(pending), error };

  /** Whether there is something to do with the bytes that are left. */
  function readHead(): boolean {
    const length = scanner.headLength(pending);
    if (length < 0) return false;
    const head = parseRequestHead(pending.subarray(0, length), options);
    checkHost(head);
    request = { head, framing: requestFraming(head), body: "", trailers: [] };
    pending = pending.subarray(length);
    scanner.reset();
    decoder = new ChunkedDecoder(options);
    return true;
  }

  function readBody(current: ReadRequest): boolean {
    const { framing } = current;
    let consumed = 0;
    let done = framing.kind === "none";
    if (framing.kind === "length") {
      consumed = Math.min(pending.length, framing.length - current.body.length);
      current.body += decodeLatin1(pending.subarray(0, consumed));
      done = current.body.length === framing.length;
    } else if (framing.kind === "chunked") {
      consumed = decoder.decode(pending);
      current.body += decodeLatin1(
        pending.subarray(decoder.dataStart, decoder.dataEnd),
      );
      done = decoder.done;
      current.trailers = decoder.trailers.items();
    }
    pending = pending.subarray(consumed);
    if (done) {
      requests.push(current);
      request = null;
    }
    return pending.length > 0 && (done || consumed > 0);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
