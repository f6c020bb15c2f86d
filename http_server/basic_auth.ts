import { nodeCrypto } from "./_node_modules.ts";

/** What {@linkcode BasicAuth} can be told. */
export interface BasicAuthOptions {
  /** What the browser shows above the form. */
  readonly realm?: string;
}

/** A password as it is stored. */
interface StoredPassword {
  readonly iterations: number;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly hash: Uint8Array<ArrayBuffer>;
}

/** What OWASP asks of PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** Above, one login takes a minute: a typing error, or malice. */
const MOST_ITERATIONS = 100_000_000;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Derivations at a time; each keeps a core busy for some tenths of a second. */
const MOST_DERIVATIONS = 2;
/** Credentials remembered as right; more users than that log in again now and then. */
const MOST_REMEMBERED = 1000;

const utf8 = new TextEncoder();

/**
 * Basic authentication (RFC 7617): who may see anything at all. Use it over
 * TLS only: without, everybody on the way reads the passwords.
 *
 * Comparing takes the same time wherever two passwords differ, and an unknown
 * user costs what a known one does.
 *
 * @example Checks what a browser sends
 * ```ts
 * import { BasicAuth, hashPassword } from "@pystd/server/http-server";
 * import { assertEquals } from "@std/assert";
 *
 * const auth = new BasicAuth([
 *   "ada:lovelace",
 *   `grace:${await hashPassword("hopper", { iterations: 1000 })}`,
 * ]);
 * assertEquals(await auth.check(`Basic ${btoa("ada:lovelace")}`), true);
 * assertEquals(await auth.check(`Basic ${btoa("grace:hopper")}`), true);
 * assertEquals(await auth.check(`Basic ${btoa("grace:other")}`), false);
 * assertEquals(await auth.check(null), false);
 * ```
 */
export class BasicAuth {
  /** What the browser shows above the form. */
  readonly realm: string;
  readonly #key = nodeCrypto().randomBytes(32);
  /** Marks of credentials that are right. */
  readonly #plain: Uint8Array[] = [];
  readonly #remembered = new Map<string, Uint8Array>();
  readonly #stored = new Map<string, StoredPassword>();
  readonly #decoy: StoredPassword;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Takes credentials in.
   *
   * @param credentials Texts of the form `USER:PASSWORD`; what {@linkcode hashPassword}
   * has made may stand in place of the password.
   * @param options The realm.
   * @throws {TypeError} If one of them has another form.
   */
  constructor(credentials: Iterable<string>, options: BasicAuthOptions = {}) {
    this.realm = options.realm ?? "files";
    // Quoted in a field, hence neither quotes nor control characters.
    if (!/^[ !#-[\]-~]*$/.test(this.realm)) {
      throw new TypeError(
        `Cannot use realm ${JSON.stringify(this.realm)}: it must be plain text`,
      );
    }
    for (const line of credentials) this.#add(line);
    const slowest = Math.max(
      0,
      ...[...this.#stored.values()].map(({ iterations }) => iterations),
    );
    this.#decoy = {
      iterations: slowest,
      salt: new Uint8Array(SALT_BYTES),
      hash: new Uint8Array(HASH_BYTES),
    };
  }

  /** The value for `WWW-Authenticate`. */
  get challenge(): string {
    return `Basic realm="${this.realm}", charset="UTF-8"`;
  }

  /**
   * Checks a request.
   *
   * @param authorization The value of its `Authorization`, if it has one.
   * @returns Whether its user may go on; known credentials need no promise.
   */
  check(authorization: string | null): boolean | Promise<boolean> {
    const credentials = authorization === null
      ? null
      : readCredentials(authorization);
    if (credentials === null) return false;
    const mark = this.#mark(credentials);
    let known = false;
    for (const right of this.#plain) {
      known = nodeCrypto().timingSafeEqual(right, mark) || known;
    }
    const remembered = this.#remembered.get(userOf(credentials));
    if (remembered) {
      known = nodeCrypto().timingSafeEqual(remembered, mark) || known;
    }
    if (known || this.#stored.size === 0) return known;
    return this.#checkStored(credentials, mark);
  }

  #add(line: string): void {
    const colon = line.indexOf(":");
    if (colon <= 0) {
      throw new TypeError(
        "Cannot read credentials: they must have the form USER:PASSWORD",
      );
    }
    const password = line.slice(colon + 1);
    if (password.startsWith(PREFIX)) {
      this.#stored.set(line.slice(0, colon).normalize(), parseHash(password));
    } else {
      this.#plain.push(this.#mark(line.normalize()));
    }
  }

  /** Equal for equal credentials, and of one length; tells nothing of them. */
  #mark(credentials: string): Uint8Array {
    return nodeCrypto().createHmac("sha256", this.#key).update(credentials)
      .digest();
  }

  async #checkStored(credentials: string, mark: Uint8Array): Promise<boolean> {
    const user = userOf(credentials);
    const stored = this.#stored.get(user);
    const { iterations, salt, hash } = stored ?? this.#decoy;
    const password = credentials.slice(user.length + 1);
    const derived = await this.#inTurn(() =>
      derive(password, salt, iterations)
    );
    if (!nodeCrypto().timingSafeEqual(derived, hash) || !stored) return false;
    this.#remembered.delete(user);
    if (this.#remembered.size >= MOST_REMEMBERED) {
      const [oldest] = this.#remembered.keys();
      this.#remembered.delete(oldest!);
    }
    this.#remembered.set(user, mark);
    return true;
  }

  // Who guesses passwords shall not take all cores from those who read files.
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_DERIVATIONS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** User and password from the field, or `null` if it holds none. */
function readCredentials(authorization: string): string | null {
  const match = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization);
  if (match === null) return null;
  try {
    const bytes = Uint8Array.fromBase64(match[1]!);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    return text.includes(":") ? text.normalize() : null;
  } catch {
    return null;
  }
}

