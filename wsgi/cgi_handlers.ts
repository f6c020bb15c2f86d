import { scriptBodyLength } from "../cgi/script_body_length.ts";
import { scriptInput, scriptOutput } from "../cgi/standard_streams.ts";
import { standardError } from "./_standard_error.ts";
import { type OsEnviron, readEnviron } from "./read_environ.ts";
import { SimpleHandler } from "./simple_handler.ts";
import type { WSGIApplication } from "./types.ts";

/**
 * A handler whose answer is completed by a server in front: Python's
 * `wsgiref.handlers.BaseCGIHandler`.
 */
export class BaseCGIHandler extends SimpleHandler {
  /** The server writes the status line. */
  override originServer = false;
}

/**
 * Runs an application as a CGI script: Python's
 * `wsgiref.handlers.CGIHandler`. Needs `--allow-env`.
 *
 * @example A script
 * ```ts ignore
 * import { CGIHandler, demoApp } from "@pystd/server/wsgi";
 *
 * await new CGIHandler().run(demoApp);
 * ```
 */
export class CGIHandler extends BaseCGIHandler {
  /** Each request has a process of its own. */
  override wsgiRunOnce = true;
  /** The variables of the request are all there is. */
  override osEnviron: OsEnviron = {};

  /**
   * Takes the request from the process.
   *
   * @param environ Its variables; the environment of the process by default.
   */
  constructor(environ: Record<string, string> = readEnviron()) {
    super(
      scriptInput(scriptBodyLength(environ)),
      scriptOutput(),
      standardError,
      environ,
      false,
      true,
    );
  }

  /** Runs an application, as the process's only one: its input is closed behind it. */
  override async run(application: WSGIApplication): Promise<void> {
    try {
      await super.run(application);
    } finally {
      // A read that nobody waits for any more would keep the process alive.
      Deno.stdin.close();
    }
  }

  /** Tells the server by the exit code that the answer has broken off. */
  override async handleError(error: unknown): Promise<void> {
    if (this.headersSent) Deno.exitCode = 1;
    await super.handleError(error);
  }

  /** Makes the environment; the input ends where the body ends. */
  override setupEnviron(): void {
    super.setupEnviron();
    this.environ!["wsgi.input_terminated"] = true;
  }
}

/**
 * {@linkcode CGIHandler} for Microsoft's IIS, which puts `SCRIPT_NAME` in front
 * of `PATH_INFO`: Python's `wsgiref.handlers.IISCGIHandler`.
 */
export class IISCGIHandler extends CGIHandler {
  /**
   * Takes the request from the process.
   *
   * @param environ Its variables; the environment of the process by default.
   */
  constructor(environ: Record<string, string> = readEnviron()) {
    super(withoutScriptName(environ));
  }
}

function withoutScriptName(
  environ: Record<string, string>,
): Record<string, string> {
  const { SCRIPT_NAME = "", PATH_INFO = "" } = environ;
  return `${PATH_INFO}/`.startsWith(`${SCRIPT_NAME}/`)
    ? { ...environ, PATH_INFO: PATH_INFO.slice(SCRIPT_NAME.length) }
    : environ;
}
