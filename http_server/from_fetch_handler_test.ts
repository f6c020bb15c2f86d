import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Hono } from "npm:hono@4.13.19";
import { stream, streamSSE } from "npm:hono@4.13.19/streaming";
import { BufferedReader, makefile, SocketIO } from "../socketserver/io/mod.ts";
import { exchange } from "./exchange.ts";
import { type FetchHandler, fromFetchHandler } from "./from_fetch_handler.ts";
import { ThreadingHTTPServer } from "./http_server.ts";

function quiet(handler: FetchHandler): ReturnType<typeof fromFetchHandler> {
  return class extends fromFetchHandler(handler) {
    override logMessage(): void {}
  };
}

async function ask(handler: FetchHandler, request: string): Promise<string> {
  return new TextDecoder().decode(await exchange(quiet(handler), request));
}

async function serve<T>(
  handler: FetchHandler,
  use: (url: string, server: ThreadingHTTPServer) => Promise<T>,
): Promise<T> {
  await using server = new ThreadingHTTPServer(
    { hostname: "127.0.0.1", port: 0 },
    quiet(handler),
  );
  const errors: unknown[] = [];
  server.logger = { error: (...args) => errors.push(args) };
  const serving = server.serveForever();
  try {
    return await use(`http://127.0.0.1:${server.serverPort}`, server);
  } finally {
    await server.shutdown({ drain: 5 });
    await serving;
    assertEquals(errors, []);
  }
}

Deno.test("fromFetchHandler() gives method, URL, fields and body of a request", async () => {
  const answer = await ask(
    async (request) => {
      const fields = `${request.headers.get("x-a")} ${
        request.headers.get("x-b")
      }`;
      return new Response(
        `${request.method} ${request.url} ${fields} ${await request.text()}`,
      );
    },
    "POST /a%20b?c=d HTTP/1.1\r\nHost: h:81\r\nX-A: 1\r\nX-B: 2\r\nX-B: 3\r\n" +
      "Content-Length: 5\r\n\r\nhello",
  );
  assertStringIncludes(
    answer,
    "\r\n\r\nPOST http://h:81/a%20b?c=d 1 2, 3 hello",
  );
});

Deno.test("fromFetchHandler() knows the length of a body that is complete", async () => {
  const answer = await ask(
    () => new Response("hello"),
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  assertStringIncludes(answer, "HTTP/1.1 200 OK\r\n");
  assertStringIncludes(answer, "Content-Length: 5\r\n");
  assert(!answer.includes("chunked"));
});

Deno.test("fromFetchHandler() sends a body that is complete alike, whatever it is made of", async () => {
  const opened = (response: Response) => {
    void response.body;
    return response;
  };
  const long = "\u00e4".repeat(100_000);
  const cases: [title: string, make: () => Response, body: string][] = [
    ["a text", () => new Response("caf\u00e9"), "caf\u00e9"],
    ["nothing of a text", () => new Response(""), ""],
    ["nothing", () => new Response(), ""],
    ["a long text", () => new Response(long), long],
    ["bytes", () => new Response(new Uint8Array([104, 105])), "hi"],
    ["a Blob", () => new Response(new Blob(["hi"])), "hi"],
    ["JSON", () => Response.json({ a: 1 }), '{"a":1}'],
    ["a copy", () => new Response("hi").clone(), "hi"],
    ["what was looked at", () => opened(new Response("hi")), "hi"],
    [
      "what says how long it is",
      () => new Response("hi", { headers: { "Content-Length": "2" } }),
      "hi",
    ],
  ];
  for (const [title, make, body] of cases) {
    const { length } = new TextEncoder().encode(body);
    for (const method of ["GET", "HEAD"]) {
      const answer = await ask(make, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [head = "", ...rest] = answer.split("\r\n\r\n");
      const lengths = head.match(/content-length: \d+/ig);
      assertEquals(
        lengths?.map((field) => field.toLowerCase()),
        [`content-length: ${length}`],
        title,
      );
      assertEquals(rest.join(), method === "HEAD" ? "" : body, title);
    }
  }
});

Deno.test("fromFetchHandler() keeps every Set-Cookie apart", async () => {
  const answer = await ask(() => {
    const headers = new Headers();
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(null, { status: 204, headers });
  }, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assertStringIncludes(answer, "set-cookie: a=1\r\nset-cookie: b=2\r\n");
  assert(!answer.includes("Content-Length"));
});

Deno.test("fromFetchHandler() answers HEAD without a body and cancels it", async () => {
  let cancelled = false;
  const answer = await ask(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => {
          cancelled = true;
        },
      }),
    ), "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert(answer.endsWith("\r\n\r\n"));
  assert(cancelled);
});

Deno.test("fromFetchHandler() answers 500 where the handler throws or gives no Response", async () => {
  for (
    const handler of [
      () => {
        throw new Error("secret");
      },
      () => Promise.reject(new Error("secret")),
      () => "text" as unknown as Response,
    ]
  ) {
    const input = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    await assertRejects(() => exchange(quiet(handler), input), Error);
  }
});

Deno.test("fromFetchHandler() answers 501 to methods that Request lacks", async () => {
  const answer = await ask(
    () => new Response("x"),
    "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  assertStringIncludes(answer, "HTTP/1.1 501 ");
});

Deno.test("fromFetchHandler() answers 400 to a host that makes no URL", async () => {
  const answer = await ask(
    () => new Response("x"),
    "GET / HTTP/1.1\r\nHost: [::zz]\r\n\r\n",
  );
  assertStringIncludes(answer, "HTTP/1.1 400 ");
});

Deno.test("fromFetchHandler() cuts the connection when a stream fails", async () => {
  const handler: FetchHandler = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("half"));
        },
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          controller.error(new TypeError("broken"));
        },
      }),
    );
  await using server = new ThreadingHTTPServer({
    hostname: "127.0.0.1",
    port: 0,
  }, quiet(handler));
  const errors: string[] = [];
  server.logger = { error: (message) => errors.push(message) };
  const serving = server.serveForever();
  const response = await fetch(`http://127.0.0.1:${server.serverPort}/`);
  await assertRejects(() => response.text());
  await server.shutdown({ drain: 5 });
  await serving;
  assertStringIncludes(errors.join(), "broken");
});

