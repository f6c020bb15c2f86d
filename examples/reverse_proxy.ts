/**
 * Passes requests on to another server, and its answers back: bodies stream in
 * both directions, and a client that leaves ends what was asked for it.
 *
 *     deno run --allow-net examples/reverse_proxy.ts UPSTREAM [PORT]
 *
 * @module
 */
import { fromFetchHandler, runServer } from "@pystd/server/http-server";

const [upstream = "http://127.0.0.1:8000", port = "8080"] = Deno.args;

/** Fields that are for one connection (RFC 9110 section 7.6.1), and `Host`. */
const PER_HOP = [
  "connection",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

function passedOn(headers: Headers): Headers {
  const kept = new Headers(headers);
  const named = headers.get("connection")?.split(",") ?? [];
  for (const name of [...PER_HOP, ...named.map((name) => name.trim())]) {
    if (name !== "") kept.delete(name);
  }
  return kept;
}

const Proxy = fromFetchHandler(async (request, { remoteAddr }) => {
  const { pathname, search, host, protocol } = new URL(request.url);
  const headers = passedOn(request.headers);
  // fetch would undo a compression, and the fields would still tell of it.
  headers.set("Accept-Encoding", "identity");
  headers.append("X-Forwarded-For", remoteAddr.hostname);
  headers.set("X-Forwarded-Host", host);
  headers.set("X-Forwarded-Proto", protocol.slice(0, -1));
  try {
    const answer = await fetch(new URL(pathname + search, upstream), {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(30_000)]),
    });
    return new Response(answer.body, {
      status: answer.status,
      statusText: answer.statusText,
      headers: passedOn(answer.headers),
    });
  } catch (error) {
    if (request.signal.aborted) throw error;
    const late = (error as Error).name === "TimeoutError";
    console.error(`${upstream}: ${(error as Error).message}`);
    return new Response("The server behind this one does not answer\n", {
      status: late ? 504 : 502,
    });
  }
});

await runServer({ HandlerClass: Proxy, bind: "127.0.0.1", port: Number(port) });
