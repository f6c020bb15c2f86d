import {
  type FileServerOptions,
  serveDirectory,
} from "../../http_server/mod.ts";
import { decodePath } from "../decode_path.ts";
import { fromFetchHandler } from "../from_fetch_handler.ts";
import type {
  HeaderList,
  StartResponse,
  WSGIApplication,
  WSGIEnvironment,
  WSGIResult,
} from "../types.ts";

/** What is served in front of an application, and how. */
export interface FilesHandlerOptions
  extends Omit<FileServerOptions, "directory" | "file"> {
  /** What URLs of files begin with, such as `/static/`; those with a host are somebody else's. */
  baseUrl: string;
  /** The folder of the files: a path or a `file:` URL. */
  directory: string | URL;
}

/**
 * Serves the files of a folder in front of an application, Django's
 * `FSFilesHandler`: what is no file there goes to the application. Files are
 * answered as the file server answers them, with ranges, validators, types
 * and compression; folders are listed only if that is asked for. Needs
 * `--allow-read`.
 *
 * @example Serves files in front of an application
 * ```ts
 * import { FSFilesHandler } from "@pystd/server/dev-server";
 * import { demoApp, toFetchHandler } from "@pystd/server/wsgi";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/a.txt`, "a file");
 *
 * const site = new FSFilesHandler(demoApp, { baseUrl: "/", directory });
 * const handler = toFetchHandler(site.app);
 * const file = await handler(new Request("http://localhost/a.txt"));
 * assertEquals(await file.text(), "a file");
 * const page = await handler(new Request("http://localhost/page"));
 * assertStringIncludes(await page.text(), "/page");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class FSFilesHandler {
  /** What answers everything else. */
  readonly application: WSGIApplication;
  /** The application with the files in front. */
  readonly app: WSGIApplication = (environ, startResponse) =>
    this.call(environ, startResponse);

  readonly #options: FilesHandlerOptions;
  #files: WSGIApplication | undefined;

  /**
   * Stores what it works with. Opens nothing.
   *
   * @param application What answers everything else.
   * @param options The URL, the folder, and how its files are served.
   * @throws {TypeError} If the URL is empty.
   */
  constructor(application: WSGIApplication, options: FilesHandlerOptions) {
    this.application = application;
    this.#options = options;
    if (this.getBaseUrl() === "") {
      throw new TypeError("Cannot serve files: the base URL is empty");
    }
  }

  /** What URLs of files begin with; may be overridden. */
  getBaseUrl(): string {
    return this.#options.baseUrl;
  }

  /** The folder of the files; may be overridden. */
  getBaseDir(): string | URL {
    return this.#options.directory;
  }

  /** Whether another server has the files. */
  get #isElsewhere(): boolean {
    return /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(this.getBaseUrl());
  }

  /** The path of the base URL, encoded. */
  get #basePath(): string {
    return new URL(this.getBaseUrl(), "http://localhost/").pathname;
  }

  /** What decoded paths begin with, one character per byte. */
  get #prefix(): string {
    return decodePath(this.#basePath);
  }

  /**
   * Whether a path may be that of a file.
   *
   * @param path The path of a request, decoded, one character per byte.
   */
  protected _shouldHandle(path: string): boolean {
    return !this.#isElsewhere && path.startsWith(this.#prefix);
  }

  /**
   * Where a file is below the folder.
   *
   * @param path The path of a request, decoded.
   * @returns What follows the base URL.
   */
  filePath(path: string): string {
    return path.slice(this.#prefix.length);
  }

  /**
   * Answers with a file; may be extended.
   *
   * @param environ A request for a file.
   * @param startResponse Takes the head of the answer.
   * @returns The body.
   */
  async serve(
    environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): Promise<WSGIResult> {
    const { baseUrl: _, directory: __, ...options } = this.#options;
    this.#files ??= fromFetchHandler(
      serveDirectory(this.getBaseDir(), { listing: false, ...options }),
    );
    const path = environ.SCRIPT_NAME + environ.PATH_INFO;
    const inner = Object.assign(Object.create(null), environ, {
      SCRIPT_NAME: "",
      PATH_INFO: `/${this.filePath(path)}`,
    });
    return await this.#files(
      inner,
      (status, headers, excInfo) =>
        startResponse(status, moved(headers, this.#basePath), excInfo),
    );
  }

  /**
   * Answers a request: with a file or, where there is none, as the
   * application does. May be overridden.
   *
   * @param environ The request.
   * @param startResponse Takes the head of the answer.
   * @returns The body.
   */
  async call(
    environ: WSGIEnvironment,
    startResponse: StartResponse,
  ): Promise<WSGIResult> {
    const { REQUEST_METHOD, SCRIPT_NAME, PATH_INFO } = environ;
    const reads = REQUEST_METHOD === "GET" || REQUEST_METHOD === "HEAD";
    if (reads && this._shouldHandle(SCRIPT_NAME + PATH_INFO)) {
      let found = true;
      const result = await this.serve(environ, (status, headers, excInfo) => {
        found = !status.startsWith("404");
        return found
          ? startResponse(status, headers, excInfo)
          : () => Promise.resolve();
      });
      if (found) return result;
      await result.close?.();
    }
    return await this.application(environ, startResponse);
  }
}

/** A file's site knows nothing of the URL that it is mounted at. */
function moved(headers: HeaderList, prefix: string): HeaderList {
  return headers.map(([name, value]) =>
    name.toLowerCase() === "location" && value.startsWith("/")
      ? [name, prefix.replace(/\/$/, "") + value]
      : [name, value]
  );
}
