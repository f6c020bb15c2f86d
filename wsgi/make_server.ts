import type { RequestHandlerClass } from "../socketserver/mod.ts";
import type { WSGIApplication } from "./types.ts";
import { WSGIRequestHandler } from "./wsgi_request_handler.ts";
import { ThreadingWSGIServer, type WSGIServer } from "./wsgi_server.ts";

/** A class of servers that {@linkcode makeServer} makes one of. */
export type WSGIServerClass<Server extends WSGIServer = WSGIServer> = new (
  serverAddress: { hostname: string; port: number },
  HandlerClass: RequestHandlerClass<Deno.Conn>,
) => Server;

/** What {@linkcode makeServer} can be told. */
export interface MakeServerOptions<Server extends WSGIServer = WSGIServer> {
  /**
   * The server's class. Python's is serial; here a task for each connection
   * costs nothing, so it is `ThreadingWSGIServer`.
   */
  ServerClass?: WSGIServerClass<Server>;
  /** The class of its handlers; `WSGIRequestHandler` by default. */
  HandlerClass?: RequestHandlerClass<Deno.Conn>;
}

/**
 * Makes a server for an application: Python's
 * `wsgiref.simple_server.make_server`. Needs `--allow-net`.
 *
 * @typeParam Server The server's class.
 * @param hostname Where to listen; `""` for all addresses.
 * @param port The port; 0 for a free one.
 * @param app The application.
 * @param options Other classes.
 * @returns A server that listens; `serveForever` serves.
 * @throws {Deno.errors.AddrInUse} If the address is taken.
 *
 * @example Serves an application
 * ```ts
 * import { makeServer, type WSGIApplication } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const app: WSGIApplication = (environ, startResponse) => {
 *   startResponse("200 OK", [["Content-Type", "text/plain"]]);
 *   return [new TextEncoder().encode(`You want ${environ.PATH_INFO}`)];
 * };
 *
 * await using server = makeServer("127.0.0.1", 0, app);
 * const serving = server.serveForever();
 * const response = await fetch(`http://127.0.0.1:${server.serverPort}/tea`);
 * assertEquals(await response.text(), "You want /tea");
 * await server.shutdown({ drain: 1 });
 * await serving;
 * ```
 */
export function makeServer<Server extends WSGIServer = WSGIServer>(
  hostname: string,
  port: number,
  app: WSGIApplication,
  options: MakeServerOptions<Server> = {},
): Server {
  const {
    ServerClass = ThreadingWSGIServer as unknown as WSGIServerClass<Server>,
    HandlerClass = WSGIRequestHandler as RequestHandlerClass<Deno.Conn>,
  } = options;
  const server = new ServerClass(
    { hostname: hostname || "::", port },
    HandlerClass,
  );
  server.setApp(app);
  return server;
}
