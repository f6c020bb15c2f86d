import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  connect,
  countListeners,
  EchoHandler,
} from "../_tools/testing/test_clients.ts";
import { pause, timed } from "../_tools/testing/waiting.ts";
import { connected, GatedConnection } from "../_tools/testing/test_sockets.ts";
import { bytes, settle, text } from "../_tools/testing/test_streams.ts";
import { BufferedReader, resourceId, SocketIO } from "./io/mod.ts";
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  PollSelector,
  type SelectorKey,
  SelectSelector,
} from "./selectors.ts";
import { TCPServer } from "./tcp_server.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** Something to wait for that a test makes ready. */
class Thing {
  asked = 0;
  ready = false;
  #waiting: PromiseWithResolvers<void> | undefined;
  closed = false;

  fileno(): number {
    return this.closed ? -1 : resourceId(this);
  }

  whenReadable(): true | Promise<void> {
    this.asked++;
    if (this.ready) return true;
    return (this.#waiting ??= Promise.withResolvers()).promise;
  }

  arrive(): void {
    this.ready = true;
    this.notify();
  }

  notify(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}

function namesOf(ready: [SelectorKey, number][]): unknown[] {
  return ready.map(([key, events]) => [key.data, events]);
}

Deno.test("register() returns the key, and takes numbers (test_register)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing(), other = new Thing();
  const key = selector.register(thing, EVENT_READ, "data");
  assertEquals(key, {
    fileobj: thing,
    fd: thing.fileno(),
    events: EVENT_READ,
    data: "data",
  });
  const bare = selector.register(other.fileno(), EVENT_READ | EVENT_WRITE);
  assertEquals(bare, {
    fileobj: other.fileno(),
    fd: other.fileno(),
    events: 3,
    data: null,
  });
});

Deno.test("register() refuses unknown events, objects without a number, and what it has (test_register, test_register_bad_fd)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  for (const events of [0, 4, 5, 999, -1, NaN]) {
    assertThrows(() => selector.register(thing, events), RangeError);
  }
  const closed = new Thing();
  closed.closed = true;
  for (const bad of [-10, 1.5, NaN, closed, {}, "x", null]) {
    assertThrows(
      () => selector.register(bad as unknown as number, EVENT_READ),
      RangeError,
    );
  }
  selector.register(thing, EVENT_READ);
  assertThrows(() => selector.register(thing, EVENT_WRITE), RangeError);
  assertThrows(() => selector.register(thing.fileno(), 1), RangeError);
  assertEquals(selector.getMap()?.size, 1);
});

Deno.test("register() of what cannot be waited for: it is always ready (test_register_file)", async () => {
  using selector = new DefaultSelector();
  selector.register({ fileno: () => 4242 }, EVENT_READ, "plain");
  selector.register(4343, EVENT_READ, "number of nobody");
  assertEquals(namesOf(await selector.select(0)), [
    ["plain", EVENT_READ],
    ["number of nobody", EVENT_READ],
  ]);
});

Deno.test("unregister() returns the key; unknown objects are refused (test_unregister)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  const key = selector.register(thing, EVENT_READ, "data");
  assertStrictEquals(selector.unregister(thing), key);
  assertThrows(() => selector.unregister(thing), RangeError);
  assertThrows(() => selector.unregister(424242), RangeError);
  selector.register(thing.fileno(), EVENT_READ);
  selector.unregister(thing);
  selector.register(thing, EVENT_READ);
  selector.unregister(thing.fileno());
  assertEquals(selector.getMap()?.size, 0);
});

Deno.test("unregister() takes a number whose owner is closed (test_unregister_after_fd_close)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  const fd = thing.fileno();
  selector.register(fd, EVENT_READ);
  thing.closed = true;
  selector.unregister(fd);
});

Deno.test("unregister() takes a server or stream that is closed (test_unregister_after_socket_close)", async () => {
  using selector = new DefaultSelector();
  const server = new TCPServer(LOOPBACK, EchoHandler);
  selector.register(server, EVENT_READ);
  const file = new SocketIO(new GatedConnection(), "r");
  selector.register(file, EVENT_READ);
  await server.serverClose();
  await file.close();
  assertEquals(selector.unregister(server).fileobj, server);
  assertEquals(selector.unregister(file).fileobj, file);
});

