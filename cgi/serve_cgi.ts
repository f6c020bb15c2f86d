import {
  type BufferedWriter,
  encodeLatin1,
  toReadableStream,
} from "../socketserver/io/mod.ts";
import {
  Fields,
  HTTPStatus,
  parseContentLength,
  serializeFields,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import {
  type CgiVariables,
  requestFromEnviron,
} from "./request_from_environ.ts";
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
  /** Where its body comes from. */
  stdin?: ByteSource;
  /** Where the answer goes. */
  stdout?: ByteSink;
  /** Takes what goes wrong; the client never sees it. */
  log?: (line: string) => void;
}

/**
 * Answers the request that this process was started for: the program is a CGI
 * script (RFC 3875), under this package's servers, Apache, lighttpd, or nginx
 * with fcgiwrap. Needs `--allow-env`.
 *
 * Bodies stream in both directions. A handler that fails gives 500. Forms are
 * what `request.formData()` reads: there is no `FieldStorage`.
 *
 * @param handler Answers the request.
 * @param options Where the request comes from.
 * @returns When the answer is sent.
 * @throws {TypeError} If the process was not started by a server.
 *
 * @example A script
 * ```ts
 * import { serveCgi } from "@pystd/server/cgi";
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
 *   stdout,
 * });
 * assertEquals(
 *   new TextDecoder().decode(stdout.getvalue()),
 *   "Status: 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\n\r\nYou want http://a/b",
 * );
 * ```
 */
export async function serveCgi(
  handler: (request: Request) => Response | Promise<Response>,
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
      "Cannot serve a CGI request: GATEWAY_INTERFACE is not set, so no server has started this program",
    );
  }
  const output = scriptOutput(stdout);
  const leaving = new AbortController();
  let begun = false;
  try {
    const input = scriptInput(bodyLength(environ), stdin);
    const request = requestFromEnviron(
      environ,
      toReadableStream(input, { close: false }),
      leaving.signal,
    );
    const response = await handler(request);
    if (!(response instanceof Response)) {
      throw new TypeError("Cannot answer: the handler gave no Response");
    }
    const head = headOf(response);
    begun = true;
    await send(output, head, response, request.method === "HEAD");
  } catch (error) {
    leaving.abort(error);
    if (error instanceof Deno.errors.BrokenPipe) return;
    log(error instanceof Error ? error.stack ?? error.message : String(error));
    // Behind a head it is too late: the server sees that the process fails.
    if (begun) throw error;
    const status = "Status: 500 Internal Server Error\r\n";
    await output.write(encodeLatin1(
      `${status}Content-Type: text/plain\r\n\r\nInternal Server Error\n`,
    ));
    await output.flush();
  }
}

/** Bytes of the body: none unless the server says so, or has decoded chunks. */
function bodyLength(environ: CgiVariables): number | null {
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
  return HTTP_TRANSFER_ENCODING === undefined ? 0 : null;
}

/** What concerns the connection is the server's business. */
const PER_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "status",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function headOf(response: Response): Uint8Array {
  const { status, statusText, headers } = response;
  const reason = statusText || HTTPStatus.phrase(status);
  const fields = new Fields([["Status", `${status} ${reason}`]]);
  for (const [name, value] of headers) {
    if (!PER_HOP.has(name)) fields.add(name, value);
  }
  return serializeFields(fields);
}

async function send(
  output: BufferedWriter,
  head: Uint8Array,
  response: Response,
  isHead: boolean,
): Promise<void> {
  await output.write(head);
  if (isHead || !statusAllowsContent(response.status)) {
    await response.body?.cancel();
  } else if (response.body) {
    for await (const chunk of response.body) {
      await output.write(chunk);
      // What the handler gives now, the client gets now.
      await output.flush();
    }
  }
  await output.flush();
}
