import { promptSecret } from "@std/cli";
import { formatHelp } from "./_command_line_options.ts";
import { type CommandLine, readCommandLine } from "./_command_line.ts";
import { explain } from "./_explain_error.ts";
import { UsageError } from "./_option_parser.ts";
import { makeSelfSigned } from "./_self_signed.ts";
import { isLoopback, isWildcard, reachableHosts } from "./_served_urls.ts";
import { wantsColors } from "./_terminal_colors.ts";
import { VERSION } from "./_version.ts";
import { BasicAuth, hashPassword } from "./basic_auth.ts";
import { runServer, type RunServerOptions } from "./run_server.ts";
import {
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "./simple_http_request_handler.ts";

/**
 * The command line: the quick file server, `python -m http.server` in Python.
 * Ends the program: with status 0 when it was interrupted, 1 if it cannot
 * serve, 2 if it was called wrongly; why, it says in one line. Needs
 * `--allow-net` and `--allow-read`, and what single options need.
 *
 * @param args The words of the command line; `--help` explains them.
 */
export async function main(
  args: readonly string[] = Deno.args,
): Promise<void> {
  try {
    await run(readCommandLine(args));
  } catch (error) {
    const wrong = error instanceof UsageError;
    const hint = wrong ? " (--help shows all options)" : "";
    console.error(`error: ${explain(error)}${hint}`);
    Deno.exit(wrong ? 2 : 1);
  }
  Deno.exit(0);
}

async function run(line: CommandLine): Promise<void> {
  switch (line.action) {
    case "help":
      return console.log(formatHelp());
    case "version":
      return console.log(`@pystd/server ${VERSION}`);
    case "hashPassword":
      return console.log(
        `${line.user}:${await hashPassword(await askPassword(line.user))}`,
      );
    case "serve":
      return await serve(line);
  }
}

async function serve(line: CommandLine): Promise<void> {
  const Handler = line.quiet ? SilentHandler : SimpleHTTPRequestHandler;
  const options: RunServerOptions = {
    HandlerClass: Handler.configure(handlerOptions(line)),
    port: line.port ?? 8000,
    nextFreePort: line.port === null,
    bind: line.bind,
    unix: line.unix,
    maxConcurrent: line.maxConnections,
    drain: line.drain,
    print: printer(),
    ...await tlsOptions(line),
  };
  await runServer(options);
}

class SilentHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends SimpleHTTPRequestHandler<Address, Server> {
  override logMessage(): void {}
}

function handlerOptions(line: CommandLine): SimpleHTTPRequestHandlerOptions {
  const options: SimpleHTTPRequestHandlerOptions = {
    ...line.handler,
    ...findRoot(line.root ?? "."),
  };
  if (line.auth.length > 0) {
    options.auth = new BasicAuth(line.auth.flatMap(readCredentials));
    const open = line.unix === null && line.tls === null &&
      (line.bind.length === 0 || !line.bind.every(isLoopback));
    if (open) {
      console.error(
        "warning: without TLS others in the network can read the passwords",
      );
    }
  }
  return options;
}

/** The folder or the file, once it is sure that it can be read. */
function findRoot(path: string): { directory: string } | { file: string } {
  const refuse = (reason: string): never => {
    throw new Error(`Cannot serve "${path}": ${reason}`);
  };
  try {
    const { isDirectory, isFile } = Deno.statSync(path);
    if (isDirectory) {
      Deno.readDirSync(path)[Symbol.iterator]().next();
      return { directory: path };
    }
    if (isFile) {
      Deno.openSync(path).close();
      return { file: path };
    }
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      refuse("the system does not permit reading it");
    }
    if (error instanceof Deno.errors.NotCapable) throw error;
    refuse("there is no such folder or file");
  }
  return refuse("it is neither a folder nor a file");
}

function readCredentials(text: string): string[] {
  if (!text.startsWith("@")) return [text];
  const lines = readFile(text.slice(1), "the passwords").split(/\r?\n/);
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

function readFile(path: string, what: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`cannot read ${what} from "${path}"`);
  }
}

async function tlsOptions(line: CommandLine): Promise<RunServerOptions> {
  const { tls } = line;
  switch (tls?.kind) {
    case undefined:
      return {};
    case "selfSigned": {
      const names = new Set(["localhost", "127.0.0.1", "::1"]);
      const hosts = line.bind.length === 0 || line.bind.some(isWildcard)
        ? reachableHosts("any")
        : [];
      for (const name of [...hosts, ...line.bind]) names.add(name);
      const { cert, key, fingerprint } = await makeSelfSigned([...names]);
      console.log(`Certificate for this run, SHA-256 ${fingerprint}`);
      return { cert, key };
    }
    case "files": {
      const { cert, key, passwordFile } = tls;
      readFile(cert, "the certificate");
      if (key !== null) readFile(key, "the key");
      const options: RunServerOptions = { tlsCert: cert, tlsKey: key };
      if (passwordFile !== null) {
        options.tlsPassword = readFile(passwordFile, "the password").trim();
      }
      return options;
    }
  }
}

/** Asks without showing what is typed, or takes the first line of a pipe. */
async function askPassword(user: string): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    const typed = promptSecret(`Password of ${user}:`, { mask: "" });
    if (typed) return typed;
  } else {
    const [first = ""] = (await new Response(Deno.stdin.readable).text())
      .split(/\r?\n/, 1);
    if (first !== "") return first;
  }
  throw new UsageError("the password is empty");
}

/** Shows URLs so that they are found; colors are for terminals only. */
function printer(): (line: string) => void {
  const colored = wantsColors(Deno.stdout);
  return (line) =>
    console.log(
      colored ? line.replace(/https?:[^ )]+/g, "\x1b[36m$&\x1b[0m") : line,
    );
}

if (import.meta.main) await main();
