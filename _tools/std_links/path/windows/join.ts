import { join as join_ } from "npm:deno-std@1.4.0/path/windows/join.js";

export const join: (...paths: string[]) => string = join_;
