import { dirname as dirname_ } from "npm:deno-std@1.4.0/path/posix/dirname.js";

export const dirname: (path: string) => string = dirname_;
