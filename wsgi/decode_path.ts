import { percentDecode } from "../http_server/protocol/mod.ts";
import { decodeLatin1 } from "../socketserver/io/mod.ts";

/** The bytes of a path of a URL, one character for each, as `PATH_INFO` has them. */
export function decodePath(path: string): string {
  return path.includes("%") ? decodeLatin1(percentDecode(path)) : path;
}
