import { relative as relative_ } from "npm:deno-std@1.4.0/path/relative.js";

export const relative: (from: string, to: string) => string = relative_;
