import { ProtocolError } from "../http_server/protocol/mod.ts";
import { statOf } from "./_stat_of.ts";
import { executable } from "./executable.ts";
import type { ScriptSettings } from "./script_settings.ts";
import {
  basename,
  dirname,
  resolve,
  SEPARATOR,
} from "../socketserver/paths.ts";

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
  isExecutable(path: string, info?: Deno.FileInfo): boolean;
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
  checks: ScriptChecks = { isExecutable: executable, isPython },
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
    root !== null && !settings.followSymlinks &&
    !liesWithinStill(absolute, info, root)
  ) {
    throw new ProtocolError(
      `CGI script lies outside of the folder that is served ("${name}")`,
      403,
    );
  }
  const own = interpreterOf(name, settings.interpreters);
  const isProgram = own === null && checks.isExecutable(absolute, info);
  const interpreter = own ??
    (!isProgram && checks.isPython(absolute) ? PYTHON : null);
  if (interpreter === null && !isProgram) {
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

/** Whether a name is one of Python's: `.py` or `.pyw`. */
export function isPython(path: string): boolean {
  return /\.pyw?$/i.test(path);
}

/** Milliseconds after which where a script lies is asked again. */
const TRUST = 1000;

/** Scripts whose place is kept at most. */
const MAX_KEPT = 256;

/** Scripts that were found to lie in a folder, by their path. */
const found = new Map<
  string,
  { info: Deno.FileInfo; root: string; seen: number }
>();

/**
 * The same, kept for a second for a file that has not changed: to ask takes
 * longer than all else that is looked at. A file that was moved or linked has
 * changed; a folder on the way may be another one.
 */
function liesWithinStill(
  path: string,
  info: Deno.FileInfo,
  root: string,
): boolean {
  const now = Date.now();
  const before = found.get(path);
  if (
    before !== undefined && before.root === root &&
    now >= before.seen && now < before.seen + TRUST &&
    isSame(info, before.info)
  ) return true;
  found.delete(path);
  if (!liesWithin(path, root)) return false;
  if (found.size >= MAX_KEPT) found.clear();
  found.set(path, { info, root, seen: now });
  return true;
}

function isSame(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev &&
    a.ctime?.getTime() === b.ctime?.getTime();
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
