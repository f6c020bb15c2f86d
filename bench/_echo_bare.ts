// The least that an echo server can do in Deno.
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);

async function serve(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(8192);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) break;
    await connection.write(buffer.subarray(0, count));
  }
  connection.close();
}

while (true) serve(await listener.accept());
