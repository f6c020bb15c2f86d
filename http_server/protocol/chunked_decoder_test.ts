import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { everySplit } from "../../_tools/testing/every_split.ts";
import {
  ChunkedDecoder,
  type ChunkedDecoderOptions,
} from "./chunked_decoder.ts";
import { decodeLatin1, encodeLatin1 } from "./latin1.ts";
import { ProtocolError } from "./protocol_error.ts";

interface Decoded {
  body: string;
  trailers: [string, string][];
  done: boolean;
  /** What was not consumed. */
  rest: string;
}

/** Decodes as a connection would: each piece behind what is not consumed. */
function decode(
  pieces: Iterable<Uint8Array>,
  options?: ChunkedDecoderOptions,
  maxData?: number,
): Decoded {
  const decoder = new ChunkedDecoder(options);
  let body = "";
  let rest = "";
  for (const piece of pieces) {
    rest += decodeLatin1(piece);
    let consumed: number;
    do {
      const window = encodeLatin1(rest);
      consumed = decoder.decode(window, maxData);
      const data = window.subarray(decoder.dataStart, decoder.dataEnd);
      assert(data.length <= (maxData ?? Infinity));
      body += decodeLatin1(data);
      assertEquals(decoder.bodyBytes, body.length);
      rest = rest.slice(consumed);
    } while (consumed > 0 && rest !== "" && !decoder.done);
  }
  return { body, trailers: decoder.trailers.items(), done: decoder.done, rest };
}

const VALID: [coded: string, body: string, trailers?: [string, string][]][] = [
  ["0\r\n\r\n", ""],
  ["000\r\n\r\n", ""],
  ["5\r\nhello\r\n0\r\n\r\n", "hello"],
  ["5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"],
  ["A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"],
  ["0000000000000001\r\nx\r\n0000000000000000\r\n\r\n", "x"],
  ["2\r\n\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n"],
  ["1;\r\nx\r\n0;\r\n\r\n", "x"],
  ['1;a=b;c="d;\\"\t\xe9"\r\nx\r\n0 ; a\r\n\r\n', "x"],
  ["1 \t;a\r\nx\r\n0\r\n\r\n", "x"],
  ["0\r\nA: b\r\n\r\n", "", [["A", "b"]]],
  ["1\r\nx\r\n0\r\nA:  b \r\na:\r\nC: \xe9\r\n\r\n", "x", [["A", "b"], [
    "a",
    "",
  ], ["C", "\xe9"]]],
];

Deno.test("ChunkedDecoder decodes however the bytes arrive and leaves what follows", () => {
  for (const [coded, body, trailers = []] of VALID) {
    for (const behind of ["", "\r\n", "0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"]) {
      for (const pieces of everySplit(encodeLatin1(coded + behind))) {
        assertEquals(
          decode(pieces),
          { body, trailers, done: true, rest: behind },
          JSON.stringify(coded),
        );
      }
    }
  }
});

Deno.test("ChunkedDecoder is not done before the last byte", () => {
  for (const [coded] of VALID) {
    for (let end = 0; end < coded.length; end++) {
      const { done, rest } = decode([encodeLatin1(coded.slice(0, end))]);
      assert(!done, JSON.stringify(coded.slice(0, end)));
      assertEquals(rest, "");
    }
  }
});

Deno.test("ChunkedDecoder takes no more data than it is asked for", () => {
  for (const [coded, body, trailers = []] of VALID) {
    for (const maxData of [1, 2, 3, 7]) {
      assertEquals(
        decode([encodeLatin1(coded + "GET")], {}, maxData),
        { body, trailers, done: true, rest: "GET" },
      );
    }
  }
  const decoder = new ChunkedDecoder();
  const window = encodeLatin1("5\r\nhello\r\n0\r\n\r\n");
  assertEquals(decoder.decode(window, 0), 3);
  assertEquals(decoder.decode(window.subarray(3), 0), 0);
  assertEquals(decoder.dataEnd, decoder.dataStart);
});

