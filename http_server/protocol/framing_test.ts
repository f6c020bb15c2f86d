import { assert, assertEquals, assertThrows } from "@std/assert";
import { Fields } from "./fields.ts";
import {
  applyFraming,
  keepAlive,
  parseContentLength,
  requestFraming,
  responseFraming,
  type ResponseToFrame,
} from "./framing.ts";
import { ProtocolError } from "./protocol_error.ts";

type Pairs = [string, string][];

function frame(pairs: Pairs, version = "HTTP/1.1") {
  return requestFraming({ version, fields: new Fields(pairs) });
}

Deno.test("requestFraming() tells none, length and chunked apart", () => {
  for (
    const [pairs, expected] of [
      [[], { kind: "none" }],
      [[["X-Content-Length", "5"]], { kind: "none" }],
      [[["content-LENGTH", "5"]], { kind: "length", length: 5 }],
      [[["Content-Length", "0"]], { kind: "length", length: 0 }],
      [[["Content-Length", "00000000000000000005"]], {
        kind: "length",
        length: 5,
      }],
      [[["Content-Length", "9007199254740991"]], {
        kind: "length",
        length: 2 ** 53 - 1,
      }],
      [[["Transfer-Encoding", "chunked"]], { kind: "chunked" }],
      [[["transfer-encoding", "CHUNKED"]], { kind: "chunked" }],
    ] as [Pairs, ReturnType<typeof requestFraming>][]
  ) assertEquals(frame(pairs), expected);
  assertEquals(frame([["Content-Length", "5"]], "HTTP/1.0"), {
    kind: "length",
    length: 5,
  });
  assertEquals(frame([["Transfer-Encoding", "chunked"]], "HTTP/1.12"), {
    kind: "chunked",
  });
});

const NO_LENGTHS = [
  "",
  "+5",
  "-5",
  "-0",
  "0x5",
  "0o5",
  "0b1",
  "5 5",
  "5,5",
  "5, 5",
  "5,",
  ",5",
  "5;q=1",
  "5.0",
  "5e0",
  "5abc",
  "1_0",
  "1'000",
  "five",
  '"5"',
  "\xb2",
  "\u0665",
  "\uff15",
  "\xa05",
  "NaN",
  "Infinity",
  "9007199254740992",
  "9007199254740993",
  "18446744073709551621",
  "000000000000000000005",
  "1".repeat(60_000),
];

Deno.test("requestFraming() refuses a Content-Length that is no plain number with 400", () => {
  for (const value of NO_LENGTHS) {
    const error = assertThrows(
      () => frame([["Content-Length", value]]),
      ProtocolError,
    );
    assertEquals(error.status, 400);
    assertEquals(parseContentLength(value), null);
  }
});

Deno.test("requestFraming() refuses more than one Content-Length, same or not, with 400", () => {
  for (
    const [a, b] of [["5", "5"], ["5", "6"], ["5", ""], ["5", "05"], ["5", "x"]]
  ) {
    const pairs: Pairs = [["Content-Length", a!], ["X", "y"], [
      "content-length",
      b!,
    ]];
    assertEquals(assertThrows(() => frame(pairs), ProtocolError).status, 400);
  }
});

Deno.test("requestFraming() refuses Content-Length with Transfer-Encoding with 400", () => {
  for (const length of ["5", "0", "", "x"]) {
    for (const coding of ["chunked", "identity", "", "gzip, chunked", "foo"]) {
      const pairs: Pairs = [["Content-Length", length], [
        "Transfer-Encoding",
        coding,
      ]];
      assertEquals(assertThrows(() => frame(pairs), ProtocolError).status, 400);
      assertEquals(
        assertThrows(() => frame(pairs.reverse()), ProtocolError).status,
        400,
      );
    }
  }
});

Deno.test("requestFraming() refuses Transfer-Encoding below HTTP/1.1 with 400", () => {
  for (const version of ["HTTP/1.0", "HTTP/0.9", "HTTP/0.1", "HTTP/1.00"]) {
    for (const coding of ["chunked", "gzip"]) {
      const error = assertThrows(
        () => frame([["Transfer-Encoding", coding]], version),
        ProtocolError,
      );
      assertEquals(error.status, 400);
    }
  }
});

