import {
  BufferedReader,
  type Bytes,
  RawIOBase,
  SocketIO,
} from "../socketserver/io/mod.ts";
import { isOSError } from "../socketserver/mod.ts";
import { BodyRaw } from "./_body_raw.ts";
import {
  type Fields,
  type HeadOptions,
  HeadScanner,
  ProtocolError,
  type RequestFraming,
} from "./protocol/mod.ts";

/** How much and how slowly a client may send; a handler has all of these. */
export interface RequestLimits extends HeadOptions {
  /** Seconds from the first byte of a head to its last. */
  headerTimeout: number | null;
  /** Seconds that a connection may wait for its next request. */
  idleTimeout: number | null;
  /** Bytes of a body. */
  maxBodyBytes: number | null;
  /** Seconds for a body. */
  bodyTimeout: number | null;
  /** Bytes a second that a body must bring. */
  minBodyRate: number | null;
  /** Bytes of an unread body that are thrown away. */
  maxDrainBytes: number;
  /** Seconds that this may take. */
  drainTimeout: number;
}

/**
 * Reads one request after the other from a connection: waits for a head,
 * opens the body behind it, and throws away what the handler leaves of that.
 */
export class RequestReader {
  readonly #reader: BufferedReader;
  readonly #socket: SocketIO | undefined;
  readonly #limits: RequestLimits;
  readonly #scanner: HeadScanner;
  #body: BodyRaw | undefined;
  #noBody: BufferedReader | undefined;
  /** Who waits for a head. */
  #found: (head: Bytes | null) => void = nothing;
  #failed: (error: unknown) => void = nothing;
  /** Whether anything of that head has arrived. */
  #begun = false;
  #idle = false;
  #stopped = false;

  constructor(reader: BufferedReader, limits: RequestLimits) {
    this.#reader = reader;
    this.#socket = reader.raw instanceof SocketIO ? reader.raw : undefined;
    this.#limits = limits;
    this.#scanner = new HeadScanner(limits);
  }

  /** The connection's reader. */
  get connection(): BufferedReader {
    return this.#reader;
  }

  /**
   * Gives up waiting for a request, if none has begun.
   *
   * @param close Closes the connection.
   */
  stop(close: () => void): void {
    if (!this.#idle) return;
    this.#stopped = true;
    close();
  }

  /**
   * The head of the next request, if it is here already. Its bytes are valid
   * until the next read.
   *
   * @throws {ProtocolError} If what is here breaks a limit.
   */
  nextHead(): Bytes | undefined {
    this.#body = undefined;
    this.#scanner.reset();
    return this.#scan();
  }

  /** Takes the head out of what was read, if all of it is there. */
  #scan(): Bytes | undefined {
    const window = this.#reader.buffered;
    if (window.length === 0) return;
    const length = this.#scanner.headLength(window);
    if (length < 0) return;
    this.#reader.consume(length);
    return length === window.length ? window : window.subarray(0, length);
  }

  /**
   * Waits for a head that {@linkcode nextHead} has not found. Every byte of it
   * is looked at once, however small the pieces are in which it comes.
   *
   * @param first Whether it is the first one: then a silent client has no
   * more time than one that is slow.
   * @returns Its bytes, valid until the next read; `null` if the client left or
   * kept silent instead.
   * @throws {ProtocolError} As soon as it breaks a limit; 408 if it takes too long.
   */
  head(first: boolean): Promise<Bytes | null> {
    return new Promise((found, failed) => {
      this.#found = found;
      this.#failed = failed;
      this.#begun = false;
      this.#read(first ? this.#limits.headerTimeout : this.#limits.idleTimeout);
    });
  }

  /** Reads on, and limits the time for that where `seconds` are given. */
  #read(seconds?: number | null): void {
    if (!this.#begun) {
      this.#begun = !isBlank(this.#reader.buffered);
      if (this.#begun) this.#deadline(this.#limits.headerTimeout);
      else if (seconds !== undefined) this.#deadline(seconds);
    }
    this.#idle = !this.#begun;
    this.#reader.beginFill(this.#onFill, this.#onFillError);
  }

  #onFill = (count: number): void => {
    this.#idle = false;
    if (count === 0) {
      if (!this.#begun) this.#found(null);
      else this.#failed(leftEarly());
      return;
    }
    try {
      const head = this.#scan();
      if (head) this.#found(head);
      else this.#read();
    } catch (error) {
      this.#failed(error);
    }
  };

  #onFillError = (error: unknown): void => {
    this.#idle = false;
    // A client that leaves between two requests is not worth a word.
    if (this.#stopped || !this.#begun && isOSError(error)) this.#found(null);
    else if (error instanceof Deno.errors.TimedOut) this.#failed(tooSlow());
    else this.#failed(error);
  };

