/** What a connection costs alone: no parsing, the same bytes for every read. */
const ANSWER = new TextEncoder().encode(
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!",
);

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
});
for await (const connection of listener) {
  connection.setNoDelay(true);
  void serve(connection).catch(() => {});
}

async function serve(connection: Deno.TcpConn): Promise<void> {
  using _closed = connection;
  const buffer = new Uint8Array(8192);
  while (await connection.read(buffer) !== null) await connection.write(ANSWER);
}
