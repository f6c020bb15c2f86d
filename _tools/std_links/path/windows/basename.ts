import { basename as basename_ } from "npm:deno-std@1.4.0/path/windows/basename.js";

export const basename: (path: string) => string = basename_;
