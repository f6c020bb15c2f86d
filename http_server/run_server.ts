import {
  type BaseServer,
  makeHandler,
  type RequestHandlerClass,
  type ServerAddress,
} from "../socketserver/mod.ts";
import { explainListening } from "./explain_error.ts";
import { reachableHosts, serverUrl } from "./_served_urls.ts";
import { UnixHTTPServer } from "./_unix_http_server.ts";
import { isWildcard } from "./address_kind.ts";
import { checkWorkers, obeyParent, sharedPort, Workers } from "./_workers.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { type HTTPServer, ThreadingHTTPServer } from "./http_server.ts";
import {
  type HTTPSServerOptions,
  type Password,
  ThreadingHTTPSServer,
} from "./https_server.ts";

/** A server class that {@linkcode runServer} can make servers of. */
export type HTTPServerClass = new (
  serverAddress: ServerAddress,
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  options?: HTTPSServerOptions,
) => HTTPServer;

/** What {@linkcode runServer} can be told. */
export interface RunServerOptions {
  /** Serves each connection; `BaseHTTPRequestHandler` by default. */
  HandlerClass?: RequestHandlerClass<Deno.Conn>;
  /** `ThreadingHTTPServer` by default, `ThreadingHTTPSServer` with a certificate. */
  ServerClass?: HTTPServerClass;
  /** Version of answers: `HTTP/1.1`, or `HTTP/1.0` as in Python; the handler's own by default. */
  protocol?: string;
  /** The port; 8000 by default, 0 for a free one. */
  port?: number;
  /** Whether to take the next free port if that one is in use. */
  nextFreePort?: boolean;
  /** The address or addresses to listen on; all, IPv4 and IPv6, by default. */
  bind?: string | readonly string[] | null;
  /** Path of a Unix socket to listen on instead. */
  unix?: string | null;
  /** Path of a certificate chain (PEM). */
  tlsCert?: string | URL | null;
  /** Path of its key (PEM), if that is elsewhere. */
  tlsKey?: string | URL | null;
  /** Opens the key if it is encrypted. */
  tlsPassword?: Password | null;
  /** A certificate chain itself, instead of its path. */
  cert?: string;
  /** Its key itself. */
  key?: string;
  /** Connections at a time; `null` for any number. */
  maxConcurrent?: number | null;
  /** Seconds that requests may take to end when the server is stopped; 5 by default. */
  drain?: number;
  /**
   * Processes that share the port, for more than one core; 1 by default. Each
   * runs this program, to this very call. On Linux only; needs `--allow-run`.
   */
  workers?: number;
  /** Stops the server, as SIGINT and SIGTERM do. */
  signal?: AbortSignal;
  /** Takes the lines that tell where the server is reached; `console.log` by default. */
  print?: (line: string) => void;
}

/** Ports tried after the one that is in use. */
const MORE_PORTS = 99;

/**
 * Runs a server until it is interrupted: Python's `http.server.test`. Prints
 * where it is reached. SIGINT and SIGTERM stop it: no connection is accepted any
 * more, running requests may end; a second signal ends the program at once.
 * Needs `--allow-net`, or `--allow-read` and `--allow-write` for a Unix socket.
 *
 * @param options What to run and where.
 * @returns When it was stopped.
 * @throws {Error} If it cannot listen, with the reason.
 * @throws {Deno.errors.NotCapable} Without the permissions.
 *
 * @example Runs a server of one's own
 * ```ts
 * import { runServer, SimpleHTTPRequestHandler } from "@pystd/server/http-server";
 * import { assertMatch } from "@std/assert";
 *
 * const stop = new AbortController();
 * await runServer({
 *   HandlerClass: SimpleHTTPRequestHandler,
 *   bind: "127.0.0.1",
 *   port: 0,
 *   signal: stop.signal,
 *   print(line) {
 *     assertMatch(line, /^Serving HTTP on 127\.0\.0\.1 port \d+ \(http:.*\) \.\.\.$/);
 *     stop.abort();
 *   },
 * });
 * ```
 */
