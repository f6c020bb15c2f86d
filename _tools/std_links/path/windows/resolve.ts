import { resolve as resolve_ } from "npm:deno-std@1.4.0/path/windows/resolve.js";

export const resolve: (...paths: string[]) => string = resolve_;
