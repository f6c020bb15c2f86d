/** The scripts of a folder under Deno.serve. */
import { cgiHandler } from "@pystd/server/cgi";

const [port, directory] = Deno.args;

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  onListen() {},
}, cgiHandler({ root: `${directory}/cgi-bin`, mount: "/cgi-bin" }));
