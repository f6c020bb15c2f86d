import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { HTTPException, LineTooLong, ProtocolError } from "./protocol_error.ts";

Deno.test("ProtocolError is a SyntaxError with the status to answer", () => {
  const error = new ProtocolError("Cannot parse");
  assertInstanceOf(error, SyntaxError);
  assertEquals([error.name, error.status, error.reason], [
    "ProtocolError",
    400,
    null,
  ]);
  const other = new ProtocolError("Cannot parse", 501, "No");
  assertEquals([other.status, other.reason], [501, "No"]);
  assertEquals(String(other), "ProtocolError: Cannot parse");
});

Deno.test("LineTooLong is a ProtocolError for 431 unless told otherwise", () => {
  const error = new LineTooLong("field line", 65536);
  assertInstanceOf(error, ProtocolError);
  assertEquals([error.name, error.status, error.reason], [
    "LineTooLong",
    431,
    "Line too long",
  ]);
  assertEquals(
    error.message,
    "Cannot read a field line: it is longer than 65536 bytes",
  );
  assertEquals(new LineTooLong("request line", 1, 414, null).reason, null);
});

Deno.test("HTTPException is another name for ProtocolError", () => {
  assertStrictEquals(HTTPException, ProtocolError);
  const error: HTTPException = new LineTooLong("field line", 1);
  assert(error instanceof HTTPException);
});
