/** Log lines: what they say, and what no client can make them say. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { drive } from "../_tools/testing/drive.ts";
import { text } from "../_tools/testing/raw_client.ts";
import { exchange } from "./exchange.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";

class Handler extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    this.sendResponse(200);
    await this.endHeaders();
  }
  async doERROR(): Promise<void> {
    await this.sendError(404, "File not found");
  }
}

/** What is written to stderr meanwhile. */
async function stderrOf(work: () => void | Promise<unknown>): Promise<string> {
  const original = Deno.stderr.writeSync;
  const decoder = new TextDecoder();
  let written = "";
  Deno.stderr.writeSync = (bytes) => {
    // A terminal may take a part only.
    const part = bytes.subarray(0, 7);
    written += decoder.decode(part, { stream: true });
    return part.length;
  };
  try {
    await work();
  } finally {
    Deno.stderr.writeSync = original;
  }
  return written;
}

function handler(HandlerClass = Handler, hostname = "192.0.2.7"): Handler {
  return new HandlerClass(
    undefined as never,
    { transport: "tcp", hostname, port: 50000 },
    {},
  );
}

Deno.test("an answer is logged with its request line, code and a dash (test_get)", async () => {
  const log = await stderrOf(() =>
    exchange(Handler, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  );
  assertMatch(
    log,
    /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d\] "GET \/ HTTP\/1\.1" 200 -\n$/,
  );
});

Deno.test("sendError() logs the error first, the request second (test_err)", async () => {
  const log = await stderrOf(() =>
    exchange(Handler, "ERROR / HTTP/1.1\r\nHost: a\r\n\r\n")
  );
  const lines = log.split("\n");
  assertEquals(lines.length, 3);
  assert(lines[0]!.endsWith("code 404, message File not found"));
  assert(lines[1]!.endsWith('"ERROR / HTTP/1.1" 404 -'));
});

Deno.test("logMessage() shows what a terminal would obey (test_unprintable_not_logged)", async () => {
  const log = await stderrOf(() => {
    const { logMessage } = BaseHTTPRequestHandler.prototype;
    const of = handler();
    logMessage.call(of, "/foo");
    logMessage.call(of, "/\x1bbar\0\x1b");
    logMessage.call(of, "/spam %s.", "a");
    logMessage.call(of, "/spam %s.", "\x1b\x7f\x9f\xa0beans");
    logMessage.call(of, '"GET /foo\\b"ar\x07 HTTP/1.0"');
  });
  assert(!log.includes("\x1b") && !log.includes("\0"));
  const lines = log.split("\n");
  assertStringIncludes(lines[0]!, "/foo");
  assertStringIncludes(lines[1]!, String.raw`/\x1bbar\x00\x1b`);
  assertStringIncludes(lines[2]!, "/spam a.");
  assertStringIncludes(lines[3]!, "/spam \\x1b\\x7f\\x9f\xa0beans.");
  assertStringIncludes(lines[4]!, String.raw`"GET /foo\\b"ar\x07 HTTP/1.0"`);
  assertEquals(lines.length, 6);
});

Deno.test("no client can write a line of its own", async () => {
  for (
    const request of [
      "GET /\x85a HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a\rGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a\nGET /b\nGET /c HTTP/1.1\r\n\r\n",
      "\x1b[2J / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nA: \x1b\r\n\r\n",
      "GET / HTTP/\x1b[31m\r\n\r\n",
      "FOO\x9b31m / HTTP/1.1\r\nHost: a\r\n\r\n",
    ]
  ) {
    const log = await stderrOf(() => exchange(Handler, request));
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(log), JSON.stringify(log));
    for (const line of log.trimEnd().split("\n")) {
      assertMatch(line, /^127\.0\.0\.1 - - \[/);
    }
  }
});

for (
  const [format, args, expected] of [
    ["%s and %d", ["a", 3], "a and 3"],
    ["%s", ["%s%d%r"], "%s%d%r"],
    ["%r", ["it's"], "'it\\\\'s'"],
    ["100%% of %s", [1], "100% of 1"],
    ["100%%", [], "100%"],
    ["%s %s", ["a"], "a %s"],
    ["%x %", ["a"], "%x %"],
    ["plain", ["more"], "plain"],
    ["%s", [null], "null"],
  ] as [string, unknown[], string][]
) {
  Deno.test(`logMessage("${format}", ${JSON.stringify(args)})`, async () => {
    const log = await stderrOf(() => handler().logMessage(format, ...args));
    assertEquals(log.slice(log.indexOf("] ") + 2), `${expected}\n`);
  });
}

Deno.test("logRequest() takes code and size", async () => {
  const log = await stderrOf(() => {
    const of = handler();
    of.requestline = "GET / HTTP/1.1";
    of.logRequest(200, 17);
    of.logRequest();
  });
  assertMatch(log, /"GET \/ HTTP\/1\.1" 200 17\n.*"GET \/ HTTP\/1\.1" - -\n$/);
});

