import { buildCgiEnviron } from "../cgi/environ.ts";
import { factsOfConnection } from "../cgi/request_facts.ts";
import { BaseHTTPRequestHandler } from "../http_server/mod.ts";
import { parseRequestTarget } from "../http_server/protocol/mod.ts";
import { standardError } from "./_standard_error.ts";
import { decodePath } from "./decode_path.ts";
import { type AnsweringHandler, ServerHandler } from "./server_handler.ts";
import { serverVersion } from "./software_version.ts";
import type { ErrorStream, WSGIApplication, WSGIEnvironment } from "./types.ts";
import type { WSGIServerMembers } from "./wsgi_server.ts";

/** What a {@linkcode WSGIRequestHandler} needs of its server. */
export type ApplicationServer =
  & Pick<WSGIServerMembers, "getApp">
  & Partial<Pick<WSGIServerMembers, "baseEnviron">>;

/** What runs an application: {@linkcode ServerHandler} or a subclass. */
export type ServerHandlerClass = typeof ServerHandler;

/**
 * Answers every method by calling the application of its server: Python's
 * `wsgiref.simple_server.WSGIRequestHandler`. Under a threading server
 * connections stay open.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export class WSGIRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = ApplicationServer,
> extends BaseHTTPRequestHandler<Address, Server> implements AnsweringHandler {
  /** First word of the `Server` field of this handler's own answers. */
  override serverVersion: string = serverVersion;
  /** What runs the application. */
  ServerHandlerClass: ServerHandlerClass = ServerHandler;

  /** Every method is the application's business. */
  protected override _methodFor(command: string): (() => unknown) | undefined {
    // CONNECT has no path, and wants a tunnel.
    return command === "CONNECT" ? undefined : this.runApp;
  }

  /**
   * Calls the application and sends its answer; may be extended.
   *
   * @throws {TypeError} If the server has no application.
   */
  async runApp(): Promise<void> {
    const application = this._application();
    const handler = new this.ServerHandlerClass(
      this.rfile,
      this.wfile,
      this.getStderr(),
      this.getEnviron(),
      isThreading(this.server),
      false,
    );
    handler.requestHandler = this;
    await handler.run(application);
    if (handler.failure !== null) throw handler.failure;
  }

  /** The application to call. */
  protected _application(): WSGIApplication {
    const application = (this.server as Partial<ApplicationServer>).getApp?.();
    if (typeof application !== "function") {
      throw new TypeError("Cannot answer: the server has no application");
    }
    return application;
  }

  /** Makes the variables of CGI for the request; may be extended. */
  getEnviron(): Partial<WSGIEnvironment> {
    const target = parseRequestTarget(this.command!, this.path);
    const length = this.headers.get("content-length");
    const environ = buildCgiEnviron({
      method: this.command!,
      target: this.path,
      version: this.requestVersion,
      fields: this.headers,
    }, {
      ...factsOfConnection(this.connection, this.clientAddress),
      scriptName: "",
      pathInfo: target.form === "asterisk" ? "" : decodePath(target.path),
      query: target.query ?? "",
      serverSoftware: this.serverVersion,
      contentLength: length === null ? null : Number(length),
      trustAuthorization: true,
    });
    const base = (this.server as Partial<ApplicationServer>).baseEnviron;
    for (const name in base) environ[name] ??= base[name]!;
    return environ;
  }

  /** `wsgi.errors`: the standard error; may be overridden. */
  getStderr(): ErrorStream {
    return standardError;
  }

  /** Watches for the client to leave while it is answered. */
  watchClient(left: () => void): () => void {
    return this._watchClient(left, PATIENCE);
  }

  /** A serial server keeps no connection open, on which all others would wait. */
  protected override _staysOpen(): boolean {
    return super._staysOpen() && isThreading(this.server);
  }
}

/** Seconds for the application of a client that says no more, before it counts as gone. */
const PATIENCE = 2;

/** Whether a server serves several connections at once. */
function isThreading(server: object): boolean {
  return "daemonThreads" in server;
}
