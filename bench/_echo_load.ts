// Sends lines of 64 bytes over some connections, each line when the last one
// has come back: `_echo_load.ts PORT CONNECTIONS`. Each number on stdin starts
// so many round trips; a line on stdout tells that they are done.
const [port, count] = Deno.args.map(Number) as [number, number];
const LINE = new TextEncoder().encode(`${"x".repeat(63)}\n`);

const connections = await Promise.all(
  Array.from({ length: count }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return connection;
  }),
);

async function exchange(connection: Deno.Conn, times: number): Promise<void> {
  const buffer = new Uint8Array(LINE.length);
  for (let i = 0; i < times; i++) {
    await connection.write(LINE);
    for (let received = 0; received < LINE.length;) {
      const got = await connection.read(buffer.subarray(received));
      if (got === null) throw new Error("Cannot go on: the server has closed");
      received += got;
    }
  }
}

for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const times = Math.ceil(Number(text) / count);
  await Promise.all(
    connections.map((connection) => exchange(connection, times)),
  );
  console.log("done");
}
