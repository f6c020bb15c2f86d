import { assertEquals, assertRejects } from "@std/assert";
import { bytes, text } from "../_tools/testing/test_streams.ts";
import {
  DatagramRequestHandler,
  type DatagramSender,
} from "./datagram_request_handler.ts";

const CLIENT = { transport: "udp", hostname: "127.0.0.1", port: 9 } as const;

/** A socket that keeps what is sent. */
class Outbox implements DatagramSender<Deno.NetAddr> {
  readonly sent: [data: string, address: Deno.NetAddr][] = [];

  sendto(data: Uint8Array, address: Deno.NetAddr): Promise<void> {
    this.sent.push([text(data)!, address]);
    return Promise.resolve();
  }
}

class Shout extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) {
      await this.wfile.write(bytes(text(line)!.toUpperCase()));
    }
  }
}

Deno.test("DatagramRequestHandler reads the packet and sends what was written, in one datagram", async () => {
  const outbox = new Outbox();
  const packet = bytes("one\ntwo\n");
  const handler = new Shout([packet, outbox], CLIENT, {});
  await handler.run();
  assertEquals(handler.packet, packet);
  assertEquals(handler.socket, outbox);
  assertEquals(outbox.sent, [["ONE\nTWO\n", CLIENT]]);
});

Deno.test("DatagramRequestHandler sends an empty answer, too", async () => {
  const outbox = new Outbox();
  await new DatagramRequestHandler([bytes("x"), outbox], CLIENT, {}).run();
  assertEquals(outbox.sent, [["", CLIENT]]);
});

Deno.test("DatagramRequestHandler sends what it has even if handle() throws, as Python does", async () => {
  const outbox = new Outbox();
  class Bomb extends DatagramRequestHandler {
    override async handle(): Promise<void> {
      await this.wfile.write(bytes("half"));
      throw new Error("mistake");
    }
  }
  const handler = new Bomb([bytes("x"), outbox], CLIENT, {});
  await assertRejects(() => handler.run(), Error, "mistake");
  assertEquals(outbox.sent, [["half", CLIENT]]);
});

Deno.test("DatagramRequestHandler passes on what sending throws", async () => {
  const outbox: DatagramSender<Deno.NetAddr> = {
    sendto: () => Promise.reject(new Deno.errors.ConnectionRefused("no")),
  };
  const handler = new Shout([bytes("x"), outbox], CLIENT, {});
  await assertRejects(() => handler.run(), Deno.errors.ConnectionRefused);
});
