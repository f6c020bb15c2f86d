/**
 * A server for a process that may have few open files: prints its port, and at
 * the end of its input how often it was told that accepting failed.
 */
import { BaseHTTPRequestHandler } from "../base_http_request_handler.ts";
import { ThreadingHTTPServer } from "../http_server.ts";

class Handler extends BaseHTTPRequestHandler {
  override logMessage(): void {}
  async doGET(): Promise<void> {
    this.sendResponse(204);
    await this.endHeaders();
  }
}

// Without it Deno panics where it runs out of files, before it can throw.
Deno.addSignalListener("SIGWINCH", () => {});

const server = new ThreadingHTTPServer(
  { hostname: "127.0.0.1", port: 0 },
  Handler,
);
const reports: string[] = [];
server.logger = { error: (message) => void reports.push(message) };
const serving = server.serveForever();
console.log(server.serverPort);
for await (const _ of Deno.stdin.readable) { /* until it ends */ }
await server.shutdown({ drain: 1 });
await serving;
await server.serverClose();
console.log(JSON.stringify(reports));
