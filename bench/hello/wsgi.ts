/** Hello world as a WSGI application, as a user would write it. */
import {
  makeServer,
  type WSGIApplication,
  WSGIRequestHandler,
} from "@pystd/server/wsgi";

const HELLO = new TextEncoder().encode("Hello, World!");

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [HELLO];
};

class Quiet extends WSGIRequestHandler {
  // The others write no log either.
  override logRequest(): void {}
}

const port = Number(Deno.args[0]);
const server = makeServer("127.0.0.1", port, app, { HandlerClass: Quiet });
await server.serveForever();
