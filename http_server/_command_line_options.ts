// @pure
import type { OptionSpec } from "./_option_parser.ts";

/** A heading of the help with the options below it. */
interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

const GROUPS: readonly OptionGroup[] = [
  {
    title: "Where",
    options: [
      {
        name: "bind",
        letter: "b",
        value: "ADDR",
        help: "address to listen on, repeatable (default: all)",
      },
      {
        name: "directory",
        letter: "d",
        value: "DIR",
        help: "what to serve, the same as PATH",
      },
      {
        name: "unix",
        value: "PATH",
        help: "listen on a Unix socket; needs --allow-write",
      },
    ],
  },
  {
    title: "What",
    options: [
      {
        name: "index",
        value: "NAME,...",
        help: "pages of folders (index.html,index.htm)",
      },
      { name: "no-listing", help: "do not list folders" },
      { name: "hidden", help: "serve names with a leading dot, too" },
      {
        name: "follow-symlinks",
        help: "follow links that lead out of the folder",
      },
      { name: "spa", help: "give /index.html for unknown paths" },
      { name: "clean-urls", help: "give about.html for /about" },
    ],
  },
  {
    title: "How",
    options: [
      {
        name: "header",
        letter: "H",
        value: "NAME: VALUE",
        help: "add a field to files and listings, repeatable",
      },
      {
        name: "content-type",
        value: "TYPE",
        help: "type of files whose name tells nothing",
      },
      {
        name: "cache",
        value: "SEC",
        help: "let browsers keep files unasked (0)",
      },
      { name: "no-compress", help: "send everything as it is" },
      { name: "cors", help: "let pages of other sites read everything" },
      {
        name: "protocol",
        letter: "p",
        value: "VERSION",
        help: "HTTP/1.0 or HTTP/1.1 (HTTP/1.1)",
      },
      { name: "quiet", letter: "q", help: "do not log requests" },
    ],
  },
  {
    title: "Safety",
    options: [
      {
        name: "auth",
        value: "USER:PASSWORD",
        help: "ask for a password, repeatable; @FILE: from lines",
      },
      {
        name: "hash-password",
        value: "USER",
        help: "make a line for such a file, and exit",
      },
      { name: "tls-self-signed", help: "TLS, with a certificate for this run" },
      {
        name: "tls-cert",
        value: "FILE",
        help: "TLS, with this certificate chain",
      },
      {
        name: "tls-key",
        value: "FILE",
        help: "its key, if the chain's file has none",
      },
      {
        name: "tls-password-file",
        value: "FILE",
        help: "the password of an encrypted key",
      },
    ],
  },
  {
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
  },
  {
    title: "Else",
    options: [
      { name: "help", letter: "h", help: "show this, and exit" },
      { name: "version", help: "show the version, and exit" },
    ],
  },
];

/** All options of the command line. */
export const OPTIONS: readonly OptionSpec[] = GROUPS.flatMap(({ options }) =>
  options
);

/** Where the explanations begin. */
const COLUMN = 29;

/** The help: fits into 80 columns. */
export function formatHelp(): string {
  const groups = GROUPS.map(({ title, options }) =>
    `\n${title}:\n${options.map(line).join("")}`
  );
  return `Serves files over HTTP.

Usage: deno run -NR jsr:@pystd/server [PORT] [PATH] [OPTIONS]

  PORT  default: 8000, or the next one that is free; 0 for any
  PATH  the folder, or the one file, to serve (default: .)
${groups.join("")}
With --allow-sys it also shows the addresses for other machines.
`;
}

function line({ name, letter, value, help }: OptionSpec): string {
  const short = letter === undefined ? "    " : `-${letter}, `;
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  const head = `  ${short}${long}`;
  const gap = head.length < COLUMN - 1
    ? " ".repeat(COLUMN - head.length)
    : `\n${" ".repeat(COLUMN)}`;
  return `${head}${gap}${help}\n`;
}