Deno.test("logError() and logRequest() go through logMessage()", async () => {
  const { log } = await drive(Handler, "ERROR / HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(log, [
    ["code %d, message %s", 404, "File not found"],
    ['"%s" %s %s', "ERROR / HTTP/1.1", 404, "-"],
  ]);
});

Deno.test("addressString() is the client's address, IPv4 as such", () => {
  assertEquals(handler().addressString(), "192.0.2.7");
  assertEquals(
    handler(Handler, "::ffff:192.0.2.7").addressString(),
    "192.0.2.7",
  );
  assertEquals(handler(Handler, "2001:db8::1").addressString(), "2001:db8::1");
});

Deno.test("addressString() is overridden for the log", async () => {
  class Named extends Handler {
    override addressString(): string {
      return "somebody";
    }
  }
  const log = await stderrOf(() => handler(Named).logMessage("x"));
  assertMatch(log, /^somebody - - \[/);
});

Deno.test("logDateTimeString() is now, local", () => {
  const before = new Date();
  const shown = handler().logDateTimeString();
  const match = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}) (\d\d):(\d\d):(\d\d)$/.exec(
    shown,
  )!;
  const month = handler().monthname.indexOf(match[2]!) - 1;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((i) =>
    Number(match[i])
  );
  const time = new Date(year!, month, day, hour, minute, second).getTime();
  assert(Math.abs(time - before.getTime()) < 2000);
});

class Colored extends Handler {
  override logColors = true;
  doREDIRECT(): void {
    this.logRequest(301, 5);
    this.logRequest(100);
    this.logRequest("-");
    this.sendResponse(500);
  }
}

Deno.test("logColors shows path, status and size of an answer in colours (test_get)", async () => {
  const log = await stderrOf(() =>
    exchange(Colored, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  );
  assertMatch(
    log,
    // deno-lint-ignore no-control-regex -- colours are made of them
    /^127\.0\.0\.1 - - \x1b\[90m\[[^\]]*\]\x1b\[0m "\x1b\[36mGET \/ HTTP\/1\.1\x1b\[0m" \x1b\[32m200\x1b\[0m \x1b\[90m-\x1b\[0m\n$/,
  );
});

Deno.test("logColors shows errors in yellow, and statuses by their class (test_err)", async () => {
  const time = /^.*\]\^0m /;
  const of = async (method: string) =>
    (await stderrOf(() =>
      exchange(Colored, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)
    )).trimEnd().replaceAll("\x1b[", "^").split("\n").map((line) =>
      line.replace(time, "")
    );
  assertEquals(await of("ERROR"), [
    "^33mcode 404, message File not found^0m",
    '"^36mERROR / HTTP/1.1^0m" ^33m404^0m ^90m-^0m',
  ]);
  assertEquals(
    (await of("REDIRECT")).map((line) => line.split(" ").slice(-2).join(" ")),
    [
      "^96m301^0m ^90m5^0m",
      "100 ^90m-^0m",
      "- ^90m-^0m",
      "^31m500^0m ^90m-^0m",
    ],
  );
});

Deno.test("logColors colours what was made printable before", async () => {
  const log = await stderrOf(() => {
    const of = handler(Colored);
    of.requestline = "GET /\x1b[31m\n HTTP/1.1";
    of.logRequest(200);
    of.logError("%s", "\x1b[0m");
    of.logMessage("%s", "plain\x1b");
  });
  const lines = log.split("\n");
  assertEquals(lines.length, 4);
  assertStringIncludes(lines[0]!, String.raw`GET /\x1b[31m\x0a HTTP/1.1`);
  assertStringIncludes(lines[1]!, String.raw`\x1b[0m` + "\x1b[0m");
  assert(lines[2]!.endsWith(String.raw` plain\x1b`));
});

Deno.test("logColors of null has no colours where stderr is no terminal", async () => {
  const program = `
    import { exchange } from "${new URL("./exchange.ts", import.meta.url)}";
    import { BaseHTTPRequestHandler } from "${new URL(
    "./base_http_request_handler.ts",
    import.meta.url,
  )}";
    await exchange(BaseHTTPRequestHandler, "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n");
  `;
  for (const [force, colors] of [["", false], ["1", true]] as const) {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--ext=ts", program],
      cwd: new URL("..", import.meta.url),
      env: { FORCE_COLOR: force, NO_COLOR: "" },
    }).output();
    const log = new TextDecoder().decode(stderr);
    assertStringIncludes(log, "501");
    assertEquals(log.includes("\x1b["), colors, log);
  }
});

Deno.test("a log that cannot be written keeps no client from its answer", async () => {
  const original = Deno.stderr.writeSync;
  let attempts = 0;
  Deno.stderr.writeSync = () => {
    attempts++;
    throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  };
  try {
    const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const answers = await exchange(Handler, request + request);
    assertEquals(text(answers).match(/^HTTP\/1\.1 200 /gm)?.length, 2);
    assertEquals(attempts, 2);
  } finally {
    Deno.stderr.writeSync = original;
  }
});
