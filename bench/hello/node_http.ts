/** Hello world through `node:http` as Deno has it. */
import { createServer } from "node:http";

createServer((_request, response) => {
  response.setHeader("Content-Type", "text/plain");
  response.setHeader("Content-Length", 13);
  response.end("Hello, World!");
}).listen(Number(Deno.args[0]), "127.0.0.1");
