/**
 * Hello world as a WSGI application under `WSGIServer`, against the same answer
 * of a handler class.
 *
 * @module
 */
import { compareWebServers, denoProgram } from "./_web.ts";

const HANDLER = "BaseHTTPRequestHandler";
const WSGI = "WSGIServer";

/** Runs the benchmark and prints what came of it. */
export async function wsgi(): Promise<void> {
  const servers = [
    { name: HANDLER, command: denoProgram("./hello/ours.ts") },
    { name: WSGI, command: denoProgram("./hello/wsgi.ts") },
  ];
  await compareWebServers(
    "Hello world of an application, 64 connections",
    servers,
    {
      path: "/",
      connections: 64,
      rounds: 5,
      seconds: 2,
    },
    [{
      what: `hello of an application: CPU, to \`${HANDLER}\``,
      server: WSGI,
      peer: HANDLER,
      measure: "cpu",
      atMost: 1.25,
    }],
  );
}
