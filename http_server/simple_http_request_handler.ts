import {
  type BufferedIOBase,
  BytesIO,
  copyfileobj,
  type RawIOBase,
} from "../socketserver/io/mod.ts";
import { readEntries } from "./_directory_entries.ts";
import { answerFile } from "./_file_answer.ts";
import { FileBody } from "./_file_body.ts";
import { FileFinder, joinPath } from "./_file_finder.ts";
import { VERSION } from "./_version.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { formatListing } from "./directory_listing.ts";
import type { FileServerOptions } from "./file_server_options.ts";
import {
  collapseLeadingSlashes,
  contentType,
  type ExtensionsMap,
  HTTPStatus,
  parseRequestTarget,
  pathSegments,
  percentDecodeText,
  ProtocolError,
  translateSegments,
} from "./protocol/mod.ts";

/** What `sendHead` and `listDirectory` give: a stream with the answer's body. */
export type BodyFile = RawIOBase | BufferedIOBase;

// deno-lint-ignore no-explicit-any -- the only parameters a mix-in's constructor can have
type AnyHandlerClass = new (...args: any[]) => object;

const WINDOWS = Deno.build.os === "windows";

/**
 * Serves the files of a folder, Python's
 * `http.server.SimpleHTTPRequestHandler`: GET and HEAD with ranges and
 * conditions, index pages, and a listing for folders without one. Needs
 * `--allow-read`.
 *
 * Only regular files below the folder are served, after links are resolved;
 * names with a leading dot are not.
 *
 * @typeParam Address Where connections come from.
 * @typeParam Server The server's class.
 */
export class SimpleHTTPRequestHandler<
  Address extends Deno.Addr = Deno.NetAddr,
  Server extends object = object,
