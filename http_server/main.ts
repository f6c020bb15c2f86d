import { formatHelp } from "./_command_line_options.ts";
import { type CommandLine, readCommandLine } from "./_command_line.ts";
import { isLoopback } from "./address_kind.ts";
import { BasicAuth, hashPassword } from "./basic_auth.ts";
import { UsageError } from "./option_parser.ts";
import { runServer } from "./run_server.ts";
import {
  printVersion,
  readFile,
  runOptions,
  runProgram,
} from "./server_program.ts";
import {
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "./simple_http_request_handler.ts";

/** What stands above the file server and its command line can use. */
export interface MainOptions {
  /** Serves connections when `--cgi` is given: `CGIHTTPRequestHandler`. */
  CgiHandlerClass?: typeof SimpleHTTPRequestHandler;
}

/**
 * The command line: the quick file server, `python -m http.server` in Python.
 * Ends the program: with status 0 when it was interrupted, 1 if it cannot
 * serve, 2 if it was called wrongly; why, it says in one line. Needs
 * `--allow-net` and `--allow-read`, and what single options need.
 *
 * @param args The words of the command line; `--help` explains them.
 * @param options What runs scripts.
 */
export async function main(
  args: readonly string[] = Deno.args,
  options: MainOptions = {},
): Promise<void> {
  await runProgram(() => run(readCommandLine(args), options));
}

async function run(line: CommandLine, options: MainOptions): Promise<void> {
  switch (line.action) {
    case "help":
      return console.log(formatHelp());
    case "version":
      return printVersion();
    case "hashPassword":
      return console.log(
        `${line.user}:${await hashPassword(await askPassword(line.user))}`,
      );
    case "serve":
      return await serve(line, options);
  }
}

async function serve(line: CommandLine, options: MainOptions): Promise<void> {
  const Plain = line.cgi ? cgiHandlerClass(options) : SimpleHTTPRequestHandler;
  const Handler = line.quiet ? silenced(Plain) : Plain;
  await runServer({
    HandlerClass: Handler.configure(handlerOptions(line)),
    ...await runOptions(line),
    workers: line.workers,
  });
}

function silenced(
  Handler: typeof SimpleHTTPRequestHandler,
): typeof SimpleHTTPRequestHandler {
  return class<
    Address extends Deno.Addr = Deno.NetAddr,
    Server extends object = object,
  > extends Handler<Address, Server> {
    override logMessage(): void {}
  };
}

function cgiHandlerClass(
  { CgiHandlerClass }: MainOptions,
): typeof SimpleHTTPRequestHandler {
  if (!CgiHandlerClass) {
    throw new UsageError(
      "--cgi is for mod.ts, which knows how to run programs",
    );
  }
  // Whether there is a list of programs, Deno does not tell.
  if (Deno.permissions.querySync({ name: "run" }).state === "denied") {
    throw new Error("Cannot run programs: add --allow-run");
  }
  return CgiHandlerClass;
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

/** Asks without showing what is typed, or takes the first line of a pipe. */
async function askPassword(user: string): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    // Loaded here: it takes a tenth of the server's start.
    const { promptSecret } = await import("@std/cli/prompt-secret");
    const typed = promptSecret(`Password of ${user}:`, { mask: "" });
    if (typed) return typed;
  } else {
    const [first = ""] = (await new Response(Deno.stdin.readable).text())
      .split(/\r?\n/, 1);
    if (first !== "") return first;
  }
  throw new UsageError("the password is empty");
}

if (import.meta.main) await main();
