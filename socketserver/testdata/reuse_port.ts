// Two servers on one port. Needs --unstable-net.
import { BaseRequestHandler, TCPServer } from "../mod.ts";

const options = { allowReusePort: true };
await using one = new TCPServer(
  { hostname: "127.0.0.1", port: 0 },
  BaseRequestHandler,
  options,
);
await using two = new TCPServer(one.serverAddress, BaseRequestHandler, options);
console.log(
  one.serverAddress.port === two.serverAddress.port ? "same port" : "other",
);