Deno.test("modify() changes events and data (test_modify)", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "first");
  const key = selector.modify(thing, EVENT_WRITE, "second");
  assertEquals([key.events, key.data], [EVENT_WRITE, "second"]);
  assertStrictEquals(selector.getKey(thing), key);
  assertEquals(namesOf(await selector.select(0)), [["second", EVENT_WRITE]]);
  assertEquals(selector.modify(thing, EVENT_READ).data, null);
  assertThrows(() => selector.modify(new Thing(), EVENT_READ), RangeError);
});

Deno.test("modify() with bad events leaves the key as it was (test_modify_unregister)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  const key = selector.register(thing, EVENT_READ);
  assertThrows(() => selector.modify(thing, 8), RangeError);
  assertStrictEquals(selector.getKey(thing), key);
});

Deno.test("getKey() finds by object and by number (test_get_key)", () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  const key = selector.register(thing, EVENT_READ);
  assertStrictEquals(selector.getKey(thing), key);
  assertStrictEquals(selector.getKey(thing.fileno()), key);
  assertThrows(() => selector.getKey(999_999), RangeError);
});

Deno.test("getMap() shows all keys, as they change (test_get_map)", () => {
  using selector = new DefaultSelector();
  const map = selector.getMap()!;
  assertEquals(map.size, 0);
  const thing = new Thing();
  const key = selector.register(thing, EVENT_READ);
  assertEquals([...map], [[thing.fileno(), key]]);
  const changed = selector.modify(thing, EVENT_WRITE);
  assertStrictEquals(map.get(thing.fileno()), changed);
  selector.unregister(thing);
  assertEquals(map.size, 0);
});

Deno.test("close() forgets everything, and refuses what follows (test_close)", async () => {
  const selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ);
  const map = selector.getMap()!;
  selector.close();
  selector.close();
  assertEquals([map.size, selector.getMap()], [0, null]);
  assertThrows(() => selector.getKey(thing), TypeError, "closed");
  assertThrows(() => selector.register(thing, EVENT_READ), TypeError);
  assertThrows(() => selector.unregister(thing), TypeError);
  assertThrows(() => selector.modify(thing, EVENT_READ), TypeError);
  assertEquals(await selector.select(0), []);
});

Deno.test("close() ends a select() that waits", async () => {
  const selector = new DefaultSelector();
  selector.register(new Thing(), EVENT_READ);
  const selecting = selector.select();
  await settle();
  selector.close();
  assertEquals(await selecting, []);
});

Deno.test("using closes the selector (test_context_manager)", () => {
  let outside: DefaultSelector;
  {
    using selector = new DefaultSelector();
    selector.register(new Thing(), EVENT_READ);
    outside = selector;
  }
  assertEquals(outside.getMap(), null);
});

Deno.test("a server and its streams have numbers to register under (test_fileno)", async () => {
  using ends = await connected();
  const server = new TCPServer(LOOPBACK, EchoHandler);
  const file = new SocketIO(ends.near, "r");
  assert(server.fileno() > 0);
  assert(file.fileno() !== server.fileno());
  await file.close();
  await server.serverClose();
  assertEquals(server.fileno(), -1);
});

Deno.test("select() tells what is ready, reading and writing (test_select, test_select_read_write)", async () => {
  using selector = new DefaultSelector();
  const reads = new Thing(), writes = new Thing(), both = new Thing();
  selector.register(reads, EVENT_READ, "reads");
  selector.register(writes, EVENT_WRITE, "writes");
  selector.register(both, EVENT_READ | EVENT_WRITE, "both");
  assertEquals(namesOf(await selector.select()), [["writes", 2], ["both", 2]]);
  both.arrive();
  assertEquals(namesOf(await selector.select()), [["writes", 2], ["both", 3]]);
  selector.unregister(writes);
  selector.unregister(both);
  const selecting = selector.select();
  reads.arrive();
  assertEquals(namesOf(await selecting), [["reads", 1]]);
});