function userOf(credentials: string): string {
  return credentials.slice(0, credentials.indexOf(":"));
}

const PREFIX = "$pbkdf2-sha256$";

/** What {@linkcode hashPassword} can be told. */
export interface HashPasswordOptions {
  /** How often the hash is repeated: what guessing costs. 600,000 by default. */
  readonly iterations?: number;
}

/**
 * Makes of a password what may be stored: PBKDF2 with SHA-256 and a random
 * salt, in the notation of passlib (`$pbkdf2-sha256$600000$salt$hash`).
 *
 * @param password The password.
 * @param options How slow it is to be.
 * @returns A text that stands in place of the password in {@linkcode BasicAuth}.
 * @throws {RangeError} If `iterations` is no whole number from 1 to 100,000,000.
 *
 * @example Stores a password
 * ```ts
 * import { hashPassword } from "@pystd/server/http-server";
 * import { assertMatch } from "@std/assert";
 *
 * const stored = await hashPassword("secret", { iterations: 1000 });
 * assertMatch(stored, /^\$pbkdf2-sha256\$1000\$/);
 * ```
 */
export async function hashPassword(
  password: string,
  options: HashPasswordOptions = {},
): Promise<string> {
  const { iterations = ITERATIONS } = options;
  if (
    !Number.isInteger(iterations) || iterations < 1 ||
    iterations > MOST_ITERATIONS
  ) {
    throw new RangeError(
      `Cannot hash a password with "${iterations}" iterations: it must be 1 to ${MOST_ITERATIONS}`,
    );
  }
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = await derive(password.normalize(), salt, iterations);
  return `${PREFIX}${iterations}$${toText(salt)}$${toText(hash)}`;
}

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey(
    "raw",
    utf8.encode(password),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    key,
    HASH_BYTES * 8,
  );
  return new Uint8Array(bits);
}

function parseHash(text: string): StoredPassword {
  const match =
    /^\$pbkdf2-sha256\$([0-9]{1,9})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/.exec(
      text,
    );
  const iterations = Number(match?.[1]);
  const salt = fromText(match?.[2] ?? "");
  const hash = fromText(match?.[3] ?? "");
  if (
    !(iterations >= 1 && iterations <= MOST_ITERATIONS) || salt === null ||
    hash?.length !== HASH_BYTES
  ) {
    throw new TypeError(
      "Cannot read credentials: the stored hash is malformed",
    );
  }
  return { iterations, salt, hash };
}

/** Base64 as passlib writes it: a dot for the plus, no padding. */
function toText(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true }).replaceAll("+", ".");
}

function fromText(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(text.replaceAll(".", "+"));
  } catch {
    return null;
  }
}