export async function runServer(options: RunServerOptions = {}): Promise<void> {
  const { workers = 1, print = console.log } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new RangeError(
      `Cannot run "${workers}" workers: it is no integer from 1 to ${MAX_WORKERS}`,
    );
  }
  if (workers === 1) return await serve(openServers(options, print), options);
  const port = sharedPort();
  if (port === null) return await runWorkers(workers, options, print);
  const shared = { ...options, port, nextFreePort: false };
  await serve(openServers(shared, () => {}), options, true);
}

/** Workers at most; more cores than one machine has. */
const MAX_WORKERS = 1024;

/** Lets workers serve, until they are told to stop. */
async function runWorkers(
  count: number,
  options: RunServerOptions,
  print: (line: string) => void,
): Promise<void> {
  if (options.unix != null) {
    throw new Error("Cannot run several workers: they share a port, no path");
  }
  checkWorkers();
  // The port is taken for a moment, to find a free one or say why there is none.
  const lines: string[] = [];
  const probes = openServers(options, (line) => lines.push(line));
  const [{ serverPort: port }] = probes as [HTTPServer];
  await Promise.all(probes.map((server) => server.serverClose()));

  const workers = new Workers({ workers: count, port, log: console.error });
  let stopped = false;
  const stop = () => {
    stopped = true;
    workers.stop();
  };
  const unlisten = onSignals((number) => {
    if (stopped) Deno.exit(128 + number);
    print("\nInterrupted: no new connections, the rest may end");
    stop();
  });
  const { signal } = options;
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await workers.start();
    if (!stopped) {
      for (const line of lines) print(line);
      print(`${count} workers share the port`);
    }
    if (signal?.aborted) stop();
    await workers.ended;
  } finally {
    unlisten();
    signal?.removeEventListener("abort", stop);
  }
}

async function serve(
  servers: (HTTPServer | UnixHTTPServer)[],
  options: RunServerOptions,
  isWorker = false,
): Promise<void> {
  const { print = console.log, drain = 5, signal } = options;
  // deno-lint-ignore no-explicit-any -- servers of both kinds of sockets
  const all: BaseServer<any, any>[] = servers;
  const serving = Promise.all(all.map((server) => server.serveForever()));
  let stopped: Promise<unknown> | undefined;
  const stop = () => {
    stopped ??= Promise.all(all.map(async (server) => {
      const drained = server.shutdown({ drain });
      // Who comes now shall be refused, not left waiting to be accepted.
      await server.serverClose();
      await drained;
    }));
  };
  const unlisten = onSignals((number) => {
    if (stopped) Deno.exit(128 + number);
    if (!isWorker) {
      print("\nInterrupted: no new connections, the rest may end");
    }
    stop();
  });
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  if (isWorker) obeyParent(stop);
  try {
    await serving;
    await stopped;
  } finally {
    unlisten();
    signal?.removeEventListener("abort", stop);
    await Promise.all(all.map((server) => server.serverClose()));
  }
}

/** Python's name for {@linkcode runServer}. */
export const test: (options?: RunServerOptions) => Promise<void> = runServer;

function openServers(
  options: RunServerOptions,
  print: (line: string) => void,
): (HTTPServer | UnixHTTPServer)[] {
  const { unix, port = 8000, nextFreePort = false } = options;
  const HandlerClass = withProtocol(options);
  if (unix != null) {
    const server = listening(
      `the socket ${unix}`,
      () => new UnixHTTPServer({ path: unix }, HandlerClass),
    );
    server.maxConcurrent = options.maxConcurrent ?? null;
    print(`Serving HTTP on the socket ${unix} ...`);
    return [server];
  }
  for (let at = port;; at++) {
    try {
      const servers = openOnPort(options, HandlerClass, at);
      if (at !== port) print(`Port ${port} is in use, so it is ${at}`);
      for (const server of servers) announce(server, options, print);
      return servers;
    } catch (error) {
      const inUse = error instanceof Error &&
        error.cause instanceof Deno.errors.AddrInUse;
      if (!nextFreePort || !inUse || at === port + MORE_PORTS) throw error;
    }
  }
}

/** Opens all addresses on one port, or none. */
function openOnPort(
  options: RunServerOptions,
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  port: number,
): HTTPServer[] {
  const { bind = null } = options;
  const addresses = bind === null ? [] : [bind].flat();
  if (addresses.length === 0) {
    return [openAnywhere(options, HandlerClass, port)];
  }
  const servers: HTTPServer[] = [];
  try {
    for (const hostname of addresses) {
      // Port 0 is one free port for all.
      const its = servers[0]?.serverPort ?? port;
      servers.push(open(options, HandlerClass, { hostname, port: its }));
    }
    return servers;
  } catch (error) {
    for (const server of servers) void server.serverClose();
    throw error;
  }
}

