// @pure
/**
 * The words of the command line as settings.
 *
 * @module
 */

import { OPTIONS } from "./_command_line_options.ts";
import { parseOptions, UsageError } from "./_option_parser.ts";
import { checkFieldName, checkFieldValue, trimOws } from "./protocol/mod.ts";

/** What a command line asks for, checked as far as that goes without looking at the machine. */
export interface CommandLine {
  /** What to do. */
  readonly action: "serve" | "help" | "version" | "hashPassword";
  /** The port; `null` if none was asked for. */
  readonly port: number | null;
  /** Addresses to listen on; none for all. */
  readonly bind: readonly string[];
  /** Path of a Unix socket to listen on instead. */
  readonly unix: string | null;
  /** The folder or file to serve. */
  readonly root: string | null;
  /** Where the certificate comes from. */
  readonly tls: TlsSource | null;
  /** `USER:PASSWORD`, or `@FILE`. */
  readonly auth: readonly string[];
  /** The user to make a line with a stored password for. */
  readonly user: string;
  /** Whether requests are not logged. */
  readonly quiet: boolean;
  /** Connections at a time; `null` for any number. */
  readonly maxConnections: number | null;
  /** Seconds that transfers may take to end when the program is stopped. */
  readonly drain: number;
  /** Options of the handler. */
  readonly handler: HandlerSettings;
}

/** A certificate of one's own, or one that is made. */
export type TlsSource =
  | { readonly kind: "selfSigned" }
  | {
    readonly kind: "files";
    readonly cert: string;
    readonly key: string | null;
    readonly passwordFile: string | null;
  };

/** What is set on the handler; only what was asked for. */
export interface HandlerSettings {
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
  maxHeadBytes?: number;
  maxFieldLine?: number;
  maxRequestLine?: number;
  maxFields?: number;
  headerTimeout?: number | null;
  idleTimeout?: number | null;
  bodyTimeout?: number | null;
  maxBodyBytes?: number | null;
  maxRequests?: number | null;
}

/** Seconds that transfers may take to end, unless something else is asked for. */
const DRAIN = 5;

/**
 * Reads a command line.
 *
 * @param args The words behind the program's name.
 * @throws {UsageError} If something is wrong with them.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, words } = parseOptions(args, OPTIONS);
  const all = (name: string) => values.get(name) ?? [];
  const last = (name: string) => values.get(name)?.at(-1) ?? null;
  const has = (name: string) => values.has(name);

  const ports = words.filter((word) => /^[0-9]+$/.test(word));
  const paths = words.filter((word) => !/^[0-9]+$/.test(word));
  if (has("directory")) paths.unshift(last("directory")!);
  if (ports.length > 1) throw new UsageError("one PORT is enough");
  if (paths.length > 1) throw new UsageError("one folder or file is enough");
  if (paths[0] === "") throw new UsageError("the folder's name is empty");
  const port = ports[0] === undefined ? null : readPort(ports[0]);
  const unix = last("unix");
  const tls = readTls(last, has);
  if (unix !== null && (port !== null || has("bind") || tls !== null)) {
    throw new UsageError("--unix goes without PORT, --bind and --tls-...");
  }
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
    port,
    bind: all("bind").map(readAddress),
    unix,
    root: paths[0] ?? null,
    tls,
    auth: all("auth"),
    user: readUser(last("hash-password")),
    quiet: has("quiet"),
    maxConnections: limit("max-connections") ?? null,
    drain: limit("drain") ?? (has("drain") ? 0 : DRAIN),
    handler: handlerSettings(),
  };

  function handlerSettings(): HandlerSettings {
    const settings: HandlerSettings = {};
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
    const maxHead = size("max-head");
    if (maxHead !== undefined) {
      if (maxHead === null) throw new UsageError("--max-head must be above 0");
      set("maxHeadBytes", maxHead);
      set("maxRequestLine", Math.min(maxHead, 65536));
      set("maxFieldLine", Math.min(maxHead, 65536));
    }
    const maxFields = limit("max-fields");
    if (maxFields === null) {
      throw new UsageError("--max-fields must be above 0");
    }
    set("maxFields", maxFields);
    set("headerTimeout", limit("header-timeout"));
    set("idleTimeout", limit("idle-timeout"));
    set("bodyTimeout", limit("body-timeout"));
    set("maxBodyBytes", size("max-body"));
    set("maxRequests", limit("max-requests"));
    return settings;
  }

  /** A number; `null` for 0, which lifts the limit; `undefined` if it was not given. */
  function limit(name: string): number | null | undefined {
    const text = last(name);
    if (text === null) return undefined;
    if (!/^[0-9]{1,9}$/.test(text)) {
      throw new UsageError(`--${name} needs a whole number, not "${text}"`);
    }
    return Number(text) || null;
  }

  /** A number of bytes, maybe with k, M or G behind it. */
  function size(name: string): number | null | undefined {
    const text = last(name);
    if (text === null) return undefined;
    const match = /^([0-9]{1,9})([kMG]?)$/i.exec(text);
    if (match === null) {
      throw new UsageError(
        `--${name} needs a number of bytes such as 500, 64k or 10M, not "${text}"`,
      );
    }
    const power = ["", "k", "m", "g"].indexOf(match[2]!.toLowerCase());
    return Number(match[1]) * 1024 ** power || null;
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (text.length > 5 || port > 65535) {
    throw new UsageError(`PORT must be 0 to 65535, not "${text}"`);
  }
  return port;
}

/** An address, also in the brackets that URLs need around IPv6. */
function readAddress(text: string): string {
  const address = text.replace(/^\[(.*)\]$/, "$1");
  if (address === "" || /[\s/\0]/.test(address)) {
    throw new UsageError(`--bind needs an address, not "${text}"`);
  }
  return address;
}

function readTls(
  last: (name: string) => string | null,
  has: (name: string) => boolean,
): TlsSource | null {
  const cert = last("tls-cert");
  if (has("tls-self-signed")) {
    if (cert !== null || has("tls-key") || has("tls-password-file")) {
      throw new UsageError("--tls-self-signed goes without other certificates");
    }
    return { kind: "selfSigned" };
  }
  if (cert === null) {
    for (const name of ["tls-key", "tls-password-file"]) {
      if (has(name)) throw new UsageError(`--${name} needs --tls-cert, too`);
    }
    return null;
  }
  return {
    kind: "files",
    cert,
    key: last("tls-key"),
    passwordFile: last("tls-password-file"),
  };
}

function readUser(text: string | null): string {
  if (text === null) return "";
  if (text === "" || text.includes(":")) {
    throw new UsageError("--hash-password needs the name of a user");
  }
  return text;
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
