/**
 * The variables that tell a script of its request (RFC 3875 section 4.1); WSGI
 * hands the same to its applications.
 *
 * @module
 */
// @pure
import {
  type Fields,
  isHost,
  type RequestHead,
} from "../http_server/protocol/mod.ts";
import { basicUser } from "./_basic_user.ts";

/** What {@linkcode buildCgiEnviron} needs to know beside the request's head. */
export interface CgiFacts {
  /** Path of the script in the URL: `SCRIPT_NAME`. */
  readonly scriptName: string;
  /** What follows it in the URL, decoded: `PATH_INFO`. */
  readonly pathInfo: string;
  /** What follows the `?`, never decoded; `""` without one. */
  readonly query: string;
  /** The place in the file system that `PATH_INFO` would mean. */
  readonly pathTranslated?: string | null;
  /** The script's own place, which PHP asks for. */
  readonly scriptFilename?: string | null;
  /** The folder that is served. */
  readonly documentRoot?: string | null;
  /** Name and version of the server. */
  readonly serverSoftware: string;
  /** Host of the server, for requests that name none. */
  readonly serverName: string;
  /** Port of the server. */
  readonly serverPort: number;
  /** Address of the client; empty if it has none, as on a Unix socket. */
  readonly remoteAddress: string;
  /** Port of the client. */
  readonly remotePort?: number | null;
  /** Whether the connection is encrypted. */
  readonly secure?: boolean;
  /** Bytes of the body once its transfer coding is undone; `null` if there is no body. */
  readonly contentLength?: number | null;
  /** Who has sent the request, as this server has checked. */
  readonly user?: { readonly type: string; readonly name: string } | null;
  /** Whether the script gets `Authorization` and what it claims, unchecked. */
  readonly trustAuthorization?: boolean;
}

/**
 * Builds the variables of a CGI request.
 *
 * Each field of the request becomes a variable that begins with `HTTP_`, except
 * those that concern the connection, those that have a variable of their own,
 * and those that would let a client set what it must not: `Proxy`, which would
 * become the proxy that scripts send their requests through, `Authorization`,
 * and names with an underscore, which would pass for the same name with a dash.
 *
 * @param head The request's head.
 * @param facts What the server knows.
 * @returns The variables. Values are texts with one character per byte, as
 * they came.
 *
 * @example What a script gets
 * ```ts
 * import { buildCgiEnviron } from "@pystd/server/cgi";
 * import { Fields } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const environ = buildCgiEnviron({
 *   method: "GET",
 *   target: "/cgi-bin/env/a?b=c",
 *   version: "HTTP/1.1",
 *   fields: new Fields([["Host", "example.org"], ["X-Color", "red"]]),
 * }, {
 *   scriptName: "/cgi-bin/env",
 *   pathInfo: "/a",
 *   query: "b=c",
 *   serverSoftware: "Example/1",
 *   serverName: "localhost",
 *   serverPort: 8000,
 *   remoteAddress: "127.0.0.1",
 * });
 * assertEquals(environ.SERVER_NAME, "example.org");
 * assertEquals(environ.HTTP_X_COLOR, "red");
 * ```
 */
export function buildCgiEnviron(
  head: RequestHead,
  facts: CgiFacts,
): Record<string, string> {
  const { fields } = head;
  const remote = withoutMapping(facts.remoteAddress);
  const environ: Record<string, string> = {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: facts.serverSoftware,
    SERVER_NAME: hostOf(fields) ?? facts.serverName,
    SERVER_PORT: String(facts.serverPort),
    SERVER_PROTOCOL: head.version,
    REQUEST_METHOD: head.method,
    REQUEST_URI: head.target,
    SCRIPT_NAME: facts.scriptName,
    PATH_INFO: facts.pathInfo,
    QUERY_STRING: facts.query,
    REMOTE_ADDR: remote,
    REMOTE_HOST: remote,
  };
  if (facts.remotePort != null) environ.REMOTE_PORT = String(facts.remotePort);
  if (facts.secure) environ.HTTPS = "on";
  if (facts.scriptFilename != null) {
    environ.SCRIPT_FILENAME = facts.scriptFilename;
  }
  if (facts.documentRoot != null) environ.DOCUMENT_ROOT = facts.documentRoot;
  // RFC 3875, 4.1.6: there is no PATH_TRANSLATED without PATH_INFO.
  if (facts.pathTranslated != null && facts.pathInfo !== "") {
    environ.PATH_TRANSLATED = facts.pathTranslated;
  }
  if (facts.contentLength != null) {
    environ.CONTENT_LENGTH = String(facts.contentLength);
  }
  addFields(environ, fields);
  addUser(environ, fields, facts);
  return environ;
}

