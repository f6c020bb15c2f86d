import { statOf } from "./_stat_of.ts";

/**
 * Whether the system would run a file for this process: Python's
 * `http.server.executable`. By its mode, or by its name on Windows. Needs
 * `--allow-read`; without `--allow-sys=uid` it is enough that somebody may run
 * it, and the groups that this process belongs to it cannot know.
 *
 * @param path The file.
 * @param info Facts of that file, if they are known already.
 * @returns Whether it may be run; `false` if it is not there.
 *
 * @example A script and its data
 * ```ts
 * import { executable } from "@pystd/server/cgi";
 * import { assert } from "@std/assert";
 *
 * assert(executable(Deno.execPath()));
 * assert(!executable("/no/such/file"));
 * ```
 */
export function executable(
  path: string,
  info: Pick<Deno.FileInfo, "mode" | "uid"> | null = statOf(path),
): boolean {
  if (info === null) return false;
  if (Deno.build.os === "windows") return /\.(?:exe|com|bat|cmd)$/i.test(path);
  return ((info.mode ?? 0) & bitsFor(info.uid)) !== 0;
}

/** The bits of a mode of which one lets this process run somebody's file. */
function bitsFor(owner: number | null): number {
  const uid = ownUid();
  if (uid === null || uid === 0) return 0o111;
  return uid === owner ? 0o100 : 0o011;
}

/** Who this process is; `null` if it may not know. */
function ownUid(): number | null {
  try {
    return Deno.uid();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}
