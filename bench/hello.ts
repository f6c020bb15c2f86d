/**
 * Hello world over keep-alive connections: a handler class of this package
 * against a loop that only reads and writes, `Deno.serve`, `node:http` and
 * CPython's `http.server`.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";
import { compareWebServers, denoProgram, type WebServer } from "./_web.ts";

/** Runs the benchmark and prints what came of it. */
export async function hello(): Promise<void> {
  const servers: WebServer[] = [
    {
      name: "Deno.Conn, bare loop",
      command: denoProgram("./hello/bare_conn.ts"),
    },
    { name: "BaseHTTPRequestHandler", command: denoProgram("./hello/ours.ts") },
    {
      name: "fromFetchHandler",
      command: denoProgram("./hello/fetch_handler.ts"),
    },
    { name: "Deno.serve", command: denoProgram("./hello/deno_serve.ts") },
    { name: "node:http", command: denoProgram("./hello/node_http.ts") },
  ];
  const python = findProgram("python3");
  if (python) {
    const script = new URL("./hello/cpython.py", import.meta.url).pathname;
    servers.push({
      name: "CPython",
      command: (port) => [python, script, String(port)],
    });
  }
  await compareWebServers("hello world, 64 connections", servers, {
    path: "/",
    connections: 64,
    rounds: 3,
    seconds: 2,
  });
}
