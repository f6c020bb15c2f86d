// Opens many connections at once, keeps them for a while, then has each of
// them echo a line, and tells how many were served.
const [port, count] = Deno.args.map(Number) as [number, number];
const connections = await Promise.all(
  Array.from(
    { length: count },
    () => Deno.connect({ hostname: "127.0.0.1", port }),
  ),
);
await new Promise((resolve) => setTimeout(resolve, 300));
let served = 0;
await Promise.all(connections.map(async (connection, index) => {
  const line = new TextEncoder().encode(`client ${index}\n`);
  await connection.write(line);
  const answer = new Uint8Array(100);
  let length = 0;
  while (length < line.length) {
    const got = await connection.read(answer.subarray(length));
    if (got === null) break;
    length += got;
  }
  if (answer.subarray(0, length).every((byte, i) => byte === line[i])) served++;
  connection.close();
}));
console.log(served);
