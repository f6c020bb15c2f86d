/** A server that runs out of open files. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { cpuSeconds } from "../_tools/testing/processes.ts";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function environment(...names: string[]): Record<string, string> {
  const values = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    values.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

testWithPrograms(
  ["bash"],
  "at 64 open files a server neither dies nor spins, and recovers",
  async ({ bash }) => {
    const program = new URL("./testdata/few_files_server.ts", import.meta.url);
    const child = new Deno.Command(bash, {
      args: [
        "-c",
        'ulimit -n 64; exec "$0" run --no-check -A "$1"',
        Deno.execPath(),
        program.pathname,
      ],
      // Certificates named there would be files to open, too.
      clearEnv: true,
      env: environment("HOME", "DENO_DIR"),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const errors = new Response(child.stderr).text();
    const clients: RawClient[] = [];
    try {
      const { value: port } = await output.read();
      const address = {
        transport: "tcp",
        hostname: "127.0.0.1",
        port: Number(port),
      } as const;
      for (let i = 0; i < 100; i++) {
        clients.push(await RawClient.connect(address));
      }
      // Each that was accepted is served.
      await clients[0]!.send(GET);
      assertEquals((await clients[0]!.readAnswer()).status, 204);

      const before = cpuSeconds(child.pid);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const used = cpuSeconds(child.pid) - before;
      assert(used < 0.3, `${used} seconds of processor time in one`);

      await clients[1]!.send(GET);
      assertEquals((await clients[1]!.readAnswer()).status, 204);

      // With room again it takes those that have waited, the last one too.
      const last = clients.pop()!;
      for (const client of clients.splice(0)) client.close();
      clients.push(last);
      await last.send(GET);
      assertEquals((await last.readAnswer()).status, 204);
    } finally {
      for (const client of clients) client.close();
      await child.stdin.close();
    }
    let rest = "";
    for (;;) {
      const { done, value } = await output.read();
      if (done) break;
      rest += value;
    }
    assertEquals(await errors, "");
    assertEquals((await child.status).code, 0);
    const reports: string[] = JSON.parse(rest);
    // Once for each time that it ran out, not for each attempt.
    assert(reports.length >= 1 && reports.length <= 5, `${reports.length}`);
    for (const report of reports) {
      assertMatch(report, /Cannot accept connections/);
    }
  },
);