Deno.test("requestFraming() refuses every other Transfer-Encoding with 400 or 501", () => {
  for (
    const [status, ...values] of [
      [501, "gzip"],
      [501, "identity"],
      [501, "foo"],
      [501, "xchunked"],
      [501, "chunkedx"],
      [501, "chunke"],
      [501, "gzip, chunked"],
      [501, "gzip", "chunked"],
      [501, "gzip;q=1, chunked"],
      [501, "identity, chunked"],
      [501, "trailers"],
      [400, "chunked, gzip"],
      [400, "chunked", "gzip"],
      [400, "chunked, identity"],
      [400, "chunked, chunked"],
      [400, "chunked", "chunked"],
      [400, "gzip, chunked, chunked"],
      [400, "chunked, gzip, chunked"],
      [400, ""],
      [400, "", "chunked"],
      [400, ","],
      [400, ", chunked"],
      [400, "chunked,"],
      [400, "chunked,,"],
      [400, "chunked;"],
      [400, "chunked;a=b"],
      [400, "chunked ;a"],
      [400, '"chunked"'],
      [400, '"a,chunked"'],
      [400, "chun ked"],
      [400, "chunked gzip"],
      [400, "(chunked)"],
      [400, "\xa0chunked"],
      [400, "chun\u212aed"],
    ] as [number, ...string[]][]
  ) {
    const pairs = values.map((
      value,
    ): [string, string] => ["Transfer-Encoding", value]);
    const error = assertThrows(() => frame(pairs), ProtocolError);
    assertEquals(error.status, status, values.join(" | "));
  }
});

Deno.test("keepAlive() follows version and Connection (test_header_close, test_header_keep_alive)", () => {
  for (
    const [version, values, expected] of [
      ["HTTP/1.1", [], true],
      ["HTTP/1.1", ["keep-alive"], true],
      ["HTTP/1.1", ["upgrade"], true],
      ["HTTP/1.1", ["close"], false],
      ["HTTP/1.1", ["Close"], false],
      ["HTTP/1.1", ["TE, close"], false],
      ["HTTP/1.1", ["keep-alive, close"], false],
      ["HTTP/1.1", ["keep-alive", "close"], false],
      ["HTTP/1.1", ["not-close, closed"], true],
      ["HTTP/1.2", [], true],
      // what an adapter for another server may pass on
      ["HTTP/2", [], true],
      ["HTTP/1.0", [], false],
      ["HTTP/1.0", ["keep-alive"], true],
      ["HTTP/1.0", ["TE, Keep-Alive"], true],
      ["HTTP/1.0", ["keep-alive", "close"], false],
      ["HTTP/0.9", [], false],
      ["HTTP/0.9", ["keep-alive"], false],
    ] as [string, string[], boolean][]
  ) {
    const fields = new Fields(
      values.map((value) => ["connection", value] as const),
    );
    assertEquals(
      keepAlive({ version, fields }),
      expected,
      `${version} ${values}`,
    );
  }
});

// What a handler made, in short: the request and the answer to it.
interface Case {
  request?: string;
  version?: string;
  speaks?: string;
  status?: number;
  fields?: Pairs;
  close?: boolean;
  known?: number;
}

function answer(given: Case): ResponseToFrame & { fields: Fields } {
  return {
    requestMethod: given.request ?? "GET",
    requestVersion: given.version ?? "HTTP/1.1",
    status: given.status ?? 200,
    fields: new Fields(given.fields ?? []),
    keepAlive: !given.close,
    ...(given.speaks === undefined ? {} : { protocolVersion: given.speaks }),
    ...(given.known === undefined ? {} : { contentLength: given.known }),
  };
}

/** Kind, length and whether the connection stays, then the fields that go out. */
function decide(given: Case): [kind: string, stays: boolean, fields: Pairs] {
  const made = answer(given);
  const framing = responseFraming(made);
  applyFraming(made.fields, framing);
  const kind = framing.kind === "length"
    ? `length ${framing.length}`
    : framing.kind;
  if (framing.kind !== "length") assertEquals(framing.length, 0);
  return [kind, framing.keepAlive, made.fields.items()];
}

const CHUNKED: [string, string] = ["Transfer-Encoding", "chunked"];
const CLOSE: [string, string] = ["Connection", "close"];
const KEEP: [string, string] = ["Connection", "keep-alive"];
const FIVE: [string, string] = ["Content-Length", "5"];

