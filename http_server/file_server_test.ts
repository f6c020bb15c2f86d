/**
 * What happens to files while they are served, and to those who do not read
 * to the end.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Program } from "../_tools/testing/file_server_program.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { field, RawClient } from "../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { residentMemory } from "../_tools/testing/processes.ts";
import { serve, type Served } from "../_tools/testing/serve.ts";
import { until } from "../_tools/testing/waiting.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

class Quiet extends SimpleHTTPRequestHandler {
  override logMessage(_format: string, ..._args: unknown[]): void {}
}

const MIB = 1 << 20;

/** A file of zeros that takes no room on the disk. */
async function sparse(path: string, size: number, end = ""): Promise<void> {
  await Deno.writeTextFile(path, "");
  await Deno.truncate(path, size - end.length);
  await Deno.writeTextFile(path, end, { append: true });
}

/** How many files under a folder a process has open. */
function openFiles(
  { path }: Folder,
  process: number | "self" = "self",
): number {
  let count = 0;
  const folder = `/proc/${process}/fd`;
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      if (Deno.readLinkSync(`${folder}/${name}`).startsWith(path)) count++;
    } catch {
      // It was the one that the folder is read with.
    }
  }
  return count;
}

const LINUX = Deno.build.os === "linux";

async function request(
  served: Served,
  target: string,
  fields = "",
): Promise<RawClient> {
  const client = await served.connect();
  await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  return client;
}

/** Reads a body without keeping it; returns how long it was. */
async function drain(client: RawClient): Promise<number> {
  const buffer = new Uint8Array(1 << 18);
  let total = 0;
  for (let count; (count = await client.connection.read(buffer)) !== null;) {
    total += count;
  }
  return total;
}

Deno.test({
  name:
    "SimpleHTTPRequestHandler cuts the connection when a file is cut short while it is served",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make();
    const log: string[] = [];
    class Logged extends Quiet {
      override logMessage(format: string): void {
        log.push(format);
      }
    }
    await using served = serve(Logged.configure({ directory: folder.path }));
    for (const fields of ["", "Accept-Encoding: gzip\r\n"]) {
      // Text that cannot be compressed to less than the sockets hold.
      const noise = Array.from(
        { length: 32 },
        () => crypto.getRandomValues(new Uint8Array(65536)),
      );
      await Deno.writeFile(
        folder.at("a.txt"),
        new Blob(Array.from({ length: 16 }, () => noise).flat()).stream(),
      );
      using client = await request(served, "/a.txt", fields);
      const first = await client.readSome();
      assertMatch(first, /^HTTP\/1\.1 200 OK\r\n/);
      await Deno.truncate(folder.at("a.txt"), 1000);
      const rest = await client.readToEnd();
      assert(rest.length < 30 * MIB, `${rest.length}`);
      // The last chunk would say that this is all.
      assert(!rest.endsWith("\r\n0\r\n\r\n"));
      await until(() => openFiles(folder) === 0);
    }
    assertEquals(served.takeErrors(), []);
    using again = await request(served, "/a.txt");
    assertEquals((await again.readAnswer()).body.length, 1000);
    assert(log.length >= 5, log.join("\n"));
  },
});

Deno.test({
  name:
    "SimpleHTTPRequestHandler sends to its end what is deleted, or replaced by a FIFO, while it is served",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make();
    await using served = serve(Quiet.configure({ directory: folder.path }));
    for (const successor of [null, "fifo", "folder", "text"]) {
      await Deno.remove(folder.at("a.bin"), { recursive: true }).catch(
        () => {},
      );
      await sparse(folder.at("a.bin"), 16 * MIB, "the end");
      using client = await request(served, "/a.bin", "Connection: close\r\n");
      await client.readSome();
      await Deno.remove(folder.at("a.bin"));
      if (successor === "fifo") {
        await new Deno.Command("mkfifo", { args: [folder.at("a.bin")] })
          .output();
      }
      if (successor === "folder") await Deno.mkdir(folder.at("a.bin"));
      if (successor === "text") {
        await Deno.writeTextFile(folder.at("a.bin"), "text");
      }
      const all = await client.readToEnd();
      assert(all.endsWith("\0the end"));
      using next = await request(served, "/a.bin");
      const { status } = await next.readAnswer();
      assertEquals(
        status,
        successor === "folder" ? 301 : successor === "text" ? 200 : 404,
      );
    }
    await until(() => openFiles(folder) === 0);
  },
});

