/**
 * Django behind routes of Deno: one server, some paths answered here, the rest
 * by a project of Django's.
 *
 *     deno run -A examples/django_behind_deno.ts FOLDER mysite.wsgi [PORT]
 *
 * FOLDER is where `manage.py` lies. With `PYTHON=/path/to/python` in the
 * environment that interpreter is used, of a virtual environment for instance.
 *
 * @module
 */
import { pythonApp, toFetchHandler } from "@pystd/server/wsgi";
import { serveDirectory } from "@pystd/server/http-server";

const [chdir = ".", application = "mysite.wsgi", port = "8000"] = Deno.args;

await using django = pythonApp(application, {
  chdir,
  python: Deno.env.get("PYTHON") ?? "python3",
  workers: 2,
  threads: 4,
});
await django.ready();

const pages = toFetchHandler(django);
const files = serveDirectory(chdir);

const server = Deno.serve(
  { hostname: "127.0.0.1", port: Number(port) },
  (request, info) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") {
      return Response.json({
        deno: Deno.version.deno,
      });
    }
    if (pathname.startsWith("/static/")) return files(request);
    return pages(request, info);
  },
);

Deno.addSignalListener("SIGINT", () => server.shutdown());
Deno.addSignalListener("SIGTERM", () => server.shutdown());
await server.finished;
