// Serves more clients at once than there are descriptors: started under
// `ulimit -n 64`. The clients are another process, with descriptors enough.
import { cpuUsage } from "node:process";
import { StreamRequestHandler, ThreadingTCPServer } from "../mod.ts";

const CLIENTS = 200;

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

let complaints = 0;
const server = new ThreadingTCPServer(
  { hostname: "127.0.0.1", port: 0 },
  Echo,
  {
    requestQueueSize: CLIENTS,
  },
);
server.logger = {
  error: (_message, error) => {
    complaints++;
    // What a console does with an error, and what must not kill the program.
    if (error instanceof Error) void error.stack;
  },
};

const clients = new Deno.Command("sh", {
  args: [
    "-c",
    // The parent of the limit may have set the hard limit, too: 10 processes.
    `for i in 1 2 3 4 5 6 7 8 9 10; do "$0" run --allow-net --no-check "$@" & done; wait`,
    Deno.execPath(),
    new URL("./many_clients.ts", import.meta.url).pathname,
    String(server.serverAddress.port),
    String(CLIENTS / 10),
  ],
  stdout: "piped",
  stderr: "inherit",
}).spawn();

const serving = server.serveForever();
const before = cpuUsage();
const { stdout } = await clients.output();
const { user, system } = cpuUsage(before);
await server.shutdown({ drain: 1 });
await serving;
await server.serverClose();
const served = new TextDecoder().decode(stdout).split("\n").map(Number)
  .reduce((sum, count) => sum + count, 0);
console.log(JSON.stringify({
  served,
  complaints,
  cpuMilliseconds: Math.round((user + system) / 1000),
}));
