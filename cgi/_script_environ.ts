import { asText } from "./_byte_text.ts";
import { lacks, mayRead } from "./_permissions.ts";
import type { ScriptSettings } from "./script_settings.ts";

/** What programs need to run at all. */
const NEEDED: readonly string[] = [
  "PATH",
  ...Deno.build.os === "windows" ? ["SYSTEMROOT", "COMSPEC", "PATHEXT"] : [],
];

/** What they need to speak the user's language, as far as that may be known. */
const PASSED: readonly string[] = [
  "LANG",
  "LC_ALL",
  "LC_COLLATE",
  "LC_CTYPE",
  "LC_MESSAGES",
  "LC_MONETARY",
  "LC_NUMERIC",
  "LC_TIME",
  "TZ",
];

/**
 * The whole environment of a script.
 *
 * @param variables Those of the request, one character per byte.
 * @param settings What is passed on and added.
 * @returns Texts, as a process is started with.
 * @throws {ProtocolError} 500 without the permission to read what it needs.
 */
export function scriptEnviron(
  variables: Readonly<Record<string, string>>,
  { env, passEnv }: Pick<ScriptSettings, "env" | "passEnv">,
): Record<string, string> {
  const environ: Record<string, string> = {};
  const pass = (name: string) => {
    const value = Deno.env.get(name);
    if (value !== undefined) environ[name] = value;
  };
  for (const names of [NEEDED, passEnv]) {
    for (const name of names) {
      if (!mayRead(name)) throw lacks(`--allow-env=${name}`);
      pass(name);
    }
  }
  for (const name of PASSED) if (mayRead(name)) pass(name);
  Object.assign(environ, env);
  for (const [name, value] of Object.entries(variables)) {
    environ[name] = asText(value);
  }
  // PHP refuses to run unless a server says that it was asked.
  environ.REDIRECT_STATUS ??= "200";
  return environ;
}
