import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { everySplit } from "../../_tools/testing/every_split.ts";
import type { HeadOptions } from "./head_options.ts";
import { FieldsScanner, HeadScanner } from "./head_scanner.ts";
import { encodeLatin1 } from "./latin1.ts";
import { LineTooLong, ProtocolError } from "./protocol_error.ts";

/** Shows a scanner a growing window; where the head ended, or -1. */
function scan(pieces: Uint8Array[], options?: HeadOptions): number {
  const scanner = new HeadScanner(options);
  const all = encodeLatin1(
    pieces.map((piece) => String.fromCharCode(...piece)).join(""),
  );
  let end = 0;
  for (const piece of pieces) {
    end += piece.length;
    const length = scanner.headLength(all.subarray(0, end));
    if (length >= 0) return length;
  }
  return -1;
}

const HEADS = [
  "GET / HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
  "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  // LF ends a line here: to judge it is the parser's business.
  "GET / HTTP/1.1\nHost: a\n\n",
  "GET / HTTP/1.1\r\nHost: a\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\n\n",
  "\nGET / HTTP/1.1\n\n",
  // No third word, no fields.
  "GET /\r\n",
  "GET / \t\r\n",
  "/\r\n",
  "POST /\n",
  "\r\n  \r\n",
  "\x80\r\n",
];

Deno.test("HeadScanner headLength() finds the end however the bytes arrive", () => {
  for (const head of HEADS) {
    for (const behind of ["", "\r\n", "GET / HTTP/1.1\r\n\r\n", "\0"]) {
      for (const pieces of everySplit(encodeLatin1(head + behind))) {
        assertEquals(scan(pieces), head.length, JSON.stringify(head + behind));
      }
    }
  }
});

Deno.test("HeadScanner headLength() is -1 until the last byte is there", () => {
  for (const head of HEADS) {
    const bytes = encodeLatin1(head);
    const scanner = new HeadScanner();
    for (let end = 0; end < bytes.length; end++) {
      assertEquals(scanner.headLength(bytes.subarray(0, end)), -1);
      assertEquals(scanner.headLength(bytes.subarray(0, end)), -1);
    }
    assertEquals(scanner.headLength(bytes), bytes.length);
  }
});

Deno.test("HeadScanner reset() begins anew", () => {
  const scanner = new HeadScanner({ maxFields: 2 });
  const one = encodeLatin1(
    "\r\n\r\n\r\nGET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n",
  );
  for (let round = 0; round < 5; round++) {
    scanner.reset();
    assertEquals(scanner.headLength(one.subarray(0, 25)), -1);
    assertEquals(scanner.headLength(one), one.length);
  }
  scanner.reset();
  assertEquals(scanner.headLength(encodeLatin1("GET /\r\n")), 7);
});

Deno.test("HeadScanner looks at each byte of a slow client once", () => {
  const bytes = encodeLatin1("GET / HTTP/1.1\r\nX: " + "a".repeat(60_000));
  let looks = 0;
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (key === "length") return length;
      looks++;
      return Reflect.get(target, key);
    },
  });
  let length = 0;
  const scanner = new HeadScanner();
  for (; length < bytes.length; length++) {
    assertEquals(scanner.headLength(counted), -1);
  }
  assert(looks < 2 * bytes.length, `${looks} looks at ${bytes.length} bytes`);
});

type Class = typeof LineTooLong | typeof ProtocolError;

/** Feeds byte by byte; the error and how many bytes it took. */
function refusal(text: string, options?: HeadOptions): [Error, number] {
  const bytes = encodeLatin1(text);
  const scanner = new HeadScanner(options);
  for (let end = 1; end <= bytes.length; end++) {
    try {
      assertEquals(scanner.headLength(bytes.subarray(0, end)), -1);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [error, end];
    }
  }
  throw new Error("Cannot find a refusal: there is none");
}

