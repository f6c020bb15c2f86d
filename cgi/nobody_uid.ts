import { uidOfNobody } from "./_uid_of_nobody.ts";

/** What {@linkcode nobodyUid} has found: Python's `http.server.nobody`. `null` before it was asked. */
export let nobody: number | null = null;

/**
 * The id of the user `nobody`, who owns nothing: Python's
 * `http.server.nobody_uid`. Looks it up in `/etc/passwd` once, and needs
 * `--allow-read` for that.
 *
 * @returns The id; without such a user one more than the highest id there is;
 * -1 on a system without a list of users.
 *
 * @example A user for what nobody trusts
 * ```ts
 * import { nobody, nobodyUid } from "@pystd/server/cgi";
 * import { assertEquals } from "@std/assert";
 *
 * const uid = nobodyUid();
 * if (uid >= 0) assertEquals(nobody, uid);
 * ```
 */
export function nobodyUid(): number {
  if (nobody !== null) return nobody;
  const users = readUsers();
  const uid = users === null ? null : uidOfNobody(users);
  if (uid !== null) nobody = uid;
  return uid ?? -1;
}

function readUsers(): string | null {
  try {
    return Deno.readTextFileSync("/etc/passwd");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
