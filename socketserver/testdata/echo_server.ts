// A threading echo server that tells its port and serves until it is killed.
import { StreamRequestHandler, ThreadingTCPServer } from "../mod.ts";

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

const server = new ThreadingTCPServer(
  { hostname: "127.0.0.1", port: 0 },
  Echo,
  // Python's 5 drops most of a crowd that comes at once.
  { requestQueueSize: 4096 },
);
console.log(server.serverAddress.port);
await server.serveForever();
