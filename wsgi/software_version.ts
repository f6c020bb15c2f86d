import { VERSION } from "../http_server/mod.ts";

/** Name and version of the server: `server_version` in Python. */
export const serverVersion: string = `WSGIServer/${VERSION}`;
/** Name and version of what it runs on: `sys_version` in Python. */
export const sysVersion: string = `Deno/${Deno.version.deno}`;
/** Both, as applications' answers say in `Server`. */
export const softwareVersion: string = `${serverVersion} ${sysVersion}`;
