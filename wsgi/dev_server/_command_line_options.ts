// @pure
import {
  formatOptions,
  type OptionGroup,
  type OptionSpec,
} from "../../http_server/option_parser.ts";
import {
  ELSE_OPTIONS,
  LIMIT_OPTIONS,
  QUIET_OPTION,
  TLS_OPTIONS,
} from "../../http_server/server_options.ts";

/** How a Python application is run. */
export const PYTHON_OPTIONS: readonly OptionSpec[] = [
  {
    name: "workers",
    value: "N",
    help: "processes, of Deno for an application of Deno (1)",
  },
  { name: "threads", value: "N", help: "requests at a time in each (4)" },
  { name: "chdir", value: "DIR", help: "folder of the application (.)" },
  { name: "python", value: "PATH", help: "the interpreter (python3)" },
];

const GROUPS: readonly OptionGroup[] = [
  {
    title: "Where",
    options: [
      {
        name: "bind",
        letter: "b",
        value: "ADDR",
        help: "address to listen on, repeatable (127.0.0.1)",
      },
      {
        name: "unix",
        value: "PATH",
        help: "listen on a Unix socket instead",
      },
    ],
  },
  {
    title: "Development",
    options: [
      {
        name: "reload",
        letter: "r",
        help: "start the application anew when it has changed",
      },
      {
        name: "watch",
        value: "PATH",
        help: "a file or folder that belongs to it, repeatable",
      },
      {
        name: "static",
        value: "URL=DIR",
        help: "serve the files of a folder, repeatable",
      },
      {
        name: "allowed-host",
        value: "NAME",
        help: "another name of this server, repeatable; see below",
      },
      {
        name: "validate",
        help: "hold the application to PEP 3333",
      },
      {
        name: "interface",
        value: "KIND",
        help: "what APP is: wsgi, fetch or auto (auto)",
      },
      QUIET_OPTION,
    ],
  },
  { title: "Processes, and Python", options: PYTHON_OPTIONS },
  { title: "Safety", options: TLS_OPTIONS },
  LIMIT_OPTIONS,
  ELSE_OPTIONS,
];

/** All options of the command line. */
export const OPTIONS: readonly OptionSpec[] = GROUPS.flatMap(({ options }) =>
  options
);

/** The help: fits into 80 columns. */
export function formatHelp(): string {
  return `Serves a WSGI application or a fetch handler, for development.

Usage: deno run -A jsr:@pystd/server/wsgi [PORT] APP [OPTIONS]

  APP   ./app.ts for its default export, ./app.ts:name for another:
        a function (environ, startResponse), a function (request),
        or an object with a fetch method;
        python:package.module:callable for an application of Python
  PORT  default: 8000, or the next one that is free; 0 for any;
        ADDR:PORT for another address than 127.0.0.1
${formatOptions(GROUPS)}
With --reload on an address of this machine alone, only requests for localhost,
for addresses and for --allowed-host are answered: other sites stay out.
`;
}
