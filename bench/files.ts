/**
 * Files of 1 KiB and of 100 MiB, and a folder of 10,000:
 * `SimpleHTTPRequestHandler` against nginx and CPython's `http.server`.
 * `@std/http`'s file server is left out: its npm build does not load.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";
import { compareWebServers, denoProgram, type WebServer } from "./_web.ts";

const OURS = "SimpleHTTPRequestHandler";
const NGINX = "nginx, sendfile";

/** More than are kept in memory. */
const MANY = 20_000;

/** Runs the benchmark and prints what came of it. */
export async function files(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    // nginx drops root, and reads as somebody else.
    await Deno.chmod(folder, 0o755);
    const small = new Uint8Array(1024).fill(97);
    await Deno.writeFile(`${folder}/small.txt`, small);
    const large = new Uint8Array(100 * 1024 * 1024);
    await Deno.writeFile(`${folder}/large.bin`, large);
    await Deno.mkdir(`${folder}/names`);
    for (let i = 0; i < 10_000; i++) {
      Deno.writeTextFileSync(`${folder}/names/file-${i}.txt`, "");
    }
    await Deno.mkdir(`${folder}/many`);
    for (let i = 0; i < MANY; i++) {
      Deno.writeFileSync(`${folder}/many/${i}.txt`, small);
    }
    const servers = [
      { name: OURS, command: denoProgram("./files/ours.ts", folder) },
      ...await nginx(folder),
      ...cpython(folder),
    ];
    const ratio = { server: OURS, peer: NGINX };
    const load = { path: "/small.txt", connections: 32, rounds: 5, seconds: 2 };
    await compareWebServers("1 KiB file, 32 connections", servers, load, [{
      ...ratio,
      what: "1 KiB file: CPU, to nginx",
      measure: "cpu",
      atMost: 1.3,
    }]);
    await compareWebServers(
      `1 KiB files, ${MANY} of them in turn, 32 connections`,
      servers,
      { ...load, rounds: 3, script: "./files/in_turn.lua" },
    );
    await compareWebServers("100 MiB file, 4 connections", servers, {
      path: "/large.bin",
      connections: 4,
      rounds: 5,
      seconds: 3,
    }, [{
      ...ratio,
      what: "100 MiB file: throughput, to nginx",
      measure: "throughput",
      atLeast: 1,
    }]);
    await compareWebServers("Listing of 10,000 files, 4 connections", servers, {
      path: "/names/",
      connections: 4,
      rounds: 3,
      seconds: 3,
    }, [{
      ...ratio,
      what: "Listing of 10,000 files: CPU, to nginx",
      measure: "cpu",
      atMost: 3,
    }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function nginx(folder: string): Promise<WebServer[]> {
  const program = findProgram("nginx");
  if (!program) {
    console.log(
      "nginx is left out: it is not installed (apt-get install nginx-light)",
    );
    return [];
  }
  const template = await Deno.readTextFile(
    new URL("./files/nginx.conf", import.meta.url),
  );
  return [{
    name: NGINX,
    command: (port) => {
      const file = `${folder}/nginx.conf`;
      Deno.writeTextFileSync(
        file,
        template.replaceAll("$FOLDER", folder).replaceAll(
          "$PORT",
          String(port),
        ),
      );
      return [program, "-c", file, "-p", folder];
    },
  }];
}

function cpython(folder: string): WebServer[] {
  const python = findProgram("python3");
  if (!python) return [];
  const script = new URL("./files/cpython.py", import.meta.url).pathname;
  return [{
    name: "CPython",
    command: (port) => [python, script, String(port), folder],
  }];
}
