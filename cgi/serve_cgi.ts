// Each request loads these anew: single files take half as long as whole modules.
import type { CoalescingWriter } from "../socketserver/io/coalescing_writer.ts";
import { toReadableStream } from "../socketserver/io/web_streams.ts";
import type { ClientInfo } from "../http_server/mod.ts";
import { statusAllowsContent } from "../http_server/protocol/status.ts";
import {
  type CgiVariables,
  requestFromEnviron,
} from "./request_from_environ.ts";
import { scriptBodyLength } from "./script_body_length.ts";
import { serializeCgiHead } from "./serialize_cgi_head.ts";
import {
  type ByteSink,
  type ByteSource,
  scriptInput,
  scriptOutput,
} from "./standard_streams.ts";

/** What {@linkcode serveCgi} works with; the process itself by default. */
export interface ServeCgiOptions {
  /** The variables of the request. */
  environ?: CgiVariables;
  /** Where its body comes from; closed when the answer is sent. */
  stdin?: ByteSource;
  /** Where the answer goes. */
  stdout?: ByteSink;
  /** Takes what goes wrong; the client never sees it. `console.error` by default. */
  log?: (line: string) => void;
}

/**
 * Answers the request that this process was started for: the program is a CGI
 * script (RFC 3875), under this package's servers, Apache, lighttpd, or nginx
 * with fcgiwrap. Python has `wsgiref.handlers.CGIHandler` for this.
 *
 * Needs `--allow-env`, for all names: each field of the request is a variable,
 * and what the environment holds is this request and what the server chose.
 * Nothing else; the standard streams are open to every program. Deno leaves out
 * variables that are not UTF-8, so fields that hold other bytes are not seen.
 *
 * Bodies stream in both directions, as fast as the other side takes them, and
 * what the handler gives now the server gets now. A handler that fails is
 * logged and answered with 500. Forms, with files or without, are what
 * `await request.formData()` reads: it does what `cgi.FieldStorage` did in
 * Python. A body that comes with GET or HEAD is not read: a `Request` has none.
 *
 * `request.signal` aborts when sending fails, because the client or the server
 * has left; a script that is silent learns of that by SIGTERM alone.
 *
 * @param handler Answers the request; also told where it comes from, as under
 * `Deno.serve`.
 * @param options Where the request comes from.
 * @returns When the answer is sent.
 * @throws {TypeError} If the process was not started by a server.
 * @throws What the body throws behind the head, so that the process fails, too:
 * only that tells the server that the answer is not whole.
 *
 * @example A script
 * ```ts
 * import { serveCgi } from "@pystd/server/cgi-child";
 * import { BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const stdout = new BytesIO();
 * await serveCgi((request) => new Response(`You want ${request.url}`), {
 *   environ: {
 *     GATEWAY_INTERFACE: "CGI/1.1",
 *     REQUEST_METHOD: "GET",
 *     HTTP_HOST: "a",
 *     SCRIPT_NAME: "/b",
 *   },
 *   stdin: { read: () => Promise.resolve(null) },
 *   stdout,
 * });
 * assertEquals(
 *   new TextDecoder().decode(stdout.getvalue()),
 *   "Status: 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\n\r\nYou want http://a/b",
 * );
 * ```
 */
export async function serveCgi(
  handler: (
    request: Request,
    info: ClientInfo,
  ) => Response | Promise<Response>,
  options: ServeCgiOptions = {},
): Promise<void> {
  const {
    environ = Deno.env.toObject(),
    stdin = Deno.stdin,
    stdout = Deno.stdout,
    log = console.error,
  } = options;
  if (!environ.GATEWAY_INTERFACE) {
    throw new TypeError(
      "Cannot serve a CGI request: GATEWAY_INTERFACE is not set; a web server must start this program",
    );
  }
  const output = scriptOutput(stdout);
  const leaving = new AbortController();
  let begun = false;
  try {
    const input = scriptInput(scriptBodyLength(environ), stdin);
    const body = toReadableStream(input, { close: false });
    const request = requestFromEnviron(environ, body, leaving.signal);
    const response = await handler(request, clientOf(environ));
    const head = headOf(response);
    begun = true;
    await send(output, head, response, request.method === "HEAD");
  } catch (error) {
    leaving.abort(error);
    if (error instanceof Deno.errors.BrokenPipe) return;
    // Behind a head it is too late; a process that fails says so to the server.
    if (begun) throw error;
    log(error instanceof Error ? error.stack ?? error.message : String(error));
    await output.write(FAILURE).catch(() => {});
    await output.flush().catch(() => {});
  } finally {
    // A read that nobody waits for any more would keep the process, and with
    // it the answer, from ending.
    await stdin.close?.();
  }
}

const FAILURE = new TextEncoder().encode(
  "Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\nInternal Server Error\n",
);

function clientOf({ REMOTE_ADDR, REMOTE_PORT }: CgiVariables): ClientInfo {
  if (!REMOTE_ADDR) return {};
  const port = Number(REMOTE_PORT) || 0;
  return { remoteAddr: { transport: "tcp", hostname: REMOTE_ADDR, port } };
}

function headOf(response: Response): Uint8Array {
  if (!(response instanceof Response)) {
    throw new TypeError("Cannot answer: the handler gave no Response");
  }
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot answer: the body was read already");
  }
  return serializeCgiHead(response);
}

async function send(
  output: CoalescingWriter,
  head: Uint8Array,
  { body, status }: Response,
  isHead: boolean,
): Promise<void> {
  await output.write(head);
  if (isHead || !statusAllowsContent(status)) await body?.cancel();
  else if (body) {
    for await (const chunk of body) await output.writeThrough(chunk);
  }
  await output.flush();
}
