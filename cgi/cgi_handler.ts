import {
  type BufferedReader,
  fromReadableStream,
} from "../socketserver/io/mod.ts";
import {
  type ClientInfo,
  escapeControls,
  VERSION,
  watchFetchClient,
} from "../http_server/mod.ts";
import {
  HTTPStatus,
  percentDecodeText,
  ProtocolError,
  statusAllowsContent,
} from "../http_server/protocol/mod.ts";
import { findScript } from "./_find_script.ts";
import { checkRedirect } from "./_local_redirects.ts";
import { discardBody, logDropped, ScriptBody } from "./_script_body.ts";
import { logEnd, startScript } from "./_start_script.ts";
import { statOf } from "./_stat_of.ts";
import { factsOfFetch, headOfFetch } from "./request_facts.ts";
import type { CgiDocument } from "./response_head.ts";
import type { RunningScript } from "./running_script.ts";
import { splitScriptPath, urlCollapsePath } from "./script_path.ts";
import {
  DEFAULT_SCRIPT_SETTINGS,
  type ScriptSettings,
} from "./script_settings.ts";

/** What {@linkcode cgiHandler} is told: a script or a folder of them, and how they run. */
export interface CgiHandlerOptions extends Partial<ScriptSettings> {
  /** Path of the one script that answers everything below `mount`. */
  script?: string;
  /** Folder whose files are scripts, instead of `script`. */
  root?: string;
  /** Path of the URL where that begins, such as `/git`; everything by default. */
  mount?: string;
  /** Methods that scripts answer; all by default. */
  methods?: readonly string[];
  /**
   * Takes what scripts write to their standard error, as it is, and what goes
   * wrong; `console.error` by default, with control characters escaped.
   */
  log?: (line: string) => void;
}

/**
 * Makes a fetch handler of a CGI script or a folder of them, for `Deno.serve`,
 * Hono and others. Needs `--allow-read`, `--allow-run` and `--allow-env`;
 * `--allow-write` as well for large bodies whose length is not known. A script
 * that lacks a permission is answered with 500, and `log` learns what to add.
 *
 * Bodies stream in both directions; a script whose client has left is ended.
 *
 * @param options What to run.
 * @returns A function from `Request` to `Response`.
 * @throws {TypeError} If it is told neither a script nor a folder, or both.
 *
 * @example Git over HTTP
 * ```ts
 * import { cgiHandler } from "@pystd/server/cgi";
 *
 * const git = cgiHandler({
 *   script: "/usr/lib/git-core/git-http-backend",
 *   mount: "/git",
 *   env: { GIT_PROJECT_ROOT: "/srv/git", GIT_HTTP_EXPORT_ALL: "1" },
 * });
 * const handler = (request: Request): Promise<Response> => git(request);
 * ```
 */