> extends BaseHTTPRequestHandler<Address, Server> {
  /** First word of the `Server` field. */
  override serverVersion: string = `SimpleHTTP/${VERSION}`;
  /** Whether a method that HTTP knows and this class lacks is answered with 405, not 501. */
  override offersAllow = true;

  /** The folder that is served. */
  directory: string;
  /** Names of files that stand for their folder; the first that exists does. */
  indexPages: readonly string[] = ["index.html", "index.htm"];
  /** Types by extension, asked before the built-in table. */
  extensionsMap: ExtensionsMap = {
    ".gz": "application/gzip",
    ".Z": "application/octet-stream",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
  };
  /** The type of files whose name tells nothing. */
  defaultContentType = "application/octet-stream";
  /** Further fields for files. */
  extraResponseHeaders:
    | Iterable<readonly [name: string, value: string]>
    | null = null;
  /** What to say in `Cache-Control`; `null` for nothing. */
  cacheControl: string | null = "no-cache";
  /** Whether files have entity tags. */
  entityTags = true;
  /** Whether folders without index page are listed. */
  listing = true;
  /** Whether names with a leading dot are served. */
  hidden = false;
  /** Whether symbolic links may lead out of the folder. */
  followSymlinks = false;
  /** Whether `/about` gives `about.html`. */
  cleanUrls = false;
  /** Whether a path with nothing behind it gives the root's index page. */
  spa = false;
  /** Whether `404.html` of the root is sent for what is not there. */
  notFoundPage = true;
  /** The status for what may not be read: 403, or Python's 404. */
  forbiddenStatus: 403 | 404 = 403;

  readonly #finder = new FileFinder(this);

  /**
   * Stores what the handler works with, and does nothing else.
   *
   * @param request The connection.
   * @param clientAddress Where it comes from.
   * @param server The server that received it.
   * @param options What is served, and how.
   */
  constructor(
    request: Deno.Conn,
    clientAddress: Address,
    server: Server,
    options: FileServerOptions = {},
  ) {
    super(request, clientAddress, server);
    this.directory = String(options.directory ?? Deno.cwd());
    Object.assign(this, options);
  }

  /**
   * Makes a subclass with options set, as `functools.partial` does in Python.
   *
   * @param options What to set.
   * @returns The subclass.
   */
  static configure<Class extends AnyHandlerClass>(
    this: Class,
    options: FileServerOptions,
  ): Class {
    // deno-lint-ignore no-explicit-any -- the only parameters a mix-in's constructor can have
    const Base = this as unknown as new (...args: any[]) => object;
    const Configured = class extends Base {
      // deno-lint-ignore no-explicit-any -- as above
      constructor(...args: any[]) {
        super(...args);
        Object.assign(this, options, args[3]);
      }
    };
    return Configured as unknown as Class;
  }

  /** Answers GET: `sendHead`, then `copyfile`; may be overridden. */
  async doGET(): Promise<void> {
    const file = await this.sendHead();
    if (!file) return;
    try {
      await this.copyfile(file, this.wfile);
    } finally {
      await file.close();
    }
  }

  /** Answers HEAD: `sendHead` alone; may be overridden. */
  async doHEAD(): Promise<void> {
    const file = await this.sendHead();
    await file?.close();
  }

  /**
   * Sends the head of the answer; may be overridden.
   *
   * @returns What is to be sent behind it, which the caller closes; `null` if
   * the answer is complete.
   */
  async sendHead(): Promise<BodyFile | null> {
    const target = this.#target();
    const path = target && this.translatePath(target.path);
    const found = path
      ? this.#finder.find(path, target.path)
      : this.#finder.missing(404);
    switch (found.kind) {
      case "file": {
        const { plan, body } = answerFile(
          { method: this.command!, fields: this.headers },
          { ...found, contentType: this.guessType(found.path) },
          this.#finder,
          {
            cacheControl: this.cacheControl,
            compress: false,
            entityTags: this.entityTags,
            extraFields: this.extraResponseHeaders ?? [],
            boundary: () => crypto.randomUUID(),
            now: Date.now(),
          },
        );
        try {
          this.sendResponse(plan.status);
          for (const [name, value] of plan.fields) this.sendHeader(name, value);
          await this.endHeaders();
        } catch (error) {
          await body?.close();
          throw error;
        }
        return body;
      }
      case "directory":
        if (this.listing) return await this.listDirectory(found.path);
        await this.sendError(
          this.forbiddenStatus,
          "No permission to list directory",
        );
        return null;
      case "redirect":
        this.sendResponse(HTTPStatus.MOVED_PERMANENTLY);
        this.sendHeader(
          "Location",
          collapseLeadingSlashes(found.path) + target!.query,
        );
        this.sendHeader("Content-Length", 0);
        await this.endHeaders();
        return null;
      case "none":
        await this.sendError(
          found.status,
          found.status === 404 ? "File not found" : null,
        );
        return null;
    }
  }

  #target(): { path: string; query: string } | null {
    try {
      const { path, query } = parseRequestTarget(this.command!, this.path);
      const names = pathSegments(path, { windows: WINDOWS });
      if (names === null || !this.hidden && names.some(isHidden)) return null;
      return { path, query: query === null ? "" : `?${query}` };
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  /**
   * Sends the head of a folder's listing; may be overridden.
   *
   * @param path The folder in the file system.
   * @returns The page, or `null` if the folder cannot be read.
   */
  async listDirectory(path: string): Promise<BodyFile | null> {
    const read = await readEntries(path, null, this.hidden);
    if (read.kind === "none") {
      await this.sendError(404, "No permission to list directory");
      return null;
    }
    const entries = read.entries.sort((a, b) =>
      a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1
    );
    const title = percentDecodeText(
      this.path.split("#", 1)[0]!.split("?", 1)[0]!,
      { replace: true },
    );
    const page = new TextEncoder().encode(formatListing(title, entries));
    this.sendResponse(200);
    this.sendHeader("Content-Type", "text/html; charset=utf-8");
    this.sendHeader("Content-Length", page.length);
    await this.endHeaders();
    return new BytesIO(page);
  }

  /** The path in the file system that a path of a URL stands for; may be overridden. */
  translatePath(path: string): string {
    const segments = translateSegments(path, { windows: WINDOWS });
    if (segments === null) return joinPath(this.directory, "\ufffd");
    return joinPath(this.directory, segments.join("/"));
  }

  /** What `Content-Type` says for a path; may be overridden. */
  guessType(path: string): string {
    return contentType(path, {
      extensionsMap: this.extensionsMap,
      defaultType: this.defaultContentType,
    });
  }

  /** Sends the body; may be overridden. */
  async copyfile(source: BodyFile, outputfile: BufferedIOBase): Promise<void> {
    if (source instanceof FileBody) await source.copyTo(outputfile);
    else await copyfileobj(source, outputfile);
  }
}

/** RFC 8615: what is under this name is meant to be found. */
function isHidden(name: string, index: number): boolean {
  return name.startsWith(".") && !(index === 0 && name === ".well-known");
}
