// The path functions of the standard library that the package uses, typed for those uses.
import { basename as basename_ } from "npm:deno-std@1.4.0/path/basename.js";
import { dirname as dirname_ } from "npm:deno-std@1.4.0/path/dirname.js";
import { fromFileUrl as fromFileUrl_ } from "npm:deno-std@1.4.0/path/from_file_url.js";
import { globToRegExp as globToRegExp_ } from "npm:deno-std@1.4.0/path/glob_to_regexp.js";
import { join as join_ } from "npm:deno-std@1.4.0/path/join.js";
import { resolve as resolve_ } from "npm:deno-std@1.4.0/path/resolve.js";
import { SEPARATOR as SEPARATOR_ } from "npm:deno-std@1.4.0/path/constants.js";

export const SEPARATOR: "/" | "\\" = SEPARATOR_;
export const basename: (path: string) => string = basename_;
export const dirname: (path: string) => string = dirname_;
export const fromFileUrl: (url: string | URL) => string = fromFileUrl_;
export const globToRegExp: (glob: string) => RegExp = globToRegExp_;
export const join: (...paths: string[]) => string = join_;
export const resolve: (...paths: string[]) => string = resolve_;