Deno.test("select() waits for the first of several, in real connections (test_selector)", async () => {
  using one = await connected();
  using two = await connected();
  using selector = new DefaultSelector();
  const files = [one, two].map(({ near }) => new SocketIO(near, "r"));
  files.forEach((file, i) => selector.register(file, EVENT_READ, i));
  for (const [which, ends] of [[1, two], [0, one], [1, two]] as const) {
    const selecting = selector.select(5);
    await ends.far.write(bytes(`to ${which}`));
    assertEquals(namesOf(await selecting), [[which, EVENT_READ]]);
    // It stays ready until somebody reads.
    assertEquals(namesOf(await selector.select(0)), [[which, EVENT_READ]]);
    assertEquals(text(await files[which]!.read(10)), `to ${which}`);
    assertEquals(await selector.select(0), []);
  }
  for (const file of files) await file.close();
});

for (const title of ["SocketIO", "BufferedReader"]) {
  Deno.test(`select() shows a ${title} as ready that has ended`, async () => {
    using ends = await connected();
    using selector = new DefaultSelector();
    const raw = new SocketIO(ends.near, "r");
    const file = title === "SocketIO" ? raw : new BufferedReader(raw);
    selector.register(file, EVENT_READ, "end");
    await ends.far.closeWrite();
    assertEquals(namesOf(await selector.select(5)), [["end", EVENT_READ]]);
    assertEquals(text(await file.read(1)), "");
    await file.close();
  });
}

Deno.test("select() of a number waits for the stream that told it", async () => {
  using ends = await connected();
  using selector = new DefaultSelector();
  const file = new SocketIO(ends.near, "r");
  selector.register(file.fileno(), EVENT_READ, "number");
  assertEquals(await selector.select(0), []);
  await ends.far.write(bytes("x"));
  assertEquals(namesOf(await selector.select(5)), [["number", EVENT_READ]]);
  await file.close();
});

Deno.test("select() of nothing waits (test_empty_select, test_empty_select_timeout)", async () => {
  using selector = new DefaultSelector();
  assertEquals(await selector.select(0), []);
  assertEquals(await selector.select(-1), []);
  let ready: unknown;
  const took = await timed(async () => ready = await selector.select(0.02));
  assertEquals(ready, []);
  assert(took >= 19, `${took}`);
});

Deno.test("select() waits as long as it is told, and no longer (test_timeout)", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "thing");
  for (const seconds of [0, -1, 0.001]) {
    assert(await timed(() => selector.select(seconds)) < 100);
  }
  const took = await timed(() => selector.select(0.05));
  assert(took >= 49 && took < 500, `${took}`);
  setTimeout(() => thing.arrive(), 5);
  let ready: [SelectorKey, number][] = [];
  assert(await timed(async () => ready = await selector.select(60)) < 5000);
  assertEquals(namesOf(ready), [["thing", EVENT_READ]]);
});

Deno.test("select() goes on waiting when a wait was in vain", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "thing");
  const selecting = selector.select(5);
  await settle();
  thing.notify(); // somebody else was quicker
  await pause(5);
  thing.arrive();
  assertEquals(namesOf(await selecting), [["thing", EVENT_READ]]);
});

Deno.test("select() refuses a time that is no number", async () => {
  using selector = new DefaultSelector();
  selector.register(new Thing(), EVENT_READ);
  await assertRejects(() => selector.select(NaN), RangeError, "NaN");
});

Deno.test("select() longer than any timer sleeps", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "thing");
  const { setTimeout: set } = globalThis;
  const delays: number[] = [];
  globalThis.setTimeout = ((action: () => void, delay: number) => {
    if (delay > 1000) delays.push(delay);
    return set(action, delay);
  }) as typeof set;
  try {
    const selecting = selector.select(1e9);
    for (let i = 0; i < 10; i++) await settle();
    thing.arrive();
    await selecting;
  } finally {
    globalThis.setTimeout = set;
  }
  assertEquals(delays, [2 ** 31 - 1]);
});

