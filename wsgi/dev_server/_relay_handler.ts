import {
  BaseRequestHandler,
  type RequestHandlerClass,
} from "../../socketserver/mod.ts";
import { writeAll } from "../../socketserver/write_all.ts";
import type { Link } from "./_link.ts";
import type { Ends } from "./_relayed_connection.ts";

/** Seconds that a client may keep silent between two requests, as in the handlers. */
const IDLE_TIMEOUT = 60;

/** Opens a link to the process that runs the application now, once there is one. */
export type OpenLink = (ends: Ends & { secure: boolean }) => Promise<Link>;

const NOTHING = new Uint8Array(0);

const GONE = new TextEncoder().encode(
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n" +
    "Connection: close\r\n\r\n" +
    "The application's process ended before it has answered.\n",
);

/**
 * Makes a handler class that hands connections over to the process that runs
 * the application: byte for byte, but the client's connection outlives the
 * process. One that ends between two requests is replaced unseen.
 *
 * @param open Opens links.
 */
export function relayTo(open: OpenLink): RequestHandlerClass<Deno.Conn> {
  return class extends RelayHandler {
    protected override _open(ends: Ends & { secure: boolean }): Promise<Link> {
      return open(ends);
    }
  };
}

abstract class RelayHandler extends BaseRequestHandler<Deno.Conn, Deno.Addr> {
  readonly #over = Promise.withResolvers<void>();
  /** The link that carries requests now; none between two. */
  #link: Link | null = null;
  /** The same once it is open, and whatever belongs to it was sent. */
  #open: Promise<Link> | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #clientEnded = false;
  #stopping = false;
  #gone = false;

  protected abstract _open(ends: Ends & { secure: boolean }): Promise<Link>;

  override async handle(): Promise<void> {
    if ("setNoDelay" in this.request) {
      (this.request as Deno.TcpConn).setNoDelay(true);
    }
    this.#rest();
    this.#receive().catch(() => this.#leave());
    await this.#over.promise;
  }

  /** Ends a connection that waits for a request; others after the one at hand. */
  override serverStopping(): void {
    this.#stopping = true;
    if (this.#open === null || this.#link?.busy === false) this.#leave();
  }

  /** Carries the client's bytes until it sends no more. */
  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65536);
    while (true) {
      const count = await this.request.read(buffer);
      if (count === null) break;
      let link: Link;
      // It may be given up while it is awaited.
      do link = await (this.#open ??= this.#connect()); while (
        link !== this.#link
      );
      // A process that ends meanwhile is noticed where its answer is awaited.
      await link.send(buffer.subarray(0, count)).catch(() => {});
    }
    this.#clientEnded = true;
    if (this.#open === null) this.#leave();
    else await (await this.#open).endSending();
  }

  /**
   * Opens a link.
   *
   * @param rest What the process before has left unread.
   */
  async #connect(rest?: Uint8Array): Promise<Link> {
    clearTimeout(this.#idle);
    const link = await this._open({
      remoteAddr: this.clientAddress,
      localAddr: this.request.localAddr,
      secure: "handshake" in this.request,
    });
    if (this.#gone) {
      link.close();
      throw new Deno.errors.ConnectionAborted("The client has left");
    }
    this.#link = link;
    // From here on it is busy: it must not be given up before it was used.
    link.busy = true;
    link.onRetire = (rest) => this.#release(link, rest);
    this.#answer(link).catch(() => this.#leave());
    if (rest) await link.send(rest).catch(() => {});
    return link;
  }

  /** Carries the application's bytes until it ends the connection. */
  async #answer(link: Link): Promise<void> {
    for await (const frame of link.frames()) {
      if (this.#link !== link) return;
      if (frame.kind === "data") await writeAll(this.request, frame.bytes);
      else if (frame.kind === "end") return this.#leave();
      else if (this.#stopping && !link.busy) return this.#leave();
    }
    if (this.#gone || this.#link !== link) return;
    if (!link.busy) return this.#release(link, NOTHING);
    // The process has died. Half an answer must not look like a whole one.
    if (!link.answering) await writeAll(this.request, GONE);
    this.#leave();
  }

  /** Gives a link up; what is left, and the next request, get another. */
  #release(link: Link, rest: Uint8Array | null): void {
    if (this.#link !== link) return;
    this.#link = this.#open = null;
    link.close();
    if (rest !== null && rest.length > 0) this.#handOver(rest);
    else if (rest === null || this.#clientEnded) this.#leave();
    else this.#rest();
  }

  #handOver(rest: Uint8Array): void {
    this.#open = this.#connect(rest);
    this.#open.then(async (link) => {
      if (this.#clientEnded) await link.endSending();
    }).catch(() => this.#leave());
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#leave(), IDLE_TIMEOUT * 1000);
  }

  #leave(): void {
    this.#gone = true;
    clearTimeout(this.#idle);
    this.#link?.close();
    this.#over.resolve();
  }
}
