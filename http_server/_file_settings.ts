import type { FileServerOptions } from "./file_server_options.ts";
import { dirname, fromFileUrl } from "../socketserver/paths.ts";

/** All options, each with a value. */
export interface FileSettings
  extends Required<Omit<FileServerOptions, "directory" | "file">> {
  /** The folder, as a path. */
  directory: string;
  /** The one file, as a path. */
  file: string | null;
}

/** What holds where nothing was chosen. */
export const DEFAULTS: Readonly<Omit<FileSettings, "directory">> = Object
  .freeze<Omit<FileSettings, "directory">>({
    file: null,
    indexPages: ["index.html", "index.htm"],
    // Python's map; everything else is in the table.
    extensionsMap: {
      ".gz": "application/gzip",
      ".Z": "application/octet-stream",
      ".bz2": "application/x-bzip2",
      ".xz": "application/x-xz",
    },
    defaultContentType: "application/octet-stream",
    extraResponseHeaders: null,
    cacheControl: "no-cache",
    compress: true,
    entityTags: true,
    listing: true,
    hidden: false,
    followSymlinks: false,
    cleanUrls: false,
    spa: false,
    notFoundPage: true,
    strictPaths: true,
    forbiddenStatus: 403,
    cors: null,
    auth: null,
  });

/** Options as they were given, but with paths only. */
export type NormalizedOptions<O extends FileServerOptions> =
  & Partial<FileSettings>
  & Omit<O, keyof FileServerOptions>;

/**
 * Makes paths of URLs, and leaves out what is `undefined`: it would hide a default.
 *
 * @typeParam O Options that may hold more than those of a file server.
 */
export function normalized<O extends FileServerOptions>(
  options: O,
): NormalizedOptions<O> {
  const given = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      name === "directory" || name === "file"
        ? [name, toPath(value)]
        : [name, value]
    );
  return Object.fromEntries(given) as NormalizedOptions<O>;
}

/** The folder that is served if none was chosen. */
export function defaultDirectory(file: string | null | undefined): string {
  return file ? dirname(file) : Deno.cwd();
}

/** A path, also where a `file:` URL was given. */
export function toPath<P>(path: P | URL): P | string {
  return path instanceof URL ? fromFileUrl(path) : path;
}
