import { assertEquals, assertThrows } from "@std/assert";
import { parseRequestLine } from "./request_line.ts";
import { ProtocolError } from "./protocol_error.ts";

Deno.test("parseRequestLine() takes method, target and version apart", () => {
  for (
    const [line, ...expected] of [
      ["GET / HTTP/1.1", "GET", "/", "HTTP/1.1", 1, 1, false],
      ["get /a?b=c HTTP/1.0", "get", "/a?b=c", "HTTP/1.0", 1, 0, false],
      ["M-SEARCH * HTTP/1.1", "M-SEARCH", "*", "HTTP/1.1", 1, 1, false],
      ["GET //a//b HTTP/1.1", "GET", "//a//b", "HTTP/1.1", 1, 1, false],
      [
        "GET /\xa0\x85\xe9 HTTP/1.1",
        "GET",
        "/\xa0\x85\xe9",
        "HTTP/1.1",
        1,
        1,
        false,
      ],
      ["GET / HTTP/0.9", "GET", "/", "HTTP/0.9", 0, 9, false],
      [
        "GET / HTTP/01.0000000012",
        "GET",
        "/",
        "HTTP/01.0000000012",
        1,
        12,
        false,
      ],
      ["GET /x", "GET", "/x", "HTTP/0.9", 0, 9, true],
      ["GET HTTP/1.1", "GET", "HTTP/1.1", "HTTP/0.9", 0, 9, true],
    ] as const
  ) {
    const parsed = parseRequestLine(line);
    const { method, target, version, major, minor, simple } = parsed;
    assertEquals<unknown>(
      [method, target, version, major, minor, simple],
      expected,
    );
    assertEquals(parseRequestLine(line, { lenient: true }), parsed);
  }
});

const REFUSED: [line: string, status: number, reason: string][] = [
  // test_version_bogus
  ["GET / FUBAR", 400, "Bad request version ('FUBAR')"],
  // test_version_digits
  ["GET / HTTP/9.9.9", 400, "Bad request version ('HTTP/9.9.9')"],
  // test_version_signs_and_underscores
  ["GET / HTTP/-9.9.9", 400, "Bad request version ('HTTP/-9.9.9')"],
  ["GET / HTTP/+1.1", 400, "Bad request version ('HTTP/+1.1')"],
  ["GET / HTTP/1.-1", 400, "Bad request version ('HTTP/1.-1')"],
  ["GET / HTTP/1_0.1", 400, "Bad request version ('HTTP/1_0.1')"],
  ["GET / HTTP/1.1_", 400, "Bad request version ('HTTP/1.1_')"],
  ["GET / HTTP/\xb2.0", 400, "Bad request version ('HTTP/\\xb2.0')"],
  ["GET / HTTP/0x1.1", 400, "Bad request version ('HTTP/0x1.1')"],
  ["GET / HTTP/1e0.1", 400, "Bad request version ('HTTP/1e0.1')"],
  ["GET / HTTP/1", 400, "Bad request version ('HTTP/1')"],
  ["GET / HTTP/.", 400, "Bad request version ('HTTP/.')"],
  ["GET / HTTP/1.", 400, "Bad request version ('HTTP/1.')"],
  ["GET / http/1.1", 400, "Bad request version ('http/1.1')"],
  ["GET / XHTTP/1.1", 400, "Bad request version ('XHTTP/1.1')"],
  ["GET / HTTP//1.1", 400, "Bad request version ('HTTP//1.1')"],
  // test_major_version_number_too_long, test_minor_version_number_too_long
  [
    "GET / HTTP/12345678901.0",
    400,
    "Bad request version ('HTTP/12345678901.0')",
  ],
  [
    "GET / HTTP/1.12345678901",
    400,
    "Bad request version ('HTTP/1.12345678901')",
  ],
  // test_version_invalid
  ["GET / HTTP/2.0", 505, "Invalid HTTP version (2.0)"],
  ["GET / HTTP/99.99", 505, "Invalid HTTP version (99.99)"],
  ["GET / HTTP/4294967297.1", 505, "Invalid HTTP version (4294967297.1)"],
  ["PRI * HTTP/2.0", 505, "Invalid HTTP version (2.0)"],
  // the version is looked at before the words are counted
  ["GET / a HTTP/2.0", 505, "Invalid HTTP version (2.0)"],
  ["GET / HTTP/1.1 x", 400, "Bad request version ('x')"],
  // test_version_none, test_send_blank, test_extra_space
  ["POST /", 400, "Bad HTTP/0.9 request type ('POST')"],
  ["/", 400, "Bad request syntax ('/')"],
  ["", 400, "Bad request syntax ('')"],
  ["GET", 400, "Bad request syntax ('GET')"],
  [
    "GET /spaced out HTTP/1.1",
    400,
    "Bad request syntax ('GET /spaced out HTTP/1.1')",
  ],
  // methods are tokens
  ["GE(T / HTTP/1.1", 400, "Bad request syntax ('GE(T / HTTP/1.1')"],
  ["\xc9 / HTTP/1.1", 400, "Bad request syntax ('\\xc9 / HTTP/1.1')"],
  ["GET: / HTTP/1.1", 400, "Bad request syntax ('GET: / HTTP/1.1')"],
  // control characters
  ["GET /\0 HTTP/1.1", 400, "Bad request syntax ('GET /\\x00 HTTP/1.1')"],
  ["GET /\r HTTP/1.1", 400, "Bad request syntax ('GET /\\x0d HTTP/1.1')"],
  ["GET /\n HTTP/1.1", 400, "Bad request syntax ('GET /\\x0a HTTP/1.1')"],
  ["GET /\x7f HTTP/1.1", 400, "Bad request syntax ('GET /\\x7f HTTP/1.1')"],
  ["GET\x0b/ HTTP/1.1", 400, "Bad request syntax ('GET\\x0b/ HTTP/1.1')"],
  ["GET /\u0141 HTTP/1.1", 400, "Bad request syntax ('GET /\\u0141 HTTP/1.1')"],
];

Deno.test("parseRequestLine() refuses with Python's status and reason, strict or lenient", () => {
  for (const [line, status, reason] of REFUSED) {
    for (const lenient of [false, true]) {
      const error = assertThrows(
        () => parseRequestLine(line, { lenient }),
        ProtocolError,
      );
      assertEquals([error.status, error.reason], [status, reason]);
    }
  }
});

Deno.test("parseRequestLine() takes runs of blanks only when lenient (test_request_line_trimming)", () => {
  for (
    const line of [
      "GET / HTTP/1.1 ",
      "GET / HTTP/1.1\t",
      " GET / HTTP/1.1",
      "GET  / HTTP/1.1",
      "GET /  HTTP/1.1",
      "GET\t/ HTTP/1.1",
      "GET /\tHTTP/1.1",
      "GET /\t \tHTTP/1.1",
    ]
  ) {
    assertThrows(() => parseRequestLine(line), ProtocolError, "single spaces");
    const { method, target, version } = parseRequestLine(line, {
      lenient: true,
    });
    assertEquals([method, target, version], ["GET", "/", "HTTP/1.1"]);
  }
  for (const line of ["GET / ", "GET  /", " GET /", "GET\t/"]) {
    assertThrows(() => parseRequestLine(line), ProtocolError, "single spaces");
    assertEquals(parseRequestLine(line, { lenient: true }).simple, true);
  }
});

Deno.test("parseRequestLine() quotes no more than a little of a long line", () => {
  const error = assertThrows(
    () => parseRequestLine("a ".repeat(30_000) + "HTTP/1.1"),
    ProtocolError,
  );
  assertEquals(error.reason!.length < 100, true);
});
