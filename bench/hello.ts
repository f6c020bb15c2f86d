/**
 * Hello world over keep-alive connections: a handler class of this package
 * against a loop that only reads and writes, `Deno.serve`, `node:http` and
 * CPython's `http.server`.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";
import {
  compareWebServers,
  denoProgram,
  type WebGoal,
  type WebServer,
} from "./_web.ts";

const BARE = "Deno.Conn, bare loop";
const OURS = "BaseHTTPRequestHandler";
const FETCH = "fromFetchHandler";
const SERVE = "Deno.serve";
const NODE = "node:http";
const CPYTHON = "CPython";

/** What Firefox sends beside Host. */
const BROWSER = [
  [
    "User-Agent",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ],
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["Accept-Language", "en-US,en;q=0.5"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"],
  ["Connection", "keep-alive"],
  ["Upgrade-Insecure-Requests", "1"],
  ["Sec-Fetch-Dest", "document"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Priority", "u=0, i"],
] as const;

/** Runs the benchmark and prints what came of it. */
export async function hello(): Promise<void> {
  const bare = { name: BARE, command: denoProgram("./hello/bare_conn.ts") };
  const ours = { name: OURS, command: denoProgram("./hello/ours.ts") };
  const serve = { name: SERVE, command: denoProgram("./hello/deno_serve.ts") };
  const servers: WebServer[] = [
    bare,
    ours,
    { name: FETCH, command: denoProgram("./hello/fetch_handler.ts") },
    serve,
    { name: NODE, command: denoProgram("./hello/node_http.ts") },
  ];
  const python = findProgram("python3");
  if (python) {
    const script = new URL("./hello/cpython.py", import.meta.url).pathname;
    servers.push({
      name: CPYTHON,
      command: (port) => [python, script, String(port)],
    });
  }
  const load = { path: "/", connections: 64, rounds: 5, seconds: 2 };
  await compareWebServers(
    "Hello world, 64 connections",
    servers,
    load,
    goals("hello"),
  );
  await compareWebServers(
    "Hello world, 64 connections, ten fields as browsers send them",
    servers.filter(({ name }) => name !== CPYTHON),
    { ...load, fields: BROWSER },
    goals("hello to a browser").slice(0, 3),
  );
  await compareWebServers(
    "Hello world, 64 connections, 16 requests pipelined",
    [ours, serve],
    { ...load, script: "./hello/pipelined.lua" },
    [{
      what: `16 requests pipelined: throughput, to \`${SERVE}\``,
      server: OURS,
      peer: SERVE,
      measure: "throughput",
      atLeast: 1.5,
    }],
  );
}

function goals(what: string): WebGoal[] {
  const throughput = (peer: string, atLeast: number): WebGoal => ({
    what: `${what}: throughput, to \`${peer}\``,
    server: OURS,
    peer,
    measure: "throughput",
    atLeast,
  });
  return [
    {
      what: `${what}: CPU, to a bare loop`,
      server: OURS,
      peer: BARE,
      measure: "cpu",
      atMost: 1.15,
    },
    throughput(SERVE, 0.9),
    throughput(NODE, 1.5),
    throughput(CPYTHON, 8),
    {
      what: `${what} through \`${FETCH}\`: CPU, to \`${SERVE}\``,
      server: FETCH,
      peer: SERVE,
      measure: "cpu",
      atMost: 1.6,
    },
  ];
}
