/** Hello world through a fetch handler, as a user would write it. */
import {
  fromFetchHandler,
  ThreadingHTTPServer,
} from "@pystd/server/http-server";

class Hello extends fromFetchHandler(() => new Response("Hello, World!")) {
  // The others write no log either.
  override logRequest(): void {}
}

const port = Number(Deno.args[0]);
const server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port }, Hello);
await server.serveForever();
