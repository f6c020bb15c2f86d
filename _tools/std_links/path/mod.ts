// The path functions of the standard library that the package uses, typed for those uses.
export * from "./dirname.ts";
export * from "./from_file_url.ts";
export * from "./glob_to_regexp.ts";
export * from "./join.ts";
export * from "./relative.ts";
export * from "./resolve.ts";
export * from "./to_file_url.ts";
