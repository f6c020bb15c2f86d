/**
 * The same applications under our server, under `Deno.serve`, as a CGI script
 * and mounted inside Hono: each gives the same answer everywhere.
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Hono } from "npm:hono@4.13.19";
import { CgiSite } from "../_tools/testing/cgi_site.ts";
import {
  type Answer,
  field,
  fieldValues,
  RawClient,
} from "../_tools/testing/raw_client.ts";
import { serveApp } from "../_tools/testing/served_app.ts";
import { StringIO } from "../socketserver/io/mod.ts";
import { shiftPathInfo } from "./shift_path_info.ts";
import app from "./testdata/apps.ts";
import { toFetchHandler } from "./to_fetch_handler.ts";

/** Where the applications are mounted. */
const MOUNT = "/cgi-bin/app";

/** A request, and what is expected of its answer. */
interface Case {
  readonly method?: string;
  readonly path: string;
  /** Field lines. */
  readonly fields?: string;
  readonly body?: string;
  readonly status: number;
  /** The whole body of the answer; `null` if it is cut. */
  readonly answer: string | null;
  /**
   * The same for a script, whose server takes the end of what it writes for the
   * end of the answer.
   */
  readonly fromScript?: string;
  /** Fields of the answer. */
  readonly has?: Readonly<Record<string, string[]>>;
}

const PAGE = "A server error occurred.  Please contact the administrator.";

const CHUNKS = "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nX-Trailer: a\r\n\r\n";

const BIG = "0123456789abcdef".repeat(1 << 16);

const CASES: readonly Case[] = [
  {
    path: "/array",
    status: 200,
    answer: "one two",
    has: { "content-type": ["text/plain"] },
  },
  { path: "/single", status: 200, answer: "single" },
  {
    path: "/generator",
    status: 201,
    answer: "one two",
    has: { "x-a": ["b"] },
  },
  { path: "/async_generator", status: 200, answer: "one two" },
  { path: "/stream", status: 200, answer: "a stream" },
  { path: "/written", status: 200, answer: "written, returned" },
  { path: "/nothing", status: 200, answer: "" },
  {
    path: "/file",
    status: 200,
    answer: "Roses are red,\nviolets are blue.\n",
  },
  {
    path: "/cookies",
    status: 200,
    answer: "",
    has: { "set-cookie": ["a=1", "b=2"] },
  },
  { path: "/status?404", status: 404, answer: "a body" },
  { path: "/status?299", status: 299, answer: "a body" },
  { path: "/status?599", status: 599, answer: "a body" },
  { path: "/status?204", status: 204, answer: "", has: { etag: ['"a"'] } },
  { path: "/status?304", status: 304, answer: "", has: { etag: ['"a"'] } },
  { method: "HEAD", path: "/array", status: 200, answer: "" },
  { method: "HEAD", path: "/single", status: 200, answer: "" },
  { method: "HEAD", path: "/fails", status: 500, answer: "" },
  {
    method: "POST",
    path: "/echo",
    body: "hello",
    status: 200,
    answer: "hello, then 0",
  },
  {
    method: "POST",
    path: "/echo",
    fields: "Transfer-Encoding: chunked\r\n",
    body: CHUNKS,
    status: 200,
    answer: "hello, world, then 0",
  },
  { method: "POST", path: "/echo", body: "", status: 200, answer: ", then 0" },
  {
    method: "PUT",
    path: "/echo",
    body: BIG,
    status: 200,
    answer: `${BIG}, then 0`,
  },
  {
    method: "POST",
    path: "/lines",
    body: "a\nbc\r\n\nd",
    status: 200,
    answer: "2,4,1,1",
  },
  { method: "POST", path: "/array", body: BIG, status: 200, answer: "one two" },
  { path: "/fails", status: 500, answer: PAGE },
  { path: "/fails_late", status: 200, answer: null, fromScript: "half" },
  { path: "/short", status: 200, answer: null },
  { path: "/long", status: 200, answer: "four" },
  {
    path: "/environ/caf%C3%A9/a%20b;c?x=%20&y",
    fields: "X-A: 1\r\nX-Long-Name: 2\r\nx-a:  3 \r\nProxy: evil\r\n" +
      "X_A: underscore\r\nCookie: a=b\r\n",
    status: 200,
    answer: JSON.stringify([
      `http://site.example${MOUNT}/environ/caf%C3%A9/a%20b;c?x=%20&y`,
      {
        HTTP_COOKIE: "a=b",
        HTTP_X_A: "1, 3",
        HTTP_X_LONG_NAME: "2",
        PATH_INFO: "/caf\u00c3\u00a9/a b;c",
        QUERY_STRING: "x=%20&y",
        REQUEST_METHOD: "GET",
        SCRIPT_NAME: `${MOUNT}/environ`,
        SERVER_NAME: "site.example",
        SERVER_PROTOCOL: "HTTP/1.1",
        "wsgi.input_terminated": true,
        "wsgi.url_scheme": "http",
      },
    ]),
  },
  {
    method: "PATCH",
    path: "/environ",
    fields: "Content-Type: a/b\r\n",
    body: "four",
    status: 200,
    answer: JSON.stringify([`http://site.example${MOUNT}/environ`, {
      CONTENT_LENGTH: "4",
      CONTENT_TYPE: "a/b",
      PATH_INFO: "",
      QUERY_STRING: "",
      REQUEST_METHOD: "PATCH",
      SCRIPT_NAME: `${MOUNT}/environ`,
      SERVER_NAME: "site.example",
      SERVER_PROTOCOL: "HTTP/1.1",
      "wsgi.input_terminated": true,
      "wsgi.url_scheme": "http",
    }]),
  },
  { method: "BREW", path: "/single", status: 200, answer: "single" },
  {
    method: "PUT",
    path: "/fetch/a%20b?c",
    fields: "X-A: d\r\n",
    body: "text",
    status: 202,
    answer: `PUT http://site.example${MOUNT}/fetch/a%20b?c d text`,
    has: { "x-b": ["c"], "set-cookie": ["a=1", "b=2"] },
  },
  {
    method: "POST",
    path: "/fetch_stream",
    body: BIG,
    status: 200,
    answer: BIG,
  },
];

