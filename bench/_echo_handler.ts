// The same through a handler class: `_echo_handler.ts [TIMEOUT]`.
import {
  StreamRequestHandler,
  ThreadingTCPServer,
} from "../socketserver/mod.ts";

const [timeout] = Deno.args;

class Echo extends StreamRequestHandler {
  override disableNagleAlgorithm = true;
  override timeout = timeout === undefined ? null : Number(timeout);

  override async handle(): Promise<void> {
    while (true) {
      const line = await this.rfile.readline();
      if (line.length === 0) break;
      await this.wfile.write(line);
    }
  }
}

const server = new ThreadingTCPServer({ hostname: "127.0.0.1", port: 0 }, Echo);
console.log(server.serverAddress.port);
await server.serveForever();
