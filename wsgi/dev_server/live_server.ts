import type { WSGIApplication } from "../types.ts";
import {
  type FilesHandlerOptions,
  FSFilesHandler,
} from "./fs_files_handler.ts";
import { QuietWSGIRequestHandler } from "./wsgi_request_handler.ts";
import { ThreadedWSGIServer, type WSGIServer } from "./wsgi_server.ts";

/** What a {@linkcode LiveServer} can be told. */
export interface LiveServerOptions {
  /** The address; `127.0.0.1` by default. */
  hostname?: string;
  /** The port; 0, which is a free one, by default. */
  port?: number;
  /** Folders of files in front of the application, such as static and media files; the first is asked first. */
  files?: readonly FilesHandlerOptions[];
  /** The server's class; `ThreadedWSGIServer` by default. */
  serverCls?: typeof WSGIServer;
}

/**
 * A server in the background for the length of a test, Django's
 * `LiveServerThread`. It logs nothing. Needs `--allow-net`.
 *
 * @example Tests an application as its clients see it
 * ```ts
 * import { LiveServer } from "@pystd/server/dev-server";
 * import { demoApp } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * await using live = new LiveServer(demoApp);
 * const response = await fetch(live.url);
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * ```
 */
export class LiveServer implements AsyncDisposable {
  /** The server. */
  readonly server: WSGIServer;
  readonly #serving: Promise<void>;

  /**
   * Binds and serves.
   *
   * @param application The application.
   * @param options Where to listen, and files.
   * @throws {Deno.errors.AddrInUse} If the address is taken.
   */
  constructor(application: WSGIApplication, options: LiveServerOptions = {}) {
    const { hostname = "127.0.0.1", port = 0, files = [] } = options;
    const { serverCls = ThreadedWSGIServer } = options;
    const site = files.toReversed().reduce(
      (behind, folder) => new FSFilesHandler(behind, folder).app,
      application,
    );
    this.server = new serverCls({ hostname, port }, QuietWSGIRequestHandler);
    this.server.setApp(site);
    this.#serving = this.server.serveForever();
  }

  /** The port. */
  get port(): number {
    return this.server.serverPort;
  }

  /** The URL, without a slash at its end. */
  get url(): string {
    const { hostname } = this.server.serverAddress;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    return `http://${host}:${this.port}`;
  }

  /** Ends the server; running requests get a second. */
  async terminate(): Promise<void> {
    await this.server.shutdown({ drain: 1 });
    await this.server.serverClose();
    await this.#serving;
  }

  /** Ends the server at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }
}
