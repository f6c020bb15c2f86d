import { assert, assertEquals, assertThrows } from "@std/assert";
import { HTTPMethod } from "./http_method.ts";

// Compiles only while the members are literal types.
const get: "GET" = HTTPMethod.GET;

Deno.test("HTTPMethod has nine members with descriptions", () => {
  const names = "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE".split(
    " ",
  );
  assertEquals(get, "GET");
  assertEquals<string[]>([...HTTPMethod], names);
  for (const name of names) {
    assertEquals(Reflect.get(HTTPMethod, name), name);
    assertEquals<string>(HTTPMethod.from(name), name);
    assert(HTTPMethod.description(name) !== "");
  }
});

Deno.test("HTTPMethod.from() is exact about case and refuses the rest", () => {
  for (const method of ["get", "", "BREW", "constructor"]) {
    assertThrows(() => HTTPMethod.from(method), RangeError);
    assertEquals(HTTPMethod.description(method), "");
  }
});