Deno.test("fromFetchHandler() runs a Hono application: routes, JSON, forms, streams", async () => {
  const app = new Hono();
  app.get("/json/:name", (c) => c.json({ name: c.req.param("name") }));
  app.post("/form", async (c) => {
    const form = await c.req.formData();
    const file = form.get("file") as File;
    return c.text(
      `${form.get("field")} ${file.name} ${(await file.bytes()).length}`,
    );
  });
  app.get("/stream", (c) =>
    stream(c, async (out) => {
      for (let i = 0; i < 3; i++) await out.write(`line ${i}\n`);
    }));
  app.post("/echo", (c) => new Response(c.req.raw.body));

  await serve(app.fetch, async (url) => {
    assertEquals(await (await fetch(`${url}/json/x`)).json(), { name: "x" });

    const form = new FormData();
    form.set("field", "value");
    form.set("file", new File([new Uint8Array(100_000)], "big.bin"));
    const uploaded = await fetch(`${url}/form`, { method: "POST", body: form });
    assertEquals(await uploaded.text(), "value big.bin 100000");

    assertEquals(
      await (await fetch(`${url}/stream`)).text(),
      "line 0\nline 1\nline 2\n",
    );
    assertEquals(await (await fetch(`${url}/none`)).text(), "404 Not Found");

    const big = new Uint8Array(3_000_000).map((_, index) => index);
    const echoed = await fetch(`${url}/echo`, { method: "POST", body: big });
    assertEquals(await echoed.bytes(), big);
  });
});

Deno.test("fromFetchHandler() sends each event of a stream as it is written", async () => {
  const app = new Hono();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  app.get("/events", (c) =>
    streamSSE(c, async (out) => {
      for (const [index, gate] of gates.entries()) {
        await out.writeSSE({ data: `event ${index}` });
        await gate.promise;
      }
    }));
  await serve(app.fetch, async (url) => {
    const response = await fetch(`${url}/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    for (const [index, gate] of gates.entries()) {
      assertStringIncludes(
        (await reader.read()).value!,
        `data: event ${index}\n`,
      );
      gate.resolve();
    }
    assertEquals((await reader.read()).done, true);
  });
});

Deno.test("fromFetchHandler() aborts request.signal when the client leaves", async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<string>();
  const handler: FetchHandler = (request) => {
    request.signal.addEventListener(
      "abort",
      () => aborted.resolve(request.signal.reason.name),
    );
    started.resolve();
    return new Promise((_, reject) =>
      request.signal.addEventListener(
        "abort",
        () => reject(new Deno.errors.Interrupted("left")),
      )
    );
  };
  await serve(handler, async (url) => {
    const leaving = new AbortController();
    const asked = fetch(url, { signal: leaving.signal }).catch(() => {});
    await started.promise;
    leaving.abort();
    assertEquals(await aborted.promise, "AbortError");
    await asked;
  });
});

Deno.test("fromFetchHandler() ends a body's stream when the client leaves", async () => {
  const cancelled = Promise.withResolvers<void>();
  let turn = Promise.resolve();
  const handler: FetchHandler = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          turn = new Promise((resolve) => setTimeout(resolve, 1));
          await turn;
          controller.enqueue(new Uint8Array(65536));
        },
        cancel: () => cancelled.resolve(),
      }),
    );
  await serve(handler, async (url) => {
    const response = await fetch(url);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    await cancelled.promise;
    await turn; // the stream had asked for one more chunk
  });
});

Deno.test("fromFetchHandler() gives a client that closed its sending side the whole answer", async () => {
  const handler: FetchHandler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return new Response("whole");
  };
  await serve(handler, async (_, server) => {
    using client = await Deno.connect(server.serverAddress);
    await client.write(
      new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    );
    await client.closeWrite();
    const answer = await new BufferedReader(new SocketIO(client)).read();
    assertStringIncludes(new TextDecoder().decode(answer), "whole");
  });
});

Deno.test("fromFetchHandler() answers a request that came while the one before was served", async () => {
  const gate = Promise.withResolvers<void>();
  let first = true;
  const handler: FetchHandler = async (request) => {
    if (first) {
      first = false;
      await gate.promise;
    }
    return new Response(new URL(request.url).pathname);
  };
  await serve(handler, async (_, server) => {
    using client = await Deno.connect(server.serverAddress);
    await using rfile = makefile(client, "rb") as BufferedReader;
    const request = (path: string) =>
      client.write(
        new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`),
      );
    await request("/one");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await request("/two");
    gate.resolve();
    for (const path of ["/one", "/two"]) {
      let line;
      do line = new TextDecoder().decode(await rfile.readline()); while (
        line !== "\r\n"
      );
      assertEquals(new TextDecoder().decode(await rfile.read(4)), path);
    }
  });
});
