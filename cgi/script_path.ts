/**
 * Which part of a path names a script, and which is for the script to read
 * (RFC 3875 section 3.3).
 *
 * @module
 */
// @pure
import { percentDecodeText } from "../http_server/protocol/mod.ts";
import { splitQuery } from "./_script_target.ts";

/** A path that names something in a script directory. */
export interface ScriptPath {
  /** The script directory, as the URL has it: `/cgi-bin`. */
  readonly directory: string;
  /** What follows it, decoded, without its first slash. */
  readonly rest: string;
}

/** A path with its script found. */
export interface FoundScript {
  /** Path of the script from the root, decoded: `SCRIPT_NAME`. */
  readonly scriptName: string;
  /** What is left for the script, decoded; empty, or with a slash in front. */
  readonly pathInfo: string;
}

/**
 * Decodes a path once and takes out empty, `.` and `..` parts: Python's
 * `_url_collapse_path`. The query stays as it is. There are always at least
 * two slashes, the second one in front of the last part.
 *
 * @param path Path of a request, with its query.
 * @returns The path without detours.
 * @throws {RangeError} If `..` leads above the root.
 *
 * @example Detours
 * ```ts
 * import { urlCollapsePath } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(urlCollapsePath("/a/.//../cgi-bin/b?c=../d"), "/cgi-bin/b?c=../d");
 * assertEquals(urlCollapsePath("/a"), "//a");
 * ```
 */
export function urlCollapsePath(path: string): string {
  const [encoded, query] = splitQuery(path);
  const parts = percentDecodeText(encoded, { replace: true }).split("/");
  let tail = parts.pop()!;
  const kept: string[] = [];
  const goUp = () => {
    if (kept.pop() === undefined) {
      throw new RangeError(
        `Cannot collapse path "${path}": it leaves the root`,
      );
    }
  };
  for (const part of parts) {
    if (part === "..") goUp();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  if (tail === "..") goUp();
  if (tail === ".." || tail === ".") tail = "";
  return `/${kept.join("/")}/${tail}${query}`;
}

/**
 * Finds the script directory that a path leads into.
 *
 * @param path Path of a request without its query, as it was sent.
 * @param directories The script directories, such as `/cgi-bin`.
 * @returns The directory and the rest; `null` if it leads into none.
 * @throws {RangeError} If `..` leads above the root.
 */
export function findScriptDirectory(
  path: string,
  directories: readonly string[],
): ScriptPath | null {
  // An encoded question mark is part of a name here: the query was cut before.
  const collapsed = urlCollapsePath(path.replaceAll("?", "%3F"));
  let slash = collapsed.indexOf("/", 1);
  while (slash > 0 && !directories.includes(collapsed.slice(0, slash))) {
    slash = collapsed.indexOf("/", slash + 1);
  }
  return slash > 0
    ? {
      directory: collapsed.slice(0, slash),
      rest: collapsed.slice(slash + 1),
    }
    : null;
}

/**
 * Finds the script in a script directory: goes into folders as long as there
 * are some, and takes the next part for the script.
 *
 * @param path What {@linkcode findScriptDirectory} has found.
 * @param isDirectory Tells whether a path from the root is a folder.
 * @returns The script, which need not exist, and the rest of the path.
 */
export function splitScriptPath(
  { directory, rest }: ScriptPath,
  isDirectory: (path: string) => boolean,
): FoundScript {
  let folder = directory;
  let left = rest;
  let slash;
  while (
    (slash = left.indexOf("/")) >= 0 &&
    isDirectory(`${folder}/${left.slice(0, slash)}`)
  ) {
    folder = `${folder}/${left.slice(0, slash)}`;
    left = left.slice(slash + 1);
  }
  return {
    scriptName: `${folder}/${slash < 0 ? left : left.slice(0, slash)}`,
    pathInfo: slash < 0 ? "" : left.slice(slash),
  };
}

/**
 * The words of a query that a script gets as arguments (RFC 3875 section 4.4):
 * only where it holds no `=`, and all of them or none.
 *
 * @param query The query, as it was sent.
 * @returns The words, decoded.
 */
export function queryArguments(query: string): string[] {
  if (query === "" || query.includes("=")) return [];
  const words = query.split("+").map((word) =>
    percentDecodeText(word, { replace: true })
  );
  // deno-lint-ignore no-control-regex -- what no argument should hold
  return words.some((word) => /[\0-\x1f\x7f]/.test(word)) ? [] : words;
}
