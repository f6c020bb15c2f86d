import type { RequestVariables } from "./request_uri.ts";

/**
 * Moves the next part of `PATH_INFO` to `SCRIPT_NAME`, in place: Python's
 * `wsgiref.util.shift_path_info`. What dispatches by path calls it, so that the
 * application behind it sees its own path.
 *
 * @param environ The environment; both variables change.
 * @returns The part; `""` for a slash at the end, `null` if nothing is left.
 *
 * @example Dispatches by the first part
 * ```ts
 * import { setupTestingDefaults, shiftPathInfo } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const environ = setupTestingDefaults({ SCRIPT_NAME: "/a", PATH_INFO: "/b/c" });
 * assertEquals(shiftPathInfo(environ), "b");
 * assertEquals([environ.SCRIPT_NAME, environ.PATH_INFO], ["/a/b", "/c"]);
 * ```
 */
export function shiftPathInfo(environ: RequestVariables): string | null {
  const pathInfo = environ.PATH_INFO ?? "";
  if (pathInfo === "") return null;
  const parts = pathInfo.split("/");
  const last = parts.length - 1;
  const kept = parts.filter((part, index) =>
    index === 0 || index === last || part !== "" && part !== "."
  );
  const name = kept[1] ?? "";
  kept.splice(1, 1);

  let scriptName = normalize(`${environ.SCRIPT_NAME ?? ""}/${name}`);
  if (scriptName.endsWith("/")) scriptName = scriptName.slice(0, -1);
  if (name === "" && !scriptName.endsWith("/")) scriptName += "/";
  environ.SCRIPT_NAME = scriptName;
  environ.PATH_INFO = kept.join("/");
  // RFC 3986, 5.2.4: a lone dot at the end is the folder itself.
  return name === "." ? null : name;
}

/** Python's `posixpath.normpath`. */
function normalize(path: string): string {
  const isAbsolute = path.startsWith("/");
  const slashes = path.startsWith("//") && !path.startsWith("///") ? "//" : "/";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const above = parts.at(-1);
    if (part !== ".." || above === ".." || !isAbsolute && above === undefined) {
      parts.push(part);
    } else {
      parts.pop();
    }
  }
  const joined = (isAbsolute ? slashes : "") + parts.join("/");
  return joined === "" ? "." : joined;
}
