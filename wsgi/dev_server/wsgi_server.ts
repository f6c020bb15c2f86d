import {
  type Constructor,
  type Logger,
  type RequestHandlerClass,
  type ServerAddress,
  type TCPAddress,
  type TCPServerOptions,
  type ThreadingMembers,
  ThreadingMixIn,
} from "../../socketserver/mod.ts";
import type { WSGIApplication } from "../types.ts";
import { WSGIServer as BaseWSGIServer } from "../wsgi_server.ts";
import { WSGIRequestHandler } from "./wsgi_request_handler.ts";

/** Where a development server reports to. `console` is one. */
export interface DevLogger extends Logger {
  /** Takes a message that is no reason to worry. */
  info(message: string): void;
}

/** What can be chosen when a {@linkcode WSGIServer} is constructed. */
export interface DevServerOptions extends TCPServerOptions {
  /** Whether a host name shall be one of IPv6. */
  ipv6?: boolean;
}

/**
 * Whether an error says no more than that the client has left: Django's
 * `is_broken_pipe_error`.
 *
 * @param error What was thrown.
 * @returns Whether it is a broken pipe, or a connection that was aborted or reset.
 */
export function isBrokenPipeError(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}

/**
 * An HTTP server that holds an application: that of Django's development
 * server. A client that leaves is no error to it. It serves one connection at
 * a time: take {@linkcode ThreadedWSGIServer} unless that is what you want.
 * Needs `--allow-net`.
 */
export class WSGIServer extends BaseWSGIServer {
  /** Where it reports. */
  override logger: DevLogger = console;

  /**
   * Binds to an address and listens, unless told otherwise.
   *
   * @param serverAddress Host and port.
   * @param HandlerClass Serves each connection.
   * @param options Socket options.
   */
  constructor(
    serverAddress: ServerAddress,
    HandlerClass: RequestHandlerClass<Deno.Conn>,
    options: DevServerOptions = {},
  ) {
    const { ipv6 = false, bindAndActivate = true } = options;
    super(serverAddress, HandlerClass, { ...options, bindAndActivate: false });
    if (ipv6) this.addressFamily = "AF_INET6";
    if (bindAndActivate) this._bindAndActivate();
  }

  /** Reports an error; of a client that has left, that it has. */
  override handleError(
    request: Deno.Conn,
    clientAddress: TCPAddress,
    error: unknown,
  ): void | Promise<void> {
    if (!isBrokenPipeError(error)) {
      return super.handleError(request, clientAddress, error);
    }
    const { hostname, port } = clientAddress;
    this.logger.info(`- Broken pipe from ${hostname}:${port}`);
  }
}

/** {@linkcode ThreadingMixIn} applied to {@linkcode WSGIServer}. */
export const ThreadedWSGIServerBase:
  & typeof WSGIServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(WSGIServer);

/**
 * Serves each connection as a task of its own, Django's `ThreadedWSGIServer`.
 * Needs `--allow-net`.
 */
export class ThreadedWSGIServer extends ThreadedWSGIServerBase {
  /** Whether nobody waits for running requests; on, as in Django. */
  override daemonThreads = true;

  /** Called before a connection is served; may be overridden, to open what its requests share. */
  protected _onTaskStart(): void | Promise<void> {}

  /** Called when a connection ends; may be overridden, to release what its requests shared. */
  protected _closeConnections(): void | Promise<void> {}

  /** Serves a connection. */
  override async finishRequest(
    request: Deno.Conn,
    clientAddress: TCPAddress,
  ): Promise<void> {
    await this._onTaskStart();
    await super.finishRequest(request, clientAddress);
  }

  /** Releases what a connection holds. */
  override async closeRequest(request: Deno.Conn): Promise<void> {
    await this._closeConnections();
    await super.closeRequest(request);
  }
}

/** What {@linkcode run} can be told. */
export interface RunOptions {
  /** Whether a host name shall be one of IPv6. */
  ipv6?: boolean;
  /** Whether connections are served at the same time. */
  threading?: boolean;
  /** Told the port once the server listens, before it serves. */
  onBind?: (serverPort: number) => void;
  /** The server's class; that of this module by default. */
  serverCls?: typeof WSGIServer;
}

/** A server that runs. */
export interface RunningServer {
  /** The port. */
  readonly port: number;
  /** Resolves when it has ended. */
  readonly finished: Promise<void>;
  /** Ends it; requests at hand get so many seconds, none by default. */
  shutdown(drain?: number): Promise<void>;
}

/**
 * Serves an application: Django's `basehttp.run`. Needs `--allow-net`.
 *
 * @param addr The address.
 * @param port The port; 0 for a free one.
 * @param wsgiHandler The application.
 * @param options Classes and hooks.
 * @returns The server, which runs already.
 * @throws {Deno.errors.AddrInUse} If the address is taken.
 *
 * @example Serves an application
 * ```ts
 * import { run } from "@pystd/server/dev-server";
 * import { demoApp } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const server = run("127.0.0.1", 0, demoApp, { threading: true });
 * const response = await fetch(`http://127.0.0.1:${server.port}/`);
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * await server.shutdown(1);
 * ```
 */
export function run(
  addr: string,
  port: number,
  wsgiHandler: WSGIApplication,
  options: RunOptions = {},
): RunningServer {
  const { ipv6 = false, threading = false, onBind } = options;
  const { serverCls = threading ? ThreadedWSGIServer : WSGIServer } = options;
  const server = new serverCls({ hostname: addr, port }, WSGIRequestHandler, {
    ipv6,
  });
  server.setApp(wsgiHandler);
  onBind?.(server.serverPort);
  const finished = server.serveForever().finally(() => server.serverClose());
  return {
    port: server.serverPort,
    finished,
    async shutdown(drain = 0): Promise<void> {
      await server.shutdown({ drain });
      await finished;
    },
  };
}
