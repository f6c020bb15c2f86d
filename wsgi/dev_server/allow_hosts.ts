import type { WSGIApplication } from "../types.ts";

/**
 * Answers only requests for hosts that are known, Django's `ALLOWED_HOSTS`. A
 * page of another site can have its own name lead to this machine, and would
 * then read what a server for this machine alone serves ("DNS rebinding"). It
 * cannot do so with an address or with `localhost`: these are always allowed.
 *
 * @param application The application.
 * @param hosts The other names; `.example.org` stands for its subdomains, too,
 * and `*` for any.
 * @returns An application that answers 400 to all others.
 *
 * @example Refuses a name that is not its own
 * ```ts
 * import { allowHosts } from "@pystd/server/dev-server";
 * import { demoApp, toFetchHandler } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = toFetchHandler(allowHosts(demoApp, [".example.org"]));
 * for (const [host, status] of [["www.example.org", 200], ["evil.example", 400]]) {
 *   const response = await handler(new Request(`http://${host}/`));
 *   await response.body?.cancel();
 *   assertEquals(response.status, status);
 * }
 * ```
 */
export function allowHosts(
  application: WSGIApplication,
  hosts: readonly string[],
): WSGIApplication {
  return (environ, startResponse) => {
    const host = hostname(String(environ.HTTP_HOST ?? ""));
    if (isLocal(host) || hosts.some((allowed) => matches(host, allowed))) {
      return application(environ, startResponse);
    }
    startResponse("400 Bad Request", [
      ["Content-Type", "text/plain; charset=utf-8"],
    ]);
    const text = `Host "${host}" is not allowed here: add --allowed-host\n`;
    return [new TextEncoder().encode(text)];
  };
}

/** A host without its port and a final dot. */
function hostname(host: string): string {
  return host.toLowerCase().replace(/:[0-9]*$/, "").replace(/\.$/, "");
}

/** Names that lead nowhere else; HTTP/1.0 clients may send none. */
function isLocal(host: string): boolean {
  return host === "" || /^(?:.+\.)?localhost$/.test(host) ||
    /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host) ||
    /^\[[0-9a-f:.]+\]$/.test(host);
}

function matches(host: string, allowed: string): boolean {
  const name = allowed.toLowerCase();
  return name === "*" || host === name ||
    name.startsWith(".") && (host.endsWith(name) || host === name.slice(1));
}
