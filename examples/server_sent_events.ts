/**
 * Events for browsers, as they happen: a page and its event stream.
 *
 *     deno run --allow-net examples/server_sent_events.ts [PORT]
 *
 * @module
 */
import { BaseHTTPRequestHandler, runServer } from "@pystd/server/http-server";

const utf8 = new TextEncoder();

const PAGE = `<!DOCTYPE html>
<meta charset="utf-8">
<title>The clock of the server</title>
<output>…</output>
<script>
  new EventSource("/events").addEventListener("tick", ({ data }) => {
    document.querySelector("output").textContent = data;
  });
</script>
`;

class Clock extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    if (this.path === "/events") return await this.#events();
    if (this.path !== "/") return await this.sendError(404);
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/html; charset=utf-8");
    await this.endHeaders();
    await this.wfile.write(utf8.encode(PAGE));
  }

  async #events(): Promise<void> {
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/event-stream");
    this.sendHeader("Cache-Control", "no-store");
    await this.endHeaders();
    // It ends when the client has left: then writing fails.
    while (true) {
      const time = new Date().toISOString();
      await this.wfile.write(utf8.encode(`event: tick\ndata: ${time}\n\n`));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const [port = "8000"] = Deno.args;
await runServer({ HandlerClass: Clock, bind: "127.0.0.1", port: Number(port) });
