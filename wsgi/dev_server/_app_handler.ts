import type { WSGIApplication } from "../types.ts";
import type { AppSettings } from "./app_settings.ts";
import { type LogLevel, WSGIRequestHandler } from "./wsgi_request_handler.ts";

/** A class of handlers for one application. */
export type AppHandlerClass = new (
  request: Deno.Conn,
  clientAddress: Deno.NetAddr,
  server: object,
) => WSGIRequestHandler<Deno.NetAddr, object>;

/**
 * Makes a handler class for an application, for servers that know none.
 *
 * @param application The application.
 * @param settings Limits, and whether requests are logged.
 */
export function appHandler(
  application: WSGIApplication,
  { quiet = false, limits = {} }: AppSettings,
): AppHandlerClass {
  return class extends WSGIRequestHandler<Deno.NetAddr, object> {
    constructor(
      request: Deno.Conn,
      clientAddress: Deno.NetAddr,
      server: object,
    ) {
      super(request, clientAddress, server);
      Object.assign(this, limits);
    }

    protected override _application(): WSGIApplication {
      return application;
    }

    protected override _log(
      level: LogLevel,
      format: string,
      ...args: unknown[]
    ): void {
      if (!quiet) super._log(level, format, ...args);
    }
  };
}