Deno.test("responseFraming() decides none, length, chunked or close", () => {
  for (
    const [given, kind, stays, fields] of [
      // Length known.
      [{ fields: [FIVE] }, "length 5", true, [FIVE]],
      [{ known: 5 }, "length 5", true, [FIVE]],
      [{ known: 0 }, "length 0", true, [["Content-Length", "0"]]],
      [{ fields: [FIVE], known: 5 }, "length 5", true, [FIVE]],
      [{ fields: [FIVE], close: true }, "length 5", false, [FIVE, CLOSE]],
      [
        { fields: [FIVE], version: "HTTP/1.0", close: true },
        "length 5",
        false,
        [FIVE, CLOSE],
      ],
      [{ fields: [FIVE], version: "HTTP/1.0" }, "length 5", true, [FIVE, KEEP]],
      // Length unknown.
      [{}, "chunked", true, [CHUNKED]],
      [{ request: "POST", status: 404 }, "chunked", true, [CHUNKED]],
      [{ close: true }, "chunked", false, [CHUNKED, CLOSE]],
      [{ version: "HTTP/1.0" }, "close", false, [CLOSE]],
      [{ version: "HTTP/0.9" }, "close", false, [CLOSE]],
      // A server of HTTP/1.0, as Python's is by default.
      [{ speaks: "HTTP/1.0", close: true }, "close", false, []],
      [{ speaks: "HTTP/1.0" }, "close", false, []],
      [{ speaks: "HTTP/1.0", fields: [FIVE], close: true }, "length 5", false, [
        FIVE,
      ]],
      [{ speaks: "HTTP/1.0", fields: [FIVE, KEEP] }, "length 5", true, [
        FIVE,
        KEEP,
      ]],
      [{ speaks: "HTTP/1.0", fields: [KEEP] }, "close", false, []],
      // No content: neither field in 1xx, 204 and answers to CONNECT.
      [{ status: 204, fields: [FIVE, CHUNKED] }, "none", true, []],
      [{ status: 204, known: 5 }, "none", true, []],
      [{ status: 204, fields: [KEEP] }, "none", true, [KEEP]],
      [{ status: 204, version: "HTTP/1.0" }, "none", true, [KEEP]],
      [{ status: 100, fields: [FIVE] }, "none", true, []],
      [{ status: 103, version: "HTTP/1.0" }, "none", true, []],
      [{ status: 101, fields: [["Connection", "Upgrade"]] }, "none", true, [[
        "Connection",
        "Upgrade",
      ]]],
      [
        { status: 101, fields: [["Connection", "Upgrade"]], close: true },
        "none",
        false,
        [["Connection", "Upgrade"]],
      ],
      [{ request: "CONNECT", fields: [FIVE] }, "none", true, []],
      [{ request: "CONNECT", status: 403, fields: [FIVE] }, "length 5", true, [
        FIVE,
      ]],
      // 205 says that it is empty.
      [{ status: 205 }, "none", true, [["Content-Length", "0"]]],
      [{ status: 205, fields: [FIVE, CHUNKED] }, "none", true, [[
        "Content-Length",
        "0",
      ]]],
      // 304 and HEAD may tell a length.
      [{ status: 304, fields: [FIVE] }, "none", true, [FIVE]],
      [{ status: 304, known: 5 }, "none", true, []],
      [{ status: 304, fields: [FIVE], known: 0 }, "none", true, [FIVE]],
      [{ request: "HEAD", fields: [FIVE], known: 0 }, "none", true, [FIVE]],
      [{ status: 304, fields: [CHUNKED] }, "none", true, []],
      [{ request: "HEAD", fields: [FIVE] }, "none", true, [FIVE]],
      [{ request: "HEAD", known: 5 }, "none", true, [FIVE]],
      [{ request: "HEAD", fields: [FIVE], known: 5 }, "none", true, [FIVE]],
      [{ request: "HEAD" }, "none", true, []],
      [{ request: "HEAD", fields: [CHUNKED] }, "none", true, []],
      [{ request: "HEAD", version: "HTTP/1.0", close: true }, "none", false, [
        CLOSE,
      ]],
      // The handler writes the chunks.
      [{ fields: [CHUNKED] }, "verbatim", true, [CHUNKED]],
      [{ fields: [["Transfer-Encoding", "gzip, chunked"]] }, "verbatim", true, [
        ["Transfer-Encoding", "gzip, chunked"],
      ]],
      [{ fields: [["Transfer-Encoding", "gzip"]] }, "verbatim", false, [[
        "Transfer-Encoding",
        "gzip",
      ], CLOSE]],
      [{ fields: [CHUNKED, FIVE] }, "verbatim", true, [CHUNKED]],
      [{ fields: [CHUNKED], known: 5 }, "verbatim", true, [CHUNKED]],
      [{ fields: [CHUNKED], version: "HTTP/1.0" }, "close", false, [CLOSE]],
      [{ fields: [CHUNKED, FIVE], version: "HTTP/1.0" }, "length 5", true, [
        FIVE,
        KEEP,
      ]],
      [{ fields: [CHUNKED], speaks: "HTTP/1.0" }, "close", false, []],
      // What the handler says of the connection.
      [{ fields: [FIVE, CLOSE] }, "length 5", false, [FIVE, CLOSE]],
      [{ fields: [FIVE, ["Connection", "foo, Close"]] }, "length 5", false, [
        FIVE,
        ["Connection", "foo, Close"],
      ]],
      [{ fields: [FIVE, KEEP] }, "length 5", true, [FIVE, KEEP]],
      [{ fields: [FIVE, KEEP], close: true }, "length 5", false, [FIVE, CLOSE]],
      [{ fields: [KEEP], version: "HTTP/1.0" }, "close", false, [CLOSE]],
      [
        {
          fields: [FIVE, ["connection", "foo"], ["Connection", "Keep-Alive"]],
          close: true,
        },
        "length 5",
        false,
        [FIVE, ["Connection", "foo, close"]],
      ],
      [
        { fields: [FIVE, ["Connection", "foo"]], version: "HTTP/1.0" },
        "length 5",
        true,
        [FIVE, ["Connection", "foo, keep-alive"]],
      ],
      [
        { fields: [FIVE, ["Connection", "close, keep-alive"]] },
        "length 5",
        false,
        [FIVE, CLOSE],
      ],
      [
        { status: 426, fields: [FIVE, ["Connection", "Upgrade"]], close: true },
        "length 5",
        false,
        [FIVE, ["Connection", "Upgrade, close"]],
      ],
    ] as [Case, string, boolean, Pairs][]
  ) assertEquals(decide(given), [kind, stays, fields], JSON.stringify(given));
});

