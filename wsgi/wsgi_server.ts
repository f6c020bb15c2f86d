import { HTTPServer, HTTPSServer } from "../http_server/mod.ts";
import {
  type Constructor,
  type ThreadingMembers,
  ThreadingMixIn,
} from "../socketserver/mod.ts";
import type { WSGIApplication } from "./types.ts";

/** The members that a WSGI server has beside those of its HTTP server. */
export interface WSGIServerMembers {
  /** The application; `null` before {@linkcode WSGIServerMembers.setApp}. */
  application: WSGIApplication | null;
  /** Variables of every request, made when the server binds. */
  baseEnviron: Record<string, string>;
  /** Makes {@linkcode WSGIServerMembers.baseEnviron}; may be extended. */
  setupEnviron(): void;
  /** The application. */
  getApp(): WSGIApplication | null;
  /** Sets the application. */
  setApp(application: WSGIApplication): void;
}

/**
 * Makes an HTTP server one that holds an application.
 *
 * @typeParam Base The class.
 * @param Base A class of HTTP servers.
 * @returns A subclass with {@linkcode WSGIServerMembers}.
 */
export function WSGIMixIn<Base extends Constructor<HTTPServer>>(
  Base: Base,
): Base & Constructor<WSGIServerMembers> {
  abstract class Server extends (Base as Constructor<HTTPServer>)
    implements WSGIServerMembers {
    declare application: WSGIApplication | null;
    declare baseEnviron: Record<string, string>;

    /** Binds, and makes the base of environments. */
    override serverBind(): void {
      super.serverBind();
      this.setupEnviron();
    }

    setupEnviron(): void {
      this.baseEnviron = {
        SERVER_NAME: this.serverName,
        GATEWAY_INTERFACE: "CGI/1.1",
        SERVER_PORT: String(this.serverPort),
        SCRIPT_NAME: "",
      };
    }

    getApp(): WSGIApplication | null {
      return this.application ?? null;
    }

    setApp(application: WSGIApplication): void {
      this.application = application;
    }
  }
  return Server as unknown as Base & Constructor<WSGIServerMembers>;
}

/** {@linkcode WSGIMixIn} applied to `HTTPServer`. */
export const WSGIServerBase:
  & typeof HTTPServer
  & Constructor<WSGIServerMembers> = WSGIMixIn(HTTPServer);

/**
 * An HTTP server that holds an application: Python's
 * `wsgiref.simple_server.WSGIServer`. It serves one connection at a time, one
 * request on each. Needs `--allow-net`.
 */
export class WSGIServer extends WSGIServerBase {}

/** {@linkcode ThreadingMixIn} applied to {@linkcode WSGIServer}. */
export const ThreadingWSGIServerBase:
  & typeof WSGIServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(WSGIServer);

/** Serves each connection as a task of its own, and keeps it open. Needs `--allow-net`. */
export class ThreadingWSGIServer extends ThreadingWSGIServerBase {
  /** Whether nobody waits for running requests; on, as for HTTP servers. */
  override daemonThreads = true;
}

/** {@linkcode WSGIMixIn} applied to `HTTPSServer`. */
export const SecureWSGIServerBase:
  & typeof HTTPSServer
  & Constructor<WSGIServerMembers> = WSGIMixIn(HTTPSServer);

/** A {@linkcode WSGIServer} over TLS. Needs `--allow-net`. */
export class SecureWSGIServer extends SecureWSGIServerBase {}

/** {@linkcode ThreadingMixIn} applied to {@linkcode SecureWSGIServer}. */
export const ThreadingSecureWSGIServerBase:
  & typeof SecureWSGIServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(SecureWSGIServer);

/** A {@linkcode ThreadingWSGIServer} over TLS. Needs `--allow-net`. */
export class ThreadingSecureWSGIServer extends ThreadingSecureWSGIServerBase {
  /** Whether nobody waits for running requests; on, as for HTTP servers. */
  override daemonThreads = true;
}
