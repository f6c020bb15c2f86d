// @pure
/**
 * The words of the command line as settings.
 *
 * @module
 */

import { isLoopback } from "../../http_server/address_kind.ts";
import {
  type ParsedOptions,
  parseOptions,
  UsageError,
} from "../../http_server/option_parser.ts";
import {
  readLimits,
  readServerSettings,
  type ServerSettings,
} from "../../http_server/server_options.ts";
import type { PythonAppOptions } from "../python/python_options.ts";
import { OPTIONS, PYTHON_OPTIONS } from "./_command_line_options.ts";
import type { AppSettings, StaticFolder } from "./app_settings.ts";
import { type Addrport, parseAddrport } from "./parse_addrport.ts";

export { formatHelp } from "./_command_line_options.ts";

/** What a command line asks for, checked as far as that goes without looking at the machine. */
export interface CommandLine extends ServerSettings {
  /** What to do. */
  readonly action: "serve" | "help" | "version";
  /** Whether the application starts anew when it has changed. */
  readonly reload: boolean;
  /** Processes that share the port. */
  readonly workers: number;
  /** Files and folders that belong to the application. */
  readonly watch: readonly string[];
  /** The application. */
  readonly settings: AppSettings;
}

/** Whoever develops wants no visitors. */
const LOCAL = "127.0.0.1";

/**
 * Reads a command line.
 *
 * @param args The words behind the program's name.
 * @throws {UsageError} If something is wrong with them.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const options = parseOptions(args, OPTIONS);
  const action = options.has("help")
    ? "help"
    : options.has("version")
    ? "version"
    : "serve";
  const apps = options.words.filter((word) => !/^(?:.*:)?[0-9]+$/.test(word));
  if (apps.length > 1) throw new UsageError("one APP is enough");
  const [app = ""] = apps;
  if (app === "" && action === "serve") {
    throw new UsageError("APP is missing, such as ./app.ts");
  }
  const [address, ...others] = options.words
    .filter((word) => !apps.includes(word)).map(readAddrport);
  if (others.length > 0) throw new UsageError("one PORT is enough");
  const named = address !== undefined && address.hostname !== "";
  if (named && (options.has("bind") || options.has("unix"))) {
    throw new UsageError("ADDR:PORT goes without --bind and --unix");
  }
  const server = readServerSettings(
    options,
    address ? [`${address.port}`] : [],
  );
  const isPython = app.startsWith("python:");
  const python = PYTHON_OPTIONS.find(({ name }) =>
    name !== "workers" && options.has(name)
  );
  if (python && !isPython) {
    throw new UsageError(
      `--${python.name} is for python:package.module:callable`,
    );
  }
  const reload = options.has("reload");
  const count = readCount(options, "workers") ?? 1;
  if (count > 1 && reload && !isPython) {
    throw new UsageError("--workers goes without --reload");
  }
  if (count > 1 && server.unix !== null && !isPython) {
    throw new UsageError("--workers goes without --unix: workers share a port");
  }
  if (options.has("watch") && !reload) {
    throw new UsageError("--watch needs --reload, too");
  }
  const bind = named
    ? [address.hostname]
    : server.bind.length > 0 || server.unix !== null
    ? server.bind
    : [LOCAL];
  const guarded = reload && bind.length > 0 && bind.every(isLoopback);
  return {
    action,
    ...server,
    bind,
    reload,
    workers: isPython ? 1 : count,
    watch: options.all("watch").map(readPath),
    settings: {
      app,
      static: options.all("static").map(readStatic),
      validate: options.has("validate"),
      quiet: server.quiet,
      interface: readInterface(options.last("interface")),
      limits: readLimits(options),
      ...isPython ? { schemes: { python: readPython(options) } } : {},
      ...guarded || options.has("allowed-host")
        ? { allowedHosts: options.all("allowed-host").map(readHost) }
        : {},
    },
  };
}

function readCount(options: ParsedOptions, name: string): number | undefined {
  const text = options.last(name);
  if (text === null) return undefined;
  if (!/^[1-9][0-9]{0,2}$/.test(text)) {
    throw new UsageError(`--${name} needs a number from 1 on, not "${text}"`);
  }
  return Number(text);
}

function readPython(options: ParsedOptions): PythonAppOptions {
  const settings: PythonAppOptions = {};
  for (const name of ["workers", "threads"] as const) {
    const count = readCount(options, name);
    if (count !== undefined) settings[name] = count;
  }
  for (const name of ["chdir", "python"] as const) {
    const text = options.last(name);
    if (text === "") throw new UsageError(`--${name} needs a path`);
    if (text !== null) settings[name] = text;
  }
  return settings;
}

/** A port, maybe with an address; the empty one stands for none. */
function readAddrport(text: string): Addrport {
  try {
    return parseAddrport(text, { defaultAddr: "" });
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.$/, ""));
  }
}

function readHost(text: string): string {
  if (/^(?:\*|\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*)$/i.test(text)) return text;
  throw new UsageError(`--allowed-host needs a name, not "${text}"`);
}

function readPath(text: string): string {
  if (text === "" || text.includes("\0")) {
    throw new UsageError("--watch needs the path of a file or folder");
  }
  return text;
}

/** `/static/=./files`; slashes around the URL's path are not needed. */
function readStatic(text: string): StaticFolder {
  const equals = text.indexOf("=");
  const url = text.slice(0, Math.max(equals, 0)).replace(/^\/+|\/+$/g, "");
  const directory = text.slice(equals + 1);
  if (equals < 0 || directory === "" || /[\s?#\0]|\/\//.test(url)) {
    throw new UsageError(
      `--static needs a path and a folder such as /static=./files, not "${text}"`,
    );
  }
  return { url: url === "" ? "/" : `/${url}/`, directory };
}

function readInterface(text: string | null): "wsgi" | "fetch" | "auto" {
  if (text === null) return "auto";
  if (text !== "wsgi" && text !== "fetch" && text !== "auto") {
    throw new UsageError(
      `--interface must be wsgi, fetch or auto, not "${text}"`,
    );
  }
  return text;
}
