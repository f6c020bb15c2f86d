/**
 * Who has sent a request, and where to: as connections tell it, and as fetch
 * handlers are told.
 *
 * @module
 */
import type { ClientInfo } from "../http_server/mod.ts";
import { Fields, type RequestHead } from "../http_server/protocol/mod.ts";
import type { CgiFacts } from "./environ.ts";

/** The part of {@linkcode CgiFacts} that is about the two sides. */
type Sides = Pick<
  CgiFacts,
  "serverName" | "serverPort" | "remoteAddress" | "remotePort" | "secure"
>;

/**
 * What a connection tells of its two sides.
 *
 * @param connection The connection.
 * @param clientAddress Where it comes from.
 */
export function factsOfConnection(
  connection: Deno.Conn,
  clientAddress: Deno.Addr,
): Sides {
  const { hostname = "localhost", port = 80 } =
    (connection.localAddr ?? {}) as Partial<Deno.NetAddr>;
  const client = clientAddress as Partial<Deno.NetAddr>;
  return {
    serverName: hostname,
    serverPort: port,
    remoteAddress: client.hostname ?? "",
    remotePort: client.port ?? null,
    secure: "handshake" in connection,
  };
}

/**
 * What a web request tells of its two sides.
 *
 * @param url Its URL.
 * @param info Where it comes from; this machine, if nobody says.
 */
export function factsOfFetch(url: URL, { remoteAddr }: ClientInfo): Sides {
  const client = (remoteAddr ?? {}) as Partial<Deno.NetAddr>;
  const secure = url.protocol === "https:";
  return {
    serverName: url.hostname,
    serverPort: Number(url.port || (secure ? 443 : 80)),
    remoteAddress: client.hostname ?? "127.0.0.1",
    remotePort: client.port ?? null,
    secure,
  };
}

/**
 * The head that a web request would have on the wire.
 *
 * @param request The request.
 * @param url Its URL.
 */
export function headOfFetch(request: Request, url: URL): RequestHead {
  const fields = new Fields(request.headers);
  if (!fields.has("host")) fields.add("Host", url.host);
  return {
    method: request.method,
    target: url.pathname + url.search,
    version: "HTTP/1.1",
    fields,
  };
}
