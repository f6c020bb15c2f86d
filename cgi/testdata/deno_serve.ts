// The scripts of a folder as a fetch handler under Deno.serve.
import { cgiHandler } from "../cgi_handler.ts";

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) =>
    console.log(`Serving HTTP on 127.0.0.1 port ${port} (here) ...`),
}, cgiHandler({ root: Deno.args[0]! }));
