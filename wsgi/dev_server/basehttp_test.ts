/** The server, its handler and its log, by Django's own tests of them. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { drive } from "../../_tools/testing/drive.ts";
import { Folder } from "../../_tools/testing/folder.ts";
import { field, RawClient } from "../../_tools/testing/raw_client.ts";
import type { WSGIApplication, WSGIEnvironment } from "../types.ts";
import { LiveServer } from "./live_server.ts";
import { type LogLevel, WSGIRequestHandler } from "./wsgi_request_handler.ts";
import {
  isBrokenPipeError,
  run,
  ThreadedWSGIServer,
  WSGIServer,
} from "./wsgi_server.ts";

const utf8 = new TextEncoder();

/** A handler whose log is kept. */
class Logged extends WSGIRequestHandler<Deno.NetAddr, object> {
  app: WSGIApplication = (_environ, startResponse) => {
    startResponse("200 OK", [["Content-Type", "text/plain"]]);
    return [utf8.encode("hello")];
  };
  readonly lines: [level: LogLevel, format: string, ...args: unknown[]][] = [];

  protected override _application(): WSGIApplication {
    return this.app;
  }

  protected override _log(
    level: LogLevel,
    format: string,
    ...args: unknown[]
  ): void {
    this.lines.push([level, format, ...args]);
  }
}

function handler(): Logged {
  const address = { transport: "tcp", hostname: "a", port: 1 } as const;
  return new Logged({} as Deno.Conn, address, {});
}

Deno.test("logMessage() has a level by the status of the answer (test_log_message)", () => {
  const cases: [status: number | string, level: LogLevel][] = [
    [200, "info"],
    ["204", "info"],
    [301, "info"],
    [304, "info"],
    [404, "warning"],
    [400, "warning"],
    [500, "error"],
    ["503", "error"],
    ["-", "info"],
    [99, "info"],
  ];
  for (const [status, level] of cases) {
    const logged = handler();
    logged.logMessage("GET %s %s", "A", status);
    assertEquals(logged.lines, [[level, "GET %s %s", "A", status]]);
  }
  // Any number of arguments will do.
  const logged = handler();
  logged.logMessage("Request timed out");
  logged.logMessage("%s", "x");
  assertEquals(logged.lines.map(([level]) => level), ["info", "info"]);
});

Deno.test("logMessage() says once that a client tries HTTPS (test_https)", async () => {
  let lines: unknown[] = [];
  // drive() has its own logMessage.
  class Kept extends Logged {
    override setup(): void | Promise<void> {
      this.logMessage = Logged.prototype.logMessage;
      lines = this.lines;
      return super.setup();
    }
  }
  await drive(
    Kept,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret\r\n\r\n",
  );
  assertEquals(lines, [
    ["error", "A client tries HTTPS, but this server speaks only HTTP"],
  ]);
});

/** What an application gets to know of a request. */
async function environOf(request: string): Promise<WSGIEnvironment> {
  let environ: WSGIEnvironment | undefined;
  await drive(Logged, request, {
    change(handler) {
      const { app } = handler;
      handler.app = (given, startResponse) => {
        environ = { ...given };
        return app(given, startResponse);
      };
    },
  });
  assert(environ);
  return environ;
}

Deno.test("getEnviron() leaves out names with underscores (test_strips_underscore_headers)", async () => {
  const environ = await environOf(
    "GET / HTTP/1.1\r\nHost: a\r\nSome-Header: good\r\nSome_Header: bad\r\nOther_Header: bad\r\n\r\n",
  );
  assertEquals(environ.HTTP_SOME_HEADER, "good");
  assertEquals(environ.HTTP_OTHER_HEADER, undefined);
});

