import type { FetchClient } from "./_fetch_client.ts";
import { Fields, ProtocolError } from "./protocol/mod.ts";

/** What a request is made of. */
export interface RequestParts {
  /** The method. */
  readonly method: string;
  /** The URL, which nobody has parsed yet. */
  readonly url: string;
  /** The fields. */
  readonly headers: Fields;
  /** The body, if there is one. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Who waits for the answer. */
  readonly client: Pick<FetchClient, "signal">;
}

/**
 * Makes the `Request` that a fetch handler is given.
 *
 * @throws {ProtocolError} 400 if no request can be made of it.
 */
export function servedRequest(parts: RequestParts): Request {
  const url = URL.parse(parts.url);
  // The methods that a Request writes in capitals, and what it refuses.
  if (!url || !/^[A-Z]+$/.test(parts.method)) return realRequest(parts);
  standsIn ??= standIn();
  return standsIn ? lazyRequest(parts, url.href) : realRequest(parts);
}

function realRequest(parts: RequestParts): Request {
  const RealRequest = realRequestClass ??= defineRealRequest();
  try {
    return new RealRequest(parts);
  } catch (error) {
    throw new ProtocolError(
      `Cannot make a Request of it: ${(error as Error).message}`,
    );
  }
}

/** A `Request` of these parts. */
type RealRequest = new (parts: RequestParts) => Request;

let realRequestClass: RealRequest | undefined;

/** Defines the class once it is needed: a file server starts without all that a Request is made of. */
function defineRealRequest(): RealRequest {
  /** A request whose signal is the client's; to make one for each would cost more than the rest. */
  return class extends Request {
    readonly #client: RequestParts["client"];

    constructor({ method, url, headers, body, client }: RequestParts) {
      const init = { method, headers: headers.items(), body, duplex: "half" };
      super(url, init);
      this.#client = client;
    }

    override get signal(): AbortSignal {
      return this.#client.signal;
    }

    override clone(): Request {
      return new Request(super.clone(), { signal: this.signal });
    }
  };
}

/**
 * A request that knows its method and its URL, which is all that many handlers
 * ask for, and makes a real one, four times as dear, for whatever else is
 * wanted of it.
 */
class LazyRequest {
  readonly #parts: RequestParts;
  readonly #url: string;
  #real: Request | undefined;

  constructor(parts: RequestParts, url: string) {
    this.#parts = parts;
    this.#url = url;
  }

  get method(): string {
    return this.#parts.method;
  }

  get url(): string {
    return this.#url;
  }

  get signal(): AbortSignal {
    return this.#parts.client.signal;
  }

  static realOf(request: LazyRequest): Request {
    return request.#real ??= realRequest(request.#parts);
  }
}

/** The type checker cannot see what {@linkcode standIn} does to the class. */
function lazyRequest(parts: RequestParts, url: string): Request {
  return new LazyRequest(parts, url) as unknown as Request;
}

/** Whether a lazy request passes for a real one; not asked before the first. */
let standsIn: boolean | undefined;

/**
 * Lets lazy requests stand in for real ones wherever a program looks: as an
 * `instanceof Request`, with all its methods, and with what the runtime itself
 * keeps under symbols and reads where a request is copied or fetched.
 *
 * @returns Whether it does; a runtime may keep that where nobody else can.
 */
function standIn(): boolean {
  const { prototype } = LazyRequest;
  Object.setPrototypeOf(prototype, Request.prototype);
  const sample = new Request("http://localhost/");
  const keys = [
    ...Reflect.ownKeys(Request.prototype),
    ...Object.getOwnPropertySymbols(sample),
  ];
  for (const key of keys) {
    if (!Object.hasOwn(prototype, key) && key !== Symbol.toStringTag) {
      Object.defineProperty(prototype, key, delegate(key as keyof Request));
    }
  }
  try {
    const controller = new AbortController();
    const lazy = lazyRequest({
      method: "POST",
      url: sample.url,
      headers: new Fields([["A", "b"]]),
      body: new Response("c").body,
      client: controller,
    }, sample.url);
    const copy = new Request(lazy, { headers: { d: "e" } });
    return copy.method === "POST" && copy.headers.has("d") && lazy.bodyUsed;
  } catch {
    return false;
  }
}

/** A property that is the real request's. */
function delegate(key: keyof Request): PropertyDescriptor {
  const value = Reflect.getOwnPropertyDescriptor(Request.prototype, key)?.value;
  if (typeof value === "function") {
    return {
      value(this: LazyRequest, ...args: unknown[]) {
        const real = LazyRequest.realOf(this);
        return Reflect.apply(real[key] as typeof value, real, args);
      },
    };
  }
  return {
    get(this: LazyRequest) {
      return LazyRequest.realOf(this)[key];
    },
    set(this: LazyRequest, next: unknown) {
      Reflect.set(LazyRequest.realOf(this), key, next);
    },
  };
}
