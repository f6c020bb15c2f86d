// @pure
/**
 * Finds the id for `nobody` in a list of users.
 *
 * @param passwd What `/etc/passwd` holds.
 * @returns The id; `null` if the list is empty.
 */
export function uidOfNobody(passwd: string): number | null {
  let highest: number | null = null;
  for (const line of passwd.split("\n")) {
    const [name, , id = ""] = line.split(":");
    if (!/^-?[0-9]+$/.test(id)) continue;
    const uid = Number(id);
    if (name === "nobody") return uid;
    highest = Math.max(highest ?? uid, uid);
  }
  return highest === null ? null : highest + 1;
}