Deno.test("ChunkedDecoder copies no data and says where it lies", () => {
  const decoder = new ChunkedDecoder();
  const window = encodeLatin1("3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  // One piece of data, and the framing up to the next.
  assertEquals(decoder.decode(window), 13);
  assertEquals([decoder.dataStart, decoder.dataEnd], [5, 8]);
  assertEquals([decoder.bodyBytes, decoder.chunkRemaining], [3, 2]);
  assertEquals(decoder.decode(window.subarray(13)), 9);
  assertEquals([decoder.dataStart, decoder.dataEnd], [0, 2]);
  assert(decoder.done);
  // Nothing more is taken.
  assertEquals(decoder.decode(window), 0);
  assertEquals([decoder.dataStart, decoder.dataEnd], [0, 0]);
});

Deno.test("ChunkedDecoder tells the size of a chunk before its data", () => {
  const decoder = new ChunkedDecoder();
  decoder.decode(encodeLatin1("1fffffffffffff\r\n"));
  assertEquals(decoder.chunkRemaining, 2 ** 53 - 1);
  assertEquals(decoder.bodyBytes, 0);
});

const MALFORMED = [
  // Sizes.
  "\r\n",
  "\n",
  "x\r\n",
  "g\r\n",
  " 5\r\nhello\r\n",
  "\t5\r\nhello\r\n",
  "5 \r\nhello\r\n",
  "5\t\r\nhello\r\n",
  "5 5\r\nhello\r\n",
  "+5\r\nhello\r\n",
  "-5\r\nhello\r\n",
  "0x5\r\nhello\r\n",
  "5h\r\nhello\r\n",
  "5_0\r\nhello\r\n",
  "5,5\r\nhello\r\n",
  "5.0\r\nhello\r\n",
  "5=a\r\nhello\r\n",
  "5\0\r\nhello\r\n",
  "5\x0b\r\nhello\r\n",
  "\xb5\r\nhello\r\n",
  ";a\r\n",
  "20000000000000\r\n",
  "ffffffffffffffff\r\n",
  "10000000000000005\r\nhello\r\n",
  "00000000000000005\r\nhello\r\n",
  // Line ends.
  "5\nhello\r\n",
  "5\rhello\r\n",
  "5\r\rhello\r\n",
  "5\rX\nhello\r\n",
  "5;\nhello\r\n",
  "5;a\nhello\r\n",
  "5;a\rb\r\nhello\r\n",
  "5;a\r\rhello\r\n",
  '5;a="\n"\r\nhello\r\n',
  "5;\0\r\nhello\r\n",
  "5;\x7f\r\nhello\r\n",
  "5 \n;a\r\nhello\r\n",
  // Behind the data.
  "5\r\nhelloX",
  "5\r\nhello\n",
  "5\r\nhello\n\r",
  "5\r\nhello\rX",
  "5\r\nhello\r\r\n",
  "5\r\nhelloXX0\r\n\r\n",
  "5\r\nhello0\r\n\r\n",
  "4\r\nhello\r\n0\r\n\r\n",
  "6\r\nhello\r\n0\r\n\r\n",
  "5\r\nhello\r\n\r\n",
  // Trailers.
  "0\r\n\n",
  "0\r\n\r\r\n\r\n",
  "0\r\n\rA: b\r\n\r\n",
  "0\r\nA: b\n\r\n",
  "0\r\nA: b\r\n\n",
  "0\r\nA : b\r\n\r\n",
  "0\r\n A: b\r\n\r\n",
  "0\r\nA: b\r\n c\r\n\r\n",
  "0\r\nA\r\n\r\n",
  "0\r\n: b\r\n\r\n",
  "0\r\nA: \0\r\n\r\n",
  "0\r\n0\r\n\r\n",
  "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
];

Deno.test("ChunkedDecoder refuses what is malformed however the bytes arrive, with 400", () => {
  for (const coded of MALFORMED) {
    for (const prefix of ["", "3\r\nabc\r\n"]) {
      for (const behind of ["", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]) {
        for (
          const pieces of everySplit(encodeLatin1(prefix + coded + behind))
        ) {
          const error = assertThrows(() => decode(pieces), ProtocolError);
          assertEquals(error.status, 400, JSON.stringify(coded));
        }
      }
    }
  }
});

Deno.test("ChunkedDecoder stays refused", () => {
  const decoder = new ChunkedDecoder();
  const first = assertThrows(
    () => decoder.decode(encodeLatin1("x")),
    ProtocolError,
  );
  const second = assertThrows(
    () => decoder.decode(encodeLatin1("0\r\n\r\n")),
    ProtocolError,
  );
  assertStrictEquals(second, first);
  assert(!decoder.done);
});

Deno.test("ChunkedDecoder bounds the extensions of one chunk", () => {
  const coded = (length: number) =>
    encodeLatin1(`1;${"a".repeat(length - 1)}\r\nx\r\n0\r\n\r\n`);
  assert(decode([coded(4096)]).done);
  for (const pieces of [[coded(4097)], [...everySplit(coded(4097))][1]!]) {
    assertThrows(
      () => decode(pieces),
      ProtocolError,
      "extensions are too long",
    );
  }
  // Blanks before the semicolon count too, and no line end need come.
  const blanks = encodeLatin1("1" + " ".repeat(5000));
  assertThrows(
    () => decode([blanks]),
    ProtocolError,
    "extensions are too long",
  );
  const endless = encodeLatin1("1;" + "a".repeat(5000));
  assertThrows(
    () => decode([endless]),
    ProtocolError,
    "extensions are too long",
  );
});

Deno.test("ChunkedDecoder bounds extensions by the data that they come with (CVE-2023-39326)", () => {
  const flood = "1;" + "a".repeat(999) + "\r\nx\r\n";
  const error = assertThrows(
    () => decode([encodeLatin1(flood.repeat(17) + "0\r\n\r\n")]),
    ProtocolError,
    "extensions are too long",
  );
  assertEquals(error.status, 400);
  assertEquals(
    decode([encodeLatin1(flood.repeat(16) + "0\r\n\r\n")]).body.length,
    16,
  );
  // A body that signs each of its large chunks may be of any length.
  const signed = "100;s=" + "f".repeat(64) + "\r\n" + "x".repeat(256) + "\r\n";
  assertEquals(
    decode([encodeLatin1(signed.repeat(1000) + "0\r\n\r\n")]).body.length,
    256_000,
  );
});

Deno.test("ChunkedDecoder bounds trailers in bytes and number with 431", () => {
  const options = { maxTrailerBytes: 100, maxTrailers: 3 };
  const ok = "0\r\n" + "A: b\r\n".repeat(3) + "\r\n";
  assertEquals(decode([encodeLatin1(ok)], options).trailers.length, 3);
  for (
    const trailers of [
      "A: b\r\n".repeat(4) + "\r\n",
      "A: " + "b".repeat(200),
      "A: " + "b".repeat(94) + "\r\n\r\n",
      ("A: " + "b".repeat(40) + "\r\n").repeat(3),
    ]
  ) {
    for (const pieces of everySplit(encodeLatin1("0\r\n" + trailers))) {
      const error = assertThrows(() => decode(pieces, options), ProtocolError);
      assertEquals(error.status, 431);
    }
  }
  const exact = "A: " + "b".repeat(93) + "\r\n\r\n";
  assertEquals(exact.length, 100);
  assert(decode([encodeLatin1("0\r\n" + exact)], options).done);
});

Deno.test("ChunkedDecoder by default takes 16 KiB of trailers", () => {
  const line = "A: " + "b".repeat(1000) + "\r\n";
  assertEquals(
    decode([encodeLatin1(`0\r\n${line.repeat(16)}\r\n`)]).trailers.length,
    16,
  );
  assertThrows(
    () => decode([encodeLatin1(`0\r\n${line.repeat(17)}\r\n`)]),
    ProtocolError,
  );
});