/** A host of the applications. */
interface Host extends AsyncDisposable {
  readonly address: Deno.NetAddr;
}

function own(): Host {
  const site = serveApp((environ, startResponse) => {
    shiftPathInfo(environ);
    shiftPathInfo(environ);
    return app(environ, startResponse);
  });
  return {
    address: site.served.address,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

function denoServe(handler: Deno.ServeHandler<Deno.NetAddr>): Host {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response("not by the application", { status: 599 }),
  }, handler);
  return {
    address: server.addr,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const mounted = toFetchHandler(app, {
  scriptName: MOUNT,
  errors: new StringIO(),
});

function insideHono(): Host {
  const hono = new Hono<{ Bindings: Deno.ServeHandlerInfo }>();
  hono.mount(MOUNT, mounted, {
    replaceRequest: false,
    optionHandler: (context) => context.env,
  });
  return denoServe((request, info) => hono.fetch(request, info));
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "BREW"];

async function script(): Promise<Host> {
  const program = fromFileUrl(new URL("testdata/script.ts", import.meta.url));
  const deno = `"${Deno.execPath()}" run -q --no-check`;
  const site = await CgiSite.make({
    app: `exec ${deno} --allow-env --allow-read "${program}"`,
  }, { cgiMethods: METHODS });
  return {
    address: site.served.address,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

const HOSTS: Readonly<Record<string, () => Host | Promise<Host>>> = {
  "our server": own,
  "Deno.serve": () => denoServe(mounted),
  "Hono": insideHono,
  "a CGI script": script,
};

/** Sends a request on a connection of its own; `null` for an answer that is cut. */
async function ask(
  address: Deno.NetAddr,
  request: Case,
): Promise<Answer | null> {
  const { method = "GET", path, fields = "", body } = request;
  const length = body === undefined || fields.includes("Transfer-Encoding")
    ? ""
    : `Content-Length: ${body.length}\r\n`;
  using client = await RawClient.connect(address);
  // An application need not take all of it.
  const sending = client.sendUntilRefused(
    `${method} ${MOUNT}${path} HTTP/1.1\r\nHost: site.example\r\n${length}${fields}\r\n` +
      (body ?? ""),
  );
  const answer = await client.readAnswer(method).catch(() => null);
  client.close();
  await sending;
  return answer;
}

for (const [name, start] of Object.entries(HOSTS)) {
  Deno.test(`applications answer the same under ${name}`, async (t) => {
    await using host = await start();
    for (const each of CASES) {
      const { method = "GET", path, body, status, has = {} } = each;
      const answer = start === script
        ? each.fromScript ?? each.answer
        : each.answer;
      const size = body === undefined ? "" : `, ${body.length} bytes`;
      await t.step(`${method} ${path}${size}`, async () => {
        const got = await ask(host.address, each);
        if (answer === null) return assertEquals(got, null);
        assert(got, "the answer was cut");
        assertEquals([got.status, got.body], [status, answer]);
        for (const [name, values] of Object.entries(has)) {
          assertEquals(fieldValues(got, name), values, name);
        }
        // What is sent of a length that is known says so.
        if (path === "/single" && method !== "HEAD") {
          assertEquals(field(got, "content-length"), "6");
        }
      });
    }
  });
}
