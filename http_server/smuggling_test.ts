/**
 * Requests that two servers read differently, over real sockets: each is
 * refused with its status, the connection closes, and what stands behind it
 * is never taken for a request.
 *
 * The bytes are those of `protocol/testdata/requests/`, where each file names
 * its attack. What is listed here beside them needs a connection to happen.
 */
import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../_tools/testing/raw_client.ts";
import { serve } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import type { HeadOptions } from "./protocol/mod.ts";

/** Reads bodies of POST, leaves those of PUT, and keeps what it was asked for. */
class Victim extends BaseHTTPRequestHandler {
  static requests: string[] = [];
  override logMessage(): void {}

  protected override _methodFor(): () => Promise<void> {
    return async () => {
      if (this.command !== "PUT") await this.rfile.read();
      Victim.requests.push(`${this.command} ${this.path}`);
      this.sendResponseOnly(200);
      this.sendHeader("Content-Length", 0);
      await this.endHeaders();
    };
  }
}

const BEHIND = "GET /behind HTTP/1.1\r\nHost: behind\r\n\r\n";

/** Sends bytes, whole or one by one, and shows the statuses of the answers. */
async function attack(
  bytes: Uint8Array,
  { apart = false, options = {} }: { apart?: boolean; options?: HeadOptions } =
    {},
): Promise<number[]> {
  Victim.requests = [];
  class Handler extends Victim {
    constructor(...args: ConstructorParameters<typeof Victim>) {
      super(...args);
      Object.assign(this, options);
    }
  }
  await using served = serve(Handler);
  using client = await served.connect();
  const step = apart ? 1 : bytes.length;
  const sending = (async () => {
    for (let at = 0; at < bytes.length; at += step) {
      await client.sendUntilRefused(bytes.subarray(at, at + step));
    }
    // Nothing waits for more: an attack that leaves the server waiting fails.
    await client.connection.closeWrite().catch(() => {});
  })();
  const answers = await client.readToEnd();
  await sending;
  return Array.from(
    answers.matchAll(/HTTP\/1\.1 (\d{3}) /g),
    (match) => Number(match[1]),
  );
}

interface Invalid {
  attack: string;
  options?: Record<string, number>;
  status: number;
  accepted?: number;
}

const folder = new URL(
  "./protocol/testdata/requests/invalid/",
  import.meta.url,
);
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  .filter((name) => name.endsWith(".http")).sort();

for (const name of names) {
  const bytes = Deno.readFileSync(new URL(name, folder));
  const expected: Invalid = JSON.parse(
    Deno.readTextFileSync(new URL(name.replace(/http$/, "json"), folder)),
  );
  const { options = {}, status, accepted = 0 } = expected;
  // A handler has no limits for what stands around chunks.
  if (Object.keys(options).some((key) => /Extension|Trailer/.test(key))) {
    continue;
  }

  Deno.test(`smuggling: ${name}: ${expected.attack}`, async () => {
    const statuses = [...Array(accepted).fill(200), status];
    const behind = new Uint8Array([...bytes, ...latin1(BEHIND)]);
    assertEquals(await attack(behind, { options }), statuses);
    assertEquals(Victim.requests.length, accepted);
    assert(!Victim.requests.some((request) => request.endsWith("/behind")));
    if (bytes.length > 2000) return;
    assertEquals(await attack(behind, { options, apart: true }), statuses);
    assertEquals(Victim.requests.length, accepted);
  });
}

