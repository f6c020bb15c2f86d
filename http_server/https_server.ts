import {
  type Constructor,
  isOSError,
  type RequestHandlerClass,
  type ServerAddress,
  type TCPAddress,
  type TCPServerOptions,
  type ThreadingMembers,
  ThreadingMixIn,
} from "../socketserver/mod.ts";
import { HTTPServer } from "./http_server.ts";
import { nodeCrypto } from "./_node_modules.ts";

/** What opens an encrypted private key: a text, bytes, or a function that gives either. */
export type Password = string | Uint8Array | (() => string | Uint8Array);

/** What can be chosen when an {@linkcode HTTPSServer} is constructed. */
export interface HTTPSServerOptions extends TCPServerOptions {
  /** Path of the certificate chain (PEM); it may hold the key, too. */
  certfile?: string | URL;
  /** Path of the private key (PEM); the certificate's file if left out. */
  keyfile?: string | URL | null;
  /** Opens the key if it is encrypted. */
  password?: Password | null;
  /** The certificate chain itself (PEM), instead of `certfile`. */
  cert?: string;
  /** The private key itself (PEM), instead of `keyfile`. */
  key?: string;
  /** Protocols offered to the client; `http/1.1` is what handlers speak. */
  alpnProtocols?: readonly string[];
}

/**
 * An {@linkcode HTTPServer} over TLS, Python's `http.server.HTTPSServer`. Needs
 * `--allow-net`, and `--allow-read` for the files.
 *
 * Handshakes run where the request is served, never where connections are
 * accepted: a client that keeps silent delays nobody of a
 * {@linkcode ThreadingHTTPSServer}.
 *
 * @example Serves over TLS
 * ```ts ignore
 * import { SimpleHTTPRequestHandler, ThreadingHTTPSServer } from "@pystd/server/http-server";
 *
 * const server = new ThreadingHTTPSServer({ port: 8443 }, SimpleHTTPRequestHandler, {
 *   certfile: "cert.pem",
 *   keyfile: "key.pem",
 * });
 * await server.serveForever();
 * ```
 */
export class HTTPSServer extends HTTPServer {
  /** Path of the certificate chain. */
  readonly certfile: string | URL | null;
  /** Path of the private key; `null` if the certificate's file holds it. */
  readonly keyfile: string | URL | null;
  /** Opens the key if it is encrypted. */
  readonly password: Password | null;
  /** Protocols offered to the client. */
  readonly alpnProtocols: readonly string[];
  /**
   * Seconds that a handshake may take; `null` for no limit. nginx takes 60.
   * Beyond, the request is given up; Deno lets go of its socket only when the
   * client does.
   */
  handshakeTimeout: number | null = 20;

  readonly #cert: string | undefined;
  readonly #key: string | undefined;

  /**
   * Binds to an address and listens, unless told otherwise.
   *
   * @param serverAddress Host and port.
   * @param HandlerClass Serves each connection.
   * @param options Certificate and key, and socket options.
   * @throws {TypeError} If no certificate is given, or the password is wrong or missing.
   * @throws {Deno.errors.InvalidData} If certificate or key is none, or they do not belong together.
   * @throws {Deno.errors.AddrInUse} If the address is taken.
   */
  constructor(
    serverAddress: ServerAddress,
    HandlerClass: RequestHandlerClass<Deno.Conn>,
    options: HTTPSServerOptions = {},
  ) {
    super(serverAddress, HandlerClass, { ...options, bindAndActivate: false });
    this.certfile = options.certfile ?? null;
    this.keyfile = options.keyfile ?? null;
    this.password = options.password ?? null;
    this.alpnProtocols = options.alpnProtocols ?? ["http/1.1"];
    this.#cert = options.cert;
    this.#key = options.key;
    if (options.bindAndActivate ?? true) this._bindAndActivate();
  }

  /** Reads certificate and key, and decrypts that; may be overridden. */
  protected _createContext(): Deno.TlsCertifiedKeyPem & {
    alpnProtocols: string[];
  } {
    const cert = this.#cert ??
      (this.certfile === null
        ? undefined
        : Deno.readTextFileSync(this.certfile));
    if (cert === undefined) {
      throw new TypeError("Cannot serve TLS: no certificate is given");
    }
    const key = this.#key ??
      (this.keyfile === null ? cert : Deno.readTextFileSync(this.keyfile));
    return {
      cert,
      key: decryptKey(key, this.password),
      alpnProtocols: [...this.alpnProtocols],
    };
  }

  /** Opens the listener; called by `serverBind`. */
  protected override _listen(): Deno.TlsListener {
    const context = this._createContext();
    try {
      return Deno.listenTls({ ...this._listenOptions(), ...context });
    } catch (error) {
      // Deno gives a key of another certificate no class of its own.
      if (
        !(error instanceof Error) || isOSError(error) ||
        error.constructor !== Error
      ) throw error;
      throw new Deno.errors.InvalidData(`Cannot serve TLS: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** Completes the handshake, then serves the request; may be extended. */
  override async finishRequest(
    request: Deno.Conn,
    clientAddress: TCPAddress,
  ): Promise<void> {
    if (await this.#handshake(request as Deno.TlsConn, clientAddress)) {
      await super.finishRequest(request, clientAddress);
    }
  }

  async #handshake(
    connection: Deno.TlsConn,
    { hostname }: Deno.NetAddr,
  ): Promise<boolean> {
    // Closing the connection does not end a handshake that waits for bytes.
    const expired = Promise.withResolvers<never>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (this.handshakeTimeout !== null) {
      timer = setTimeout(
        () => expired.reject(new Deno.errors.TimedOut("it takes too long")),
        this.handshakeTimeout * 1000,
      );
    }
    try {
      await Promise.race([connection.handshake(), expired.promise]);
      return true;
    } catch (error) {
      // Scanners, plain HTTP, clients that refuse the certificate: no fault of ours.
      this.logger.error(
        `TLS handshake with ${hostname} failed: ${(error as Error).message}`,
      );
      // There is no session to end politely.
      await this.closeRequest(connection);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

const ENCRYPTED =
  /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

function decryptKey(pem: string, password: Password | null): string {
  if (!ENCRYPTED.test(pem)) return pem;
  const passphrase = typeof password === "function" ? password() : password;
  if (passphrase === null) {
    throw new TypeError("Cannot read the private key: it needs a password");
  }
  const key = privateKeyBlock(pem);
  try {
    const opened = nodeCrypto().createPrivateKey({
      key,
      passphrase: typeof passphrase === "string"
        ? passphrase
        : new TextDecoder().decode(passphrase),
    });
    return opened.export({ type: "pkcs8", format: "pem" }) as string;
  } catch (error) {
    throw new TypeError("Cannot read the private key: the password is wrong", {
      cause: error,
    });
  }
}

/** The key of a file that holds certificates, too. */
function privateKeyBlock(pem: string): string {
  const start = pem.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
  const end = pem.indexOf("-----END", start);
  const close = pem.indexOf("-----", end + "-----END".length);
  return pem.slice(start, close + "-----".length);
}

/** `ThreadingMixIn` applied to {@linkcode HTTPSServer}. */
export const ThreadingHTTPSServerBase:
  & typeof HTTPSServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(HTTPSServer);

/**
 * Serves each TLS connection as a task of its own, Python's
 * `http.server.ThreadingHTTPSServer`. Needs `--allow-net` and `--allow-read`.
 */
export class ThreadingHTTPSServer extends ThreadingHTTPSServerBase {
  /** Whether nobody waits for running requests; on, as in Python. */
  override daemonThreads = true;
}
