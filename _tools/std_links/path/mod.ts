// The path functions of the standard library that the package uses, typed for those uses.
import { globToRegExp as globToRegExp_ } from "npm:deno-std@1.4.0/path/glob_to_regexp.js";
import { join as join_ } from "npm:deno-std@1.4.0/path/join.js";

export const globToRegExp: (glob: string) => RegExp = globToRegExp_;
export const join: (...paths: string[]) => string = join_;
