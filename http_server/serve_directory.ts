import { BytesIO, toReadableStream } from "../socketserver/io/mod.ts";
import {
  crossOriginFields,
  isPreflight,
  preflightFields,
} from "./_cross_origin.ts";
import { FileBody } from "./_file_body.ts";
import type { Field } from "./_file_plan.ts";
import { DEFAULTS, normalized, toPath } from "./_file_settings.ts";
import {
  type BodyFile,
  FileSite,
  guessType,
  type SiteAnswer,
  type SiteSettings,
  translatePath,
} from "./_file_site.ts";
import { ERROR_POLICY } from "./_page_policy.ts";
import {
  DEFAULT_ERROR_CONTENT_TYPE,
  DEFAULT_ERROR_MESSAGE,
  escapeHtml,
  formatErrorPage,
} from "./error_page.ts";
import type { FileServerOptions } from "./file_server_options.ts";
import { HTTPStatus } from "./protocol/mod.ts";

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Serves the files of a folder as a fetch handler, for `Deno.serve`,
 * `deno serve` and frameworks. It answers exactly what
 * `SimpleHTTPRequestHandler` does. Needs `--allow-read`.
 *
 * @param root The folder: a path or a `file:` URL.
 * @param options What is served and how.
 * @returns A function from `Request` to `Response`.
 *
 * @example Serves a folder
 * ```ts
 * import { serveDirectory } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/hello.txt`, "hello");
 *
 * const handler = serveDirectory(directory);
 * const response = await handler(new Request("http://localhost/hello.txt"));
 * assertEquals(await response.text(), "hello");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export function serveDirectory(
  root: string | URL,
  options: FileServerOptions = {},
): (request: Request) => Promise<Response> {
  const settings: SiteSettings = {
    ...DEFAULTS,
    ...normalized(options),
    directory: toPath(root),
    translatePath: (path) => translatePath(settings.directory, path),
    guessType: (path) => guessType(path, settings),
  };
  const site = new FileSite(settings);
  return async (request) => {
    const response = await respond(request, site, settings);
    if (settings.cors !== null) {
      addFields(response.headers, crossOriginFields(settings.cors));
    }
    return response;
  };
}

async function respond(
  request: Request,
  site: FileSite,
  { auth, cors }: SiteSettings,
): Promise<Response> {
  const { method, headers } = request;
  const preflight = cors !== null && isPreflight(method, headers);
  if (
    auth !== null && !preflight &&
    !await auth.check(headers.get("Authorization"))
  ) {
    return errorPage(HTTPStatus.UNAUTHORIZED, method, [
      ["WWW-Authenticate", auth.challenge],
    ]);
  }
  const allow: Field = ["Allow", METHODS.join(", ")];
  if (method === "OPTIONS") {
    const fields = preflight ? preflightFields(METHODS, headers) : [];
    const { NO_CONTENT } = HTTPStatus;
    return new Response(null, {
      status: NO_CONTENT,
      headers: addFields(new Headers(), [allow, ...fields]),
    });
  }
  if (method !== "GET" && method !== "HEAD") {
    return errorPage(HTTPStatus.METHOD_NOT_ALLOWED, method, [allow]);
  }
  const { pathname, search } = new URL(request.url);
  const asked = { method, target: pathname + search, fields: headers };
  const answer = site.answer(asked);
  const final = answer.kind === "directory"
    ? await site.list(answer.path, asked)
    : answer;
  return toResponse(final, method);
}

function toResponse(
  answer: Exclude<SiteAnswer, { kind: "directory" }>,
  method: string,
): Response {
  if (answer.kind === "error") return errorPage(answer.status, method);
  const { status, fields, body } = answer;
  const headers = addFields(new Headers(), fields);
  return new Response(body && toBody(body), { status, headers });
}

function toBody(
  body: BodyFile,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> {
  if (body instanceof BytesIO) return body.getvalue();
  const small = body instanceof FileBody ? body.takeSmall() : null;
  return small ?? toReadableStream(body);
}

function errorPage(
  status: number,
  method: string,
  fields: readonly Field[] = [],
): Response {
  const page = formatErrorPage(DEFAULT_ERROR_MESSAGE, {
    code: status,
    message: escapeHtml(HTTPStatus.phrase(status)),
    explain: escapeHtml(HTTPStatus.description(status)),
  });
  const headers = addFields(new Headers(), [
    ["Content-Type", DEFAULT_ERROR_CONTENT_TYPE],
    ["Content-Security-Policy", ERROR_POLICY],
    ["X-Content-Type-Options", "nosniff"],
    ...fields,
  ]);
  return new Response(method === "HEAD" ? null : page, { status, headers });
}

function addFields(headers: Headers, fields: Iterable<Field>): Headers {
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}
