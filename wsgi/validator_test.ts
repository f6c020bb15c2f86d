/** One broken application or server for each rule of PEP 3333, and good ones. */
import { assertEquals, AssertionError, assertRejects } from "@std/assert";
import { BytesIO } from "../socketserver/io/mod.ts";
import { setupTestingDefaults } from "./setup_testing_defaults.ts";
import type { HeaderList, WSGIApplication, WSGIEnvironment } from "./types.ts";
import { validator } from "./validator.ts";

const TYPE: HeaderList = [["Content-Type", "text/plain"]];

/** Calls an application as a server does. */
async function call(
  app: WSGIApplication,
  change: Record<string, unknown> = {},
): Promise<{ status: string; headers: HeaderList; body: string }> {
  const environ = setupTestingDefaults({ QUERY_STRING: "" });
  Object.assign(environ, change);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete environ[name];
  }
  let status = "";
  let headers: HeaderList = [];
  let body = "";
  const write = (data: Uint8Array) => {
    body += new TextDecoder().decode(data);
    return Promise.resolve();
  };
  const result = await app(environ, (...given) => {
    [status, headers] = given;
    return write;
  });
  try {
    for await (const block of result) await write(block);
  } finally {
    await result.close?.();
  }
  return { status, headers, body };
}

const good: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [...TYPE]);
  return [new TextEncoder().encode("good")];
};

const GOOD: readonly [title: string, app: WSGIApplication][] = [
  ["an array", good],
  ["a generator", function* (_environ, startResponse) {
    startResponse("200 OK", [...TYPE]);
    yield new TextEncoder().encode("good");
  }],
  ["an async generator", async function* (_environ, startResponse) {
    await null;
    startResponse("200 OK", [...TYPE]);
    yield new TextEncoder().encode("good");
  }],
  ["a stream", (_environ, startResponse) => {
    startResponse("200 OK", [...TYPE]);
    return new Blob(["good"]).stream();
  }],
  ["write()", async (_environ, startResponse) => {
    const write = startResponse("200 OK", [...TYPE]);
    await write(new TextEncoder().encode("good"));
    return [];
  }],
  ["one that reads its input", async (environ, startResponse) => {
    const input = environ["wsgi.input"];
    await input.read(1);
    await input.readline();
    await input.readlines();
    for await (const _line of input);
    await environ["wsgi.errors"].write("words\n");
    await environ["wsgi.errors"].writelines(["a", "b"]);
    await environ["wsgi.errors"].flush();
    startResponse("200 OK", [...TYPE]);
    return [new TextEncoder().encode("good")];
  }],
  ["one that replaces its answer", (_environ, startResponse) => {
    startResponse("404 Not Found", [...TYPE]);
    startResponse("200 OK", [...TYPE], new Error("found"));
    return [new TextEncoder().encode("good")];
  }],
];

for (const [title, app] of GOOD) {
  Deno.test(`validator() passes ${title} unchanged`, async () => {
    assertEquals(
      await call(validator(app), {
        "wsgi.input": new BytesIO(new TextEncoder().encode("a\nb\nc\nd")),
      }),
      { status: "200 OK", headers: TYPE, body: "good" },
    );
  });
}

const SERVERS: readonly [rule: string, change: Record<string, unknown>][] = [
  ["has all that it must have", { REQUEST_METHOD: undefined }],
  ["has all that it must have", { "wsgi.input": undefined }],
  ["type of the body is in CONTENT_TYPE", { HTTP_CONTENT_TYPE: "a/b" }],
  ["length of the body is in CONTENT_LENGTH", { HTTP_CONTENT_LENGTH: "3" }],
  ["variables of CGI are strings", { SERVER_PORT: 80 }],
  ["one character per byte", { PATH_INFO: "/\u0100" }],
  ["wsgi.version is a pair", { "wsgi.version": 1 }],
  ["wsgi.url_scheme is http or https", { "wsgi.url_scheme": "ftp" }],
  ["SCRIPT_NAME is empty or begins", { SCRIPT_NAME: "a" }],
  ["PATH_INFO is empty or begins", { PATH_INFO: "a" }],
  ["CONTENT_LENGTH is no negative", { CONTENT_LENGTH: "-1" }],
  ["One of SCRIPT_NAME and PATH_INFO", {
    SCRIPT_NAME: "",
    PATH_INFO: undefined,
  }],
  ["no lone slash", { SCRIPT_NAME: "/" }],
  ["wsgi.input has read", { "wsgi.input": { read() {} } }],
  ["wsgi.errors has flush", { "wsgi.errors": { write() {} } }],
];

for (const [rule, change] of SERVERS) {
  Deno.test(`validator() finds a server that breaks "${rule}" with ${Object.keys(change)}`, async () => {
    await assertRejects(
      () => call(validator(good), change),
      AssertionError,
      rule,
    );
  });
}

/** An application whose answer begins so. */
function begins(
  status: unknown,
  headers: unknown,
  excInfo?: unknown,
): WSGIApplication {
  return (_environ, startResponse) => {
    startResponse(status as string, headers as HeaderList, excInfo as Error);
    return [];
  };
}

