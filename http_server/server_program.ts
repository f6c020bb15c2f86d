/**
 * What the command lines of all servers do alike: start, explain themselves
 * and end.
 *
 * @module
 */

import { makeSelfSigned } from "./_self_signed.ts";
import { reachableHosts } from "./_served_urls.ts";
import { wantsColors } from "./_terminal_colors.ts";
import { VERSION } from "./_version.ts";
import { isWildcard } from "./address_kind.ts";
import { explain } from "./explain_error.ts";
import { UsageError } from "./option_parser.ts";
import type { RunServerOptions } from "./run_server.ts";
import type { ServerSettings } from "./server_options.ts";

/**
 * Runs a program to its end and ends the process: with status 0 if all went
 * well, 1 if it could not go on, 2 if it was called wrongly; why, it says in
 * one line.
 *
 * @param run The program.
 */
export async function runProgram(run: () => Promise<void>): Promise<never> {
  try {
    await run();
  } catch (error) {
    const wrong = error instanceof UsageError;
    const hint = wrong ? " (--help shows all options)" : "";
    console.error(`error: ${explain(error)}${hint}`);
    Deno.exit(wrong ? 2 : 1);
  }
  Deno.exit(0);
}

/** Prints what this program is. */
export function printVersion(): void {
  console.log(`@pystd/server ${VERSION}`);
}

/**
 * What a command line asks for, as options of `runServer`; the handler is
 * missing.
 *
 * @param line Where to listen, and how.
 * @throws {UsageError} If a file of its certificate cannot be read.
 */
export async function runOptions(
  line: ServerSettings,
): Promise<RunServerOptions> {
  return {
    port: line.port ?? 8000,
    nextFreePort: line.port === null,
    bind: line.bind,
    unix: line.unix,
    maxConcurrent: line.maxConnections,
    drain: line.drain,
    print: printer(),
    ...await tlsOptions(line),
  };
}

/**
 * Reads a file that the command line names.
 *
 * @param path Its path.
 * @param what What it holds, for the message.
 * @throws {UsageError} If it cannot be read.
 */
export function readFile(path: string, what: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`cannot read ${what} from "${path}"`);
  }
}

async function tlsOptions(line: ServerSettings): Promise<RunServerOptions> {
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

/** Shows URLs so that they are found; colors are for terminals only. */
function printer(): (line: string) => void {
  const colored = wantsColors(Deno.stdout);
  return (line) =>
    console.log(
      colored ? line.replace(/https?:[^ )]+/g, "\x1b[36m$&\x1b[0m") : line,
    );
}
