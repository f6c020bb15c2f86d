import {
  asClientFault,
  type BasicAuth,
  type BodyFile,
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "../http_server/mod.ts";
import {
  parseRequestTarget,
  percentEncodePath,
  ProtocolError,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import { basicUser } from "./_basic_user.ts";
import {
  findScript,
  isPython,
  liesWithin,
  type Script,
} from "./_find_script.ts";
import { checkRedirect } from "./_local_redirects.ts";
import { discardBody, logDropped, ScriptBody } from "./_script_body.ts";
import { hidesSlash, splitQuery } from "./_script_target.ts";
import { logEnd, startScript } from "./_start_script.ts";
import { statOf } from "./_stat_of.ts";
import { executable } from "./executable.ts";
import { factsOfConnection } from "./request_facts.ts";
import type { CgiDocument } from "./response_head.ts";
import type { RunningScript } from "./running_script.ts";
import {
  findScriptDirectory,
  type FoundScript,
  splitScriptPath,
} from "./script_path.ts";
import {
  DEFAULT_SCRIPT_SETTINGS,
  type ScriptSettings,
} from "./script_settings.ts";

/** What {@linkcode CGIHTTPRequestHandler} can be told, beside all about files. */
export interface CGIHTTPRequestHandlerOptions
  extends SimpleHTTPRequestHandlerOptions {
  /** Paths whose files are scripts; `/cgi-bin` and `/htbin` by default. */
  cgiDirectories?: readonly string[];
  /** Methods that scripts answer; GET, HEAD and POST by default, as in Python. */
  cgiMethods?: readonly string[];
  /** How scripts are run. */
  scripts?: Partial<ScriptSettings>;
}

/** Seconds for the script of a client that says no more, before it counts as gone. */
const PATIENCE = 2;

/**
 * Runs the scripts of some folders and serves the files of the others: Python's
 * `http.server.CGIHTTPRequestHandler`, by RFC 3875. Needs `--allow-read`,
 * `--allow-run` and `--allow-env`; `--allow-write` as well for large bodies
 * whose length is not known. Lists will do: of scripts and interpreters, and of
 * variables with `PATH` among them. A script that lacks a permission is
 * answered with 500, and the log says what to add.
 *
 * Output reaches the client as a script writes it, and its input reaches the
 * script as the client sends it. A script whose client has left is ended.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 *
 * @example Runs the scripts of a folder
 * ```ts
 * import { CGIHTTPRequestHandler } from "@pystd/server/cgi";
 * import { exchange } from "@pystd/server/http-server";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.mkdir(`${directory}/cgi-bin`);
 * await Deno.writeTextFile(
 *   `${directory}/cgi-bin/hello`,
 *   "#!/bin/sh\necho Content-Type: text/plain\necho\necho hello $QUERY_STRING\n",
 *   { mode: 0o755 },
 * );
 *
 * class Quiet extends CGIHTTPRequestHandler {
 *   override logMessage(): void {}
 * }
 *
 * const answer = await exchange(
 *   Quiet.configure({ directory }),
 *   "GET /cgi-bin/hello?tea HTTP/1.1\r\nHost: a\r\n\r\n",
 * );
 * assertStringIncludes(new TextDecoder().decode(answer), "hello tea");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class CGIHTTPRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends SimpleHTTPRequestHandler<Address, Server> {
  /** Paths whose files are scripts, for all handlers that do not set their own. */
  static cgiDirectories: string[] = ["/cgi-bin", "/htbin"];

  /** Whether scripts are forked; never, but Python's name for it can be read. */
  readonly haveFork = false;
  /** Paths whose files are scripts. */
  cgiDirectories: readonly string[] =
    (this.constructor as { cgiDirectories?: string[] }).cgiDirectories ??
      CGIHTTPRequestHandler.cgiDirectories;
  /** Methods that scripts answer. */
  cgiMethods: readonly string[] = ["GET", "HEAD", "POST"];
  /** How scripts are run; what is left out has its default. */
  scripts: Partial<ScriptSettings> = {};
  /** The script directory of the request, and the rest with its query. */
  cgiInfo: [directory: string, rest: string] = ["", ""];

  #redirects = 0;
  /** Whether the path was answered with 400 already. */
  #refused = false;

  /**
   * Stores what the handler works with, and does nothing else.
   *
   * @param request The connection.
   * @param clientAddress Where it comes from.
   * @param server The server that accepted it.
   * @param options What is served and how.
   */
  constructor(
    request: Deno.Conn,
    clientAddress: Address,
    server: Server,
    options: CGIHTTPRequestHandlerOptions = {},
  ) {
    super(request, clientAddress, server, options);
    Object.assign(this, options);
  }

  /** Reads the request; may be extended. A URL as target counts as its path. */
  override async parseRequest(): Promise<boolean> {
    if (!await super.parseRequest()) return false;
    if (/^https?:/i.test(this.path)) {
      const { path, query } = parseRequestTarget(this.command!, this.path);
      this.path = query === null ? path : `${path}?${query}`;
    }
    return true;
  }

  /** Runs a script, or says that files take no POST; may be overridden. */
  async doPOST(): Promise<void> {
    if (await this.#isScript()) await this.runCgi();
    else if (this._headersBuffer === null && !this.#refused) {
      await this.sendError(501, "Can only POST to CGI scripts");
    }
  }

  /** Runs a script, or sends the head for a file; may be overridden. */
  override async sendHead(): Promise<BodyFile | null> {
    if (await this.#isScript()) {
      await this.runCgi();
      return null;
    }
    if (this.#refused) return null;
    if (this.#isSource()) {
      await this.sendError(403, "Scripts are run, not shown");
      return null;
    }
    return await super.sendHead();
  }

  /** Scripts may answer methods that files do not have. */
  protected override _methodFor(command: string): (() => unknown) | undefined {
    this.#redirects = 0;
    this.#refused = false;
    const own = super._methodFor(command);
    if (own || !this.cgiMethods.includes(command)) return own;
    return this.#otherMethod;
  }

  async #otherMethod(): Promise<void> {
    if (await this.#isScript()) return await this.runCgi();
    if (!this.#refused) {
      await this.sendError(405, `Only scripts answer ${this.command}`);
    }
  }

  /** Asks {@linkcode isCgi}; a path that it cannot understand is refused. */
  async #isScript(): Promise<boolean> {
    try {
      return this.isCgi();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#refused = true;
      await this.sendError(400, null, error.message);
      return false;
    }
  }

  /**
   * Whether the path leads into a script directory; may be overridden. Then
   * {@linkcode cgiInfo} holds what it is made of.
   *
   * @throws {RangeError} If the path leads above the root.
   */
  isCgi(): boolean {
    const [path, query] = splitQuery(this.path);
    const found = findScriptDirectory(path, this.cgiDirectories);
    if (!found) return false;
    this.cgiInfo = [
      found.directory,
      found.rest.replaceAll("?", "%3F") + query,
    ];
    return true;
  }

  /**
   * Whether the system would run a file; may be overridden.
   *
   * @param path The file.
   * @param info Facts of that file, if they are known already.
   */
  isExecutable(path: string, info?: Deno.FileInfo): boolean {
    return executable(path, info);
  }

  /** Whether a file is run by Python if it is not executable; may be overridden. */
  isPython(path: string): boolean {
    return isPython(path);
  }

  /** Runs the script that {@linkcode isCgi} has found; may be extended. */
  async runCgi(): Promise<void> {
    let process: RunningScript | null = null;
    try {
      const found = this.#find();
      process = await this.#start(found);
      logEnd(process, (line) => this.logError("%s", line));
      await this.#answer(process, found.script);
    } catch (error) {
      if (!(error instanceof ProtocolError) || this._hasAnswered) throw error;
      this.logError("%s", error.message);
      // What the script wrote of a head does not count.
      this._headersBuffer = null;
      await this.sendError(error.status, publicReason(error));
    } finally {
      await process?.release();
    }
  }

  /** Whether a head was sent to the client. */
  protected get _hasAnswered(): boolean {
    return (this.wfile as { begun?: boolean }).begun === true;
  }

  #find(): FoundScript & { script: Script } {
    const [rawRest] = splitQuery(this.cgiInfo[1]);
    const { scriptName, pathInfo } = splitScriptPath(
      { directory: this.cgiInfo[0], rest: rawRest.replaceAll("%3F", "?") },
      (path) => statOf(this.#fileOf(path))?.isDirectory === true,
    );
    if (scriptName.includes("\0") || hidesSlash(this.path, pathInfo)) {
      throw new ProtocolError("Cannot find a script: its path is unclear", 404);
    }
    const script = findScript(
      this.#fileOf(scriptName),
      this.directory,
      this.#settings(),
      this,
    );
    return { script, scriptName, pathInfo };
  }

  async #start(
    { script, scriptName, pathInfo }: FoundScript & { script: Script },
  ): Promise<RunningScript> {
    const length = this.headers.get("content-length");
    const takesBody = this._hasBody && this.#redirects === 0;
    return await startScript(
      {
        script,
        head: {
          method: this.command!,
          target: this.path,
          version: this.requestVersion,
          fields: this.headers,
        },
        facts: {
          ...factsOfConnection(this.connection, this.clientAddress),
          scriptName,
          pathInfo,
          query: splitQuery(this.cgiInfo[1])[1].slice(1),
          pathTranslated: pathInfo === "" ? null : this.#fileOf(pathInfo),
          documentRoot: this.directory,
          serverSoftware: this.versionString(),
          user: userOf(this.auth, this.headers.get("authorization")),
        },
        body: takesBody ? this.rfile : null,
        contentLength: takesBody && length !== null ? Number(length) : null,
        log: (line) => this.logError("%s", line),
      },
      this.#settings(),
      this.server,
    );
  }

  async #answer(process: RunningScript, { nph }: Script): Promise<void> {
    let watching = true;
    let unwatch: (() => void) | undefined;
    process.fed.then(() => {
      // Before, it is the body that tells whether the client is there.
      if (!watching) return;
      unwatch = this._watchClient(() => {
        const error = new Deno.errors.ConnectionAborted("The client has left");
        asClientFault(error);
        process.abandon(error);
      }, PATIENCE);
    });
    try {
      if (nph) return await this.#passThrough(process);
      const head = await process.head();
      if (head.kind === "document") {
        return await this.#sendDocument(process, head);
      }
      await process.release();
      await this.#redirect(head.location);
    } finally {
      watching = false;
      unwatch?.();
    }
  }

  /** The script sends the whole answer, and where it ends only it knows. */
  async #passThrough(process: RunningScript): Promise<void> {
    this.logRequest("-");
    this.closeConnection = true;
    await this.#sendAll(process);
  }

  async #sendDocument(
    process: RunningScript,
    head: CgiDocument,
  ): Promise<void> {
    const { status, fields } = head;
    const log = (line: string) => this.logError("%s", line);
    logDropped(head, log);
    this.logRequest(status, head.contentLength ?? "-");
    this.sendResponseOnly(status, head.reason);
    if (!fields.has("server")) this.sendHeader("Server", this.versionString());
    if (!fields.has("date")) this.sendHeader("Date", this.dateTimeString());
    for (const [name, value] of fields.items()) this.sendHeader(name, value);
    await this.endHeaders();
    if (this.command === "HEAD" || !statusAllowsContent(status)) {
      return await discardBody(process);
    }
    await this.#sendAll(new ScriptBody(process, head, log));
  }

  async #sendAll(source: Pick<ScriptBody, "read">): Promise<void> {
    for (let chunk; (chunk = await source.read()).length > 0;) {
      await this.wfile.write(chunk);
    }
  }

  /** RFC 3875, 6.2.2: this server answers with another of its pages. */
  async #redirect(location: string): Promise<void> {
    checkRedirect(location, this.#redirects++);
    this.path = location;
    if (this.command === "HEAD") return await this.doHEAD();
    this.command = "GET";
    await this.doGET();
  }

  /** Whether a file lies among the scripts, under whatever name it was asked for. */
  #isSource(): boolean {
    const path = this.translatePath(this.path).replace(/(?!^)\/+$/, "");
    return statOf(path) !== null &&
      this.cgiDirectories.some((directory) =>
        liesWithin(path, this.#fileOf(directory))
      );
  }

  #fileOf(path: string): string {
    return this.translatePath(percentEncodePath(path));
  }

  #settings(): ScriptSettings {
    return {
      ...DEFAULT_SCRIPT_SETTINGS,
      followSymlinks: this.followSymlinks,
      ...this.scripts,
    };
  }
}

/** Who the server has let in. */
function userOf(
  auth: BasicAuth | null,
  authorization: string | null,
): { type: string; name: string } | null {
  if (auth === null || authorization === null) return null;
  const name = basicUser(authorization.replace(/^[^ ]+ +/, ""));
  return name === null ? null : { type: "Basic", name };
}

/** What the client is told: not how the server is built. */
function publicReason(error: ProtocolError): string | null {
  return error.status === 404 ? "No such CGI script" : null;
}
