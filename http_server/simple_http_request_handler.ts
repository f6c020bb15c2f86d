import { type BufferedIOBase, copyfileobj } from "../socketserver/io/mod.ts";
import { isOSError } from "../socketserver/mod.ts";
import { isClientFault } from "./_client_fault.ts";
import {
  crossOriginFields,
  isPreflight,
  preflightFields,
} from "./_cross_origin.ts";
import { FileBody } from "./_file_body.ts";
import { defaultDirectory, DEFAULTS, normalized } from "./_file_settings.ts";
import {
  type BodyFile,
  FileSite,
  guessType,
  type SiteContent,
  type SiteRequest,
  translatePath,
} from "./_file_site.ts";
import { ERROR_POLICY } from "./_page_policy.ts";
import { VERSION } from "./_version.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import type { BasicAuth } from "./basic_auth.ts";
import { DEFAULT_ERROR_MESSAGE } from "./error_page.ts";
import type { FileServerOptions } from "./file_server_options.ts";
import {
  type ExtensionsMap,
  HTTPMethod,
  HTTPStatus,
  ProtocolError,
} from "./protocol/mod.ts";

export type { BodyFile };

/** What {@linkcode SimpleHTTPRequestHandler} can be told, its limits included. */
export interface SimpleHTTPRequestHandlerOptions
  extends FileServerOptions, HandlerLimits {}

/** Limits and habits of {@linkcode BaseHTTPRequestHandler} that can be chosen, too. */
export type HandlerLimits = Partial<
  Pick<
    BaseHTTPRequestHandler,
    | "bodyTimeout"
    | "drainTimeout"
    | "headerTimeout"
    | "idleTimeout"
    | "lenient"
    | "logColors"
    | "maxBodyBytes"
    | "maxDrainBytes"
    | "maxFieldLine"
    | "maxFields"
    | "maxHeadBytes"
    | "maxRequestLine"
    | "maxRequests"
    | "minBodyRate"
    | "protocolVersion"
    | "requireHost"
    | "serverVersion"
    | "sysVersion"
    | "writeTimeout"
  >
>;

/** A handler class, or a subclass with more members. */
// deno-lint-ignore no-explicit-any -- no other parameters fit every subclass
export type HandlerConstructor = new (...args: any[]) => object;

