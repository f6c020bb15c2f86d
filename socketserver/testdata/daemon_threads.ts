// A request that never ends. With daemon threads the program ends anyway.
import { BaseRequestHandler, ThreadingTCPServer } from "../mod.ts";

class Endless extends BaseRequestHandler<Deno.Conn> {
  override async handle(): Promise<void> {
    await this.request.read(new Uint8Array(1));
  }
}

const server = new ThreadingTCPServer(
  { hostname: "127.0.0.1", port: 0 },
  Endless,
);
server.daemonThreads = Deno.args[0] === "daemon";
const client = await Deno.connect(server.serverAddress);
client.unref();
await server.handleRequest();
server.blockOnClose = false;
await server.serverClose();
console.log("closed");
