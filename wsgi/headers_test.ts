import { assertEquals, assertThrows } from "@std/assert";
import { Headers } from "./headers.ts";

Deno.test("Headers is a mapping over the list that it was given (testMappingInterface)", () => {
  const list: [string, string][] = [["x", "y"]];
  const headers = new Headers(list);
  assertEquals([new Headers([]).size, headers.size], [0, 1]);
  assertEquals([headers.get("X"), headers.has("x")], ["y", true]);
  assertEquals([headers.keys(), headers.values()], [["x"], ["y"]]);
  headers.set("Foo", "bar");
  assertEquals(list, [["x", "y"], ["Foo", "bar"]]);
  headers.set("X", "z");
  assertEquals(headers.items(), [["Foo", "bar"], ["X", "z"]]);
  assertEquals([...headers], headers.items());
  headers.items().pop();
  assertEquals(headers.size, 2);
  headers.delete("foo");
  headers.delete("nothing");
  assertEquals([headers.size, headers.has("Foo")], [1, false]);
  assertEquals([headers.get("foo"), headers.get("foo", "default")], [
    null,
    "default",
  ]);
  assertEquals([headers.setdefault("x", "new"), headers.setdefault("a", "b")], [
    "z",
    "b",
  ]);
  list.push(["A", "c"]);
  assertEquals([headers.getAll("a"), headers.getAll("nothing")], [
    ["b", "c"],
    [],
  ]);
});

Deno.test("Headers takes a list and nothing else (testRequireList)", () => {
  assertThrows(() => new Headers("foo" as never), TypeError, "come in a list");
  assertThrows(
    () => new Headers({ a: "b" } as never),
    TypeError,
    "come in a list",
  );
});

Deno.test("Headers writes parameters (testExtras)", () => {
  const headers = new Headers();
  assertEquals(String(headers), "\r\n");
  headers.addHeader("foo", "bar", { baz: "spam" });
  assertEquals(headers.get("foo"), 'bar; baz="spam"');
  headers.addHeader("Foo", "bar", { cheese: null });
  headers.addHeader("A", null, { file_name: 'q"u\\o', empty: "" });
  assertEquals(
    String(headers),
    'foo: bar; baz="spam"\r\nFoo: bar; cheese\r\nA: file-name="q\\"u\\\\o"; empty\r\n\r\n',
  );
  assertEquals(
    new TextDecoder("latin1").decode(new Headers([["a", "é"]]).toBytes()),
    "a: é\r\n\r\n",
  );
});

for (let code = 0; code < 32; code++) {
  Deno.test(`Headers refuses control character ${code} everywhere (testRaisesControlCharacters)`, () => {
    const character = String.fromCharCode(code);
    const headers = new Headers();
    assertThrows(() => new Headers([[`a${character}`, "b"]]), TypeError);
    assertThrows(() => headers.set(`a${character}b`, "c"), TypeError);
    assertThrows(() => headers.addHeader(`a${character}`, "c"), TypeError);
    if (character === "\t") return;
    assertThrows(() => headers.set("a", `b${character}c`), TypeError);
    assertThrows(() => headers.setdefault("a", `b${character}`), TypeError);
    assertThrows(
      () => headers.addHeader("a", "b", { c: `d${character}` }),
      TypeError,
    );
    assertThrows(() => new Headers([["a", `b${character}`]]), TypeError);
  });
}
