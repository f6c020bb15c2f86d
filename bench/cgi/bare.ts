/** Starts a script for whatever arrives, and answers when that has ended. */
const [port, folder] = Deno.args;
const answer = new TextEncoder().encode(
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n",
);

async function serve(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  while (await connection.read(buffer) !== null) {
    await new Deno.Command(`${folder}/cgi-bin/hello`, {
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH")! },
      stdin: "null",
    }).output();
    await connection.write(answer);
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
for await (const connection of listener) serve(connection).catch(() => {});
