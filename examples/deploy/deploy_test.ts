/** The files of this folder, tried with the programs that they are for. */
import { assert, assertEquals } from "@std/assert";
import { Program } from "../../_tools/testing/file_server_program.ts";
import { Folder } from "../../_tools/testing/folder.ts";
import { freePort, listening } from "../../_tools/testing/free_port.ts";
import { testWithPrograms } from "../../_tools/testing/real_program.ts";

/** Runs a proxy with one of the files, in front of the file server. */
async function throughProxy(
  name: string,
  command: (
    config: string,
    folder: string,
  ) => [program: string, ...args: string[]],
): Promise<void> {
  await using site = await Folder.make({
    "a.txt": "a file",
    big: new Uint8Array(3_000_000),
  });
  await using folder = await Folder.make();
  await using server = new Program(["0", site.path, "-b", "127.0.0.1", "-q"]);
  const port = freePort();
  const text = await Deno.readTextFile(new URL(name, import.meta.url));
  await Deno.writeTextFile(
    folder.at(name),
    text.replaceAll("127.0.0.1:8000", `127.0.0.1:${await server.port()}`)
      .replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`),
  );
  const [program, ...args] = command(folder.at(name), folder.path);
  const proxy = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
    env: { HOME: folder.path },
  }).spawn();
  try {
    await listening(port);
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 3; i++) {
      assertEquals(await (await fetch(`${url}/a.txt`)).text(), "a file");
    }
    const range = await fetch(`${url}/a.txt`, {
      headers: { Range: "bytes=2-" },
    });
    assertEquals([range.status, await range.text()], [206, "file"]);
    const big = await fetch(`${url}/big`);
    assertEquals((await big.arrayBuffer()).byteLength, 3_000_000);
    const listing = await fetch(`${url}/`);
    assert((await listing.text()).includes(`href="a.txt"`));
  } finally {
    proxy.kill("SIGTERM");
    await proxy.status;
  }
}

testWithPrograms(
  ["nginx"],
  "nginx.conf puts nginx in front of the file server",
  async ({ nginx }) => {
    await throughProxy("nginx.conf", (config, folder) => [
      nginx,
      "-p",
      folder,
      "-c",
      config,
      "-g",
      "daemon off;",
    ]);
  },
);

testWithPrograms(
  ["caddy"],
  "Caddyfile puts Caddy in front of the file server",
  async ({ caddy }) => {
    await throughProxy("Caddyfile", (config) => [
      caddy,
      "run",
      "--config",
      config,
      "--adapter",
      "caddyfile",
    ]);
  },
);

testWithPrograms(
  ["systemd-analyze"],
  "pystd-server.service is one that systemd takes",
  async (programs) => {
    await using folder = await Folder.make();
    const unit = await Deno.readTextFile(
      new URL("pystd-server.service", import.meta.url),
    );
    // Deno may lie elsewhere here.
    await Deno.writeTextFile(
      folder.at("pystd-server.service"),
      unit.replace("/usr/bin/deno", Deno.execPath()),
    );
    const { success, stderr } = await new Deno.Command(
      programs["systemd-analyze"],
      {
        args: ["verify", folder.at("pystd-server.service")],
      },
    ).output();
    const said = new TextDecoder().decode(stderr);
    assert(success && said === "", said);
  },
);
