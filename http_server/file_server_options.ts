import type { BasicAuth } from "./basic_auth.ts";
import type { ExtensionsMap } from "./protocol/mod.ts";

/**
 * What can be chosen about the files that are served: in
 * `SimpleHTTPRequestHandler.configure()`, in `serveDirectory()`, and as flags of
 * the command line.
 */
export interface FileServerOptions {
  /** The folder to serve, a path or a `file:` URL; the current one if left out. */
  directory?: string | URL;
  /** The one file to serve, under its own name, and nothing else. */
  file?: string | URL | null;
  /** Names of files that stand for their folder; `index.html` and `index.htm`. */
  indexPages?: readonly string[];
  /** Types by extension, asked before the built-in table: `{ ".ts": "video/mp2t" }`. */
  extensionsMap?: ExtensionsMap;
  /** The type of files whose name tells nothing; `application/octet-stream`. */
  defaultContentType?: string;
  /** Further fields for files and listings. They are added, never replaced. */
  extraResponseHeaders?:
    | readonly (readonly [name: string, value: string])[]
    | null;
  /** What to say in `Cache-Control`: `no-cache`, so that an edited file is seen at once; `null` for nothing. */
  cacheControl?: string | null;
  /** Whether answers are compressed, and `.br`, `.zst` and `.gz` files beside a file are sent for it; on. */
  compress?: boolean;
  /** Whether files have entity tags; on. Without, conditions on tags are ignored as in Python. */
  entityTags?: boolean;
  /** Whether folders without index page are listed; on. */
  listing?: boolean;
  /** Whether names with a leading dot are served; off. `/.well-known/` always is. */
  hidden?: boolean;
  /** Whether symbolic links may lead out of the folder; off. */
  followSymlinks?: boolean;
  /** Whether `/about` gives `about.html`, and `/about.html` redirects there; off. */
  cleanUrls?: boolean;
  /** Whether a path with nothing behind it gives the root's index page; off. */
  spa?: boolean;
  /** Whether `404.html` of the root is sent for what is not there; on. */
  notFoundPage?: boolean;
  /**
   * Whether paths with `..`, escaped slashes, malformed escapes or bytes that
   * are no UTF-8 are refused; on. Otherwise they are repaired as Python does.
   */
  strictPaths?: boolean;
  /** The status for what may not be read: 403, or Python's 404. */
  forbiddenStatus?: 403 | 404;
  /** Which pages of other sites may read the answers: an origin, `*` for all, `null` for none. */
  cors?: string | null;
  /** Who may see anything at all; everybody if left out. */
  auth?: BasicAuth | null;
}
