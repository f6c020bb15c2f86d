import { fromFileUrl } from "@std/path";
import type { FileServerOptions } from "./file_server_options.ts";

/** All options, each with a value. */
export type FileSettings = Required<Omit<FileServerOptions, "directory" | "file">> & {
  /** The folder, as a path. */
  readonly directory: string;
  /** The one file, as a path. */
  readonly file: string | null;
};

/** What holds where nothing was chosen. */
export const DEFAULTS: Readonly<Omit<FileSettings, "directory">> = Object.freeze({
  file: null,
  indexPages: ["index.html", "index.htm"],
  // What else Python's map has is in the table.
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

/** A path of the file system. */
export function toPath(path: string | URL): string {
  return path instanceof URL ? fromFileUrl(path) : path;
}