Deno.test({
  name:
    "SimpleHTTPRequestHandler keeps no file and no memory of 500 clients that reset within a download, time and again",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make();
    await sparse(folder.at("a.bin"), 100 * MIB);
    await using program = new Program([
      "0",
      folder.path,
      "-b",
      "127.0.0.1",
      "-q",
    ]);
    const address = { hostname: "127.0.0.1", port: await program.port() };
    const { pid } = program.process;
    const buffer = new Uint8Array(4096);
    const reset = async () => {
      using client = await RawClient.connect({ transport: "tcp", ...address });
      await client.send("GET /a.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      // Closing with bytes unread sends a reset.
      await client.connection.read(buffer);
    };
    // Memory grows until garbage is collected, how far depends on the machine.
    // Then it is flat, unless each client leaves something behind: three rounds
    // are 1,500 clients, and 16 KiB of each are 24 MiB.
    const memory: number[] = [];
    const least = (from: number, to?: number) =>
      Math.min(...memory.slice(from, to));
    do {
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 50 }, reset));
      }
      await until(() => openFiles(folder, pid) === 0);
      memory.push(residentMemory(pid) / MIB);
      assert(memory.length < 15, memory.join());
    } while (memory.length < 6 || least(-3) - least(-6, -3) > 20);
  },
});

Deno.test({
  name: "SimpleHTTPRequestHandler holds little for 50 clients that read slowly",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make();
    await sparse(folder.at("a.bin"), 100 * MIB);
    await using served = serve(Quiet.configure({ directory: folder.path }));
    const before = Deno.memoryUsage().rss;
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => request(served, "/a.bin")),
    );
    const buffer = new Uint8Array(1024);
    for (let round = 0; round < 30; round++) {
      for (const client of clients) {
        assert(await client.connection.read(buffer) !== null);
      }
    }
    // A read that is under way has the file open once more.
    await until(() => openFiles(folder) === 50);
    const grown = (Deno.memoryUsage().rss - before) / MIB;
    assert(grown < 128, `${grown} MiB`);
    for (const client of clients) client.close();
    await until(() => openFiles(folder) === 0);
    served.takeErrors();
  },
});

Deno.test({
  name: "SimpleHTTPRequestHandler compresses a long file while it is read",
  ignore: !LINUX,
  async fn() {
    await using folder = await Folder.make();
    await sparse(folder.at("a.txt"), 192 * MIB);
    await using served = serve(Quiet.configure({ directory: folder.path }));
    const before = Deno.memoryUsage().rss;
    for (const coding of ["br", "gzip"]) {
      const response = await fetch(
        `http://127.0.0.1:${served.address.port}/a.txt`,
        {
          headers: { "Accept-Encoding": coding },
        },
      );
      let length = 0;
      for await (const chunk of response.body!) length += chunk.length;
      assertEquals(length, 192 * MIB);
    }
    const grown = (Deno.memoryUsage().rss - before) / MIB;
    assert(grown < 128, `${grown} MiB`);
    assertEquals(openFiles(folder), 0);
  },
});

