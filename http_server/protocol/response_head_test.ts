import { assertEquals, assertThrows } from "@std/assert";
import { Fields } from "./fields.ts";
import { decodeLatin1 } from "./latin1.ts";
import {
  type ResponseHead,
  responseHeadLength,
  serializeFields,
  serializeResponseHead,
  writeResponseHead,
} from "./response_head.ts";

const NONE = new Fields();

function text(head: ResponseHead): string {
  return decodeLatin1(serializeResponseHead(head));
}

Deno.test("serializeResponseHead() writes status line, fields and empty line", () => {
  const fields = new Fields([["Server", "x"], ["X-E", ""], [
    "server",
    "\xe9\t\xff",
  ]]);
  for (
    const [head, expected] of [
      [{ status: 200, fields: NONE }, "HTTP/1.1 200 OK\r\n\r\n"],
      [
        { status: 404, fields: NONE, version: "HTTP/1.0" },
        "HTTP/1.0 404 Not Found\r\n\r\n",
      ],
      [
        { status: 200, fields: NONE, reason: "Fine \xe9" },
        "HTTP/1.1 200 Fine \xe9\r\n\r\n",
      ],
      [{ status: 200, fields: NONE, reason: "" }, "HTTP/1.1 200 \r\n\r\n"],
      // test_internal_key_error: a code without a phrase
      [{ status: 999, fields: NONE }, "HTTP/1.1 999 \r\n\r\n"],
      [
        { status: 204, fields },
        "HTTP/1.1 204 No Content\r\nServer: x\r\nX-E: \r\nserver: \xe9\t\xff\r\n\r\n",
      ],
    ] as [ResponseHead, string][]
  ) {
    assertEquals(text(head), expected);
    assertEquals(responseHeadLength(head), expected.length);
  }
});

const UNSAFE = [
  "\r",
  "\n",
  "\0",
  "\r\nX: y",
  "\n\n<html>",
  "\x0b",
  "\x7f",
  "\u010d\u010a",
  "\u{1f600}",
];

Deno.test("serializeResponseHead() throws before anything unsafe leaves", () => {
  for (const unsafe of UNSAFE) {
    for (const value of [unsafe, `a${unsafe}`, `${unsafe}b`]) {
      for (
        const [head, message] of [
          [{ status: 200, fields: new Fields([["A", value]]) }, "field value"],
          [{ status: 200, fields: new Fields([[value, "a"]]) }, "field name"],
          [{ status: 200, fields: NONE, reason: value }, "reason phrase"],
          [
            { status: 200, fields: NONE, version: "HTTP/1.1" + value },
            "version",
          ],
        ] as [ResponseHead, string][]
      ) {
        assertThrows(
          () => serializeResponseHead(head),
          TypeError,
          `Cannot send ${message}`,
        );
      }
    }
  }
  for (const name of ["", "a b", "a:", "a ", " a", "\xe9", "\u212a"]) {
    const fields = new Fields([["B", "c"], [name, "x"]]);
    assertThrows(
      () => serializeResponseHead({ status: 200, fields }),
      TypeError,
      "field name",
    );
    assertThrows(() => serializeFields(fields), TypeError, "field name");
  }
  for (const version of ["", "HTTP/1", "HTTP/1.10", "http/1.1", "HTTP/1.1\n"]) {
    assertThrows(
      () => serializeResponseHead({ status: 200, fields: NONE, version }),
      TypeError,
    );
  }
});

Deno.test("serializeResponseHead() throws for a status of other than three digits", () => {
  for (const status of [99, 1000, 0, -200, 200.5, NaN, Infinity]) {
    assertThrows(
      () => serializeResponseHead({ status, fields: NONE }),
      RangeError,
      `"${status}"`,
    );
  }
});

Deno.test("writeResponseHead() writes at an offset and leaves the rest alone", () => {
  const head = { status: 200, fields: new Fields([["A", "b"]]) };
  const length = responseHeadLength(head);
  const target = new Uint8Array(length + 5).fill(0x2e);
  assertEquals(writeResponseHead(head, target, 3), length);
  assertEquals(decodeLatin1(target), "...HTTP/1.1 200 OK\r\nA: b\r\n\r\n..");
});

Deno.test("writeResponseHead() throws when the head does not fit", () => {
  const head = { status: 200, fields: new Fields([["A", "b"]]) };
  const length = responseHeadLength(head);
  const target = new Uint8Array(length);
  assertEquals(writeResponseHead(head, target), length);
  assertThrows(
    () => writeResponseHead(head, target, 1),
    RangeError,
    "too small",
  );
  assertThrows(() => writeResponseHead(head, target.subarray(1)), RangeError);
});

Deno.test("serializeFields() writes fields and empty line", () => {
  assertEquals(decodeLatin1(serializeFields(NONE)), "\r\n");
  assertEquals(
    decodeLatin1(serializeFields(new Fields([["A", "b"], ["a", "\xff"]]))),
    "A: b\r\na: \xff\r\n\r\n",
  );
});
