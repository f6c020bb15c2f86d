// Datagrams over Unix sockets. Needs --unstable-net, so it is a program.
import {
  DatagramRequestHandler,
  ThreadingUnixDatagramServer,
  UnixDatagramServer,
} from "../mod.ts";
import { listenDatagram } from "./listen_datagram.ts";

class Echo extends DatagramRequestHandler<Deno.UnixAddr> {
  override async handle(): Promise<void> {
    const packet = await this.rfile.read();
    // By now the threading server waits for the next datagram.
    if (packet[0] === 116) await new Promise((go) => setTimeout(go, 5));
    await this.wfile.write(packet);
  }
}

const folder = await Deno.makeTempDir();
const utf8 = new TextEncoder();
const results: unknown[] = [];
for (const Server of [UnixDatagramServer, ThreadingUnixDatagramServer]) {
  const path = `${folder}/${Server.name}`;
  const server = new Server(path, Echo, { maxPacketSize: 5000 });
  const address = server.socket.getsockname();
  const serving = server.serveForever();
  const client = listenDatagram({ transport: "unixpacket", path: `${path}.client` });
  const answers: string[] = [];
  for (const text of ["one", "two", "three", "x".repeat(6000)]) {
    await client.send(utf8.encode(text), address);
    const [answer] = await client.receive(new Uint8Array(10_000));
    answers.push(new TextDecoder().decode(answer));
  }
  // Answers to all that come at once.
  for (const text of ["t1", "a", "t2"]) {
    await client.send(utf8.encode(text), address);
  }
  for (let i = 0; i < 3; i++) {
    const [answer, from] = await client.receive(new Uint8Array(10));
    answers.push(`${new TextDecoder().decode(answer)}${from.path === path}`);
  }
  answers.splice(-3, 3, ...answers.slice(-3).sort());
  client.close();
  const start = performance.now();
  await server.shutdown();
  await serving;
  let taken = "";
  try {
    new Server(path, Echo);
  } catch (error) {
    taken = (error as Error).name;
  }
  await server.serverClose();
  results.push({
    answers,
    bound: address.path === path && server.serverAddress.path === path,
    quick: performance.now() - start < 300,
    taken,
    fileno: server.fileno(),
    left: [...Deno.readDirSync(folder)].filter(({ name }) =>
      name.startsWith(Server.name)
    ).length,
  });
}
await Deno.remove(folder, { recursive: true });
console.log(JSON.stringify(results));
