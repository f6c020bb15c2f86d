/**
 * The standard library's path functions for this system. The library's own
 * choice asks Node's `process` which system that is, and to load it takes a
 * sixth of a server's start.
 *
 * @module
 */
import { basename as posixBasename } from "@std/path/posix/basename";
import { basename as windowsBasename } from "@std/path/windows/basename";
import { dirname as posixDirname } from "@std/path/posix/dirname";
import { dirname as windowsDirname } from "@std/path/windows/dirname";
import { fromFileUrl as posixFromFileUrl } from "@std/path/posix/from-file-url";
import { fromFileUrl as windowsFromFileUrl } from "@std/path/windows/from-file-url";
import { join as posixJoin } from "@std/path/posix/join";
import { join as windowsJoin } from "@std/path/windows/join";
import { resolve as posixResolve } from "@std/path/posix/resolve";
import { resolve as windowsResolve } from "@std/path/windows/resolve";

const isWindows = Deno.build.os === "windows";

/** What stands between the names of a path. */
export const SEPARATOR: string = isWindows ? "\\" : "/";

/** The last name of a path. */
export const basename: (path: string) => string = isWindows
  ? windowsBasename
  : posixBasename;

/** The path of the folder that something lies in. */
export const dirname: (path: string) => string = isWindows
  ? windowsDirname
  : posixDirname;

/** The path that a `file:` URL names. */
export const fromFileUrl: (url: string | URL) => string = isWindows
  ? windowsFromFileUrl
  : posixFromFileUrl;

/** One path of several. */
export const join: (...paths: string[]) => string = isWindows
  ? windowsJoin
  : posixJoin;

/** The absolute path of what paths name, each seen from the one before. */
export const resolve: (...paths: string[]) => string = isWindows
  ? windowsResolve
  : posixResolve;
