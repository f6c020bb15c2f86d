/**
 * A guest book: a WSGI application (PEP 3333) with a middleware, a form and an
 * answer that comes bit by bit, on the development server.
 *
 *     deno run -A wsgi/mod.ts --reload examples/wsgi_app.ts
 *
 * @module
 */
import { escapeHtml } from "@pystd/server/http-server";
import type {
  StartResponse,
  WSGIApplication,
  WSGIEnvironment,
  WSGIResult,
} from "@pystd/server/wsgi";

const utf8 = new TextEncoder();

/** Bytes of the longest entry. */
const LIMIT = 1000;

const entries: string[] = [];

function page(startResponse: StartResponse, status = "200 OK"): WSGIResult {
  const items = entries.map((entry) => `<li>${escapeHtml(entry)}</li>`);
  startResponse(status, [["Content-Type", "text/html; charset=utf-8"]]);
  return [utf8.encode(`<!DOCTYPE html>
<meta charset="utf-8">
<title>Guest book</title>
<ul>${items.join("")}</ul>
<form method="post"><input name="entry" autofocus> <button>Sign</button></form>
`)];
}

async function sign(
  environ: WSGIEnvironment,
  startResponse: StartResponse,
): Promise<WSGIResult> {
  const body = await environ["wsgi.input"].read(LIMIT + 1);
  if (body.length > LIMIT) return page(startResponse, "413 Content Too Large");
  const form = new URLSearchParams(new TextDecoder().decode(body));
  entries.push(form.get("entry") ?? "");
  startResponse("303 See Other", [["Location", "/"]]);
  return [];
}

/** Each entry leaves as soon as it is yielded. */
async function* slowly(
  startResponse: StartResponse,
): AsyncGenerator<Uint8Array> {
  startResponse("200 OK", [["Content-Type", "text/plain; charset=utf-8"]]);
  for (const entry of entries) {
    yield utf8.encode(`${entry}\n`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function guestBook(
  environ: WSGIEnvironment,
  startResponse: StartResponse,
): WSGIResult | Promise<WSGIResult> {
  const { REQUEST_METHOD, PATH_INFO } = environ;
  if (PATH_INFO === "/slowly") return slowly(startResponse);
  if (PATH_INFO !== "/") return page(startResponse, "404 Not Found");
  return REQUEST_METHOD === "POST"
    ? sign(environ, startResponse)
    : page(startResponse);
}

/** A middleware: tells how long the application took to begin its answer. */
function timed(application: WSGIApplication): WSGIApplication {
  return (environ, startResponse) => {
    const start = performance.now();
    return application(environ, (status, headers, excInfo) => {
      const time = (performance.now() - start).toFixed(1);
      headers.push(["Server-Timing", `app;dur=${time}`]);
      return startResponse(status, headers, excInfo);
    });
  };
}

/** The application. */
const app: WSGIApplication = timed(guestBook);
export default app;