/** Fields that have a variable of their own, or none. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  "HTTP_AUTHORIZATION",
  "HTTP_CONNECTION",
  "HTTP_CONTENT_LENGTH",
  "HTTP_CONTENT_TYPE",
  "HTTP_KEEP_ALIVE",
  // The "httpoxy" attack: HTTP_PROXY configures the HTTP clients of scripts.
  "HTTP_PROXY",
  "HTTP_PROXY_AUTHORIZATION",
  "HTTP_PROXY_CONNECTION",
  "HTTP_TE",
  "HTTP_TRAILER",
  "HTTP_TRANSFER_ENCODING",
  "HTTP_UPGRADE",
]);

/** Variables by the name of their field, for names that come again and again. */
const variables = new Map<string, string | null>();

const MAX_VARIABLES = 256;

/** The variable of a field; `null` if it is not passed on. */
function variableOf(name: string): string | null {
  let variable = variables.get(name);
  if (variable !== undefined) return variable;
  variable = `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
  // A shell takes other tokens, such as "a.b", for names that it cannot set.
  if (!/^[A-Z0-9-]+$/i.test(name) || NOT_PASSED.has(variable)) variable = null;
  if (variables.size < MAX_VARIABLES) variables.set(name, variable);
  return variable;
}

function addFields(environ: Record<string, string>, fields: Fields): void {
  const size = fields.size;
  for (let i = 0; i < size; i++) {
    const variable = variableOf(fields.nameAt(i));
    if (variable === null) continue;
    const value = fields.valueAt(i);
    const before = environ[variable];
    environ[variable] = before === undefined
      ? value
      // RFC 6265, 5.4: cookies are not a list like others.
      : `${before}${variable === "HTTP_COOKIE" ? "; " : ", "}${value}`;
  }
  const type = fields.get("content-type");
  if (type !== null) environ.CONTENT_TYPE = type;
}

function addUser(
  environ: Record<string, string>,
  fields: Fields,
  { user, trustAuthorization }: CgiFacts,
): void {
  if (user != null) {
    environ.AUTH_TYPE = user.type;
    environ.REMOTE_USER = user.name;
  }
  const authorization = fields.get("authorization");
  if (!trustAuthorization || authorization === null) return;
  environ.HTTP_AUTHORIZATION = authorization;
  if (user != null) return;
  const [, scheme, credentials] = /^([^ ]+) +([^ ]+)$/.exec(authorization) ??
    [];
  if (scheme === undefined) return;
  environ.AUTH_TYPE = scheme;
  if (scheme.toLowerCase() !== "basic") return;
  const name = basicUser(credentials!);
  if (name !== null) environ.REMOTE_USER = name;
}

/** The last host that was asked for: mostly it is the next one, too. */
let lastHost = "";
let lastName: string | null = null;

/** Host of the request without its port; `null` if it names none. */
function hostOf(fields: Fields): string | null {
  const host = fields.get("host");
  if (host === null || host === "") return null;
  if (host !== lastHost) {
    lastHost = host;
    lastName = isHost(host) ? host.replace(/:[0-9]*$/, "") || null : null;
  }
  return lastName;
}

/** An IPv4 address that came over IPv6 as itself. */
function withoutMapping(address: string): string {
  return address.startsWith(":")
    ? address.replace(/^::ffff:(?=[0-9.]+$)/i, "")
    : address;
}
