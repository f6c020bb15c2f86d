/** Server and request handler, by the behaviours of CPython's integration tests. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { RawClient, text } from "../_tools/testing/raw_client.ts";
import { serveApp } from "../_tools/testing/served_app.ts";
import { exchange } from "../http_server/mod.ts";
import { StringIO } from "../socketserver/io/mod.ts";
import { demoApp } from "./demo_app.ts";
import { makeServer } from "./make_server.ts";
import { applicationUri } from "./request_uri.ts";
import { softwareVersion } from "./software_version.ts";
import type { ErrorStream, HeaderList, WSGIApplication } from "./types.ts";
import { validator } from "./validator.ts";
import { WSGIRequestHandler } from "./wsgi_request_handler.ts";
import { ThreadingSecureWSGIServer, WSGIServer } from "./wsgi_server.ts";

const utf8 = new TextEncoder();

/** Runs a server without sockets: one client that says all at once. */
async function run(
  app: WSGIApplication,
  input: string | Uint8Array = "GET / HTTP/1.0\r\n\r\n",
  change: (handler: WSGIRequestHandler) => void = () => {},
): Promise<{ sent: string; errors: string; log: string[] }> {
  const errors = new StringIO();
  const log: string[] = [];
  class Handler extends WSGIRequestHandler {
    override async run(): Promise<void> {
      change(this);
      await super.run();
    }
    override getStderr(): ErrorStream {
      return errors;
    }
    override logMessage(format: string, ...args: unknown[]): void {
      log.push(format.replace(/%./g, () => String(args.shift())));
    }
  }
  const sent = await exchange(Handler, input, {
    server: { getApp: () => app },
  });
  return { sent: text(sent), errors: errors.getvalue(), log };
}

const hello: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [
    ["Content-Type", "text/plain"],
    ["Date", "Mon, 05 Jun 2006 18:49:54 GMT"],
  ]);
  return [utf8.encode("Hello, world!")];
};

/** As HTTP/1.0, as Python's server speaks it. */
function asPython(handler: WSGIRequestHandler): void {
  handler.protocolVersion = "HTTP/1.0";
}

Deno.test("an answer is Python's to the byte with HTTP/1.0 (test_plain_hello)", async () => {
  const { sent, errors, log } = await run(hello, undefined, asPython);
  const fields = new Set(sent.split("\r\n\r\n")[0]!.split("\r\n").slice(1));
  assert(sent.startsWith("HTTP/1.0 200 OK\r\n"));
  assert(sent.endsWith("\r\n\r\nHello, world!"));
  assertEquals(
    fields,
    new Set([
      `Server: ${softwareVersion}`,
      "Content-Type: text/plain",
      "Date: Mon, 05 Jun 2006 18:49:54 GMT",
      "Content-Length: 13",
    ]),
  );
  assertEquals(errors, "");
  assertEquals(log, ['"GET / HTTP/1.0" 200 13']);
});

Deno.test("repeated fields are joined, values trimmed, the path decoded, the query kept (test_environ)", async () => {
  const app: WSGIApplication = (environ, startResponse) => {
    startResponse("200 OK", []);
    const { HTTP_X_TEST_HEADER: a, QUERY_STRING: b, PATH_INFO: c } = environ;
    return [utf8.encode([a, b, c].join("\n"))];
  };
  const { sent } = await run(
    app,
    "GET /p%61th/?query=test HTTP/1.0\r\n" +
      "X-Test-Header: Python test \r\n" +
      "X-Test-Header: Python test 2\r\n" +
      "Content-Length: 0\r\n\r\n",
  );
  assert(
    sent.endsWith(
      "\r\n\r\nPython test, Python test 2\nquery=test\n/path/",
    ),
    sent,
  );
});

