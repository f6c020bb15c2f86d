/** Hello world through a handler class, as a user would write it. */
import {
  BaseHTTPRequestHandler,
  ThreadingHTTPServer,
} from "@pystd/server/http-server";

const HELLO = new TextEncoder().encode("Hello, World!");

class Hello extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/plain");
    this.sendHeader("Content-Length", HELLO.length);
    await this.endHeaders();
    await this.wfile.write(HELLO);
  }
  // The others write no log either.
  override logRequest(): void {}
}

const port = Number(Deno.args[0]);
const server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port }, Hello);
await server.serveForever();
