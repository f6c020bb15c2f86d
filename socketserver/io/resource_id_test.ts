import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { BufferedReader } from "./buffered_reader.ts";
import {
  announce,
  resourceId,
  type Selectable,
  selectableOf,
} from "./resource_id.ts";
import { SocketIO } from "./socket_io.ts";

class Thing implements Selectable {
  readonly #resource: object;
  constructor(resource: object) {
    this.#resource = resource;
  }
  fileno(): number {
    return announce(resourceId(this.#resource), this);
  }
  whenReadable(): true {
    return true;
  }
}

Deno.test("resourceId() gives each resource one positive number, never a used one", () => {
  const one = {}, two = {};
  assert(Number.isInteger(resourceId(one)) && resourceId(one) > 0);
  assertEquals(resourceId(one), resourceId(one));
  assert(resourceId(two) > resourceId(one));
});

Deno.test("selectableOf() finds who has told a number last", () => {
  const resource = {};
  const id = resourceId(resource);
  assertEquals(selectableOf(id), undefined);
  const one = new Thing(resource), two = new Thing(resource);
  assertEquals(one.fileno(), id);
  assertStrictEquals(selectableOf(id), one);
  assertEquals(two.fileno(), id);
  assertStrictEquals(selectableOf(id), two);
  one.fileno();
  assertStrictEquals(selectableOf(id), one);
});

Deno.test("fileno() of stacked streams leaves nothing behind, however often it is asked", () => {
  const { WeakRef: Original } = globalThis;
  let made = 0;
  class Counting<T extends WeakKey> extends Original<T> {
    constructor(target: T) {
      super(target);
      made++;
    }
  }
  globalThis.WeakRef = Counting;
  try {
    const connection = {
      read: () => Promise.resolve(null),
      write: () => Promise.resolve(0),
      close: () => {},
    };
    const reader = new BufferedReader(new SocketIO(connection, "r"));
    const id = reader.fileno();
    for (let i = 0; i < 100; i++) assertEquals(reader.fileno(), id);
    assertStrictEquals(selectableOf(id), reader);
  } finally {
    globalThis.WeakRef = Original;
  }
  assertEquals(made, 2);
});

// Whoever goes must not take the number from the one who came after.
Deno.test("selectableOf() keeps the later of two that told the same number", async () => {
  const code = `
    import { announce, resourceId, selectableOf } from "${new URL(
    "./resource_id.ts",
    import.meta.url,
  )}";
    const resource = {};
    const id = resourceId(resource);
    function make() {
      const thing = { fileno: () => announce(id, thing), whenReadable: () => true };
      thing.fileno();
      return thing;
    }
    make();
    const kept = make();
    for (let i = 0; i < 20; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log(selectableOf(id) === kept);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", code],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "true\n");
});
