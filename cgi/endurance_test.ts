/** What is left behind by much data, and by many who leave. */
import { assertEquals, assertMatch } from "@std/assert";
import { CgiSite, request, writeScript } from "../_tools/testing/cgi_site.ts";
import {
  assertFlat,
  children,
  MIB,
  residentMemory,
} from "../_tools/testing/processes.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { latin1, RawClient, text } from "../_tools/testing/raw_client.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { until } from "../_tools/testing/waiting.ts";
import { cgiHandler } from "./cgi_handler.ts";

const LINUX = Deno.build.os === "linux";

const path = (name: string) => new URL(name, import.meta.url).pathname;

const HEAD = "printf 'Content-Type: a/b\\n\\n'";

/** Scripts that send what they get, count it, and send what nobody has sent. */
const SCRIPTS = {
  cat: `${HEAD}; exec cat`,
  count: `n=$(wc -c); ${HEAD}; echo $n`,
  zeros: `${HEAD}; exec head -c ${1024 * MIB} /dev/zero`,
};

const FLOODS: readonly [
  title: string,
  program: string,
  args: (folder: string) => string[],
  target: string,
  sent: number,
  received: number,
][] = [
  [
    "CGIHTTPRequestHandler passes 1 GiB to a script and back",
    path("../mod.ts"),
    (folder) => ["0", folder, "-b", "127.0.0.1", "-q", "--cgi"],
    "/cgi-bin/cat",
    1024 * MIB,
    1024 * MIB,
  ],
  // With or without scripts, Deno.serve holds back little of what is sent while
  // it answers.
  [
    "cgiHandler() under Deno.serve passes 1 GiB to a script",
    path("testdata/deno_serve.ts"),
    (folder) => [`${folder}/cgi-bin`],
    "/count",
    1024 * MIB,
    `${1024 * MIB}\n`.length,
  ],
  [
    "cgiHandler() under Deno.serve passes 1 GiB from a script",
    path("testdata/deno_serve.ts"),
    (folder) => [`${folder}/cgi-bin`],
    "/zeros",
    0,
    1024 * MIB,
  ],
];

for (const [title, main, args, target, toSend, toReceive] of FLOODS) {
  Deno.test({
    name: `${title} at constant memory`,
    ignore: !LINUX,
    async fn() {
      await using folder = await Folder.make({ "cgi-bin": {} });
      for (const [name, script] of Object.entries(SCRIPTS)) {
        await writeScript(folder.at(`cgi-bin/${name}`), script);
      }
      await using program = new RunningProgram(main, args(folder.path), {
        flags: ["--allow-all"],
      });
      using connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: await program.port(),
      });
      const memory: number[] = [];
      let moved = 0;
      const count = (bytes: number) => {
        if ((moved + bytes) / (64 * MIB) >= memory.length + 1) {
          memory.push(residentMemory(program.process.pid) / MIB);
        }
        moved += bytes;
      };
      const receiving = receive(connection, count);
      await connection.write(latin1(
        `POST ${target} HTTP/1.0\r\nHost: a\r\nContent-Length: ${toSend}\r\n\r\n`,
      ));
      const block = new Uint8Array(MIB).fill(120);
      for (let sent = 0; sent < toSend; sent += MIB) {
        await writeAll(connection, block);
        count(MIB);
      }
      const { first, length } = await receiving;
      const head = text(first).split("\r\n\r\n", 1)[0]!;
      assertMatch(head, /^HTTP\/1\.[01] 200 OK\r\n/);
      assertEquals(length - head.length - 4, toReceive);
      assertFlat(memory);
    },
  });
}

/** Reads to the end, and keeps only what came first. */
async function receive(
  connection: Deno.Conn,
  count: (bytes: number) => void,
): Promise<{ first: Uint8Array; length: number }> {
  const buffer = new Uint8Array(MIB);
  let first: Uint8Array | undefined;
  let length = 0;
  for (let read; (read = await connection.read(buffer)) !== null;) {
    first ??= buffer.slice(0, read);
    length += read;
    count(read);
  }
  return { first: first!, length };
}

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  while (bytes.length > 0) {
    bytes = bytes.subarray(await connection.write(bytes));
  }
}

const SLEEPERS = {
  sleeper: `${HEAD}; echo begun; exec sleep 1000`,
  silent: "exec sleep 1000",
  cat: SCRIPTS.cat,
};

/** Lets 500 clients leave at different moments, 125 at a time. */
async function leaveAll(address: Deno.NetAddr, prefix = ""): Promise<void> {
  const leave = async (i: number) => {
    using client = await RawClient.connect(address);
    const post = (fields: string, body: string) =>
      client.send(
        `POST ${prefix}/cat HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`,
      );
    switch (i % 4) {
      case 0:
        await client.send(request(`${prefix}/sleeper`));
        return void await client.readSome();
      case 1:
        return await client.send(request(`${prefix}/silent`));
      case 2:
        return await post("Content-Length: 100000", "abc");
      case 3:
        // Its body goes to a file.
        return await post(
          "Transfer-Encoding: chunked",
          `2000\r\n${"x".repeat(0x2000)}\r\n`,
        );
    }
  };
  for (let round = 0; round < 4; round++) {
    await Promise.all(Array.from({ length: 125 }, (_, i) => leave(i)));
    await until(() => children().length === 0);
  }
}

/** What is left of processes and files once all have left. */
async function assertNothingLeft(openBefore: number): Promise<void> {
  await until(() => children().length === 0 && openFiles() <= openBefore);
  const files = [...Deno.readDirSync(Deno.env.get("TMPDIR") ?? "/tmp")];
  assertEquals(
    files.filter(({ name }) => name.startsWith("cgi-body-")),
    [],
  );
}

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

const MANY = { spoolMemory: 1000, maxProcesses: null };

Deno.test({
  name: "CGIHTTPRequestHandler leaves nothing behind of 500 clients that leave",
  ignore: !LINUX,
  async fn() {
    const before = openFiles();
    {
      await using site = await CgiSite.make(SLEEPERS, { scripts: MANY });
      await leaveAll(site.served.address, "/cgi-bin");
      site.served.takeErrors();
    }
    await assertNothingLeft(before);
  },
});

Deno.test({
  name:
    "cgiHandler() under Deno.serve leaves nothing behind of 500 clients that leave",
  ignore: !LINUX,
  async fn() {
    const before = openFiles();
    {
      await using folder = await Folder.make();
      for (const [name, script] of Object.entries(SLEEPERS)) {
        await writeScript(folder.at(name), script);
      }
      await using server = Deno.serve(
        {
          hostname: "127.0.0.1",
          port: 0,
          onListen() {},
          onError: () => new Response(null, { status: 500 }),
        },
        cgiHandler({ root: folder.path, ...MANY, log() {} }),
      );
      await leaveAll(server.addr);
    }
    await assertNothingLeft(before);
  },
});
