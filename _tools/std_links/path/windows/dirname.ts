import { dirname as dirname_ } from "npm:deno-std@1.4.0/path/windows/dirname.js";

export const dirname: (path: string) => string = dirname_;
