import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { Fields } from "./fields.ts";
import { HTTPMessage } from "./http_message.ts";

function sample(): Fields {
  return new Fields([
    ["Host", "a"],
    ["Accept", "1"],
    ["X-Y", ""],
    ["ACCEPT", "2"],
    ["accept", "3"],
  ]);
}

Deno.test("Fields keeps order, case and duplicates", () => {
  const fields = sample();
  assertEquals(fields.size, 5);
  assertEquals(fields.keys(), ["Host", "Accept", "X-Y", "ACCEPT", "accept"]);
  assertEquals(fields.values(), ["a", "1", "", "2", "3"]);
  assertEquals(fields.items()[3], ["ACCEPT", "2"]);
  assertEquals([...fields], fields.keys());
  assertEquals([fields.nameAt(2), fields.valueAt(2)], ["X-Y", ""]);
});

Deno.test("Fields get() returns the first match in any case, or the fallback", () => {
  const fields = sample();
  assertEquals(fields.get("aCCEPT"), "1");
  assertEquals(fields.get("x-y"), "");
  assertEquals(fields.get("x-y", "z"), "");
  assertEquals(fields.get("None"), null);
  assertEquals(fields.get("None", 5), 5);
  assert(fields.has("HOST") && !fields.has("Hos") && !fields.has(""));
});

Deno.test("Fields finds names of any first character and length, and no others", () => {
  const firsts = ["", ..."aZ09!~_[{@`\u212a\xe9"];
  const names = firsts.flatMap((first) =>
    [0, 1, 2, 9, 31, 32, 33, 64].map((more) => first + "x".repeat(more))
  );
  for (const name of names) {
    const fields = new Fields([[name, "1"]]);
    assertEquals(fields.get(name), "1", name);
    const upper = name.replace(/[a-z]/g, (letter) => letter.toUpperCase());
    assertEquals(fields.get(upper), "1", upper);
    assert(!fields.has(name + "x") && !fields.has("y" + name), name);
    fields.delete(name);
    assert(!fields.has(name), name);
  }
});

Deno.test("Fields getAll() returns all matches in order, or the fallback", () => {
  const fields = sample();
  assertEquals(fields.getAll("Accept"), ["1", "2", "3"]);
  assertEquals(fields.getAll("None"), null);
  assertEquals(fields.getAll("None", []), []);
});

Deno.test("Fields getJoined() makes one list of all matches", () => {
  const fields = sample();
  assertEquals(fields.getJoined("accept"), "1, 2, 3");
  assertEquals(fields.getJoined("host"), "a");
  assertEquals(fields.getJoined("none"), null);
});

Deno.test("Fields indexOf() goes on from any place", () => {
  const fields = sample();
  assertEquals(fields.indexOf("accept"), 1);
  assertEquals(fields.indexOf("accept", 2), 3);
  assertEquals(fields.indexOf("accept", 5), -1);
});

Deno.test("Fields add() appends and never replaces", () => {
  const fields = new Fields([["A", "1"]]);
  fields.add("a", "2");
  assertEquals(fields.items(), [["A", "1"], ["a", "2"]]);
});

Deno.test("Fields delete() removes all matches and is silent without any", () => {
  const fields = sample();
  fields.delete("accept");
  fields.delete("none");
  assertEquals(fields.items(), [["Host", "a"], ["X-Y", ""]]);
});

Deno.test("Fields replaceHeader() changes the first match in its place", () => {
  const fields = sample();
  fields.replaceHeader("accept", "9");
  assertEquals(fields.items()[1], ["Accept", "9"]);
  assertEquals(fields.getAll("accept"), ["9", "2", "3"]);
  assertThrows(() => fields.replaceHeader("none", ""), RangeError, '"none"');
});

Deno.test("Fields nameAt() and valueAt() throw outside", () => {
  for (const index of [-1, 5, NaN]) {
    assertThrows(() => sample().nameAt(index), RangeError);
    assertThrows(() => sample().valueAt(index), RangeError);
  }
});

Deno.test("Fields hands out arrays of its own", () => {
  const fields = sample();
  fields.items()[0]![1] = "changed";
  fields.keys().length = 0;
  assertEquals(fields.get("host"), "a");
});

Deno.test("Fields has no members by the names of objects' members", () => {
  const fields = new Fields([["__proto__", "1"], ["constructor", "2"]]);
  assertEquals(fields.get("__proto__"), "1");
  assertEquals(new Fields().get("constructor"), null);
  assertEquals(new Fields().get("toString"), null);
});

Deno.test("Fields toHeaders() and fromHeaders() keep Set-Cookie apart", () => {
  const headers = new Fields([
    ["Set-Cookie", "a=1"],
    ["X", "\xe9"],
    ["set-cookie", "b=2"],
    ["x", "y"],
  ]).toHeaders();
  assertEquals(headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(headers.get("x"), "\xe9, y");
  const fields = HTTPMessage.fromHeaders(headers);
  assertInstanceOf(fields, HTTPMessage);
  assertEquals(fields.items(), [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x", "\xe9, y"],
  ]);
  assertThrows(() => new Fields([["a", "b\r\nc"]]).toHeaders(), TypeError);
});

Deno.test("Fields shows its content on the console", () => {
  assertEquals(
    Deno.inspect(new HTTPMessage([["A", "b"]])),
    'HTTPMessage [ [ "A", "b" ] ]',
  );
});