Deno.test("responseFraming() changes nothing itself", () => {
  const made = answer({
    fields: [CHUNKED, FIVE, KEEP],
    version: "HTTP/1.0",
    close: true,
  });
  responseFraming(made);
  assertEquals(made.fields.items(), [CHUNKED, FIVE, KEEP]);
});

Deno.test("responseFraming() never sends chunks, or both fields, to a client that cannot take them", () => {
  for (const request of ["GET", "HEAD", "CONNECT", ""]) {
    for (const version of ["HTTP/0.9", "HTTP/1.0", "HTTP/1.1"]) {
      for (const speaks of ["HTTP/1.0", "HTTP/1.1"]) {
        for (const status of [100, 200, 204, 205, 304, 404]) {
          for (
            const fields of [[], [FIVE], [CHUNKED], [FIVE, CHUNKED]] as Pairs[]
          ) {
            for (const close of [false, true]) {
              const given = { request, version, speaks, status, fields, close };
              const [kind, stays, sent] = decide(given);
              const names = sent.map(([name]) => name);
              const coded = names.includes("Transfer-Encoding");
              const what = JSON.stringify(given);
              assert(
                !coded || (version === "HTTP/1.1" && speaks === "HTTP/1.1"),
                what,
              );
              assert(!coded || !names.includes("Content-Length"), what);
              assert(!coded || kind === "chunked" || kind === "verbatim", what);
              assert(kind !== "close" || !stays, what);
              assert(!close || !stays, what);
              const bodiless = request === "HEAD" ||
                status < 205 && status !== 200 ||
                status === 205 || status === 304;
              assert(!bodiless || kind === "none", what);
            }
          }
        }
      }
    }
  }
});

Deno.test("responseFraming() throws for a Content-Length that the handler got wrong", () => {
  for (
    const given of [
      { fields: [["Content-Length", "x"]] },
      { fields: [["Content-Length", "-1"]] },
      { fields: [["Content-Length", ""]] },
      { fields: [FIVE, FIVE] },
      { fields: [FIVE, ["content-length", "6"]] },
      { fields: [FIVE], known: 6 },
      { fields: [["Content-Length", "x"]], request: "HEAD" },
    ] as Case[]
  ) {
    assertThrows(
      () => responseFraming(answer(given)),
      TypeError,
      "Cannot send Content-Length",
    );
  }
});
