/**
 * Files of 1 KiB and of 100 MiB: `SimpleHTTPRequestHandler` against nginx and
 * CPython's `http.server`.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";
import { compareWebServers, denoProgram, type WebServer } from "./_web.ts";

/** Runs the benchmark and prints what came of it. */
export async function files(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    // nginx drops root, and reads as somebody else.
    await Deno.chmod(folder, 0o755);
    await Deno.writeFile(`${folder}/small.txt`, new Uint8Array(1024).fill(97));
    const large = new Uint8Array(100 * 1024 * 1024);
    await Deno.writeFile(`${folder}/large.bin`, large);
    const servers = [
      {
        name: "SimpleHTTPRequestHandler",
        command: denoProgram("./files/ours.ts", folder),
      },
      ...await nginx(folder),
      ...cpython(folder),
    ];
    await compareWebServers("1 KiB file, 32 connections", servers, {
      path: "/small.txt",
      connections: 32,
      rounds: 3,
      seconds: 2,
    });
    await compareWebServers("100 MiB file, 4 connections", servers, {
      path: "/large.bin",
      connections: 4,
      rounds: 3,
      seconds: 3,
    });
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
    name: "nginx, sendfile",
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