/**
 * Serves the files of a folder, Python's
 * `http.server.SimpleHTTPRequestHandler`: GET, HEAD and OPTIONS with ranges,
 * conditions, compression and listings. Needs `--allow-read`.
 *
 * Only regular files under the folder are served, wherever symbolic links
 * lead, and no dot files; see {@linkcode FileServerOptions} for what can be
 * chosen. A file whose name is no UTF-8 cannot be opened by Deno: it is listed
 * and answered with 404.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 *
 * @example Serves a folder
 * ```ts
 * import { SimpleHTTPRequestHandler, ThreadingHTTPServer } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/hello.txt`, "hello");
 *
 * class Quiet extends SimpleHTTPRequestHandler {
 *   override logMessage(): void {}
 * }
 *
 * await using server = new ThreadingHTTPServer(
 *   { hostname: "127.0.0.1", port: 0 },
 *   Quiet.configure({ directory }),
 * );
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/hello.txt`);
 * assertEquals(await response.text(), "hello");
 * assertEquals(response.headers.get("Content-Type"), "text/plain; charset=utf-8");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class SimpleHTTPRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends BaseHTTPRequestHandler<Address, Server> {
  /** First word of the `Server` field. */
  override serverVersion: string = `SimpleHTTP/${VERSION}`;
  /** Whether a method that HTTP knows and this class lacks is answered with 405, not 501. */
  override offersAllow = true;

  /** The folder that is served. */
  directory: string;
  /** The one file that is served instead, under its own name. */
  file: string | null = DEFAULTS.file;
  /** Names of files that stand for their folder; the first that exists does. */
  indexPages: readonly string[] = DEFAULTS.indexPages;
  /** Types by extension with its dot, asked before the built-in table: case as it is first. */
  extensionsMap: ExtensionsMap = DEFAULTS.extensionsMap;
  /** The type of files whose name tells nothing. */
  defaultContentType: string = DEFAULTS.defaultContentType;
  /** Further fields for files and listings. */
  extraResponseHeaders:
    | readonly (readonly [name: string, value: string])[]
    | null = DEFAULTS.extraResponseHeaders;
  /** What to say in `Cache-Control`; `null` for nothing. */
  cacheControl: string | null = DEFAULTS.cacheControl;
  /** Whether answers are compressed. */
  compress: boolean = DEFAULTS.compress;
  /** Whether files have entity tags; Python's have none. */
  entityTags: boolean = DEFAULTS.entityTags;
  /** Whether folders without index page are listed. */
  listing: boolean = DEFAULTS.listing;
  /** Whether names with a leading dot are served. */
  hidden: boolean = DEFAULTS.hidden;
  /** Whether symbolic links may lead out of the folder. */
  followSymlinks: boolean = DEFAULTS.followSymlinks;
  /** Whether `/about` gives `about.html`. */
  cleanUrls: boolean = DEFAULTS.cleanUrls;
  /** Whether a path with nothing behind it gives the root's index page. */
  spa: boolean = DEFAULTS.spa;
  /** Whether `404.html` of the root is sent for what is not there. */
  notFoundPage: boolean = DEFAULTS.notFoundPage;
  /** Whether suspicious paths are refused, not repaired as Python does. */
  strictPaths: boolean = DEFAULTS.strictPaths;
  /** The status for what may not be read; Python's is 404. */
  forbiddenStatus: 403 | 404 = DEFAULTS.forbiddenStatus;
  /** Which pages of other sites may read the answers: an origin, `*`, or `null` for none. */
  cors: string | null = DEFAULTS.cors;
  /** Who may see anything at all; `null` for everybody. */
  auth: BasicAuth | null = DEFAULTS.auth;

  readonly #site: FileSite;
  /** Bytes of the answer at hand, for the log. */
  #size: number | null = null;

  /**
   * Stores what the handler works with, and does nothing else.
   *
   * @param request The connection.
   * @param clientAddress Where it comes from.
   * @param server The server that accepted it.
   * @param options What is served and how. Fields that a subclass declares go
   * before; {@linkcode SimpleHTTPRequestHandler.configure} goes before those.
   * @throws {Deno.errors.NotFound} If no folder is given and the current one is
   * gone.
   */
  constructor(
    request: Deno.Conn,
    clientAddress: Address,
    server: Server,
    options: SimpleHTTPRequestHandlerOptions = {},
  ) {
    super(request, clientAddress, server);
    const chosen = normalized(options);
    this.directory = chosen.directory ?? defaultDirectory(chosen.file);
    Object.assign(this, chosen);
    this.#site = new FileSite(this);
  }

  /**
   * Makes a subclass with options set: `functools.partial` in Python.
   *
   * @typeParam Class This class, or a subclass of it.
   * @param options What to set, after all that the class sets itself.
   * @returns The subclass.
   */
  static configure<Class extends HandlerConstructor>(
    this: Class,
    options: SimpleHTTPRequestHandlerOptions,
  ): Class {
    const chosen = normalized(options);
    // deno-lint-ignore no-this-alias -- a class extends a name
    const Base: HandlerConstructor = this;
    const Configured = class extends Base {
      // deno-lint-ignore no-explicit-any -- as above
      constructor(...[request, clientAddress, server, own]: any[]) {
        super(request, clientAddress, server, { ...options, ...own });
        Object.assign(this, chosen, own && normalized(own));
      }
    };
    Object.defineProperty(Configured, "name", { value: this.name });
    return Configured as unknown as Class;
  }

  /** Answers GET: {@linkcode sendHead}, then {@linkcode copyfile}; may be overridden. */
  async doGET(): Promise<void> {
    const file = await this.sendHead();
    if (!file) return;
    try {
      await this.copyfile(file, this.wfile);
    } catch (error) {
      if (!isOSError(error) || isClientFault(error)) throw error;
      // The head is out: cutting the connection is what tells the client, and
      // a line in the log is enough for a file that was changed meanwhile.
      throw new ProtocolError((error as Error).message, 500);
    } finally {
      await file.close();
    }
  }

  /** Answers HEAD as GET, without the body; may be overridden. */
  async doHEAD(): Promise<void> {
    const file = await this.sendHead();
    await file?.close();
  }

  /** Answers OPTIONS: the methods there are, and what browsers ask before cross-origin requests; may be overridden. */
  async doOPTIONS(): Promise<void> {
    const allow = [...HTTPMethod].filter((name) => `do${name}` in this);
    this.sendResponse(HTTPStatus.NO_CONTENT);
    this.sendHeader("Allow", allow.join(", "));
    if (this.cors !== null && isPreflight("OPTIONS", this.headers)) {
      this.#sendFields(preflightFields(allow, this.headers));
    }
    await this.endHeaders();
  }

  /**
   * Sends the status and the fields of the answer to GET and HEAD; may be
   * overridden.
   *
   * @returns A stream with the body, which the caller closes; `null` if there
   * is none, or an error was sent.
   */
  async sendHead(): Promise<BodyFile | null> {
    const answer = this.#site.answer(this.#request());
    switch (answer.kind) {
      case "content":
        return this.#sendContent(answer);
      case "directory":
        return await this.listDirectory(answer.path);
      case "error":
        await this.sendError(
          answer.status,
          answer.status === HTTPStatus.NOT_FOUND ? "File not found" : null,
        );
        return null;
    }
  }

  /**
   * Sends the head of a listing: a page, or JSON or plain names for clients
   * that ask for them in `Accept`. May be overridden.
   *
   * @param path The folder in the file system.
   * @returns A stream with the body, which the caller closes; `null` for HEAD,
   * or if an error was sent.
   */
  async listDirectory(path: string): Promise<BodyFile | null> {
    const answer = await this.#site.list(path, this.#request());
    if (answer.kind === "content") return await this.#sendContent(answer);
    await this.sendError(
      answer.status,
      answer.status === HTTPStatus.SERVICE_UNAVAILABLE
        ? null
        : "No permission to list directory",
    );
    return null;
  }

  /**
   * Finds the path in the file system for the path of a URL; may be
   * overridden. Fragment and query are cut, escapes decoded once, and names
   * that would lead out of {@linkcode directory} left out.
   *
   * An override may lead elsewhere: what does not begin with
   * {@linkcode directory} is served wherever it lies.
   *
   * @param path Path of the request, as it was sent.
   * @returns A path; with a slash at its end if the URL has one.
   */
  translatePath(path: string): string {
    return translatePath(this.directory, path);
  }

  /**
   * Guesses what a file is by its name; may be overridden.
   *
   * @param path Path of the file.
   * @returns The value for `Content-Type`, with `charset=utf-8` for text.
   */
  guessType(path: string): string {
    return guessType(path, this);
  }

  /**
   * Sends a body; may be overridden.
   *
   * @param source What {@linkcode sendHead} gave.
   * @param outputfile Where it goes: `wfile`.
   * @throws {Deno.errors.UnexpectedEof} If the file has become shorter. The
   * connection closes then, which tells the client.
   */
  copyfile(source: BodyFile, outputfile: BufferedIOBase): Promise<void> {
    return source instanceof FileBody
      ? source.copyTo(outputfile)
      : copyfileobj(source, outputfile).then(() => {});
  }

  /** Reads the request and checks who sends it; may be extended. */
  override parseRequest(): boolean | Promise<boolean> {
    this.#size = null;
    const parsed = super.parseRequest();
    return this.auth === null ? parsed : this.#authorize(this.auth, parsed);
  }

  async #authorize(
    auth: BasicAuth,
    parsed: boolean | Promise<boolean>,
  ): Promise<boolean> {
    if (!await parsed) return false;
    if (this.cors !== null && isPreflight(this.command!, this.headers)) {
      return true;
    }
    if (await auth.check(this.headers.get("Authorization"))) return true;
    this.sendHeader("WWW-Authenticate", auth.challenge);
    await this.sendError(HTTPStatus.UNAUTHORIZED);
    return false;
  }

  /** Sends an error page; may be overridden. */
  override async sendError(
    code: number,
    message?: string | null,
    explain?: string | null,
  ): Promise<void> {
    if (this.errorMessageFormat === DEFAULT_ERROR_MESSAGE) {
      this.sendHeader("Content-Security-Policy", ERROR_POLICY);
      this.sendHeader("X-Content-Type-Options", "nosniff");
    }
    await super.sendError(code, message, explain);
  }

  /** Ends the head and sends it; may be extended. */
  override endHeaders(): Promise<void> {
    const status = this._headersBuffer?.status ?? 0;
    if (this.cors !== null && status >= 200) {
      this.#sendFields(crossOriginFields(this.cors));
    }
    return super.endHeaders();
  }

  /** Logs an answer, with the bytes of a file; may be overridden. */
  override logRequest(
    code: number | string = "-",
    size: number | string = "-",
  ): void {
    super.logRequest(code, size === "-" ? this.#size ?? "-" : size);
  }

  #request(): SiteRequest {
    return { method: this.command!, target: this.path, fields: this.headers };
  }

  async #sendContent(answer: SiteContent): Promise<BodyFile | null> {
    try {
      this.#size = answer.body ? answer.length : null;
      this.sendResponse(answer.status);
      this.#sendFields(answer.fields);
      await this.endHeaders();
      return answer.body;
    } catch (error) {
      await answer.body?.close();
      throw error;
    }
  }

  #sendFields(fields: Iterable<readonly [string, string]>): void {
    for (const [name, value] of fields) this.sendHeader(name, value);
  }
}