/** An application that returns something. */
function returns(result: unknown): WSGIApplication {
  return (_environ, startResponse) => {
    startResponse("200 OK", [...TYPE]);
    return result as Uint8Array[];
  };
}

/** An application that does something before it answers. */
function does(action: (environ: WSGIEnvironment) => unknown): WSGIApplication {
  return async (environ, startResponse) => {
    await action(environ);
    return await good(environ, startResponse);
  };
}

const APPLICATIONS: readonly [rule: string, app: WSGIApplication][] = [
  ["status is a string", begins(200, TYPE)],
  ["one character per byte", begins("200 \u0100", TYPE)],
  ["begins with three characters", begins("2000 OK", TYPE)],
  ["begins with a number", begins("abc OK", TYPE)],
  ["begins with a number", begins("099 OK", TYPE)],
  ["come in a list", begins("200 OK", new Map())],
  ["pair of name and value", begins("200 OK", ["Content-Type"])],
  ["pair of name and value", begins("200 OK", [["a", "b", "c"]])],
  ["name is a string", begins("200 OK", [[1, "b"]])],
  ["value is a string", begins("200 OK", [["a", 1]])],
  ["status is no field", begins("200 OK", [...TYPE, ["Status", "200"]])],
  ["no line break and no colon", begins("200 OK", [["a:b", "c"]])],
  ["letters, digits", begins("200 OK", [["1a", "b"]])],
  ["does not end in a dash", begins("200 OK", [["a-", "b"]])],
  ["no control character", begins("200 OK", [["a", "b\nc"]])],
  ["no business of the server's", begins("200 OK", [["Connection", "close"]])],
  ["has a Content-Type", begins("200 OK", [])],
  ["204 has no Content-Type", begins("204 No Content", TYPE)],
  ["304 has no Content-Type", begins("304 Not Modified", TYPE)],
  ["is an error", begins("200 OK", TYPE, "error")],
  ["not one text or block", returns("text")],
  ["not one text or block", returns(new Uint8Array(1))],
  ["iterable of blocks", returns(null)],
  ["iterable of blocks", returns(7)],
  ["gives a Uint8Array", returns(["text"])],
  ["begun before its first block", () => [new Uint8Array(1)]],
  ["two or three arguments", (_environ, start) => {
    (start as (...given: never[]) => unknown)("200 OK" as never);
    return [];
  }],
  ["block of a body is a Uint8Array", async (_environ, start) => {
    await start("200 OK", [...TYPE])("text" as never);
    return [];
  }],
  ["read takes one argument", does(({ "wsgi.input": input }) => input.read())],
  [
    "readline takes at most",
    does(({ "wsgi.input": input }) =>
      (input.readline as (...a: number[]) => unknown)(1, 2)
    ),
  ],
  [
    "readlines takes at most",
    does(({ "wsgi.input": input }) =>
      (input.readlines as (...a: number[]) => unknown)(1, 2)
    ),
  ],
  [
    "wsgi.input is not closed",
    does(({ "wsgi.input": input }) => (input as unknown as BytesIO).close()),
  ],
  [
    "wsgi.errors takes text",
    does(({ "wsgi.errors": errors }) => errors.write(1 as never)),
  ],
  [
    "wsgi.errors is not closed",
    does(({ "wsgi.errors": errors }) => (errors as unknown as BytesIO).close()),
  ],
];

for (const [rule, app] of APPLICATIONS) {
  Deno.test(`validator() finds an application that breaks "${rule}": ${app.name || APPLICATIONS.findIndex(([, own]) => own === app)}`, async () => {
    await assertRejects(() => call(validator(app)), AssertionError, rule);
  });
}

Deno.test("validator() insists on two arguments, and on no block behind the end", async () => {
  const app = validator(good) as (...args: unknown[]) => Promise<unknown>;
  await assertRejects(() => app({}), AssertionError, "two arguments");
  await assertRejects(
    () => app(setupTestingDefaults({ QUERY_STRING: "" }), 1),
    AssertionError,
    "begins the answer",
  );
  const result = await validator(good)(
    setupTestingDefaults({ QUERY_STRING: "" }),
    () => () => Promise.resolve(),
  ) as AsyncIterableIterator<Uint8Array> & { close(): Promise<void> };
  await result.close();
  await assertRejects(() => result.next(), AssertionError, "closed");
});

Deno.test("validator() only warns of softer points", async () => {
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (...args) => warnings.push(...args);
  try {
    await call(validator(good), {
      QUERY_STRING: undefined,
      REQUEST_METHOD: "BREW",
    });
    await call(validator(begins("200", TYPE)));
  } finally {
    console.warn = warn;
  }
  assertEquals(
    warnings.map((warning) =>
      /QUERY_STRING|BREW|no blank/.exec(String(warning))?.[0]
    ),
    [
      "QUERY_STRING",
      "BREW",
      "no blank",
    ],
  );
});
