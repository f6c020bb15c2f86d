// The application through Python workers of this package.
import { makeServer, pythonApp, WSGIRequestHandler } from "../../wsgi/mod.ts";

const [port, python] = Deno.args as [string, string];

class Quiet extends WSGIRequestHandler {
  override logMessage(): void {}
}

const app = pythonApp("app:application", {
  python,
  chdir: new URL(".", import.meta.url).pathname,
  env: { PYTHONDONTWRITEBYTECODE: "1" },
  workers: 1,
  threads: 4,
});
await app.ready();
const server = makeServer("127.0.0.1", Number(port), app, {
  HandlerClass: Quiet,
});
await server.serveForever();
