// Sends datagrams to a server that answers them from other processes, and prints what comes back.
import { ForkingUnixDatagramServer } from "../forking_servers.ts";
import { listenDatagram } from "./listen_datagram.ts";

const folder = await Deno.makeTempDir();
const server = new ForkingUnixDatagramServer(`${folder}/server`, {
  module: new URL("./forked_handlers.ts", import.meta.url),
  handler: "DatagramEcho",
});
const serving = server.serveForever();
const client = listenDatagram({
  transport: "unixpacket",
  path: `${folder}/client`,
});
const answers: string[] = [];
for (const text of ["one", "two", "x".repeat(5000)]) {
  const to = { transport: "unixpacket", path: `${folder}/server` } as const;
  await client.send(new TextEncoder().encode(text), to);
  const [bytes] = await client.receive(new Uint8Array(65536));
  answers.push(new TextDecoder().decode(bytes));
}
client.close();
await server.shutdown();
await serving;
await server.serverClose();
await Deno.remove(folder, { recursive: true });
console.log(JSON.stringify(answers));
