/**
 * Sends back each line that a client sends, Python's first example of
 * `socketserver`; `echo_client.ts` talks to it.
 *
 *     deno run --allow-net examples/echo.ts [PORT]
 *
 * @module
 */
import {
  StreamRequestHandler,
  ThreadingTCPServer,
} from "@pystd/server/socketserver";

class Echo extends StreamRequestHandler {
  /** Seconds that a client may say nothing. */
  override timeout = 60;

  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

const [port = "9000"] = Deno.args;
await using server = new ThreadingTCPServer(
  { hostname: "127.0.0.1", port: Number(port) },
  Echo,
);
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
