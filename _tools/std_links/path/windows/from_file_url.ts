import { fromFileUrl as fromFileUrl_ } from "npm:deno-std@1.4.0/path/windows/from_file_url.js";

export const fromFileUrl: (url: string | URL) => string = fromFileUrl_;
