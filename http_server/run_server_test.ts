import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { Folder } from "../_tools/testing/folder.ts";
import { HTTPServer, ThreadingHTTPServer } from "./http_server.ts";
import { runServer, type RunServerOptions, test } from "./run_server.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

class Quiet extends SimpleHTTPRequestHandler {
  override logMessage(_format: string, ..._args: unknown[]): void {}
}

/** Runs a server until its first line is printed and `use` is done. */
async function running(
  options: RunServerOptions,
  use: (lines: string[]) => Promise<void> | void = () => {},
): Promise<string[]> {
  const stop = new AbortController();
  const lines: string[] = [];
  const printed = Promise.withResolvers<void>();
  const run = runServer({
    port: 0,
    ...options,
    signal: stop.signal,
    print(line) {
      lines.push(line);
      // The rest is printed in the same turn.
      setTimeout(printed.resolve);
    },
  });
  await Promise.race([printed.promise, run]);
  try {
    await use(lines);
  } finally {
    stop.abort();
    await run;
  }
  return lines;
}

Deno.test("runServer() chooses the family of addresses by the address (test_server_test_unspec, test_server_test_localhost, test_server_test_ipv6, test_server_test_ipv4)", async () => {
  const families: [bind: string | null, family: string[]][] = [
    [null, ["AF_INET6", "AF_INET"]],
    ["localhost", ["AF_INET6", "AF_INET"]],
    ["::", ["AF_INET6"]],
    ["::1", ["AF_INET6"]],
    ["0.0.0.0", ["AF_INET"]],
    ["127.0.0.1", ["AF_INET"]],
  ];
  for (const [bind, expected] of families) {
    let family = "";
    class Recording extends ThreadingHTTPServer {
      override serverBind(): void {
        family = this.addressFamily;
        super.serverBind();
      }
    }
    await running({ bind, ServerClass: Recording });
    assert(expected.includes(family), `${family} for ${bind}`);
  }
});

Deno.test("runServer() prints one line with the address, IPv6 in brackets", async () => {
  const [line] = await running({ bind: "::1" });
  assertMatch(
    line!,
    /^Serving HTTP on ::1 port (\d+) \(http:\/\/\[::1\]:\1\/\) \.\.\.$/,
  );
});

Deno.test("runServer() is what Python calls test", () => {
  assertEquals(test, runServer);
});

Deno.test("runServer() serves with the classes and the version that it is told", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  let served: unknown;
  class Mine extends HTTPServer {
    override serverBind(): void {
      served = this;
      super.serverBind();
    }
  }
  const lines = await running({
    bind: "127.0.0.1",
    HandlerClass: Quiet.configure({ directory: folder.path }),
    ServerClass: Mine,
    protocol: "HTTP/1.0",
  }, async ([line]) => {
    const [, port] = /port (\d+)/.exec(line!)!;
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    await connection.write(
      new TextEncoder().encode("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n"),
    );
    const answer = await new Response(connection.readable).text();
    assertMatch(answer, /^HTTP\/1\.0 200 OK\r\n/);
  });
  assertEquals(lines.length, 1);
  assertInstanceOf(served, Mine);
});

Deno.test("runServer() listens on several addresses on one port, or on none", async () => {
  const lines = await running({ bind: ["127.0.0.1", "::1"] });
  const ports = lines.map((line) => /port (\d+)/.exec(line)![1]);
  assertEquals(ports.length, 2);
  assertEquals(ports[0], ports[1]);
  using taken = Deno.listen({ hostname: "::1", port: 0 });
  const { port } = taken.addr;
  await assertRejects(
    () => runServer({ bind: ["127.0.0.1", "::1"], port }),
    Error,
    `Cannot listen on ::1 port ${port}: it is in use`,
  );
  // Nothing of the first address is left behind.
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("runServer() does not start if it was stopped before", async () => {
  await runServer({
    bind: "127.0.0.1",
    port: 0,
    signal: AbortSignal.abort(),
    print() {},
  });
});

Deno.test("runServer() takes the next free port only if it may", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await assertRejects(
    () => runServer({ bind: "127.0.0.1", port }),
    Error,
    "it is in use",
  );
  const lines = await running({ bind: "127.0.0.1", port, nextFreePort: true });
  assertMatch(lines[0]!, new RegExp(`^Port ${port} is in use, so it is \\d+$`));
});
