import type { BufferedIOBase, RawIOBase } from "../socketserver/io/mod.ts";
import { answerFile } from "./_file_answer.ts";
import { FileFinder, type Found, joinPath } from "./_file_finder.ts";
import type { Field, FilePlanOptions, FileRequest } from "./_file_plan.ts";
import type { FileSettings } from "./_file_settings.ts";
import { answerListing } from "./_listing_answer.ts";
import {
  collapseLeadingSlashes,
  contentType,
  parseRequestTarget,
  pathSegments,
  ProtocolError,
  translateSegments,
} from "./protocol/mod.ts";

/** A stream with the body of an answer. */
export type BodyFile = RawIOBase | BufferedIOBase;

/** The part of a request that the files' answer depends on. */
export interface SiteRequest extends FileRequest {
  /** The target as it was sent. */
  readonly target: string;
}

/** An answer with what GET and HEAD get. */
export interface SiteContent {
  readonly kind: "content";
  readonly status: number;
  readonly fields: readonly Field[];
  /** Bytes of the body, `null` if that shows only while it is sent. */
  readonly length: number | null;
  /** The body; `null` if there is none, or none for HEAD. */
  readonly body: BodyFile | null;
}

/** An error that has no page of its own. */
export interface SiteError {
  readonly kind: "error";
  readonly status: 403 | 404 | 503;
}

/** What a site answers, or the folder that is to be listed. */
export type SiteAnswer =
  | SiteContent
  | SiteError
  | { readonly kind: "directory"; readonly path: string };

/** What a site serves, and the decisions that may be overridden. */
export interface SiteSettings extends FileSettings {
  /** The path in the file system for the path of a URL. */
  translatePath(path: string): string;
  /** What to say in `Content-Type` for a file. */
  guessType(path: string): string;
}

const WINDOWS = Deno.build.os === "windows";

/**
 * The files of one site, from a request to an answer:
 *
 *     target ─ translatePath ─ FileFinder ─┬─ answerFile ─ planFile
 *                                          └─ answerListing
 *
 * A handler and a fetch handler differ only in how they send the answer.
 */
export class FileSite {
  readonly #settings: SiteSettings;
  readonly #finder: FileFinder;

  /** @param settings Read anew for each request. */
  constructor(settings: SiteSettings) {
    this.#settings = settings;
    this.#finder = new FileFinder(settings);
  }

  /** Answers GET and HEAD, except for folders. */
  answer(request: SiteRequest): SiteAnswer {
    const target = this.#readTarget(request);
    const found = target ? this.#find(target.path) : this.#finder.notFound();
    switch (found.kind) {
      case "file":
        return this.#answerFile(request, found);
      case "redirect":
        return this.#redirect(found.path + target!.query);
      case "directory":
        if (this.#settings.listing) return found;
        return this.#refuse(403);
      case "none":
        return this.#refuse(found.status);
    }
  }

  /** Lists a folder. */
  async list(
    path: string,
    request: SiteRequest,
  ): Promise<SiteContent | SiteError> {
    const target = this.#readTarget(request);
    const answer = await answerListing(request, path, {
      urlPath: target?.path ?? "/",
      query: target?.query ?? "",
      hidden: this.#settings.hidden,
      bounds: this.#finder.boundsOf(path),
      options: this.#planOptions(),
    });
    return answer.kind === "error" ? this.#refuse(answer.status) : answer;
  }

  #find(urlPath: string): Found {
    const { file, hidden } = this.#settings;
    const segments = translateSegments(urlPath, { windows: WINDOWS });
    if (segments === null || !hidden && segments.some(isHidden)) {
      return this.#finder.notFound();
    }
    if (file !== null) return this.#finder.findOnly(file, segments);
    const path = this.#settings.translatePath(urlPath);
    return path.includes("\0")
      ? this.#finder.notFound()
      : this.#finder.find(path, urlPath);
  }

  /** Path and query as they were sent; `null` for a target that is refused. */
  #readTarget(
    request: SiteRequest,
  ): { path: string; query: string } | null {
    if (!this.#settings.strictPaths) return splitTarget(request.target);
    try {
      const { path, query } = parseRequestTarget(
        request.method,
        request.target,
      );
      // An escaped slash is refused, but at the end it asks for a folder, as in Python.
      const plain = path.replace(/%2f$/i, "/");
      if (pathSegments(plain, { windows: WINDOWS }) === null) return null;
      return { path, query: query === null ? "" : `?${query}` };
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  #answerFile(
    request: SiteRequest,
    found: Found & { kind: "file" },
  ): SiteContent {
    const contentType = this.#settings.guessType(found.path);
    const { plan, body } = answerFile(
      request,
      { ...found, contentType },
      this.#finder,
      this.#planOptions(),
    );
    const { status, fields, length } = plan;
    return { kind: "content", status, fields, length, body };
  }

  #redirect(location: string): SiteContent {
    const { cacheControl } = this.#settings;
    const fields: Field[] = [
      ["Location", safeLocation(location)],
      ["Content-Length", "0"],
    ];
    if (cacheControl !== null) fields.push(["Cache-Control", cacheControl]);
    return { kind: "content", status: 301, fields, length: 0, body: null };
  }

  #refuse(status: 403 | 404 | 503): SiteError {
    const shown = status === 403 ? this.#settings.forbiddenStatus : status;
    return { kind: "error", status: shown };
  }

  #planOptions(): FilePlanOptions {
    const { cacheControl, compress, entityTags, extraResponseHeaders } =
      this.#settings;
    return {
      cacheControl,
      compress,
      entityTags,
      extraFields: extraResponseHeaders ?? [],
      boundary: randomBoundary,
      now: Date.now(),
    };
  }
}

/** The path of the file system for the path of a URL, as Python makes it. */
export function translatePath(directory: string, path: string): string {
  const segments = translateSegments(path, { windows: WINDOWS });
  // Where Python fails: no file has this name.
  return joinPath(directory, segments === null ? "\0" : segments.join("/"));
}

/** What to say in `Content-Type` for a file. */
export function guessType(path: string, settings: FileSettings): string {
  const { extensionsMap, defaultContentType } = settings;
  return contentType(path, { extensionsMap, defaultType: defaultContentType });
}

/** RFC 8615: what is under this name is meant to be found. */
function isHidden(name: string, index: number): boolean {
  return name.startsWith(".") && !(index === 0 && name === ".well-known");
}

function splitTarget(target: string): { path: string; query: string } {
  const text = target.split("#", 1)[0]!;
  const mark = text.indexOf("?");
  return mark < 0
    ? { path: text, query: "" }
    : { path: text.slice(0, mark), query: text.slice(mark) };
}

/** What begins with a name, as an odd target may, leads to no host that it has not named itself. */
function safeLocation(location: string): string {
  return /^[A-Za-z0-9]/.test(location)
    ? location
    : collapseLeadingSlashes(location);
}

function randomBoundary(): string {
  return crypto.randomUUID();
}
