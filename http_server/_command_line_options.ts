// @pure
import {
  formatOptions,
  type OptionGroup,
  type OptionSpec,
} from "./option_parser.ts";
import {
  ELSE_OPTIONS,
  LIMIT_OPTIONS,
  LISTEN_OPTIONS,
  QUIET_OPTION,
  TLS_OPTIONS,
} from "./server_options.ts";

const [BIND, UNIX] = LISTEN_OPTIONS;

const GROUPS: readonly OptionGroup[] = [
  {
    title: "Where",
    options: [
      BIND!,
      {
        name: "directory",
        letter: "d",
        value: "DIR",
        help: "what to serve, the same as PATH",
      },
      UNIX!,
      {
        name: "workers",
        value: "N",
        help: "processes that share the port, one a core (1)",
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
      { name: "cgi", help: "run the programs in cgi-bin/ and htbin/" },
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
      QUIET_OPTION,
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
      ...TLS_OPTIONS,
    ],
  },
  LIMIT_OPTIONS,
  ELSE_OPTIONS,
];

/** All options of the command line. */
export const OPTIONS: readonly OptionSpec[] = GROUPS.flatMap(({ options }) =>
  options
);

/** The help: fits into 80 columns. */
export function formatHelp(): string {
  return `Serves files over HTTP.

Usage: deno run -NR jsr:@pystd/server [PORT] [PATH] [OPTIONS]

  PORT  default: 8000, or the next one that is free; 0 for any
  PATH  the folder, or the one file, to serve (default: .)
${formatOptions(GROUPS)}
With --allow-sys it also shows the addresses for other machines.
`;
}
