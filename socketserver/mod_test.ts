import { assertEquals } from "@std/assert";
import * as socketserver from "./mod.ts";

// Python's `__all__`, and what `selectors` gives to it. Forking comes later.
const NAMES = [
  "BaseRequestHandler",
  "BaseServer",
  "DatagramRequestHandler",
  "DefaultSelector",
  "EVENT_READ",
  "EVENT_WRITE",
  "PollSelector",
  "SelectSelector",
  "StreamRequestHandler",
  "TCPServer",
  "ThreadingMixIn",
  "ThreadingTCPServer",
  "ThreadingUDPServer",
  "ThreadingUnixDatagramServer",
  "ThreadingUnixStreamServer",
  "UDPServer",
  "UnixDatagramServer",
  "UnixStreamServer",
  "_SocketWriter",
];

Deno.test("socketserver exports Python's names (test_all)", () => {
  const exported = Object.keys(socketserver);
  assertEquals(NAMES.filter((name) => !exported.includes(name)), []);
});
