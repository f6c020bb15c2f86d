/**
 * The program of a forking server's child: serves the requests that its parent
 * hands to it, one after the other.
 *
 * @module
 */
import {
  ForkedConnection,
  forkedDatagram,
  type OpenedRequest,
} from "./_forked_request.ts";
import { forkFrame, FrameReader, readJson } from "./_fork_frames.ts";
import { BaseServer } from "./base_server.ts";
import { FatalError } from "./fatal_error.ts";
import type { RequestHandlerClass } from "./request_handler.ts";
import { writeAll } from "./write_all.ts";

/** What handlers know of their server; requests come from its parent. */
class ForkedServer extends BaseServer<unknown, Deno.Addr> {
  override fileno(): number {
    return -1;
  }

  override whenReadable(): Promise<never> {
    return new Promise(() => {});
  }

  override getRequest(): Promise<never> {
    throw new TypeError("Cannot accept: this process serves for another");
  }
}

/**
 * Looks whether the parent is still there, in a thread of its own: a handler
 * that never waits keeps this one from noticing.
 */
function watchParent(): void {
  const program = `
    const parent = ${Deno.ppid};
    setInterval(() => {
      if (Deno.ppid !== parent) Deno.kill(Deno.pid, "SIGKILL");
    }, 250);
  `;
  new Worker(`data:text/javascript,${encodeURIComponent(program)}`, {
    type: "module",
  });
}

async function serve(module: string, name: string): Promise<void> {
  const { stdin, stdout } = Deno;
  // What handlers print must not get between the frames.
  console.log = console.info = console.debug = console.error;
  let sending: Promise<void> = Promise.resolve();
  const send = (frame: Uint8Array): Promise<void> =>
    sending = sending.then(() => writeAll(stdout, frame));
  const handler = (await import(module))[name] as RequestHandlerClass<unknown>;
  if (typeof handler !== "function") {
    throw new TypeError(
      `Cannot serve: "${module}" exports no handler "${name}"`,
    );
  }
  watchParent();
  const frames = new FrameReader(stdin);
  await send(forkFrame("R"));
  while (true) {
    const frame = await frames.next();
    if (frame === null) Deno.exit(0);
    const [opened, packet] = readJson<OpenedRequest>(frame.payload);
    const server = new ForkedServer(opened.serverAddress, handler);
    const connection = opened.datagram
      ? null
      : new ForkedConnection(opened, frames, send);
    const request = connection ?? forkedDatagram(packet, send);
    try {
      await server.finishRequest(request, opened.clientAddress);
    } catch (error) {
      if (error instanceof FatalError) throw error;
      await server.handleError(request, opened.clientAddress, error);
    }
    await send(forkFrame("C"));
    await connection?.drain();
  }
}

if (import.meta.main) {
  const [module = "", name = ""] = Deno.args;
  await serve(module, name);
}
