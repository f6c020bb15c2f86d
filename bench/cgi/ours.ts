/** The scripts of a folder, as a user would run them. */
import { CGIHTTPRequestHandler } from "@pystd/server/cgi";
import { ThreadingHTTPServer } from "@pystd/server/http-server";

const [port, directory] = Deno.args;

class Scripts
  extends CGIHTTPRequestHandler.configure({ directory: directory! }) {
  // The others write no log either.
  override logRequest(): void {}
}

const server = new ThreadingHTTPServer({
  hostname: "127.0.0.1",
  port: Number(port),
}, Scripts);
await server.serveForever();
