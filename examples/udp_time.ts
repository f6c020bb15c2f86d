/**
 * Tells the time to whoever sends a datagram: the Time protocol (RFC 868) as
 * text.
 *
 *     deno run --allow-net examples/udp_time.ts [PORT]
 *
 * @module
 */
import {
  DatagramRequestHandler,
  ThreadingUDPServer,
} from "@pystd/server/socketserver";

class Time extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(new TextEncoder().encode(new Date().toISOString()));
  }
}

const [port = "9002"] = Deno.args;
await using server = new ThreadingUDPServer(
  { hostname: "127.0.0.1", port: Number(port) },
  Time,
);
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
