import { wsgiEncode } from "./native_string.ts";

/** Variables of a process, as `BaseHandler.osEnviron` holds them. */
export type OsEnviron = Readonly<Record<string, string>>;

/**
 * The environment of the process as WSGI has it, one character per byte:
 * Python's `wsgiref.handlers.read_environ`. Needs `--allow-env`.
 *
 * @returns Its variables.
 * @throws {Deno.errors.NotCapable} Without the permission.
 */
export function readEnviron(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).map(([name, value]) => [
      name,
      wsgiEncode(value),
    ]),
  );
}

let snapshot: OsEnviron | undefined;

/**
 * The same as it was when it was first asked for; nothing where it may not be
 * read, since only few applications look for it.
 *
 * @returns Its variables.
 */
export function osEnviron(): OsEnviron {
  if (snapshot === undefined) {
    const { state } = Deno.permissions.querySync({ name: "env" });
    snapshot = state === "granted" ? readEnviron() : {};
  }
  return snapshot;
}
