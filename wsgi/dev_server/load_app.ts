import { resolve } from "@std/path/resolve";
import { toFileUrl } from "@std/path/to-file-url";
import { fromFetchHandler } from "../from_fetch_handler.ts";
import type { WSGIEnvironment } from "../types.ts";
import { PYTHON_SCHEME } from "./_python_scheme.ts";
import { AppError } from "./app_error.ts";
import { findKind } from "./app_kind.ts";
import type { AppScheme, LoadedApp } from "./app_scheme.ts";
import type { AppSettings } from "./app_settings.ts";

/** The schemes that there are, by name. */
export const APP_SCHEMES: Map<string, AppScheme> = new Map([
  ["python", PYTHON_SCHEME],
]);

/** An application's name, taken apart. */
export type AppName =
  | { readonly scheme: string; readonly name: string }
  | {
    readonly scheme: null;
    /** URL of the module. */
    readonly module: string;
    /** The module as it was named. */
    readonly shown: string;
    /** Its export; several names lead into objects. */
    readonly path: readonly string[];
  };

/**
 * Takes the name of an application apart.
 *
 * @param app `./app.ts`, `./app.ts:name`, a URL of either form, or `scheme:name`.
 * @returns The module and the export, which is `default` unless it is named.
 *
 * @example Names an export
 * ```ts
 * import { parseAppName } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAppName("/srv/app.ts:site.app"), {
 *   scheme: null,
 *   module: "file:///srv/app.ts",
 *   shown: "/srv/app.ts",
 *   path: ["site", "app"],
 * });
 * ```
 */
export function parseAppName(app: string): AppName {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(app) ?? [];
  if (scheme !== undefined && APP_SCHEMES.has(scheme)) {
    return { scheme, name: rest! };
  }
  const [, head, tail] = /^(.+):([\p{ID_Start}$_][\p{ID_Continue}$.]*)$/u
    .exec(app) ?? [];
  // What stands before the only colon of `npm:name` is no module.
  const named = head !== undefined && !/^[a-z]+$/i.test(head);
  const shown = named ? head : app;
  const module = /^[a-z]{2,}:/i.test(shown)
    ? shown
    : toFileUrl(resolve(shown)).href;
  return {
    scheme: null,
    module,
    shown,
    path: (named ? tail! : "default").split("."),
  };
}

/**
 * Loads an application: imports its module and finds out what it is; see
 * {@linkcode findKind}.
 *
 * @param settings Its name, and maybe what it is; see {@linkcode parseAppName}.
 * @returns The application, as one of WSGI.
 * @throws {AppError} If it cannot be loaded, with the reason.
 *
 * @example Loads a fetch handler as an application
 * ```ts
 * import { loadApp } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(file, `export default () => new Response("hello");`);
 * const { found } = await loadApp({ app: file });
 * assertEquals(found, "a fetch handler");
 * await Deno.remove(file);
 * ```
 */
export async function loadApp(settings: AppSettings): Promise<LoadedApp> {
  const { app, schemes = {} } = settings;
  const parsed = parseAppName(app);
  if (parsed.scheme !== null) {
    const scheme = APP_SCHEMES.get(parsed.scheme)!;
    return await scheme.load(parsed.name, schemes[parsed.scheme]);
  }
  const value = find(await load(parsed.module, parsed.shown), parsed);
  const kind = findKind(value, settings.interface);
  if (kind.kind === "wsgi") {
    return { application: kind.application, found: "a WSGI application" };
  }
  if (kind.kind === "fetch") {
    const { handler } = kind;
    const application = fromFetchHandler((request, { environ }) =>
      handler(request, { remoteAddr: remoteAddr(environ), environ })
    );
    return { application, found: "a fetch handler" };
  }
  throw new AppError(app, kind.reason);
}

/** Where a request comes from, as `Deno.serve` tells it. */
function remoteAddr(environ: WSGIEnvironment): Deno.NetAddr {
  const { REMOTE_ADDR, REMOTE_PORT } = environ;
  const port = Number(REMOTE_PORT ?? 0);
  return { transport: "tcp", hostname: String(REMOTE_ADDR ?? ""), port };
}

async function load(
  module: string,
  shown: string,
): Promise<Record<string, unknown>> {
  try {
    return await import(module);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const { message } = error as Error;
    if (/^Requires \S+ access to /.test(message)) {
      throw new Deno.errors.NotCapable(message);
    }
    throw new AppError(shown, reasonOf(error, module), { cause: error });
  }
}

function find(
  exports: Record<string, unknown>,
  { path, shown }: { path: readonly string[]; shown: string },
): unknown {
  let value: unknown = exports;
  for (const [index, name] of path.entries()) {
    const within = value as Record<string, unknown> | null | undefined;
    value = within?.[name];
    if (value !== undefined) continue;
    if (index > 0) {
      throw new AppError(
        shown,
        `its "${path.slice(0, index).join(".")}" has no "${name}"`,
      );
    }
    const what = name === "default" ? "no default export" : `no "${name}"`;
    const names = Object.keys(exports).filter((each) => each !== "default");
    const hint = names.length === 0
      ? ""
      : `; name another, such as ${shown}:${names[0]}`;
    throw new AppError(shown, `it has ${what}${hint}`);
  }
  return value;
}

/** Why a module could not be imported, and where. */
function reasonOf(error: unknown, module: string): string {
  if (!(error instanceof Error)) return `it throws ${String(error)}`;
  const { message } = error;
  if ((error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") {
    const [, missing] = /^Module not found "(.+)"/.exec(message) ?? [];
    if (missing === module) return "there is no such file";
    if (missing) return `it imports ${missing}, which is not there`;
    // A message of several lines shows the place in the source.
    const [first = ""] = message.split("\n", 1);
    return `${first}${placeIn(message)}`;
  }
  // What does not fit together names the place; its stack begins elsewhere.
  const place = / at (?:file|https?):/.test(message)
    ? ""
    : placeIn(error.stack ?? "");
  return `it throws ${error.name}: ${message}${place}`;
}

/** The place in the sources that a message or a stack names first, in brackets. */
function placeIn(text: string): string {
  for (
    const [, place] of text.matchAll(
      /^ +at (?:.*\()?((?:file|https?):[^\s)]+:\d+:\d+)\)?$/gm,
    )
  ) {
    if (!place!.startsWith(import.meta.url)) return ` (${place})`;
  }
  return "";
}