Deno.test("SimpleHTTPRequestHandler reads a file of 5 GiB at its end", async () => {
  await using folder = await Folder.make();
  const size = 5 * 1024 * MIB;
  await sparse(folder.at("a.bin"), size, "the end");
  await using served = serve(Quiet.configure({ directory: folder.path }));
  const ask = async (fields: string, method = "GET") => {
    using client = await served.connect();
    await client.send(`${method} /a.bin HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    return await client.readAnswer(method);
  };
  const last = await ask("Range: bytes=-7\r\n");
  assertEquals(last.body, "the end");
  assertEquals(
    field(last, "Content-Range"),
    `bytes ${size - 7}-${size - 1}/${size}`,
  );
  assertEquals((await ask(`Range: bytes=${size - 3}-\r\n`)).body, "end");
  const beyond = await ask(`Range: bytes=${size}-\r\n`);
  assertEquals([beyond.status, field(beyond, "Content-Range")], [
    416,
    `bytes */${size}`,
  ]);
  assertEquals(field(await ask("", "HEAD"), "Content-Length"), String(size));
  const parts = await ask(`Range: bytes=0-1,${size - 2}-\r\n`);
  assertMatch(parts.body, /\r\n\r\n\0\0\r\n[^]*\r\n\r\nnd\r\n--/);
});

Deno.test("SimpleHTTPRequestHandler sends 100 MiB whole", async () => {
  await using folder = await Folder.make();
  await sparse(folder.at("a.bin"), 100 * MIB, "the end");
  await using served = serve(Quiet.configure({ directory: folder.path }));
  using client = await request(served, "/a.bin", "Connection: close\r\n");
  const total = await drain(client);
  assert(total > 100 * MIB && total < 100 * MIB + 1000);
});

testWithPrograms(
  ["curl"],
  "SimpleHTTPRequestHandler lets curl resume a download",
  async ({ curl }) => {
    await using folder = await Folder.make();
    const bytes = crypto.getRandomValues(new Uint8Array(65536));
    const content = new Uint8Array(MIB);
    for (let i = 0; i < 16; i++) content.set(bytes, i * 65536);
    content.set(new TextEncoder().encode("the end"), MIB - 7);
    await Deno.writeFile(folder.at("a.bin"), content);
    await using served = serve(Quiet.configure({ directory: folder.path }));
    const target = folder.at("download");
    await Deno.writeFile(target, content.subarray(0, 300_001));
    const url = `http://127.0.0.1:${served.address.port}/a.bin`;
    const run = (...args: string[]) =>
      new Deno.Command(curl, {
        args: ["-sS", "-w", "%{http_code} %{size_download}", ...args, url],
      }).output();
    const { code, stdout } = await run("-C", "-", "-o", target);
    assertEquals(code, 0);
    assertEquals(new TextDecoder().decode(stdout), `206 ${MIB - 300_001}`);
    assertEquals(await Deno.readFile(target), content);
    const { stdout: parts } = await run(
      "-r",
      "0-3,-3",
      "-o",
      folder.at("parts"),
    );
    assertMatch(new TextDecoder().decode(parts), /^206 /);
    const { stdout: compressed } = await run("--compressed", "-o", target);
    assertEquals(new TextDecoder().decode(compressed), `200 ${MIB}`);
  },
);

Deno.test("SimpleHTTPRequestHandler goes on when a listing's folder vanishes, and when it is large", async () => {
  await using folder = await Folder.make({ "sub": {} });
  await using served = serve(Quiet.configure({ directory: folder.path }));
  const ask = async (target: string, fields = "") => {
    using client = await request(served, target, fields);
    return await client.readAnswer();
  };
  for (let i = 0; i < 3000; i++) {
    Deno.writeTextFileSync(folder.at(`sub/file ${i}.txt`), "x".repeat(i % 10));
  }
  const first = await ask("/sub/");
  assertEquals(first.body.match(/<tr class="file">/g)?.length, 500);
  assert(first.body.includes("3,000 files"));
  const names = (await ask("/sub/", "Accept: text/plain\r\n")).body.trim()
    .split("\n");
  assertEquals(names.slice(0, 3), ["file 0.txt", "file 1.txt", "file 2.txt"]);
  assertEquals(names.at(-1), "file 2999.txt");
  const last = await ask("/sub/?page=6&order=desc");
  assert(last.body.includes("file 0.txt"));
  assert(!last.body.includes("file 500.txt"));
  // The folder goes while it is listed, again and again.
  const asking = Promise.all(
    Array.from({ length: 20 }, () => ask("/sub/?sort=size")),
  );
  await Deno.remove(folder.at("sub"), { recursive: true });
  for (const { status } of await asking) {
    assert(status === 200 || status === 404, `${status}`);
  }
  assertEquals((await ask("/sub/")).status, 404);
});

Deno.test("SimpleHTTPRequestHandler closes the connection instead of hiding that a file cannot be read", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  class Failing extends Quiet {
    override copyfile(): Promise<void> {
      return Promise.reject(new Deno.errors.Busy("disk"));
    }
  }
  await using served = serve(Failing.configure({ directory: folder.path }));
  using client = await request(served, "/a.txt");
  await assertRejects(() => client.readAnswer(), Error, "the connection ended");
});
