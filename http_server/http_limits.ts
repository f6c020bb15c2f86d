import { HTTPResponder } from "./http_responder.ts";

/**
 * How much, how slowly and how loosely a client may ask
 * {@linkcode BaseHTTPRequestHandler}: each is a field, to be set in a subclass.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export abstract class HTTPLimits<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends HTTPResponder<Address, Server> {
  /** Whether HTTP/1.1 requests without exactly one valid `Host` are refused. */
  requireHost = true;
  /** Whether a lone LF ends a line, and blanks may be doubled, as Python allows. */
  lenient = false;

  /** Bytes of the request line; more is answered with 414. */
  maxRequestLine = 65536;
  /** Bytes of a field line; more is answered with 431. */
  maxFieldLine = 65536;
  /** Field lines; more are answered with 431. */
  maxFields = 99;
  /** Bytes of the head; more are answered with 431. */
  maxHeadBytes = 262144;
  /** Bytes of a request's body; more are answered with 413. `null` for no limit. */
  maxBodyBytes: number | null = null;
  /** Seconds from the first byte of a head to its last; beyond, 408. nginx takes 60, Apache 20. */
  headerTimeout: number | null = 30;
  /** Seconds that a connection may wait for its next request. nginx takes 75, node 5. */
  idleTimeout: number | null = 60;
  /**
   * Seconds that a client may take for the whole body of a request, without
   * what the method takes between two reads; beyond, 408.
   */
  bodyTimeout: number | null = null;
  /**
   * Bytes a second that a body must bring on average, after five seconds and
   * while it is waited for; below, 408. Kestrel takes 240.
   */
  minBodyRate: number | null = 240;
  /** Seconds that the client may take for each portion of an answer. nginx takes 60. */
  override writeTimeout: number | null = 60;
  /** Requests on one connection; `null` for any number. */
  maxRequests: number | null = null;
  /** Bytes of an unread body that are thrown away to keep the connection. Go takes 256 KiB. */
  maxDrainBytes = 262144;
  /** Seconds that this may take. */
  drainTimeout = 5;
}
