/**
 * What a program needs that is a CGI script itself, and nothing of the servers:
 * such a program starts anew for each request, and starts in half the time that
 * it takes with all of `@pystd/server/cgi`.
 *
 * @example A script that reads a form
 * ```ts ignore
 * import { serveCgi } from "@pystd/server/cgi-child";
 *
 * await serveCgi(async (request) => {
 *   const form = await request.formData();
 *   return new Response(`Hello, ${form.get("name")}\n`);
 * });
 * ```
 *
 * @module
 */
export type { ClientInfo } from "../http_server/mod.ts";
export * from "./request_from_environ.ts";
export * from "./serve_cgi.ts";
export type { ByteSink, ByteSource } from "./standard_streams.ts";