Deno.test("select() sees what is registered, changed or taken away while it waits", async () => {
  using selector = new DefaultSelector();
  const late = new Thing();
  late.ready = true;
  let selecting = selector.select(5);
  await settle();
  selector.register(late, EVENT_READ, "late");
  assertEquals(namesOf(await selecting), [["late", EVENT_READ]]);
  selector.unregister(late);

  const quiet = new Thing();
  selector.register(quiet, EVENT_READ, "quiet");
  selecting = selector.select(5);
  await settle();
  selector.modify(quiet, EVENT_WRITE, "writes");
  assertEquals(namesOf(await selecting), [["writes", EVENT_WRITE]]);

  selector.modify(quiet, EVENT_READ, "quiet");
  selecting = selector.select(0.02);
  await settle();
  selector.unregister(quiet);
  quiet.arrive();
  assertEquals(await selecting, []);
});

Deno.test("select() called twice at once tells both", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "thing");
  const both = [selector.select(5), selector.select(5)];
  await settle();
  thing.arrive();
  const took = await timed(async () => {
    for (const ready of await Promise.all(both)) {
      assertEquals(namesOf(ready), [["thing", EVENT_READ]]);
    }
  });
  assert(took < 1000);
});

Deno.test("select() does not pile up waits on something that stays quiet", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ);
  for (let i = 0; i < 50; i++) await selector.select(0);
  assertEquals(thing.asked, 1);
});

Deno.test("handleRequest() does not pile up waits on a server that stays quiet", async () => {
  let waits = 0;
  class Quiet extends TCPServer {
    override whenReadable(): true | Promise<unknown> {
      waits++;
      return super.whenReadable();
    }
  }
  await using server = new Quiet(LOOPBACK, EchoHandler);
  server.timeout = 0;
  for (let i = 0; i < 50; i++) await server.handleRequest();
  assertEquals(waits, 1);
});

Deno.test("wakeup() ends a select() that waits, or the next one", async () => {
  using selector = new DefaultSelector();
  selector.register(new Thing(), EVENT_READ);
  const selecting = selector.select();
  await settle();
  selector.wakeup();
  assertEquals(await selecting, []);
  selector.wakeup();
  assertEquals(await selector.select(), []);
  assert(await timed(() => selector.select(0.02)) >= 19);
});

Deno.test("select() ends with its signal, and leaves nothing at it", async () => {
  using selector = new DefaultSelector();
  const thing = new Thing();
  selector.register(thing, EVENT_READ, "thing");
  await assertRejects(
    () => selector.select(null, AbortSignal.abort(new Error("before"))),
    Error,
    "before",
  );
  const ending = new AbortController();
  const { signal } = ending;
  const listeners = countListeners(signal);
  await selector.select(0.001, signal);
  assertEquals(listeners(), 0);
  const selecting = assertRejects(() => selector.select(null, signal));
  await settle();
  ending.abort(new Error("meanwhile"));
  assertEquals((await selecting).message, "meanwhile");
  thing.arrive();
  assertEquals(namesOf(await selector.select()), [["thing", EVENT_READ]]);
});

Deno.test("the selectors by their other names are the same", () => {
  assertStrictEquals(SelectSelector, DefaultSelector);
  assertStrictEquals(PollSelector, DefaultSelector);
});

Deno.test("one loop serves two servers", async () => {
  await using one = new TCPServer(LOOPBACK, EchoHandler);
  await using two = new TCPServer(LOOPBACK, EchoHandler);
  using selector = new DefaultSelector();
  selector.register(one, EVENT_READ, one);
  selector.register(two, EVENT_READ, two);
  let done = false;
  const loop = (async () => {
    while (!done) {
      for (const [key] of await selector.select()) {
        await (key.data as TCPServer).handleRequest();
      }
    }
  })();
  for (const server of [two, one, one, two]) {
    using client = await connect(server.serverAddress);
    await client.send("hello\n");
    assertEquals(await client.line(), "hello\n");
  }
  done = true;
  selector.wakeup();
  await loop;
});

Deno.test("select(0) sees a connection that waits", async () => {
  await using server = new TCPServer(LOOPBACK, EchoHandler);
  using selector = new DefaultSelector();
  selector.register(server, EVENT_READ);
  assertEquals(await selector.select(0), []);
  using _client = await connect(server.serverAddress);
  let ready = false;
  const deadline = performance.now() + 5000;
  while (!ready && performance.now() < deadline) {
    ready = (await selector.select(0)).length === 1;
  }
  assert(ready);
});
