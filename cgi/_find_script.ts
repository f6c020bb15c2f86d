import { basename, dirname, resolve, SEPARATOR } from "@std/path";
import { ProtocolError } from "../http_server/protocol/mod.ts";
import type { ScriptSettings } from "./script_settings.ts";

/** A script that can be run. */
export interface Script {
  /** Its path in the file system, absolute. */
  readonly path: string;
  /** Its folder, in which it runs. */
  readonly folder: string;
  /** The program: the script itself, or its interpreter. */
  readonly command: string;
  /** Arguments before those of the query. */
  readonly args: readonly string[];
  /** Whether an interpreter runs it, which must not get arguments from a client. */
  readonly interpreted: boolean;
  /** Whether it sends the whole answer itself. */
  readonly nph: boolean;
}

/** What can be asked of a handler class's hooks. */
export interface ScriptChecks {
  /** Whether the system would run it. */
  isExecutable(path: string): boolean;
  /** Whether Python runs it if it is not executable. */
  isPython(path: string): boolean;
}

/**
 * Looks at a script before it is run.
 *
 * @param path Where it should be.
 * @param root The folder that it must lie in, links followed; `null` for any.
 * @param settings How scripts are run.
 * @param checks Hooks.
 * @throws {ProtocolError} 404 if it is not there, 403 if it may not be run.
 */
export function findScript(
  path: string,
  root: string | null,
  settings: Pick<ScriptSettings, "interpreters" | "followSymlinks" | "nph">,
  checks: ScriptChecks = { isExecutable, isPython },
): Script {
  const absolute = resolve(path);
  const name = basename(absolute);
  const info = statOf(absolute);
  if (info === null) {
    throw new ProtocolError(`No such CGI script ("${name}")`, 404);
  }
  if (!info.isFile) {
    throw new ProtocolError(`CGI script is not a plain file ("${name}")`, 403);
  }
  if (
    root !== null && !settings.followSymlinks && !liesWithin(absolute, root)
  ) {
    throw new ProtocolError(
      `CGI script lies outside of the folder that is served ("${name}")`,
      403,
    );
  }
  const own = interpreterOf(name, settings.interpreters);
  const executable = own === null && checks.isExecutable(absolute);
  const interpreter = own ??
    (!executable && checks.isPython(absolute) ? PYTHON : null);
  if (interpreter === null && !executable) {
    throw new ProtocolError(`CGI script is not executable ("${name}")`, 403);
  }
  return {
    path: absolute,
    folder: dirname(absolute),
    command: interpreter === null ? absolute : interpreter[0]!,
    args: interpreter === null ? [] : [...interpreter.slice(1), absolute],
    interpreted: interpreter !== null,
    nph: settings.nph && name.startsWith("nph-"),
  };
}

/** Without `-u` its output would come when it has ended. */
const PYTHON = ["python3", "-u"];

function interpreterOf(
  name: string,
  interpreters: ScriptSettings["interpreters"],
): readonly string[] | null {
  for (const [suffix, command] of Object.entries(interpreters)) {
    if (
      command.length > 0 && name.toLowerCase().endsWith(suffix.toLowerCase())
    ) {
      return command;
    }
  }
  return null;
}

/** Whether the system would run a file: by its mode, or by its name on Windows. */
export function isExecutable(path: string): boolean {
  if (Deno.build.os === "windows") return /\.(?:exe|com|bat|cmd)$/i.test(path);
  try {
    // Loaded here: it takes a program longer to start than all of this package.
    const { accessSync, constants } = process.getBuiltinModule("node:fs");
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    // Who this process is, it may know with --allow-sys alone: then it is
    // enough that somebody may run the file.
    return error instanceof Deno.errors.NotCapable &&
      ((statOf(path)?.mode ?? 0) & 0o111) !== 0;
  }
}

/** Whether a name is one of Python's: `.py` or `.pyw`. */
export function isPython(path: string): boolean {
  return /\.pyw?$/i.test(path);
}

/** Whether a file lies in a folder, wherever links lead. */
export function liesWithin(path: string, folder: string): boolean {
  try {
    const real = Deno.realPathSync(folder);
    const inside = real.endsWith(SEPARATOR) ? real : real + SEPARATOR;
    return Deno.realPathSync(path).startsWith(inside);
  } catch {
    return false;
  }
}

/** Facts of a file; `null` if there is none, or none that may be known. */
export function statOf(path: string): Deno.FileInfo | null {
  // The system takes NUL for the end of a path.
  if (path.includes("\0")) return null;
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
}
