import {
  printVersion,
  runOptions,
  runProgram,
} from "../http_server/server_program.ts";
import {
  type CommandLine,
  formatHelp,
  readCommandLine,
} from "./dev_server/command_line.ts";
import { runserver } from "./dev_server/runserver.ts";

/**
 * The command line: serves an application for development. Ends the program:
 * with status 0 when it was interrupted, 1 if it cannot serve, 2 if it was
 * called wrongly; why, it says in one line. Needs `--allow-net` and
 * `--allow-read`, with `--reload` also `--allow-run`, and what the application
 * needs.
 *
 * @param args The words of the command line; `--help` explains them.
 */
export async function main(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(() => run(readCommandLine(args)));
}

async function run(line: CommandLine): Promise<void> {
  switch (line.action) {
    case "help":
      return console.log(formatHelp());
    case "version":
      return printVersion();
    case "serve":
      return await serve(line);
  }
}

async function serve(line: CommandLine): Promise<void> {
  const options = await runOptions(line);
  const { settings, reload, watch, workers } = line;
  await runserver({ ...options, settings, reload, watch, workers });
}

if (import.meta.main) await main();
