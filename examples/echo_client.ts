/**
 * Sends what is typed to a server and shows what comes back, as `nc` does.
 *
 *     deno run --allow-net examples/echo_client.ts [PORT]
 *
 * @module
 */
const [port = "9000"] = Deno.args;
const connection = await Deno.connect({
  hostname: "127.0.0.1",
  port: Number(port),
});

// Both at once: a server may speak before we do, and after we have ended.
const showing = connection.readable.pipeTo(Deno.stdout.writable, {
  preventClose: true,
});
const typed = Deno.stdin.readable.getReader();
for (let next; !(next = await typed.read()).done;) {
  for (let sent = 0; sent < next.value.length;) {
    sent += await connection.write(next.value.subarray(sent));
  }
}
await connection.closeWrite();
await showing;
