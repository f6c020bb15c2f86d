/**
 * A shell script that says hello: `CGIHTTPRequestHandler` and `cgiHandler`
 * against lighttpd's mod_cgi and CPython's `http.server --cgi`. Most of it is
 * to start a process, which nobody can do without.
 *
 * @module
 */
import { writeScript } from "../_tools/testing/cgi_site.ts";
import { configuration } from "../_tools/testing/lighttpd.ts";
import { findProgram } from "../_tools/testing/real_program.ts";
import { compareWebServers, denoCommand, type WebServer } from "./_web.ts";

const OURS = "CGIHTTPRequestHandler";
const LIGHTTPD = "lighttpd, mod_cgi";

/** Runs the benchmark and prints what came of it. */
export async function cgi(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    // CPython drops root, and runs scripts as nobody.
    await Deno.chmod(folder, 0o755);
    await Deno.mkdir(`${folder}/cgi-bin`);
    await writeScript(
      `${folder}/cgi-bin/hello`,
      "echo 'Content-Type: text/plain'; echo; echo hello\n",
    );
    const program = (name: string, file: string): WebServer => ({
      name,
      command: denoCommand(["-A"], file, folder),
    });
    const servers = [
      program("Deno.Command, bare loop", "./cgi/bare.ts"),
      program(OURS, "./cgi/ours.ts"),
      program("cgiHandler, Deno.serve", "./cgi/deno_serve.ts"),
      ...lighttpd(folder),
      ...cpython(folder),
    ];
    await compareWebServers("Shell script by CGI, 4 connections", servers, {
      path: "/cgi-bin/hello",
      connections: 4,
      rounds: 5,
      seconds: 2,
    }, [{
      server: OURS,
      peer: LIGHTTPD,
      what: "Shell script by CGI: CPU, to lighttpd",
      measure: "cpu",
      atMost: 1.1,
    }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function lighttpd(folder: string): WebServer[] {
  const program = findProgram("lighttpd") ??
    findProgram("lighttpd", "/usr/sbin");
  if (!program) {
    console.log(
      "lighttpd is left out: it is not installed (apt-get install lighttpd)",
    );
    return [];
  }
  return [{
    name: LIGHTTPD,
    command: (port) => {
      const file = `${folder}/lighttpd.conf`;
      Deno.writeTextFileSync(file, configuration(folder, port));
      return [program, "-D", "-f", file];
    },
  }];
}

/** Debian's, which still has `--cgi`; the newest has not. */
function cpython(folder: string): WebServer[] {
  const python = findProgram("python3", "/usr/bin");
  if (!python) return [];
  const words = ["-m", "http.server", "--cgi", "-b", "127.0.0.1", "-d", folder];
  return [{
    name: "CPython --cgi",
    command: (port) => [python, ...words, String(port)],
    endsByClosing: true,
  }];
}
