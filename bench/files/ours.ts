/** The files of a folder, all checks on, as a user would serve them. */
import {
  SimpleHTTPRequestHandler,
  ThreadingHTTPServer,
} from "@pystd/server/http-server";

const [port, directory] = Deno.args;

class Files
  extends SimpleHTTPRequestHandler.configure({ directory: directory! }) {
  // The others write no log either.
  override logRequest(): void {}
}

const server = new ThreadingHTTPServer({
  hostname: "127.0.0.1",
  port: Number(port),
}, Files);
await server.serveForever();
