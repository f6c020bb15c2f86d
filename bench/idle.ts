/**
 * What a connection costs that is kept alive and says nothing: memory of the
 * server, for each of 10,000.
 *
 * @module
 */
import { freePort, listening } from "../_tools/testing/free_port.ts";
import { residentMemory } from "../_tools/testing/processes.ts";
import { ask, median, start } from "./_harness.ts";
import { judge, table } from "./_report.ts";
import { denoProgram, spawn, type WebServer } from "./_web.ts";

const CONNECTIONS = 10_000;
const ROUNDS = 3;

/** Runs the benchmark and prints what came of it. */
export async function idle(): Promise<void> {
  const servers: WebServer[] = [
    { name: "Deno.serve", command: denoProgram("./hello/deno_serve.ts") },
    { name: "BaseHTTPRequestHandler", command: denoProgram("./hello/ours.ts") },
  ];
  const rows = [];
  for (const server of servers) {
    const sizes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      sizes.push(await sizeOfConnection(server));
    }
    rows.push({
      server: server.name,
      "KiB/connection": Number((median(sizes) / 1024).toFixed(1)),
    });
  }
  table(`${CONNECTIONS} idle connections, one request each before`, rows);
  judge({
    what: `${CONNECTIONS} idle connections: memory of each`,
    atMost: 12,
    unit: "KiB",
  }, rows[1]!["KiB/connection"]);
}

async function sizeOfConnection({ command }: WebServer): Promise<number> {
  const port = freePort();
  const server = spawn(command, port);
  try {
    await listening(port);
    await using load = start("./_http_load.ts", String(port), "100");
    await ask(load, 10_000);
    const before = residentMemory(server.pid);
    await using more = start(
      "./_http_load.ts",
      String(port),
      String(CONNECTIONS),
    );
    await ask(more, CONNECTIONS);
    return (residentMemory(server.pid) - before) / CONNECTIONS;
  } finally {
    server.kill();
    await server.status;
  }
}
