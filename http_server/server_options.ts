// @pure
/**
 * The options that the command lines of all servers have: where to listen,
 * TLS, limits.
 *
 * @module
 */

import {
  type OptionGroup,
  type OptionSpec,
  type ParsedOptions,
  UsageError,
} from "./option_parser.ts";

/** Where to listen, and how. */
export interface ServerSettings {
  /** The port; `null` if none was asked for. */
  readonly port: number | null;
  /** Addresses to listen on; none for all. */
  readonly bind: readonly string[];
  /** Path of a Unix socket to listen on instead. */
  readonly unix: string | null;
  /** Where the certificate comes from. */
  readonly tls: TlsSource | null;
  /** Whether requests are not logged. */
  readonly quiet: boolean;
  /** Connections at a time; `null` for any number. */
  readonly maxConnections: number | null;
  /** Seconds that transfers may take to end when the program is stopped. */
  readonly drain: number;
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

/** What the limits of a handler are set to; only what was asked for. */
export interface LimitSettings {
  /** Bytes of a request's head. */
  maxHeadBytes?: number;
  /** Bytes of a field's line. */
  maxFieldLine?: number;
  /** Bytes of the request line. */
  maxRequestLine?: number;
  /** Fields of a request. */
  maxFields?: number;
  /** Seconds for a head; `null` for any number, as below. */
  headerTimeout?: number | null;
  /** Seconds between two requests. */
  idleTimeout?: number | null;
  /** Seconds for a body. */
  bodyTimeout?: number | null;
  /** Bytes of a body. */
  maxBodyBytes?: number | null;
  /** Requests on one connection. */
  maxRequests?: number | null;
}

/** Seconds that transfers may take to end, unless something else is asked for. */
const DRAIN = 5;

/** Where to listen. */
export const LISTEN_OPTIONS: readonly OptionSpec[] = [
  {
    name: "bind",
    letter: "b",
    value: "ADDR",
    help: "address to listen on, repeatable (default: all)",
  },
  {
    name: "unix",
    value: "PATH",
    help: "listen on a Unix socket; needs --allow-write",
  },
];

/** How to log. */
export const QUIET_OPTION: OptionSpec = {
  name: "quiet",
  letter: "q",
  help: "do not log requests",
};

/** With what certificate. */
export const TLS_OPTIONS: readonly OptionSpec[] = [{
  name: "tls-self-signed",
  help: "TLS, with a certificate for this run",
}, {
  name: "tls-cert",
  value: "FILE",
  help: "TLS, with this certificate chain",
}, {
  name: "tls-key",
  value: "FILE",
  help: "its key, if the chain's file has none",
}, {
  name: "tls-password-file",
  value: "FILE",
  help: "the password of an encrypted key",
}];

/** How much a client may ask for. */
export const LIMIT_OPTIONS: OptionGroup = {
  title: "Limits, 0 for none",
  options: [
    {
      name: "max-connections",
      value: "N",
      help: "connections at a time; others wait (0)",
    },
    {
      name: "max-requests",
      value: "N",
      help: "requests on one connection (0)",
    },
    {
      name: "max-head",
      value: "BYTES",
      help: "size of a request's head (256k)",
    },
    { name: "max-fields", value: "N", help: "fields in it (99)" },
    {
      name: "max-body",
      value: "BYTES",
      help: "size of a request's body (0)",
    },
    {
      name: "header-timeout",
      value: "SEC",
      help: "time for a head (30)",
    },
    { name: "body-timeout", value: "SEC", help: "time for a body (0)" },
    {
      name: "idle-timeout",
      value: "SEC",
      help: "time between two requests (60)",
    },
    {
      name: "drain",
      value: "SEC",
      help: "time for transfers to end after Ctrl-C (5)",
    },
  ],
};

/** What a program says about itself. */
export const ELSE_OPTIONS: OptionGroup = {
  title: "Else",
  options: [
    { name: "help", letter: "h", help: "show this, and exit" },
    { name: "version", help: "show the version, and exit" },
  ],
};

/**
 * Reads where to listen, and how.
 *
 * @param options The command line.
 * @param ports The words that look like a port.
 * @throws {UsageError} If something is wrong with them.
 */
export function readServerSettings(
  options: ParsedOptions,
  ports: readonly string[],
): ServerSettings {
  if (ports.length > 1) throw new UsageError("one PORT is enough");
  const port = ports[0] === undefined ? null : readPort(ports[0]);
  const unix = options.last("unix");
  const tls = readTls(options);
  if (unix !== null && (port !== null || options.has("bind") || tls !== null)) {
    throw new UsageError("--unix goes without PORT, --bind and --tls-...");
  }
  return {
    port,
    bind: options.all("bind").map(readAddress),
    unix,
    tls,
    quiet: options.has("quiet"),
    maxConnections: options.limit("max-connections") ?? null,
    drain: options.limit("drain") ?? (options.has("drain") ? 0 : DRAIN),
  };
}

/**
 * Reads the limits of a handler.
 *
 * @param options The command line.
 * @throws {UsageError} If something is wrong with them.
 */
export function readLimits(options: ParsedOptions): LimitSettings {
  const settings: LimitSettings = {};
  const set = <Name extends keyof LimitSettings>(
    name: Name,
    value: LimitSettings[Name] | undefined,
  ) => {
    if (value !== undefined) settings[name] = value;
  };
  const maxHead = options.size("max-head");
  if (maxHead !== undefined) {
    if (maxHead === null) throw new UsageError("--max-head must be above 0");
    set("maxHeadBytes", maxHead);
    set("maxRequestLine", Math.min(maxHead, 65536));
    set("maxFieldLine", Math.min(maxHead, 65536));
  }
  const maxFields = options.limit("max-fields");
  if (maxFields === null) throw new UsageError("--max-fields must be above 0");
  set("maxFields", maxFields);
  set("headerTimeout", options.limit("header-timeout"));
  set("idleTimeout", options.limit("idle-timeout"));
  set("bodyTimeout", options.limit("body-timeout"));
  set("maxBodyBytes", options.size("max-body"));
  set("maxRequests", options.limit("max-requests"));
  return settings;
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

function readTls(options: ParsedOptions): TlsSource | null {
  const cert = options.last("tls-cert");
  if (options.has("tls-self-signed")) {
    if (
      cert !== null || options.has("tls-key") ||
      options.has("tls-password-file")
    ) {
      throw new UsageError("--tls-self-signed goes without other certificates");
    }
    return { kind: "selfSigned" };
  }
  if (cert === null) {
    for (const name of ["tls-key", "tls-password-file"]) {
      if (options.has(name)) {
        throw new UsageError(`--${name} needs --tls-cert, too`);
      }
    }
    return null;
  }
  return {
    kind: "files",
    cert,
    key: options.last("tls-key"),
    passwordFile: options.last("tls-password-file"),
  };
}