Deno.test("getEnviron() tells of the request (test_environ)", async () => {
  const environ = await environOf(
    "GET /environ/%C3%BC?q=%41 HTTP/1.1\r\nHost: a:80\r\n\r\n",
  );
  const { PATH_INFO, QUERY_STRING, REMOTE_ADDR, HTTP_HOST } = environ;
  assertEquals([PATH_INFO, QUERY_STRING, REMOTE_ADDR, HTTP_HOST], [
    "/environ/\xc3\xbc",
    "q=%41",
    "127.0.0.1",
    "a:80",
  ]);
});

Deno.test("isBrokenPipeError() knows what says that a client has left, and handleError() makes one line of it (test_broken_pipe_errors)", () => {
  const server = new WSGIServer({ hostname: "127.0.0.1", port: 0 }, Logged, {
    bindAndActivate: false,
  });
  const info: string[] = [];
  const errors: unknown[] = [];
  server.logger = {
    info: (message) => info.push(message),
    error: (...args) => errors.push(args),
  };
  const address = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 8000,
  } as const;
  const { BrokenPipe, ConnectionAborted, ConnectionReset } = Deno.errors;
  for (const Class of [BrokenPipe, ConnectionAborted, ConnectionReset]) {
    assert(isBrokenPipeError(new Class("x")));
    server.handleError({} as Deno.Conn, address, new Class("x"));
  }
  assertEquals(info, Array(3).fill("- Broken pipe from 127.0.0.1:8000"));
  assertEquals(errors, []);
  assert(!isBrokenPipeError(new Error("x")));
  server.handleError({} as Deno.Conn, address, new Error("x"));
  assertEquals([info.length, errors.length], [3, 1]);
});

function connect(live: LiveServer): Promise<RawClient> {
  return RawClient.connect(live.server.serverAddress);
}

const hello: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [utf8.encode("hello")];
};

const streaming: WSGIApplication = function* (_environ, startResponse) {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  yield utf8.encode("hel");
  yield utf8.encode("lo");
};

function get(path = "/", method = "GET", version = "1.1"): string {
  return `${method} ${path} HTTP/${version}\r\nHost: a\r\n\r\n`;
}

Deno.test("answers are HTTP/1.1 (test_protocol), and stay open with a length (test_keep_alive_on_connection_with_content_length)", async () => {
  await using live = new LiveServer(hello);
  using client = await connect(live);
  for (let i = 0; i < 2; i++) {
    await client.send(get());
    const answer = await client.readAnswer();
    assertMatch(answer.head, /^HTTP\/1\.1 200 OK\r\n/);
    assertEquals(field(answer, "connection"), null);
    assertEquals(field(answer, "content-length"), "5");
  }
});

Deno.test("answers without a length stay open in chunks, and close for clients that know none (test_closes_connection_without_content_length)", async () => {
  await using live = new LiveServer(streaming);
  using client = await connect(live);
  await client.send(get());
  const answer = await client.readAnswer();
  assertEquals(
    [field(answer, "transfer-encoding"), answer.body],
    ["chunked", "hello"],
  );
  await client.send(get("/", "GET", "1.0"));
  assertMatch(
    await client.readToEnd(),
    /\r\nConnection: close\r\n\r\nhello$/,
  );
});

Deno.test("HEAD ends after the head, and stays open (test_no_body_returned_for_head_requests)", async () => {
  for (const app of [hello, streaming]) {
    await using live = new LiveServer(app);
    using client = await connect(live);
    await client.send(get("/", "HEAD"));
    const answer = await client.readAnswer("HEAD");
    assertEquals([answer.body, field(answer, "connection")], ["", null]);
    await client.send(get());
    assertEquals((await client.readAnswer()).body, "hello");
  }
});