export function cgiHandler(
  options: CgiHandlerOptions,
): (request: Request, info?: ClientInfo) => Promise<Response> {
  const { script, root, mount = "", methods, log = logError } = options;
  if ((script === undefined) === (root === undefined)) {
    throw new TypeError("Cannot run scripts: give either a script or a root");
  }
  if (mount !== "" && !/^\/.*[^/]$/.test(mount)) {
    throw new TypeError(
      `Cannot mount scripts at "${mount}": a path begins with a slash and ends without`,
    );
  }
  const settings: ScriptSettings = { ...DEFAULT_SCRIPT_SETTINGS, ...options };
  const owner = {};

  async function answer(
    request: Request,
    client: Request,
    info: ClientInfo,
    redirects: number,
  ): Promise<Response> {
    if (methods !== undefined && !methods.includes(request.method)) {
      return new Response("Method Not Allowed\n", {
        status: 405,
        headers: { Allow: methods.join(", ") },
      });
    }
    let process: RunningScript | undefined;
    let unwatch = () => {};
    try {
      const body = request.body === null
        ? null
        : fromReadableStream(request.body);
      process = await start(request, info, body);
      const running = process;
      unwatch = watchFetchClient(client, () => running.abandon(LEFT));
      logEnd(process, log);
      const head = await process.head();
      if (head.kind === "document") {
        logDropped(head, log);
        return respond(request, process, head, log);
      }
      process.kill();
      const url = new URL(head.location, request.url);
      if (!isBelow(url.pathname, mount)) {
        // It is another handler's page, so the client has to ask for it.
        return new Response(null, {
          status: 302,
          headers: { Location: head.location },
        });
      }
      checkRedirect(head.location, redirects);
      const next = new Request(url, {
        method: request.method === "HEAD" ? "HEAD" : "GET",
        headers: withoutBody(request.headers),
      });
      return await answer(next, client, info, redirects + 1);
    } catch (error) {
      process?.kill();
      // nginx's status for a client that has left; nobody gets it.
      if (error === LEFT) return new Response(null, { status: 499 });
      if (!(error instanceof ProtocolError)) throw error;
      log(error.message);
      return new Response(`${HTTPStatus.phrase(error.status)}\n`, {
        status: error.status,
      });
    } finally {
      unwatch();
    }
  }

  async function start(
    request: Request,
    info: ClientInfo,
    body: BufferedReader | null,
  ): Promise<RunningScript> {
    const url = new URL(request.url);
    const { file, scriptName, pathInfo } = locate(url.pathname);
    const found = findScript(file, root ?? null, settings);
    const length = request.headers.get("content-length");
    return await startScript(
      {
        script: found,
        head: headOfFetch(request, url),
        facts: {
          ...factsOfFetch(url, info),
          scriptName,
          pathInfo,
          query: url.search.slice(1),
          pathTranslated: root === undefined ? null : root + pathInfo,
          documentRoot: root ?? found.folder,
          serverSoftware: `pystd-server/${VERSION}`,
        },
        body,
        contentLength: body === null || length === null ? null : Number(length),
        log,
      },
      settings,
      owner,
    );
  }

  /** Finds the script for a path, and what is left of that. */
  function locate(
    path: string,
  ): { file: string; scriptName: string; pathInfo: string } {
    const none = new ProtocolError(`No such CGI script ("${path}")`, 404);
    if (!isBelow(path, mount)) throw none;
    const raw = path.slice(mount.length);
    if (script !== undefined) {
      const pathInfo = percentDecodeText(raw, { replace: true });
      if (/%2f/i.test(raw) || /\0/.test(pathInfo)) throw none;
      return { file: script, scriptName: mount, pathInfo };
    }
    const { scriptName, pathInfo } = splitScriptPath(
      { directory: "", rest: restOf(raw) },
      (below) => statOf(root + below)?.isDirectory === true,
    );
    if (scriptName.includes("\0") || /%2f/i.test(raw)) throw none;
    return {
      file: root + scriptName,
      scriptName: mount + scriptName,
      pathInfo,
    };
  }

  return (request, info = {}) => answer(request, request, info, 0);
}

function logError(line: string): void {
  console.error(escapeControls(line));
}

const LEFT = new Deno.errors.ConnectionAborted("The client has left");

function isBelow(path: string, mount: string): boolean {
  return path === mount || path.startsWith(`${mount}/`);
}

/** A path without detours, decoded. */
function restOf(path: string): string {
  try {
    return urlCollapsePath(path.replaceAll("?", "%3F")).replace(/^\/+/, "");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ProtocolError(error.message, 400);
  }
}

/** The fields of a request without those that tell of its body. */
function withoutBody(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of [...kept.keys()]) {
    if (name.startsWith("content-")) kept.delete(name);
  }
  return kept;
}

function respond(
  request: Request,
  process: RunningScript,
  head: CgiDocument,
  log: (line: string) => void,
): Response {
  const headers = new Headers();
  for (const [name, value] of head.fields.items()) headers.append(name, value);
  const init = { status: head.status, statusText: head.reason, headers };
  if (request.method === "HEAD" || !statusAllowsContent(head.status)) {
    discardBody(process).catch(() => {});
    return new Response(null, init);
  }
  const source = new ScriptBody(process, head, log);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const chunk = await source.read();
        if (chunk.length > 0) controller.enqueue(chunk.slice());
        else controller.close();
      } catch (error) {
        process.kill();
        throw error;
      }
    },
    cancel() {
      process.kill();
    },
  }, { highWaterMark: 0 });
  return new Response(body, init);
}
