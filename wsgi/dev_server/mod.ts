/**
 * A development server for WSGI applications and fetch handlers: what
 * `manage.py runserver` is for Django. `runserver` loads an application,
 * serves it with its files, and starts it anew when it has changed; the
 * classes that it is made of can be used one by one.
 *
 * ```
 * runserver ─┬─ loadApp ─ validator ─ StaticFilesHandler ─ allowHosts
 *            └─ runWithReloader    the socket stays here; a process for the application
 * WSGIServer ─ ThreadedWSGIServer      WSGIRequestHandler      run, LiveServer
 * FSFilesHandler ─ StaticFilesHandler      StatReloader ─ WatchReloader
 * ```
 *
 * @example Serves files in front of an application
 * ```ts
 * import { run, StaticFilesHandler } from "@pystd/server/dev-server";
 * import { demoApp } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/site.css`, "p {}");
 *
 * const site = new StaticFilesHandler(demoApp, { baseUrl: "/static/", directory });
 * const server = run("127.0.0.1", 0, site.app, { threading: true });
 * const response = await fetch(`http://127.0.0.1:${server.port}/static/site.css`);
 * assertEquals(await response.text(), "p {}");
 * await server.shutdown(1);
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * @module
 */
export { ServerHandler } from "../server_handler.ts";
export * from "./allow_hosts.ts";
export * from "./app_error.ts";
export * from "./app_kind.ts";
export * from "./app_scheme.ts";
export * from "./app_settings.ts";
export { getChildArguments } from "./child_arguments.ts";
export * from "./fs_files_handler.ts";
export * from "./live_server.ts";
export * from "./load_app.ts";
export * from "./module_graph.ts";
export * from "./parse_addrport.ts";
export * from "./reloader.ts";
export * from "./run_with_reloader.ts";
export * from "./runserver.ts";
export * from "./static_files_handler.ts";
export * from "./wsgi_request_handler.ts";
export * from "./wsgi_server.ts";
