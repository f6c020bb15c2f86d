/**
 * A folder with scripts, served for the length of a test.
 *
 * @module
 */
import {
  CGIHTTPRequestHandler,
  type CGIHTTPRequestHandlerOptions,
} from "../../cgi/cgi_http_request_handler.ts";
import { Folder, type FolderContent } from "./folder.ts";
import { children } from "./processes.ts";
import { type Answer, RawClient } from "./raw_client.ts";
import { serve, type Served } from "./serve.ts";
import { until } from "./waiting.ts";

/** A site that is served until it is disposed of. */
export class CgiSite implements AsyncDisposable {
  /** The folder that is served. */
  readonly folder: Folder;
  /** The server. */
  readonly served: Served;
  /** The lines of its log. */
  readonly log: readonly string[];

  constructor(folder: Folder, served: Served, log: string[]) {
    this.folder = folder;
    this.served = served;
    this.log = log;
  }

  /**
   * Makes a folder and serves it.
   *
   * @param scripts Shell scripts by their name in `cgi-bin/`; those with a
   * `#!` of their own are taken as they are.
   * @param options What is served and how.
   * @param content What else lies in the folder.
   */
  static async make(
    scripts: Readonly<Record<string, string>>,
    options: CGIHTTPRequestHandlerOptions = {},
    content: FolderContent = {},
  ): Promise<CgiSite> {
    const folder = await Folder.make({ "cgi-bin": {}, ...content });
    for (const [name, script] of Object.entries(scripts)) {
      await writeScript(folder.at(`cgi-bin/${name}`), script);
    }
    const log: string[] = [];
    class Logged extends CGIHTTPRequestHandler {
      override logMessage(format: string, ...args: unknown[]): void {
        log.push(
          format.replace(/%./g, () => String(args.shift())),
        );
      }
    }
    const served = serve(
      Logged.configure({ directory: folder.path, ...options }),
    );
    return new CgiSite(folder, served, log);
  }

  /** Where a path is found. */
  url(path: string): string {
    return `http://127.0.0.1:${this.served.address.port}${path}`;
  }

  /** Sends one request on a connection of its own, and reads its answer. */
  async ask(
    target: string,
    fields = "",
    body = "",
    method = body === "" ? "GET" : "POST",
  ): Promise<Answer> {
    using client = await RawClient.connect(this.served.address);
    await client.send(request(target, fields, body, method));
    return await client.readAnswer(method);
  }

  /** Whether a line of the log holds a text. */
  hasLogged(text: string): boolean {
    return this.log.some((line) => line.includes(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await until(() => scriptsIn(this.folder) === 0);
    await this.served[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A request as text; its Content-Length is added. */
export function request(
  target: string,
  fields = "",
  body = "",
  method = "GET",
): string {
  const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
  return `${method} ${target} HTTP/1.1\r\nHost: site.example\r\n${length}${fields}\r\n${body}`;
}

/** Writes a script that can be run. */
export async function writeScript(path: string, script: string): Promise<void> {
  await Deno.writeTextFile(
    path,
    script.startsWith("#!") ? script : `#!/bin/sh\n${script}`,
    { mode: 0o755 },
  );
}

/** How many processes work in a folder: scripts that have not ended. */
function scriptsIn({ path }: Folder): number {
  return children().filter((pid) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/cwd`).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}
