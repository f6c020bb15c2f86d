/** What is left behind by much data, and by many who leave. */
import { assert, assertEquals } from "@std/assert";
import {
  CgiSite,
  children,
  request,
  writeScript,
} from "../_tools/testing/cgi_site.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { until } from "../_tools/testing/test_clients.ts";

const LINUX = Deno.build.os === "linux";
const MIB = 1 << 20;

/** Bytes of memory that a process holds. */
function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

Deno.test({
  name:
    "CGIHTTPRequestHandler passes 1 GiB to a script and back at constant memory",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make({ "cgi-bin": {} });
    await writeScript(
      folder.at("cgi-bin/cat"),
      "printf 'Content-Type: a/b\\n\\n'; exec cat",
    );
    await using program = new RunningProgram(
      new URL("../mod.ts", import.meta.url).pathname,
      ["0", folder.path, "-b", "127.0.0.1", "-q", "--cgi"],
      { flags: ["--allow-all"] },
    );
    const port = await program.port();
    const { pid } = program.process;
    const block = new Uint8Array(MIB).fill(120);
    let toSend = 1024;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (toSend-- === 0) controller.close();
        else controller.enqueue(block);
      },
    }, { highWaterMark: 0 });
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(
      `POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${
        1024 * MIB
      }\r\n\r\n`,
    ));
    const memory: number[] = [];
    let received = 0;
    const receiving = (async () => {
      const buffer = new Uint8Array(MIB);
      for (let count; (count = await connection.read(buffer)) !== null;) {
        if ((received + count) >> 26 > received >> 26) {
          memory.push(residentMemory(pid) / MIB);
        }
        received += count;
      }
    })();
    for await (const chunk of body) {
      for (let sent = 0; sent < chunk.length;) {
        sent += await connection.write(chunk.subarray(sent));
      }
    }
    await receiving;
    connection.close();
    assert(received > 1024 * MIB, `${received}`);
    const early = Math.max(...memory.slice(0, 4));
    const late = Math.max(...memory.slice(-4));
    assert(late - early < 64, memory.map(Math.round).join());
  },
});

Deno.test({
  name: "CGIHTTPRequestHandler leaves nothing behind of 500 clients that leave",
  ignore: !LINUX,
  async fn() {
    const before = openFiles();
    {
      await using site = await CgiSite.make({
        "sleeper":
          "printf 'Content-Type: a/b\\n\\n'; echo begun; exec sleep 1000",
        "silent": "exec sleep 1000",
        "cat": "printf 'Content-Type: a/b\\n\\n'; exec cat",
      }, { scripts: { spoolMemory: 1000 } });
      const leave = async (i: number) => {
        using client = await RawClient.connect(site.served.address);
        switch (i % 4) {
          case 0:
            await client.send(request("/cgi-bin/sleeper"));
            await client.readSome();
            break;
          case 1:
            await client.send(request("/cgi-bin/silent"));
            break;
          case 2:
            await client.send(
              "POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc",
            );
            break;
          case 3:
            // Its body goes to a file.
            await client.send(
              `POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n${
                "x".repeat(0x2000)
              }\r\n`,
            );
        }
      };
      for (let round = 0; round < 20; round++) {
        await Promise.all(
          Array.from({ length: 25 }, (_, i) => leave(round * 25 + i)),
        );
        await until(() => children().length === 0);
      }
      site.served.takeErrors();
    }
    await until(() => openFiles() <= before);
    const files = [...Deno.readDirSync(Deno.env.get("TMPDIR") ?? "/tmp")];
    assertEquals(
      files.filter(({ name }) => name.startsWith("cgi-body-")),
      [],
    );
  },
});

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
