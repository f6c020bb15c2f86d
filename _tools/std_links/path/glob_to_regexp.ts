import { globToRegExp as globToRegExp_ } from "npm:deno-std@1.4.0/path/glob_to_regexp.js";

export const globToRegExp: (glob: string) => RegExp = globToRegExp_;
