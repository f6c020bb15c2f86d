import { runServer } from "../../http_server/mod.ts";
import type { RequestHandlerClass } from "../../socketserver/mod.ts";
import { appHandler } from "./_app_handler.ts";
import { buildApp } from "./_build_app.ts";
import { type ReloaderOptions, runWithReloader } from "./run_with_reloader.ts";

/** What {@linkcode runserver} is told. */
export interface RunserverOptions extends ReloaderOptions {
  /** Whether the application starts anew when it has changed. */
  reload?: boolean;
}

/**
 * Serves an application until it is interrupted, Django's `runserver`: loads
 * it, says what was found, and serves it, with the files that were asked for
 * in front of it. Needs `--allow-net` and `--allow-read`, and `--allow-run`
 * for the reloader.
 *
 * @param options The application, and where to listen.
 * @returns When it was stopped.
 * @throws {AppError} If the application cannot be served, with the reason;
 * the reloader waits for a change instead.
 * @throws {Error} If it cannot listen, with the reason.
 *
 * @example Serves an application from a file
 * ```ts
 * import { runserver } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(file, `export default () => new Response("hello");`);
 *
 * const stop = new AbortController();
 * await runserver({
 *   settings: { app: file, quiet: true },
 *   bind: "127.0.0.1",
 *   port: 0,
 *   signal: stop.signal,
 *   async print(line) {
 *     const [url] = /http:[^)]+/.exec(line) ?? [];
 *     if (!url) return;
 *     assertEquals(await (await fetch(url)).text(), "hello");
 *     stop.abort();
 *   },
 * });
 * await Deno.remove(file);
 * ```
 */
export async function runserver(options: RunserverOptions): Promise<void> {
  if (options.reload) return await runWithReloader(options);
  const { settings, print = console.log } = options;
  const { application, found, close } = await buildApp(settings);
  print(`Serving ${found}`);
  try {
    await runServer({
      ...options,
      HandlerClass: appHandler(application, settings) as RequestHandlerClass<
        Deno.Conn
      >,
    });
  } finally {
    await close?.();
  }
}
