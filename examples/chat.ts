/**
 * A chat: what one says, all others read. The first line is one's name.
 *
 *     deno run --allow-net examples/chat.ts [PORT]
 *     deno run --allow-net examples/echo_client.ts 9001
 *
 * @module
 */
import {
  StreamRequestHandler,
  ThreadingTCPServer,
} from "@pystd/server/socketserver";

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** Characters of a line; who sends more has no conversation in mind. */
const LONGEST = 1000;

class Chat extends StreamRequestHandler {
  static readonly room = new Map<Chat, string>();

  override async handle(): Promise<void> {
    await this.#say("Who are you?");
    const name = await this.#line();
    if (!name) return;
    Chat.room.set(this, name);
    this.#tellOthers(`${name} has come`);
    try {
      for (let line; (line = await this.#line()) !== null;) {
        if (line !== "") this.#tellOthers(`${name}: ${line}`);
      }
    } finally {
      Chat.room.delete(this);
      this.#tellOthers(`${name} has left`);
    }
  }

  /** The next line without its end; `null` if there is none. */
  async #line(): Promise<string | null> {
    const bytes = await this.rfile.readline(LONGEST);
    if (bytes.length === 0) return null;
    // deno-lint-ignore no-control-regex -- no line may paint over another
    return decoder.decode(bytes).replace(/[\0-\x1f\x7f]/g, "").trim();
  }

  async #say(text: string): Promise<void> {
    await this.wfile.write(utf8.encode(`${text}\n`));
  }

  #tellOthers(text: string): void {
    for (const other of Chat.room.keys()) {
      // One who has gone is noticed by a handler of its own.
      if (other !== this) other.#say(text).catch(() => {});
    }
  }
}

const [port = "9001"] = Deno.args;
await using server = new ThreadingTCPServer(
  { hostname: "127.0.0.1", port: Number(port) },
  Chat,
);
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