  /** The fields behind the body of the request at hand, if it has ended. */
  get trailers(): Fields | undefined {
    return this.#body?.trailers;
  }

  /** What has arrived of a head that was refused. */
  get rest(): Uint8Array {
    return this.#reader.buffered;
  }

  /**
   * Opens the body behind the head.
   *
   * @param framing Where it ends.
   * @param beforeFirstRead Called once, if it is read at all.
   * @throws {ProtocolError} 413 if it is announced to be too large.
   */
  openBody(
    framing: Exclude<RequestFraming, { kind: "none" }>,
    beforeFirstRead: () => Promise<void>,
  ): BufferedReader {
    this.#deadline(null);
    const { maxBodyBytes } = this.#limits;
    if (
      framing.kind === "length" && maxBodyBytes !== null &&
      framing.length > maxBodyBytes
    ) {
      throw new ProtocolError(
        `Cannot take a body of ${framing.length} bytes`,
        413,
      );
    }
    let begun = false;
    this.#body = new BodyRaw(
      this.#reader,
      framing,
      maxBodyBytes,
      async (received, waited) => {
        if (!begun) {
          begun = true;
          await beforeFirstRead();
        }
        this.#deadline(this.#bodyTime(received, waited));
      },
    );
    return new BufferedReader(this.#body);
  }

  /** Opens what stands for a body where there is none, as with most requests: one for all of these. */
  openNoBody(): BufferedReader {
    this.#deadline(null);
    const kept = this.#noBody;
    if (kept && !kept.closed) return kept;
    return this.#noBody = new BufferedReader(new NoBody());
  }

  /**
   * Throws away what is left of the body, within limits.
   *
   * @returns Whether the next request can follow.
   */
  drain(): boolean | Promise<boolean> {
    const body = this.#body;
    return !body || body.ended || this.#drain(body);
  }

  async #drain(body: BodyRaw): Promise<boolean> {
    const { maxDrainBytes, drainTimeout } = this.#limits;
    const announced = body.announced;
    if (announced !== null && announced > maxDrainBytes) return false;
    try {
      return await body.discard(
        maxDrainBytes,
        () => this.#deadline(drainTimeout),
      );
    } catch (error) {
      if (
        error instanceof ProtocolError || error instanceof Deno.errors.TimedOut
      ) return false;
      throw error;
    }
  }

  /**
   * Watches for the client to leave while its request is answered: reads ahead,
   * unless there is something to read already.
   *
   * @param left Called if it leaves; not for a request that comes early.
   * @param patience Seconds for a client that has closed its side: it may have
   * closed all, or only have nothing more to say. One that resets is gone.
   * @returns A function that ends the watch.
   */
  watch(left: () => void, patience: number): () => void {
    if (this.#body && !this.#body.ended) return () => {};
    // The next head waits for this very read, and its time must count then.
    this.#deadline(FAR);
    const ready = this.#reader.whenReadable();
    if (ready === true) return () => {};
    let watching = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    ready.then(async () => {
      if (!watching) return;
      const count = await this.#reader.fill().catch(() => -1);
      if (count > 0 || !watching) return;
      if (count < 0 || patience === 0) left();
      else timer = setTimeout(left, patience * 1000);
    });
    return () => {
      watching = false;
      clearTimeout(timer);
    };
  }

  #deadline(seconds: number | null): void {
    this.#socket?.setReadDeadline(seconds);
  }

  /** Seconds left for the next bytes of a body, or `null` for no limit. */
  #bodyTime(received: number, waited: number): number | null {
    const { bodyTimeout, minBodyRate } = this.#limits;
    // Only the client's time counts, not that of the handler between two reads.
    const byRate = minBodyRate === null
      ? Infinity
      : RATE_GRACE + received / minBodyRate - waited;
    const whole = bodyTimeout === null ? Infinity : bodyTimeout - waited;
    const left = Math.min(byRate, whole);
    return left === Infinity ? null : Math.max(0, left);
  }
}

/** Stands for a body where there is none. */
class NoBody extends RawIOBase {
  override readable(): boolean {
    return true;
  }

  override readinto(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** Whether nothing has arrived but line ends, which old clients send behind a body. */
function isBlank(window: Uint8Array): boolean {
  return window.length === 0 ||
    window.every((byte) => byte === 13 || byte === 10);
}

function leftEarly(): ProtocolError {
  return new ProtocolError(
    "Cannot read a head: the client left before its end",
  );
}

function tooSlow(): ProtocolError {
  return new ProtocolError("Cannot read a head: it takes too long", 408);
}

function nothing(): void {}

// Seconds before the rate of a body counts: connections begin slowly.
const RATE_GRACE = 5;

// Seconds that are no limit, but one that can be shortened.
const FAR = 1e6;