Deno.test("a body that nobody has read does not leak into the next request (test_keep_alive_connection_clears_previous_request_data)", async () => {
  await using live = new LiveServer(({ REQUEST_METHOD }, startResponse) => {
    startResponse("200 OK", [["Content-Type", "text/plain"]]);
    return [utf8.encode(REQUEST_METHOD)];
  });
  using client = await connect(live);
  await client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${get().length}\r\n\r\n${get()}`,
  );
  assertEquals((await client.readAnswer()).body, "POST");
  await client.send(get("/", "PUT"));
  assertEquals((await client.readAnswer()).body, "PUT");
});

Deno.test("a serial server closes behind each answer (test_closes_connection_with_content_length)", async () => {
  await using live = new LiveServer(hello, { serverCls: WSGIServer });
  using client = await connect(live);
  await client.send(get());
  const answer = await client.readAnswer();
  assertEquals([answer.body, field(answer, "connection")], ["hello", "close"]);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("an application may ask its own server (test_view_calls_subview)", async () => {
  let url = "";
  await using live = new LiveServer(async (environ, startResponse) => {
    startResponse("200 OK", [["Content-Type", "text/plain"]]);
    if (environ.PATH_INFO === "/sub") return [utf8.encode("subview")];
    const response = await fetch(`${url}/sub`);
    return [utf8.encode(`calls ${await response.text()}`)];
  });
  url = live.url;
  const response = await fetch(url);
  assertEquals(await response.text(), "calls subview");
});

Deno.test("what the requests of a connection share is released at its end (test_closes_connections)", async () => {
  const log: string[] = [];
  const closed = Promise.withResolvers<void>();
  class Server extends ThreadedWSGIServer {
    protected override _onTaskStart(): void {
      log.push("open");
    }
    protected override _closeConnections(): void {
      log.push("release");
      closed.resolve();
    }
  }
  await using live = new LiveServer(hello, { serverCls: Server });
  using client = await connect(live);
  await client.send(get());
  await client.readAnswer();
  assertEquals(log, ["open"]);
  client.close();
  await closed.promise;
  assertEquals(log, ["open", "release"]);
});

Deno.test("run() binds the port it is told and says which (test_port_bind, test_specified_port_bind, test_on_bind)", async () => {
  const bound: number[] = [];
  const onBind = (port: number) => bound.push(port);
  const one = run("127.0.0.1", 0, hello, { threading: true, onBind });
  const two = run("127.0.0.1", 0, hello, { threading: true, onBind });
  assertEquals(bound, [one.port, two.port]);
  assert(one.port !== two.port);
  await one.shutdown();
  const again = run("127.0.0.1", one.port, hello, { threading: true });
  assertEquals(again.port, one.port);
  await two.shutdown();
  await again.shutdown();
});

Deno.test("a server that serves files serves pages, too (test_404, test_view, test_static_files, test_media_files)", async () => {
  await using folder = await Folder.make({
    "static": { "example_file.txt": "a file" },
    "media": { "example_media_file.txt": "some media" },
  });
  await using live = new LiveServer((environ, startResponse) => {
    const known = environ.PATH_INFO === "/page";
    startResponse(known ? "200 OK" : "404 Not Found", [
      ["Content-Type", "text/plain"],
    ]);
    return [utf8.encode(known ? "a page" : "nothing")];
  }, {
    files: ["static", "media"].map((name) => ({
      baseUrl: `/${name}/`,
      directory: folder.at(name),
    })),
  });
  const ask = async (path: string) => {
    const response = await fetch(live.url + path);
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/static/example_file.txt"), [200, "a file"]);
  assertEquals(await ask("/media/example_media_file.txt"), [200, "some media"]);
  assertEquals(await ask("/page"), [200, "a page"]);
  assertEquals(await ask("/"), [404, "nothing"]);
});

Deno.test("LiveServer has a URL of its own, and says if it cannot start (test_live_server_url_is_class_property, test_set_up_class)", async () => {
  await using one = new LiveServer(hello);
  await using two = new LiveServer(hello);
  assert(one.port !== two.port);
  assertEquals(one.url, `http://127.0.0.1:${one.port}`);
  assertThrows(
    () => new LiveServer(hello, { port: one.port }),
    Deno.errors.AddrInUse,
  );
});
