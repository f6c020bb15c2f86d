import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ask,
  connect,
  EchoHandler,
  LogBook,
  whileServing,
} from "../_tools/testing/test_clients.ts";
import { pause, until } from "../_tools/testing/waiting.ts";
import { connected, GatedConnection } from "../_tools/testing/test_sockets.ts";
import { bytes, text } from "../_tools/testing/test_streams.ts";
import {
  BufferedReader,
  BytesIO,
  CoalescingWriter,
  gettimeout,
} from "./io/mod.ts";
import { _SocketWriter } from "./socket_writer.ts";
import { StreamRequestHandler } from "./stream_request_handler.ts";
import { TCPServer } from "./tcp_server.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;

/** Runs a handler over a connection, without a server. */
function over<H extends StreamRequestHandler>(
  Handler: new (
    request: Deno.Conn,
    clientAddress: Deno.NetAddr,
    server: object,
  ) => H,
  connection: unknown,
): H {
  return new Handler(connection as Deno.Conn, ADDRESS, {});
}

Deno.test("StreamRequestHandler.setup() does its steps in order: connection, time-out, Nagle, rfile, wfile", async () => {
  const steps: string[] = [];
  const connection = Object.assign(new GatedConnection(), {
    setNoDelay(on: boolean) {
      steps.push(`setNoDelay(${on}), time-out ${gettimeout(connection)}`);
    },
  });
  class Watching extends StreamRequestHandler {
    override timeout = 7;
    override disableNagleAlgorithm = true;
  }
  const handler = over(Watching, connection);
  for (const name of ["connection", "rfile", "wfile"] as const) {
    let value: unknown;
    Object.defineProperty(handler, name, {
      get: () => value,
      set(given) {
        steps.push(name);
        value = given;
      },
    });
  }
  await handler.setup();
  assertEquals(steps, [
    "connection",
    "setNoDelay(true), time-out 7",
    "rfile",
    "wfile",
  ]);
  await handler.finish();
});

Deno.test("StreamRequestHandler sets TCP_NODELAY both ways, and a time-out only if it has one", async () => {
  const asked: boolean[] = [];
  for (const disable of [false, true]) {
    const connection = Object.assign(new GatedConnection(), {
      setNoDelay: (on: boolean) => asked.push(on),
    });
    const handler = over(StreamRequestHandler, connection);
    handler.disableNagleAlgorithm = disable;
    await handler.setup();
    assertEquals(gettimeout(connection), null);
    await handler.finish();
  }
  assertEquals(asked, [false, true]);
});

Deno.test("StreamRequestHandler.setup() opens the streams that the buffer sizes ask for", async () => {
  using ends = await connected();
  for (
    const [wbufsize, Class] of [[0, _SocketWriter], [-1, CoalescingWriter], [
      3,
      CoalescingWriter,
    ]] as const
  ) {
    const handler = over(StreamRequestHandler, ends.near);
    handler.wbufsize = wbufsize;
    await handler.setup();
    assertEquals(handler.connection, ends.near);
    assertInstanceOf(handler.rfile, BufferedReader);
    assertInstanceOf<unknown>(handler.wfile, Class);
    assertEquals(handler.rfile.fileno(), handler.wfile.fileno());
    await handler.finish();
    assertEquals([handler.rfile.closed, handler.wfile.closed], [true, true]);
  }
});

Deno.test("StreamRequestHandler with rbufsize 0 reads nothing that was not asked for", async () => {
  using ends = await connected();
  const handler = over(StreamRequestHandler, ends.near);
  handler.rbufsize = 0;
  await handler.setup();
  await ends.far.write(bytes("first line\nrest"));
  assertEquals(text(await handler.rfile.readline()), "first line\n");
  assertEquals(text(await handler.rfile.read(1)), "r");
  const buffer = new Uint8Array(10);
  const count = await handler.connection.read(buffer);
  assertEquals(text(buffer.subarray(0, count!)), "est");
  await handler.finish();
});

Deno.test("StreamRequestHandler: buffered writes leave together, at the latest when it finishes", async () => {
  class Buffered extends StreamRequestHandler {
    override wbufsize = -1;
    override async handle(): Promise<void> {
      await this.wfile.write(bytes("one "));
      await this.wfile.write(bytes("two"));
    }
  }
  await whileServing(new TCPServer(LOOPBACK, Buffered), async (server) => {
    assertEquals(await ask(server.serverAddress, ""), "one two");
  });
});

