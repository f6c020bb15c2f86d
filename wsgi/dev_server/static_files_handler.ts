import type { StartResponse, WSGIEnvironment, WSGIResult } from "../types.ts";
import { FSFilesHandler } from "./fs_files_handler.ts";

/**
 * Serves the files of a folder in front of an application, Django's
 * `StaticFilesHandler`: everything below the base URL is the folder's, also
 * what is not there, and the rest is the application's. Needs `--allow-read`.
 *
 * @example Serves static files in front of an application
 * ```ts
 * import { StaticFilesHandler } from "@pystd/server/dev-server";
 * import { demoApp, toFetchHandler } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * const site = new StaticFilesHandler(demoApp, { baseUrl: "/static/", directory });
 * const handler = toFetchHandler(site.app);
 * const response = await handler(new Request("http://localhost/static/none.css"));
 * assertEquals(response.status, 404);
 * await response.body?.cancel();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class StaticFilesHandler extends FSFilesHandler {
  /**
   * Answers a request: with a file, or that there is none, or as the
   * application does.
   *
   * @param environ The request.
   * @param startResponse Takes the head of the answer.
   * @returns The body.
   */
  override async call(
    environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): Promise<WSGIResult> {
    return this._shouldHandle(environ.SCRIPT_NAME + environ.PATH_INFO)
      ? await this.serve(environ, startResponse)
      : await this.application(environ, startResponse);
  }
}
