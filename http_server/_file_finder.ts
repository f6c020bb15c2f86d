import { Bounds, isWithin, type LookedUp, lookUp } from "./_file_source.ts";
import type { OpenFile } from "./_open_file.ts";
import { percentEncodeSegment } from "./protocol/mod.ts";
import { basename } from "../socketserver/paths.ts";

/** Which files stand behind a path. */
export interface FinderSettings {
  /** The folder that is served. */
  readonly directory: string;
  /** The one file that is served instead. */
  readonly file: string | null;
  /** Names of the files that stand for their folder; the first that exists does. */
  readonly indexPages: readonly string[];
  /** Whether symbolic links may lead out of the folder. */
  readonly followSymlinks: boolean;
  /** Whether `/about` is `about.html`. */
  readonly cleanUrls: boolean;
  /** Whether what does not exist is the index page of the root. */
  readonly spa: boolean;
  /** Whether `404.html` is sent where there is nothing. */
  readonly notFoundPage: boolean;
}

/** What a path stands for. */
export type Found =
  | {
    readonly kind: "file";
    readonly file: OpenFile;
    readonly path: string;
    /** 404 for the page that says that there is nothing. */
    readonly status: 200 | 404;
  }
  /** A folder without index page. */
  | { readonly kind: "directory"; readonly path: string }
  /** The path of a URL that is the right one. */
  | { readonly kind: "redirect"; readonly path: string }
  | { readonly kind: "none"; readonly status: 403 | 404 | 503 };

/** Finds the files behind the paths of one site. */
export class FileFinder {
  readonly #settings: FinderSettings;
  #bounds: Bounds | undefined;

  /** @param settings What is served; read anew for each path. */
  constructor(settings: FinderSettings) {
    this.#settings = settings;
  }

  /**
   * Finds what stands behind the path of a URL.
   *
   * @param path Path in the file system; a trailing slash asks for a folder.
   * @param urlPath The same as the client has sent it.
   */
  find(path: string, urlPath: string): Found {
    const asksForFolder = path.endsWith("/");
    const target = asksForFolder ? withoutSlashes(path) : path;
    const there = this.lookUp(target);
    if (this.#settings.cleanUrls && !asksForFolder) {
      const clean = this.#findClean(there, target, urlPath);
      if (clean) return clean;
    }
    switch (there.kind) {
      case "file":
        if (!asksForFolder) return asFound(there.file, target);
        there.file.close();
        return this.missing(404);
      case "directory":
        return asksForFolder
          ? this.#findIndex(target) ?? { kind: "directory", path: target }
          : { kind: "redirect", path: `${urlPath}/` };
      case "none":
        return this.missing(there.status);
    }
  }

  /** What is sent in place of something that is not there: an application may know it. */
  missing(status: 403 | 404 | 503): Found {
    const { directory, spa, indexPages } = this.#settings;
    if (status !== 404) return { kind: "none", status };
    const application = spa && indexPages[0] !== undefined
      ? this.#open(joinPath(directory, indexPages[0]))
      : undefined;
    return application ?? this.notFound();
  }

  /** What is sent for paths that nobody in good faith asks for. */
  notFound(): Found {
    const { directory, file, notFoundPage } = this.#settings;
    const page = notFoundPage && file === null
      ? this.#open(joinPath(directory, "404.html"), 404)
      : undefined;
    return page ?? { kind: "none", status: 404 };
  }

  /**
   * Finds what stands behind a path where one file is all that is served.
   *
   * @param path That file.
   * @param segments The names in the path of the URL.
   */
  findOnly(path: string, segments: readonly string[]): Found {
    const name = basename(path);
    if (segments.length === 1 && segments[0] === name) {
      const there = lookUp(path, null);
      if (there.kind === "file") return asFound(there.file, path);
      return {
        kind: "none",
        status: there.kind === "none" ? there.status : 404,
      };
    }
    return segments.length === 1 && segments[0] === ""
      ? { kind: "redirect", path: `/${percentEncodeSegment(name)}` }
      : { kind: "none", status: 404 };
  }

  /** Opens a file of this site. */
  lookUp(path: string): LookedUp {
    return lookUp(path, this.boundsOf(path));
  }

  #findIndex(folder: string): Found | undefined {
    for (const name of this.#settings.indexPages) {
      const path = joinPath(folder, name);
      const there = this.lookUp(path);
      if (there.kind === "file") return asFound(there.file, path);
      // What is in the folder may be what a page that cannot be read hides.
      if (there.kind === "none" && there.status !== 404) return there;
    }
  }

  /** `/about` is `about.html`, and `/about.html` redirects to it. */
  #findClean(
    there: LookedUp,
    target: string,
    urlPath: string,
  ): Found | undefined {
    if (there.kind !== "file") return this.#open(`${target}.html`);
    const slash = urlPath.lastIndexOf("/") + 1;
    const name = urlPath.slice(slash);
    let clean: string;
    if (name === this.#settings.indexPages[0]) {
      clean = urlPath.slice(0, slash);
    } else if (name.endsWith(".html") && name.length > 5) {
      const other = this.lookUp(target.slice(0, -5));
      if (other.kind === "file") {
        other.file.close();
        return;
      }
      clean = urlPath.slice(0, -5);
    } else {
      return;
    }
    there.file.close();
    return { kind: "redirect", path: clean };
  }

  #open(path: string, status: 200 | 404 = 200): Found | undefined {
    const there = this.lookUp(path);
    return there.kind === "file"
      ? asFound(there.file, path, status)
      : undefined;
  }

  /**
   * The folder that a file must lie in. A path that does not begin with it
   * comes from a `translatePath` that was overridden to lead elsewhere.
   */
  boundsOf(path: string): Bounds | null {
    const { followSymlinks } = this.#settings;
    const directory = named(this.#settings.directory);
    if (followSymlinks || !isWithin(path, withoutSlashes(directory))) {
      return null;
    }
    if (this.#bounds?.directory !== directory) {
      this.#bounds = new Bounds(directory);
    }
    return this.#bounds;
  }
}

function asFound(
  file: OpenFile,
  path: string,
  status: 200 | 404 = 200,
): Found {
  return { kind: "file", file, path, status };
}

/** A path in a folder. */
export function joinPath(folder: string, name: string): string {
  const path = named(folder);
  return path.endsWith("/") ? path + name : `${path}/${name}`;
}

/** No name is that of the current folder, as in Python; with a slash it would be the root. */
function named(folder: string): string {
  return folder || ".";
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}