Deno.test("StreamRequestHandler.finish() ignores a client that has gone, and closes both streams", async () => {
  for (const wbufsize of [0, -1]) {
    const connection = Object.assign(new GatedConnection(), {
      write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")),
    });
    class Late extends StreamRequestHandler {
      override wbufsize = wbufsize;
      override async handle(): Promise<void> {
        await this.wfile.write(bytes("x"));
      }
    }
    const handler = over(Late, connection);
    // Without a buffer it is the write that fails, with one the flush.
    if (wbufsize === 0) {
      await assertRejects(() => handler.run(), Deno.errors.BrokenPipe);
    } else await handler.run();
    assertEquals([handler.rfile.closed, handler.wfile.closed], [true, true]);
  }
});

Deno.test("StreamRequestHandler.finish() passes on what is no socket's error", async () => {
  class Strange extends StreamRequestHandler {
    override setup(): void {
      super.setup();
      this.wfile = new class extends BytesIO {
        override flush(): Promise<void> {
          return Promise.reject(new RangeError("mistake"));
        }
      }();
    }
  }
  const handler = over(Strange, new GatedConnection());
  await assertRejects(() => handler.run(), RangeError, "mistake");
});

Deno.test("StreamRequestHandler.finish() leaves streams alone that the handler has closed", async () => {
  class Closing extends StreamRequestHandler {
    override async handle(): Promise<void> {
      await this.wfile.close();
      await this.rfile.close();
    }
  }
  const handler = over(Closing, new GatedConnection());
  await handler.run();
  assertEquals([handler.rfile.closed, handler.wfile.closed], [true, true]);
});

Deno.test("StreamRequestHandler runs on streams that an overridden setup() gives it", async () => {
  const output = new BytesIO();
  class Memory extends EchoHandler {
    override setup(): void {
      this.rfile = new BufferedReader(new BytesIO(bytes("one\ntwo\n")));
      this.wfile = output;
    }
    override async finish(): Promise<void> {}
  }
  await new Memory(null as unknown as Deno.Conn, ADDRESS, {}).run();
  assertEquals(text(output.getvalue()), "one\ntwo\n");
});

Deno.test("StreamRequestHandler: a client that keeps silent longer than timeout is reported and closed", async () => {
  class Impatient extends EchoHandler {
    override timeout = 0.03;
  }
  const server = new TCPServer(LOOPBACK, Impatient);
  const log = server.logger = new LogBook();
  await whileServing(server, async () => {
    using client = await connect(server.serverAddress);
    await client.send("in time\n");
    assertEquals(await client.line(), "in time\n");
    assertEquals(await client.rest(), "");
    client.end();
    await until(() => log.entries.length === 1);
  });
  assert(log.entries[0]!.message.includes("TimedOut"));
});

Deno.test("StreamRequestHandler: a client that does not read longer than writeTimeout ends the write", async () => {
  let error: unknown;
  class Generous extends StreamRequestHandler {
    override writeTimeout = 0.05;
    override async handle(): Promise<void> {
      try {
        await this.wfile.write(new Uint8Array(50_000_000));
      } catch (thrown) {
        error = thrown;
      }
    }
  }
  const server = new TCPServer(LOOPBACK, Generous);
  server.lingerTime = 0;
  await whileServing(server, async () => {
    using _client = await connect(server.serverAddress);
    await until(() => error !== undefined);
  });
  assertInstanceOf(error, Deno.errors.TimedOut);
});

Deno.test("StreamRequestHandler: writeTimeout does not limit reading", async () => {
  class Patient extends EchoHandler {
    override writeTimeout = 0.01;
  }
  await whileServing(new TCPServer(LOOPBACK, Patient), async (server) => {
    using client = await connect(server.serverAddress);
    for (let i = 0; i < 2; i++) {
      await pause(30);
      await client.send("a\n");
      assertEquals(await client.line(), "a\n");
    }
    await client.end();
  });
});

Deno.test("StreamRequestHandler: a server that closes the connection under a read ends it with a TypeError", async () => {
  let error: unknown;
  class Reading extends StreamRequestHandler {
    override async handle(): Promise<void> {
      const reading = this.rfile.readline();
      this.connection.close();
      try {
        await reading;
      } catch (thrown) {
        error = thrown;
      }
    }
  }
  const server = new TCPServer(LOOPBACK, Reading);
  const log = server.logger = new LogBook();
  await whileServing(server, async () => {
    using client = await connect(server.serverAddress);
    assertEquals(await client.rest().catch(() => ""), "");
  });
  assertInstanceOf(error, TypeError);
  assertEquals(log.entries, []);
});
