// A handler that another process serves with.
import { BaseHTTPRequestHandler } from "../base_http_request_handler.ts";

export class Hello extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    if (this.path === "/exit") Deno.exit(3);
    if (this.path === "/loop") while (true);
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/plain");
    await this.endHeaders();
    await this.wfile.write(new TextEncoder().encode(String(Deno.pid)));
  }

  async doPOST(): Promise<void> {
    const body = await this.rfile.read();
    this.sendResponse(200);
    await this.endHeaders();
    await this.wfile.write(body);
  }

  override logMessage(): void {}
}
