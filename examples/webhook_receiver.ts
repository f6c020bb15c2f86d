/**
 * Receives webhooks as GitHub sends them: signed with a secret, refused early
 * if they are too large or not signed at all.
 *
 *     WEBHOOK_SECRET=… deno run --allow-net --allow-env=WEBHOOK_SECRET examples/webhook_receiver.ts [PORT]
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { BaseHTTPRequestHandler, runServer } from "@pystd/server/http-server";

const secret = Deno.env.get("WEBHOOK_SECRET");
if (!secret) throw new TypeError("WEBHOOK_SECRET is not set");
const key = secret;

class Webhook extends BaseHTTPRequestHandler {
  /** Bytes of an event; GitHub sends 25 MB at most, most have some KB. */
  override maxBodyBytes = 1 << 20;
  /** Seconds for all of it. */
  override bodyTimeout = 10;

  /** Who waits for a word before sending is told at once that it is in vain. */
  override async handleExpect100(): Promise<boolean> {
    if (this.headers.has("X-Hub-Signature-256")) return true;
    await this.sendError(401);
    return false;
  }

  async doPOST(): Promise<void> {
    const signature = this.headers.get("X-Hub-Signature-256");
    if (signature === null) return await this.sendError(401);
    const body = await this.rfile.read();
    const hmac = createHmac("sha256", key).update(body).digest("hex");
    const expected = new TextEncoder().encode(`sha256=${hmac}`);
    const given = new TextEncoder().encode(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return await this.sendError(403);
    }
    console.log(
      `${this.headers.get("X-GitHub-Event") ?? "event"}: ${body.length} bytes`,
    );
    this.sendResponse(202);
    await this.endHeaders();
  }
}

const [port = "8000"] = Deno.args;
await runServer({
  HandlerClass: Webhook,
  bind: "127.0.0.1",
  port: Number(port),
});