Deno.test("HeadScanner refuses a head as soon as it breaks a limit (test_request_length, test_header_length, test_too_many_headers)", () => {
  const line = "GET / HTTP/1.1\r\n";
  for (
    const [text, options, kind, status, reason, at] of [
      // Complete lines may have 65536 bytes, their end included.
      ["GET /" + "a".repeat(70_000), {}, LineTooLong, 414, null, 65536],
      [
        line + "X: " + "a".repeat(70_000),
        {},
        LineTooLong,
        431,
        "Line too long",
        line.length + 65536,
      ],
      [
        line + "X: y\r\n".repeat(200),
        {},
        ProtocolError,
        431,
        "Too many headers",
        line.length + 600,
      ],
      [
        line + ("X: " + "y".repeat(9_995) + "\r\n").repeat(50),
        {},
        ProtocolError,
        431,
        null,
        262144,
      ],
      [
        line + "A: 1\r\n",
        { maxFields: 0 },
        ProtocolError,
        431,
        "Too many headers",
        line.length + 6,
      ],
      ["a".repeat(20), { maxRequestLine: 10 }, LineTooLong, 414, null, 10],
      [
        "\r\n\r\n" + "a".repeat(20),
        { maxRequestLine: 10 },
        LineTooLong,
        414,
        null,
        14,
      ],
      [
        line + "a".repeat(20),
        { maxFieldLine: 10 },
        LineTooLong,
        431,
        "Line too long",
        line.length + 10,
      ],
      [
        line + "a".repeat(20),
        { maxHeadBytes: 30 },
        ProtocolError,
        431,
        null,
        30,
      ],
      ["\r\n".repeat(20), {}, ProtocolError, 400, "Bad request syntax", 10],
      ["\n".repeat(20), {}, ProtocolError, 400, "Bad request syntax", 5],
      ["\x16\x03\x01", {}, ProtocolError, 400, "Bad request syntax", 1],
      ["\r\n\0", {}, ProtocolError, 400, "Bad request syntax", 3],
    ] as [string, HeadOptions, Class, number, string | null, number][]
  ) {
    const what = JSON.stringify(text.slice(0, 40));
    const [error, bytes] = refusal(text, options);
    assertInstanceOf(error, kind, what);
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.status, error.reason], [status, reason], what);
    assertEquals(bytes, at, what);
    // The same when all is there at once.
    assertThrows(
      () => new HeadScanner(options).headLength(encodeLatin1(text)),
      ProtocolError,
    );
  }
});

Deno.test("HeadScanner lets pass what meets the limits exactly", () => {
  const line = "GET /" + "a".repeat(65536 - 16) + " HTTP/1.1\r\n";
  assertEquals(line.length, 65536);
  const field = "X: " + "a".repeat(65536 - 5) + "\r\n";
  assertEquals(field.length, 65536);
  const fields = "X: y\r\n".repeat(98);
  const head = encodeLatin1(line + field + fields + "\r\n");
  for (const maxHeadBytes of [head.length, 262144]) {
    const scanner = new HeadScanner({ maxHeadBytes });
    for (let end = 1; end < head.length; end += 997) {
      assertEquals(scanner.headLength(head.subarray(0, end)), -1);
    }
    assertEquals(scanner.headLength(head), head.length);
  }
  const less = new HeadScanner({ maxHeadBytes: head.length - 1 });
  assertThrows(() => less.headLength(head), ProtocolError, "larger than");
});

Deno.test("HeadScanner ignores limits that only bytes behind the head break", () => {
  const bytes = encodeLatin1(
    "GET / HTTP/1.1\r\nA: b\r\n\r\n" + "x".repeat(1000),
  );
  const options = {
    maxHeadBytes: 24,
    maxFieldLine: 6,
    maxFields: 1,
    maxRequestLine: 16,
  };
  assertEquals(new HeadScanner(options).headLength(bytes), 24);
});

Deno.test("FieldsScanner finds the end of a block of fields", () => {
  for (const block of ["\r\n", "A: b\r\n\r\n", "A: b\nC: d\n\n", "\n"]) {
    const bytes = encodeLatin1(block + "A: b\r\n\r\n");
    const scanner = new FieldsScanner();
    for (let end = 0; end < block.length; end++) {
      assertEquals(scanner.fieldsLength(bytes.subarray(0, end)), -1);
    }
    assertEquals(scanner.fieldsLength(bytes), block.length);
    scanner.reset(block.length);
    assertEquals(scanner.fieldsLength(bytes), bytes.length);
  }
});
