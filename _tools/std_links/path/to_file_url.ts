import { toFileUrl as toFileUrl_ } from "npm:deno-std@1.4.0/path/to_file_url.js";

export const toFileUrl: (path: string) => URL = toFileUrl_;
