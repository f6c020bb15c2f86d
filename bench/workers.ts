/**
 * The file server in one process and in two that share its port. The load
 * generator wants a core, too, so it is the CPU time of a request that tells
 * whether sharing costs anything.
 *
 * @module
 */
import { compareWebServers, type WebServer } from "./_web.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const MAIN = new URL("../http_server/main.ts", import.meta.url).pathname;

/** Runs the benchmark and prints what came of it. */
export async function workers(): Promise<void> {
  const server = (count: number): WebServer => ({
    name: count === 1 ? "1 process" : `--workers ${count}`,
    command: (port) => [
      Deno.execPath(),
      "run",
      "--no-check",
      "--allow-net",
      "--allow-read",
      "--allow-run",
      MAIN,
      ...`${port} --bind 127.0.0.1 --quiet --workers ${count}`.split(" "),
      FOLDER,
    ],
  });
  await compareWebServers(
    "A file from one and from two processes, 64 connections",
    [server(1), server(2)],
    { path: "/mod.ts", connections: 64, rounds: 5, seconds: 2 },
    [{
      what: "a file from two processes: CPU, to one",
      server: "--workers 2",
      peer: "1 process",
      measure: "cpu",
      atMost: 1.15,
    }],
  );
}
