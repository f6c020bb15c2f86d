// Asks for / over some connections that stay open, each request when the last
// one is answered: `_http_load.ts PORT CONNECTIONS`. Each number on stdin
// starts so many requests; a line on stdout tells that they are answered.
const [port, count] = Deno.args.map(Number) as [number, number];
const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

const connections: Deno.TcpConn[] = [];
while (connections.length < count) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  connections.push(connection);
}

// The answers are short: each comes in one piece.
async function ask(connection: Deno.Conn, times: number): Promise<void> {
  const buffer = new Uint8Array(1024);
  for (let i = 0; i < times; i++) {
    await connection.write(REQUEST);
    if (await connection.read(buffer) === null) {
      throw new Error("Cannot go on: the server has closed");
    }
  }
}

for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const times = Math.ceil(Number(text) / count);
  // Not all of thousands at once: nobody listens so fast.
  for (let i = 0; i < count; i += 200) {
    await Promise.all(
      connections.slice(i, i + 200).map((one) => ask(one, times)),
    );
  }
  console.log("done");
}
