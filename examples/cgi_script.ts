#!/usr/bin/env -S deno run --allow-env
/**
 * A CGI script: tells the SHA-256 of a file that is sent with a form. As an
 * executable file `cgi-bin/hash.ts`, in a folder where Deno knows of
 * `@pystd/server` (`deno add jsr:@pystd/server`), it is run by
 *
 *     deno run -A jsr:@pystd/server --cgi
 *
 * as well as by lighttpd, with
 *
 *     server.modules += ("mod_cgi")
 *     $HTTP["url"] =~ "^/cgi-bin/" { cgi.assign = (".ts" => "") }
 *
 * and by nginx, through fcgiwrap, with
 *
 *     location /cgi-bin/ {
 *       include fastcgi_params;
 *       fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
 *       fastcgi_pass unix:/run/fcgiwrap.socket;
 *     }
 *
 * These two run scripts with little of an environment and as a user without a
 * home: `deno` must lie in `/usr/bin`, or `PATH` be set, and `DENO_DIR` must
 * name a folder for Deno's cache that this user may write.
 *
 * @module
 */
import { serveCgi } from "@pystd/server/cgi-child";

const FORM = `<!DOCTYPE html>
<meta charset="utf-8">
<title>SHA-256</title>
<form method="post" enctype="multipart/form-data">
<input type="file" name="file" required> <button>Hash</button>
</form>
`;

async function answer(request: Request): Promise<Response> {
  switch (request.method) {
    case "GET":
    case "HEAD":
      return new Response(FORM, { headers: { "Content-Type": "text/html" } });
    case "POST":
      return await hash(request);
    default:
      return new Response("Method Not Allowed\n", {
        status: 405,
        headers: { Allow: "GET, HEAD, POST" },
      });
  }
}

async function hash(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => null);
  const file = form?.get("file");
  if (!(file instanceof File)) {
    return new Response("Bad Request: there is no file\n", { status: 400 });
  }
  const digest = await crypto.subtle.digest("SHA-256", await file.bytes());
  return new Response(`${new Uint8Array(digest).toHex()}  ${file.name}\n`);
}

await serveCgi(answer);
