import { encodeLatin1 } from "../socketserver/io/mod.ts";
import type { ScriptSettings } from "./script_settings.ts";

/** What programs need to run at all, and to speak the user's language. */
const PASSED: readonly string[] = [
  "PATH",
  "LANG",
  "LC_ALL",
  "LC_COLLATE",
  "LC_CTYPE",
  "LC_MESSAGES",
  "LC_MONETARY",
  "LC_NUMERIC",
  "LC_TIME",
  "TZ",
  ...Deno.build.os === "windows" ? ["SYSTEMROOT", "COMSPEC", "PATHEXT"] : [],
];

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The whole environment of a script.
 *
 * @param variables Those of the request, one character per byte.
 * @param settings What is passed on and added.
 * @returns Texts, as a process is started with.
 */
export function scriptEnviron(
  variables: Readonly<Record<string, string>>,
  { env, passEnv }: Pick<ScriptSettings, "env" | "passEnv">,
): Record<string, string> {
  const environ: Record<string, string> = {};
  for (const name of [...PASSED, ...passEnv]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environ[name] = value;
  }
  Object.assign(environ, env);
  for (const [name, value] of Object.entries(variables)) {
    environ[name] = asText(value);
  }
  // PHP refuses to run unless a server says that it was asked.
  environ.REDIRECT_STATUS ??= "200";
  return environ;
}

/** Bytes, one character each, as the text that they are in UTF-8. */
function asText(value: string): string {
  // Most are plain, and stay as they are
  return /^[\0-\x7f]*$/.test(value)
    ? value
    : decoder.decode(encodeLatin1(value));
}
