import { type OptionSpec, parseOptions, UsageError } from "./_option_parser.ts";
import { ThreadingHTTPServer } from "./http_server.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

const OPTIONS: readonly OptionSpec[] = [
  {
    name: "bind",
    letter: "b",
    value: "ADDR",
    help: "address to listen on, all by default",
  },
  {
    name: "directory",
    letter: "d",
    value: "DIR",
    help: "folder to serve, the current one by default",
  },
];

// Seconds that running transfers may take to end when the program is stopped.
const DRAIN = 5;

/**
 * The quick file server: what `python -m http.server` is. Needs `--allow-net`
 * and `--allow-read`. Ends the program with status 1 if it cannot serve and
 * with 2 if it was called wrongly.
 *
 * @param args `[PORT] [--bind ADDR] [--directory DIR]`.
 */
export async function main(args: readonly string[] = Deno.args): Promise<void> {
  try {
    await serve(args);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`error: ${error.message.split("\n", 1)[0]}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

async function serve(args: readonly string[]): Promise<void> {
  const { values, words } = parseOptions(args, OPTIONS);
  const [word = "8000", ...more] = words;
  if (!/^[0-9]{1,5}$/.test(word) || Number(word) > 65535) {
    throw new UsageError(`Cannot use port "${word}": it must be 0 to 65535`);
  }
  if (more.length > 0) {
    throw new UsageError(`Cannot use "${more[0]}": one port is enough`);
  }
  const directory = values.get("directory")?.at(-1) ?? ".";
  if (!Deno.statSync(directory).isDirectory) {
    throw new Deno.errors.NotADirectory(
      `Cannot serve "${directory}": it is no folder`,
    );
  }
  const hostname = values.get("bind")?.at(-1) ?? "::";
  const Handler = SimpleHTTPRequestHandler.configure({
    directory: Deno.realPathSync(directory),
  });
  const server = new ThreadingHTTPServer(
    { hostname, port: Number(word) },
    Handler,
  );
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  const url = `http://${shown}:${server.serverPort}/`;
  console.log(
    `Serving HTTP on ${hostname} port ${server.serverPort} (${url}) ...`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, async () => {
      if (stopping) Deno.exit(1);
      stopping = true;
      await server.shutdown({ drain: DRAIN });
      await server.serverClose();
      Deno.exit(0);
    });
  }
  await server.serveForever();
}

let stopping = false;

if (import.meta.main) await main();
