/**
 * A site of files behind a password, over TLS.
 *
 *     deno run --allow-net --allow-read examples/static_site.ts FOLDER CERT KEY [PORT]
 *
 * The certificate is a file with the chain, as one gets it from any authority;
 * `openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -out cert.pem -keyout key.pem`
 * makes one to try it.
 *
 * @module
 */
import {
  BasicAuth,
  hashPassword,
  SimpleHTTPRequestHandler,
  ThreadingHTTPSServer,
} from "@pystd/server/http-server";

const [
  directory = ".",
  certfile = "cert.pem",
  keyfile = "key.pem",
  port = "8443",
] = Deno.args;

// Where passwords are kept they are kept like this: salted, and slow to guess.
const stored = `reader:${await hashPassword("a long password")}`;

const Site = SimpleHTTPRequestHandler.configure({
  directory,
  auth: new BasicAuth([stored], { realm: "The site" }),
  cacheControl: "private, max-age=60",
  extraResponseHeaders: [
    ["Strict-Transport-Security", "max-age=63072000"],
    ["X-Content-Type-Options", "nosniff"],
  ],
});

await using server = new ThreadingHTTPSServer(
  { hostname: "127.0.0.1", port: Number(port) },
  Site,
  { certfile, keyfile },
);
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
