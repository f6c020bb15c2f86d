// Applications by the first part of their path, for any server.
import { encodeLatin1 } from "../../socketserver/io/mod.ts";
import { fromFetchHandler } from "../from_fetch_handler.ts";
import { requestUri } from "../request_uri.ts";
import { shiftPathInfo } from "../shift_path_info.ts";
import type { HeaderList, WSGIApplication } from "../types.ts";

// A test of memory has this function: what stays shows, garbage does not.
const { gc } = globalThis as { gc?: () => void };
if (gc) Deno.unrefTimer(setInterval(gc, 20));

const utf8 = new TextEncoder();

const TEXT: HeaderList = [["Content-Type", "text/plain"]];

const apps: Readonly<Record<string, WSGIApplication>> = {
  array: (_environ, startResponse) => {
    startResponse("200 OK", TEXT);
    return [utf8.encode("one "), utf8.encode("two")];
  },

  single: async (_environ, startResponse) => {
    await null;
    startResponse("200 OK", TEXT);
    return [utf8.encode("single")];
  },

  *generator(_environ, startResponse) {
    startResponse("201 Created", [...TEXT, ["X-A", "b"]]);
    for (const word of ["one ", "", "two"]) yield utf8.encode(word);
  },

  async *async_generator(_environ, startResponse) {
    await null;
    startResponse("200 OK", TEXT);
    for (const word of ["one ", "two"]) yield utf8.encode(word);
  },

  stream: (_environ, startResponse) => {
    startResponse("200 OK", TEXT);
    return new Blob(["a stream"]).stream();
  },

  written: async (_environ, startResponse) => {
    const write = startResponse("200 OK", TEXT);
    await write(utf8.encode("written, "));
    return [utf8.encode("returned")];
  },

  nothing: (_environ, startResponse) => {
    startResponse("200 OK", TEXT);
    return [];
  },

  file: async (environ, startResponse) => {
    const file = await Deno.open(new URL("poem.txt", import.meta.url));
    await file.seek(4, Deno.SeekMode.Start);
    startResponse("200 OK", TEXT);
    return environ["wsgi.file_wrapper"]!(file);
  },

  cookies: (_environ, startResponse) => {
    startResponse("200 OK", [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
    return [];
  },

  status: ({ QUERY_STRING }, startResponse) => {
    startResponse(`${QUERY_STRING} Reason`, [["ETag", '"a"']]);
    return [utf8.encode("a body")];
  },

  echo: async function* (environ, startResponse) {
    const input = environ["wsgi.input"];
    startResponse("200 OK", TEXT);
    while (true) {
      const block = await input.read(65536);
      if (block.length === 0) break;
      yield block;
    }
    yield utf8.encode(`, then ${(await input.read()).length}`);
  },

  /** As many mebibytes as the query says. */
  *much({ QUERY_STRING }, startResponse) {
    const block = new Uint8Array(1 << 20).fill(120);
    startResponse("200 OK", TEXT);
    for (let i = 0; i < Number(QUERY_STRING); i++) yield block;
  },

  count: async (environ, startResponse) => {
    let count = 0;
    while (true) {
      const block = await environ["wsgi.input"].read(1 << 16);
      if (block.length === 0) break;
      count += block.length;
    }
    startResponse("200 OK", TEXT);
    return [utf8.encode(String(count))];
  },

  lines: async (environ, startResponse) => {
    const lines: number[] = [];
    for await (const line of environ["wsgi.input"]) lines.push(line.length);
    startResponse("200 OK", TEXT);
    return [utf8.encode(lines.join())];
  },

  environ: (environ, startResponse) => {
    const shown = Object.entries(environ).filter(([name, value]) =>
      typeof value !== "object" && typeof value !== "function" &&
      /^(HTTP_X_|HTTP_T|HTTP_C|HTTP_P|CONTENT_|REQUEST_METHOD|SCRIPT_NAME|PATH_INFO|QUERY|SERVER_(NAME|PROT)|wsgi\.url|wsgi\.input_)/
        .test(name)
    );
    startResponse("200 OK", TEXT);
    // One byte for each character, as the environment has them.
    return [encodeLatin1(JSON.stringify([
      requestUri(environ),
      Object.fromEntries(shown.sort()),
    ]))];
  },

  fails: () => {
    throw new Error("a secret");
  },

  *fails_late(_environ, startResponse) {
    startResponse("200 OK", TEXT);
    yield utf8.encode("half");
    throw new Error("a secret");
  },

  short: (_environ, startResponse) => {
    startResponse("200 OK", [...TEXT, ["Content-Length", "10"]]);
    return [utf8.encode("four")];
  },

  long: (_environ, startResponse) => {
    startResponse("200 OK", [...TEXT, ["Content-Length", "4"]]);
    return [utf8.encode("fo"), utf8.encode("urteen")];
  },

  fetch: fromFetchHandler(async (request) => {
    const { method, url, headers } = request;
    const body = await request.text();
    return new Response(`${method} ${url} ${headers.get("x-a")} ${body}`, {
      status: 202,
      headers: [["X-B", "c"], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]],
    });
  }),

  fetch_stream: fromFetchHandler((request) => new Response(request.body)),
};

/** The application of that name, whose path is the rest. */
const app: WSGIApplication = (environ, startResponse) =>
  apps[shiftPathInfo(environ)!]!(environ, startResponse);
export default app;
