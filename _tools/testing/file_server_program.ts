/**
 * The file server's command line as a program of its own.
 *
 * @module
 */
import { RunningProgram } from "./running_program.ts";

/** The command line. */
export const MAIN: string = new URL(
  "../../http_server/main.ts",
  import.meta.url,
).pathname;

/** Permissions that the README names. */
export const USUAL: readonly string[] = ["--allow-net", "--allow-read"];

/** A running command line, which ends when it is disposed of. */
export class Program extends RunningProgram {
  constructor(
    args: readonly string[],
    flags: readonly string[] = USUAL,
    cwd?: string,
    env?: Record<string, string>,
  ) {
    super(MAIN, args, { flags, cwd, ...env === undefined ? {} : { env } });
  }
}