Deno.test("a request line that is too long is refused (test_request_length)", async () => {
  const { sent, errors } = await run(
    hello,
    `GET ${"x".repeat(65537)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  );
  assertMatch(sent, /^HTTP\/1.1 414 /);
  assertEquals(errors, "");
});

Deno.test("the validator passes hello, and hides its length (test_validated_hello)", async () => {
  const { sent, errors } = await run(
    validator(hello),
    undefined,
    asPython,
  );
  assert(sent.endsWith("\r\n\r\nHello, world!"));
  assert(!sent.includes("Content-Length"));
  assertEquals(errors, "");
});

Deno.test("what the validator finds is a page, and the last error of the log (test_simple_validation_error)", async () => {
  const { sent, errors } = await run(validator((_environ, startResponse) => {
    startResponse(
      "200 OK",
      { "Content-Type": "text/plain" } as unknown as HeaderList,
    );
    return [utf8.encode("Hello, world!")];
  }));
  assertMatch(sent, /^HTTP\/1.1 500 Internal Server Error\r\n/);
  assert(sent.endsWith(
    "A server error occurred.  Please contact the administrator.",
  ));
  assertMatch(errors, /^AssertionError: The fields come in a list\n/);
});

Deno.test("the validator insists on a size for reads (test_wsgi_input)", async () => {
  const { sent, errors } = await run(
    validator(async (environ, startResponse) => {
      await environ["wsgi.input"].read();
      startResponse("200 OK", [["Content-Type", "text/plain"]]);
      return [];
    }),
  );
  assertMatch(sent, /^HTTP\/1.1 500 /);
  assertStringIncludes(errors, "wsgi.input.read takes one argument");
});

Deno.test("the log tells of the body's bytes (test_bytes_validation)", async () => {
  const { sent, log } = await run(
    validator((_environ, startResponse) => {
      startResponse("200 OK", [
        ["Content-Type", "text/plain; charset=utf-8"],
        ["Date", "Wed, 24 Dec 2008 13:29:32 GMT"],
      ]);
      return [utf8.encode("data")];
    }),
    undefined,
    asPython,
  );
  assert(sent.endsWith("\r\n\r\ndata"));
  assertEquals(log, ['"GET / HTTP/1.0" 200 4']);
});

Deno.test("bytes of a path arrive as they are (test_cp1252_url)", async () => {
  const app: WSGIApplication = (environ, startResponse) => {
    startResponse("200 OK", []);
    const path = environ.PATH_INFO;
    return [Uint8Array.from(path, (character) => character.charCodeAt(0))];
  };
  assert((await run(app, "GET /%80%80/a HTTP/1.0\r\n\r\n")).sent
    .endsWith("\r\n\r\n/\x80\x80/a"));
});

Deno.test("a large body arrives whole, with pauses of the client (test_interrupted_write)", async () => {
  const size = 1 << 24;
  await using site = serveApp((_environ, startResponse) => {
    startResponse("200 OK", []);
    return [new Uint8Array(size).fill(120)];
  });
  using client = await RawClient.connect(site.served.address);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  let received = 0;
  for (let some; (some = await client.readSome()) !== "";) {
    received += some.length;
    if (received < 1 << 20) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  assert(received > size && received < size + 500, String(received));
});

Deno.test("each connection of a serial server has one request, of a threading one many", async () => {
  const requests = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2) +
    "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const { sent } = await run(hello, requests);
  assertEquals(sent.match(/^HTTP\/1.1 200 OK/gm)?.length, 1);
  assertStringIncludes(sent, "Connection: close");
  await using site = serveApp(hello);
  const answers = await site.served.ask(requests);
  assertEquals(answers.match(/Hello, world!/g)?.length, 3);
});

Deno.test("a client that waits for 100 Continue is told to go on when its body is read", async () => {
  const { sent } = await run(
    async (environ, startResponse) => {
      const body = await environ["wsgi.input"].read();
      startResponse("200 OK", []);
      return [body];
    },
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
  );
  assertMatch(sent, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
});

Deno.test("an application may answer without its body, which does not become a request", async () => {
  await using site = serveApp(hello);
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const answers = await site.served.ask(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}` +
      "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  assertEquals(answers.match(/Hello, world!/g)?.length, 2);
  assertEquals(
    site.log.map((line) => /"(.*) HTTP/.exec(line)?.[1]),
    ["POST /", "GET /next"],
  );
});

Deno.test("clients cannot set variables that are not theirs", async () => {
  let seen: Record<string, unknown> = {};
  await run(
    (environ, startResponse) => {
      seen = environ;
      startResponse("200 OK", []);
      return [];
    },
    "POST / HTTP/1.1\r\nHost: a\r\nProxy: b\r\nRemote_Addr: c\r\nX_D: e\r\n" +
      "Transfer-Encoding: chunked\r\nTrailer: X-F\r\n\r\n0\r\nX-F: g\r\n\r\n",
  );
  assertEquals(
    Object.keys(seen).filter((name) => name.startsWith("HTTP_")),
    ["HTTP_HOST"],
  );
  assertEquals(seen.REMOTE_ADDR, "127.0.0.1");
  assertEquals("CONTENT_LENGTH" in seen, false);
  assertEquals("CONTENT_TYPE" in seen, false);
  assertEquals(seen["wsgi.input_terminated"], true);
});

Deno.test("a server's own variables reach each request", async () => {
  await using server = makeServer("127.0.0.1", 0, (environ, startResponse) => {
    startResponse("200 OK", []);
    return [utf8.encode(`${environ.SITE} ${environ.SERVER_PORT}`)];
  }, {
    ServerClass: class extends WSGIServer {
      override setupEnviron(): void {
        super.setupEnviron();
        this.baseEnviron.SITE = "ours";
      }
    },
    HandlerClass: class extends WSGIRequestHandler {
      override logMessage(): void {}
    },
  });
  assertEquals(server.baseEnviron.GATEWAY_INTERFACE, "CGI/1.1");
  const serving = server.handleRequest();
  const response = await fetch(`http://127.0.0.1:${server.serverPort}/`);
  assertEquals(await response.text(), `ours ${server.serverPort}`);
  await serving;
});

Deno.test("a server without an application says so to whom it belongs", async () => {
  const answering = exchange(
    WSGIRequestHandler,
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  await assertRejects(
    () => answering,
    TypeError,
    "the server has no application",
  );
});

Deno.test("demoApp tells of its environment", async () => {
  const { sent } = await run(demoApp, "GET /caf%C3%A9 HTTP/1.0\r\n\r\n");
  assertStringIncludes(sent, "\r\n\r\nHello world!\n\n");
  assertStringIncludes(sent, 'PATH_INFO = "/caf\xc3\xa9"\n');
  assertStringIncludes(sent, "wsgi.version = [ 1, 0 ]\n");
});

Deno.test("applications behind TLS know of it, and of their port", async () => {
  const data = new URL("../http_server/testdata/tls/", import.meta.url);
  class Quiet extends WSGIRequestHandler {
    override logMessage(): void {}
  }
  await using server = new ThreadingSecureWSGIServer(
    { hostname: "127.0.0.1", port: 0 },
    Quiet,
    {
      certfile: new URL("cert.pem", data),
      keyfile: new URL("key.pem", data),
    },
  );
  server.setApp((environ, startResponse) => {
    startResponse("200 OK", []);
    return [utf8.encode(`${environ.HTTPS} ${applicationUri(environ)}`)];
  });
  const serving = server.serveForever();
  using client = Deno.createHttpClient({
    caCerts: [Deno.readTextFileSync(new URL("ca.pem", data))],
  });
  const url = `https://localhost:${server.serverPort}/`;
  const response = await fetch(url, { client });
  assertEquals(await response.text(), `on ${url}`);
  await server.shutdown({ drain: 1 });
  await serving;
});