const chunked = (method: string, rest: string) =>
  `${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;

for (
  const [title, chunks] of [
    ["an extension beyond 4 KiB", `1;${"x".repeat(5000)}\r\na\r\n0\r\n\r\n`],
    [
      "extensions beyond 16 KiB in all",
      `1;${"x".repeat(4000)}\r\na\r\n`.repeat(5) + "0\r\n\r\n",
    ],
    ["a size of 17 digits", `${"0".repeat(16)}1\r\na\r\n0\r\n\r\n`],
    ["a size beyond 2^53", "20000000000000\r\na\r\n0\r\n\r\n"],
    ["a size of 2^64 + 1", "10000000000000001\r\na\r\n0\r\n\r\n"],
    ["trailers beyond 16 KiB", `0\r\nA: ${"x".repeat(17000)}\r\n\r\n`],
    ["a hundred trailers", `0\r\n${"A: b\r\n".repeat(100)}\r\n`],
  ] as const
) {
  const status = title.includes("trailers") ? 431 : 400;
  Deno.test(`smuggling: ${title} is refused, read or not`, async () => {
    assertEquals(await attack(latin1(chunked("POST", chunks) + BEHIND)), [
      status,
    ]);
    assertEquals(Victim.requests, []);
    // The answer had left before the chunks were looked at.
    assertEquals(await attack(latin1(chunked("PUT", chunks) + BEHIND)), [200]);
    assertEquals(Victim.requests, ["PUT /"]);
  });
}

for (
  const name of names.filter((name) =>
    /^\d+_(chunk|trailer)_/.test(name) && !/extension_(long|flood)/.test(name)
  )
) {
  Deno.test(`smuggling: ${name} in a body that nobody reads closes behind the answer`, async () => {
    const bytes = Deno.readFileSync(new URL(name, folder));
    const unread = latin1(
      new TextDecoder("windows-1252").decode(bytes).replace(/^POST/, "PUT") +
        BEHIND,
    );
    assertEquals(await attack(unread), [200]);
    assertEquals(Victim.requests.length, 1);
  });
}

for (
  const [title, request] of [
    [
      "in a body of a length",
      `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${BEHIND.length}\r\n\r\n${BEHIND}`,
    ],
    [
      "in a chunk",
      chunked("PUT", `${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n0\r\n\r\n`),
    ],
    [
      "in an extension",
      chunked("PUT", `1;${BEHIND.replaceAll("\r\n", " ")}\r\na\r\n0\r\n\r\n`),
    ],
    [
      "in a trailer",
      chunked("PUT", `0\r\nA: ${BEHIND.replaceAll("\r\n", " ")}\r\n\r\n`),
    ],
    [
      "of GET",
      `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${BEHIND.length}\r\n\r\n${BEHIND}`,
    ],
    [
      "of HEAD",
      `HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: ${BEHIND.length}\r\n\r\n${BEHIND}`,
    ],
  ] as const
) {
  Deno.test(`smuggling: a request ${title} is none`, async () => {
    for (const apart of [false, true]) {
      const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
      assertEquals(await attack(latin1(request + next), { apart }), [200, 200]);
      assertEquals(Victim.requests.length, 2);
      assert(!Victim.requests.some((one) => one.endsWith("/behind")));
    }
  });
}

Deno.test("smuggling: a body beyond the drain limit hides no request", async () => {
  for (const size of [300_000, 2_000_000]) {
    const body = BEHIND.repeat(Math.ceil(size / BEHIND.length));
    const request =
      `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    Victim.requests = [];
    await using served = serve(Victim);
    using client = await served.connect();
    const sending = client.sendUntilRefused(request + BEHIND);
    assertEquals((await client.readAnswer()).status, 200);
    // A reset is as good an end as any, once the answer was read.
    const rest = await client.readToEnd().catch(() => "");
    assertEquals(rest, "");
    await sending;
    assertEquals(Victim.requests, ["PUT /"]);
  }
});

Deno.test("smuggling: a refused request with a long body is answered, not reset", async () => {
  await using served = serve(Victim);
  using client = await served.connect();
  await client.send(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +500000\r\n\r\n" +
      "x".repeat(500_000),
  );
  assertEquals((await client.readAnswer()).status, 400);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("smuggling: an upgrade that is not taken leaves the connection to HTTP", async () => {
  const statuses = await attack(
    latin1(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" +
        "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
  );
  assertEquals(statuses, [200, 200]);
});

Deno.test("smuggling: requireHost off takes requests without Host, lenient bare LF", async () => {
  const options = { requireHost: false, lenient: true } as HeadOptions;
  const statuses = await attack(
    latin1("GET /  HTTP/1.1\nA: b\n\nGET / HTTP/1.1\r\n\r\n"),
    { options },
  );
  assertEquals(statuses, [200, 200]);
});

Deno.test("smuggling: lenient lets nothing else pass", async () => {
  const options = { lenient: true } as HeadOptions;
  for (
    const name of names.filter((name) =>
      /_(cl|te)_|space_before|folded|bare_cr_value|name_nul|\d_chunk_/.test(
        name,
      )
    )
  ) {
    const bytes = Deno.readFileSync(new URL(name, folder));
    const expected: Invalid = JSON.parse(
      Deno.readTextFileSync(new URL(name.replace(/http$/, "json"), folder)),
    );
    if (expected.options) continue;
    const behind = new Uint8Array([...bytes, ...latin1(BEHIND)]);
    const statuses = await attack(behind, { options });
    assertEquals(statuses, [expected.status], name);
  }
});
