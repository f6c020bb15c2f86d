// @pure
/**
 * The words of the command line as settings.
 *
 * @module
 */

import { OPTIONS } from "./_command_line_options.ts";
import { parseOptions, UsageError } from "./option_parser.ts";
import { checkFieldName, checkFieldValue, trimOws } from "./protocol/mod.ts";
import {
  type LimitSettings,
  readLimits,
  readServerSettings,
  type ServerSettings,
} from "./server_options.ts";

/** What a command line asks for, checked as far as that goes without looking at the machine. */
export interface CommandLine extends ServerSettings {
  /** What to do. */
  readonly action: "serve" | "help" | "version" | "hashPassword";
  /** The folder or file to serve. */
  readonly root: string | null;
  /** `USER:PASSWORD`, or `@FILE`. */
  readonly auth: readonly string[];
  /** The user to make a line with a stored password for. */
  readonly user: string;
  /** Processes that share the port. */
  readonly workers: number;
  /** Whether programs are run. */
  readonly cgi: boolean;
  /** Options of the handler. */
  readonly handler: HandlerSettings;
}

/** What is set on the handler; only what was asked for. */
export interface HandlerSettings extends LimitSettings {
  protocolVersion?: string;
  extraResponseHeaders?: readonly (readonly [name: string, value: string])[];
  defaultContentType?: string;
  indexPages?: readonly string[];
  cacheControl?: string;
  compress?: boolean;
  cors?: string;
  spa?: boolean;
  cleanUrls?: boolean;
  listing?: boolean;
  hidden?: boolean;
  followSymlinks?: boolean;
}

/**
 * Reads a command line.
 *
 * @param args The words behind the program's name.
 * @throws {UsageError} If something is wrong with them.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const options = parseOptions(args, OPTIONS);
  const all = (name: string) => options.all(name);
  const last = (name: string) => options.last(name);
  const has = (name: string) => options.has(name);

  const isPort = (word: string) => /^[0-9]+$/.test(word);
  const paths = options.words.filter((word) => !isPort(word));
  if (has("directory")) paths.unshift(last("directory")!);
  if (paths.length > 1) throw new UsageError("one folder or file is enough");
  if (paths[0] === "") throw new UsageError("the folder's name is empty");
  const server = readServerSettings(options, options.words.filter(isPort));
  for (const line of all("auth")) {
    if (!/^@.|^[^:]+:/.test(line)) {
      throw new UsageError("--auth needs USER:PASSWORD or @FILE");
    }
  }
  return {
    action: has("help")
      ? "help"
      : has("version")
      ? "version"
      : has("hash-password")
      ? "hashPassword"
      : "serve",
    ...server,
    root: paths[0] ?? null,
    auth: all("auth"),
    user: readUser(last("hash-password")),
    workers: readWorkers(last("workers"), server),
    cgi: has("cgi"),
    handler: handlerSettings(),
  };

  function handlerSettings(): HandlerSettings {
    const settings: HandlerSettings = readLimits(options);
    const set = <Name extends keyof HandlerSettings>(
      name: Name,
      value: HandlerSettings[Name] | undefined,
    ) => {
      if (value !== undefined) settings[name] = value;
    };
    set("protocolVersion", readProtocol(last("protocol")));
    if (has("header")) {
      set("extraResponseHeaders", all("header").map(readHeader));
    }
    set("defaultContentType", readContentType(last("content-type")));
    set("indexPages", readNames(last("index")));
    set("cacheControl", readCache(last("cache")));
    if (has("no-compress")) set("compress", false);
    if (has("cors")) set("cors", "*");
    if (has("spa")) set("spa", true);
    if (has("clean-urls")) set("cleanUrls", true);
    if (has("no-listing")) set("listing", false);
    if (has("hidden")) set("hidden", true);
    if (has("follow-symlinks")) set("followSymlinks", true);
    return settings;
  }
}

function readUser(text: string | null): string {
  if (text === null) return "";
  if (text === "" || text.includes(":")) {
    throw new UsageError("--hash-password needs the name of a user");
  }
  return text;
}

function readWorkers(text: string | null, server: ServerSettings): number {
  if (text === null) return 1;
  if (!/^[1-9][0-9]{0,2}$/.test(text)) {
    throw new UsageError(`--workers needs a number from 1 on, not "${text}"`);
  }
  if (Number(text) > 1 && server.unix !== null) {
    throw new UsageError("--workers goes without --unix: workers share a port");
  }
  if (Number(text) > 1 && server.tls?.kind === "selfSigned") {
    throw new UsageError(
      "--workers goes without --tls-self-signed: each would make a certificate",
    );
  }
  return Number(text);
}

function readProtocol(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (text !== "HTTP/1.0" && text !== "HTTP/1.1") {
    throw new UsageError(
      `--protocol must be HTTP/1.0 or HTTP/1.1, not "${text}"`,
    );
  }
  return text;
}

function readHeader(text: string): [name: string, value: string] {
  const colon = text.indexOf(":");
  const name = trimOws(text.slice(0, Math.max(colon, 0)));
  const value = trimOws(text.slice(colon + 1));
  try {
    if (colon < 0) throw new TypeError();
    checkFieldName(name);
    checkFieldValue(value);
  } catch {
    throw new UsageError(`--header needs "Name: value", not "${text}"`);
  }
  return [name, value];
}

function readContentType(text: string | null): string | undefined {
  if (text === null) return undefined;
  try {
    checkFieldValue(text);
    if (text.split("/").length === 2) return text;
  } catch {
    // It is refused below.
  }
  throw new UsageError(
    `--content-type needs one such as text/plain, not "${text}"`,
  );
}

function readNames(text: string | null): string[] | undefined {
  if (text === null) return undefined;
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "" || /[/\\\0]/.test(name))) {
    throw new UsageError(`--index needs names of files, not "${text}"`);
  }
  return names;
}

function readCache(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new UsageError(`--cache needs seconds, not "${text}"`);
  }
  return Number(text) === 0 ? "no-cache" : `max-age=${Number(text)}`;
}
