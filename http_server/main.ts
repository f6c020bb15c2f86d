import { UsageError, parseOptions, type OptionSpec } from "./_option_parser.ts";
import { ThreadingHTTPServer } from "./http_server.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

const OPTIONS: readonly OptionSpec[] = [
  { name: "bind", letter: "b", value: "ADDR", help: "" },
  { name: "directory", letter: "d", value: "DIR", help: "" },
];

export async function main(args: readonly string[] = Deno.args): Promise<void> {
  const { values, words } = parseOptions(args, OPTIONS);
  const port = Number(words[0] ?? 8000);
  const hostname = values.get("bind")?.at(-1) ?? "::";
  const directory = values.get("directory")?.at(-1);
  const server = new ThreadingHTTPServer({ hostname, port }, SimpleHTTPRequestHandler.configure(directory ? { directory } : {}));
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  console.log(`Serving HTTP on ${hostname} port ${server.serverPort} (http://${shown}:${server.serverPort}/) ...`);
  await server.serveForever();
}

if (import.meta.main) await main();
