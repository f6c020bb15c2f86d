// Handlers that other processes serve with.
import { BaseRequestHandler } from "../base_request_handler.ts";
import { DatagramRequestHandler } from "../datagram_request_handler.ts";
import { StreamRequestHandler } from "../stream_request_handler.ts";

/** Sends lines back; some lines say what to do instead. */
export class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) {
      const text = new TextDecoder().decode(line).trim();
      if (text === "pid") await this.#say(String(Deno.pid));
      else if (text === "address") {
        const { port } = this.clientAddress as Deno.NetAddr;
        await this.#say(String(port));
      } else if (text === "print") {
        console.log("printed by a handler");
        await this.#say("printed");
      } else if (text === "exit") Deno.exit(7);
      else if (text === "throw") throw new Error("thrown by a handler");
      else if (text === "loop") while (true);
      else await this.wfile.write(line);
    }
  }

  async #say(text: string): Promise<void> {
    await this.wfile.write(new TextEncoder().encode(`${text}\n`));
  }
}

export class DatagramEcho extends DatagramRequestHandler<Deno.Addr> {
  override async handle(): Promise<void> {
    await this.wfile.write(this.packet);
  }
}

/** Answers without a look at what comes. */
export class Deaf extends BaseRequestHandler<Deno.Conn> {
  override async handle(): Promise<void> {
    await this.request.write(new TextEncoder().encode("deaf\n"));
  }
}