/** Opens all addresses of the machine, as far as it has networks. */
function openAnywhere(
  options: RunServerOptions,
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  port: number,
): HTTPServer {
  try {
    return open(options, HandlerClass, { hostname: "::", port });
  } catch (error) {
    if (!isNoNetwork(error)) throw error;
    return open(options, HandlerClass, { hostname: "0.0.0.0", port });
  }
}

/** IPv6 is switched off, or has no addresses. */
function isNoNetwork(error: unknown): boolean {
  const cause = (error as Error).cause as { code?: string } | undefined;
  return cause?.code === "EAFNOSUPPORT" || cause?.code === "EADDRNOTAVAIL";
}

function open(
  options: RunServerOptions,
  HandlerClass: RequestHandlerClass<Deno.Conn>,
  address: { hostname: string; port: number },
): HTTPServer {
  const { tlsCert, tlsKey, tlsPassword, cert, key } = options;
  const tls = isTls(options);
  const Server = options.ServerClass ??
    (tls ? ThreadingHTTPSServer : ThreadingHTTPServer);
  const server = listening(
    `${address.hostname} port ${address.port}`,
    () =>
      new (withFamily(Server, address.hostname))(address, HandlerClass, {
        ...tlsCert == null ? {} : { certfile: tlsCert },
        ...tlsKey == null ? {} : { keyfile: tlsKey },
        ...tlsPassword == null ? {} : { password: tlsPassword },
        ...cert === undefined ? {} : { cert },
        ...key === undefined ? {} : { key },
        ...sharedPort() === null ? {} : { allowReusePort: true },
      }),
  );
  if (options.maxConcurrent != null && "maxConcurrent" in server) {
    server.maxConcurrent = options.maxConcurrent;
  }
  return server;
}

function isTls({ tlsCert, cert }: RunServerOptions): boolean {
  return tlsCert != null || cert !== undefined;
}

/** A literal IPv6 address decides the family; no name is looked up for it. */
function withFamily(
  Server: HTTPServerClass,
  hostname: string,
): HTTPServerClass {
  const addressFamily = hostname.includes(":") ? "AF_INET6" : "AF_INET";
  return class extends Server {
    static addressFamily = addressFamily;
  };
}

function withProtocol(
  { HandlerClass = BaseHTTPRequestHandler, protocol }: RunServerOptions,
): RequestHandlerClass<Deno.Conn> {
  if (protocol === undefined) return HandlerClass;
  return (request, clientAddress, server) => {
    const handler = makeHandler(HandlerClass, request, clientAddress, server);
    return Object.assign(handler, { protocolVersion: protocol });
  };
}

function listening<Server>(where: string, open: () => Server): Server {
  try {
    return open();
  } catch (error) {
    throw explainListening(error, where);
  }
}

function announce(
  server: HTTPServer,
  options: RunServerOptions,
  print: (line: string) => void,
): void {
  const { hostname, port } = server.serverAddress;
  const scheme = isTls(options) ? "https" : "http";
  const url = serverUrl(scheme, { hostname, port });
  print(
    `Serving ${scheme.toUpperCase()} on ${hostname} port ${port} (${url}) ...`,
  );
  if (!isWildcard(hostname)) return;
  for (const host of reachableHosts(hostname === "::" ? "any" : "IPv4")) {
    print(`  ${serverUrl(scheme, { hostname: host, port })}`);
  }
}

const SIGNALS: readonly (readonly [Deno.Signal, number])[] =
  Deno.build.os === "windows"
    ? [["SIGINT", 2], ["SIGBREAK", 21]]
    : [["SIGINT", 2], ["SIGTERM", 15]];

/** Listens for what ends a program; returns how to stop listening. */
function onSignals(listener: (number: number) => void): () => void {
  const listeners = SIGNALS.map(([signal, number]) => {
    const own = () => listener(number);
    Deno.addSignalListener(signal, own);
    return () => Deno.removeSignalListener(signal, own);
  });
  return () => listeners.forEach((remove) => remove());
}
