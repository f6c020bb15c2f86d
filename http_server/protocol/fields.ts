/**
 * The fields of a message: names and values in the order of arrival.
 *
 * Names keep their case and are looked up without it; duplicates stay apart.
 * Nothing is checked here: the parser has checked what came in, and the
 * serializer checks what goes out. Pairs lie in one flat array, because a
 * message has ten fields and five look-ups, and no map pays for itself then.
 *
 * @module
 */

import { sameName } from "./_chars.ts";

/**
 * An ordered list of fields with Python's names for its methods.
 *
 * @example Order, case and duplicates
 * ```ts
 * import { Fields } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = new Fields([["Accept", "text/html"], ["accept", "image/png"]]);
 * assertEquals(fields.get("ACCEPT"), "text/html");
 * assertEquals(fields.getJoined("accept"), "text/html, image/png");
 * assertEquals(fields.get("Host"), null);
 * ```
 */
export class Fields {
  /** Name, value, name, value. */
  #entries: string[] = [];
  // Most look-ups are for names that are not there: a server asks each request
  // for the few that frame it. A name whose mark is missing need not be sought.
  #marks = 0;

  /**
   * Makes a list, empty or with the pairs given.
   *
   * @param init Pairs of name and value.
   */
  constructor(init?: Iterable<readonly [name: string, value: string]>) {
    if (init === undefined) return;
    for (const [name, value] of init) this.add(name, value);
  }

  /**
   * Copies the fields of a web `Headers` object. Its names are in lower case
   * and its duplicates joined, except those of Set-Cookie.
   *
   * @param headers The object to read.
   * @returns A new list of the class that this is called on.
   */
  static fromHeaders<F extends Fields>(this: new () => F, headers: Headers): F {
    const fields = new this();
    for (const [name, value] of headers) fields.add(name, value);
    return fields;
  }

  /** How many fields there are, duplicates counted. */
  get size(): number {
    return this.#entries.length / 2;
  }

  /**
   * The name of a field by its place.
   *
   * @param index Place, 0 to `size - 1`.
   * @returns Its name as received or added.
   * @throws {RangeError} If there is no such place.
   */
  nameAt(index: number): string {
    return this.#entries[index * 2] ?? noSuchPlace(index);
  }

  /**
   * The value of a field by its place.
   *
   * @param index Place, 0 to `size - 1`.
   * @returns Its value.
   * @throws {RangeError} If there is no such place.
   */
  valueAt(index: number): string {
    return this.#entries[index * 2 + 1] ?? noSuchPlace(index);
  }

  /**
   * The place of a field by its name.
   *
   * @param name Name in any case.
   * @param from First place to look at.
   * @returns The place of the first match from there on, or -1.
   */
  indexOf(name: string, from = 0): number {
    if ((this.#marks & markOf(name)) === 0) return -1;
    const entries = this.#entries;
    for (let i = from * 2; i < entries.length; i += 2) {
      if (sameName(entries[i]!, name)) return i / 2;
    }
    return -1;
  }

  /**
   * Whether a field is there.
   *
   * @param name Name in any case.
   * @returns True if at least one field has it.
   */
  has(name: string): boolean {
    return this.indexOf(name) >= 0;
  }

  /**
   * The value of the first field with a name.
   *
   * @param name Name in any case.
   * @returns Its value, or null.
   */
  get(name: string): string | null;
  /**
   * The value of the first field with a name.
   *
   * @param name Name in any case.
   * @param fallback What to return if there is none.
   * @returns Its value, or the fallback.
   */
  get<T>(name: string, fallback: T): string | T;
  get<T>(name: string, fallback: T | null = null): string | T | null {
    const index = this.indexOf(name);
    return index < 0 ? fallback : this.#entries[index * 2 + 1]!;
  }

  /**
   * The values of all fields with a name.
   *
   * @param name Name in any case.
   * @returns The values in order, or null if there are none.
   */
  getAll(name: string): string[] | null;
  /**
   * The values of all fields with a name.
   *
   * @param name Name in any case.
   * @param fallback What to return if there are none.
   * @returns The values in order, or the fallback.
   */
  getAll<T>(name: string, fallback: T): string[] | T;
  getAll<T>(name: string, fallback: T | null = null): string[] | T | null {
    const values: string[] = [];
    let index = this.indexOf(name);
    while (index >= 0) {
      values.push(this.#entries[index * 2 + 1]!);
      index = this.indexOf(name, index + 1);
    }
    return values.length === 0 ? fallback : values;
  }

  /**
   * The combined value of all fields with a name (RFC 9110 section 5.2), which
   * means the same for every field that is a list. Set-Cookie is none.
   *
   * @param name Name in any case.
   * @returns The values joined by comma and blank, or null if there are none.
   */
  getJoined(name: string): string | null {
    const first = this.indexOf(name);
    if (first < 0) return null;
    let joined = this.#entries[first * 2 + 1]!;
    let next = this.indexOf(name, first + 1);
    while (next >= 0) {
      joined += ", " + this.#entries[next * 2 + 1]!;
      next = this.indexOf(name, next + 1);
    }
    return joined;
  }

  /**
   * Appends a field; others with that name stay. Python's `message[name] = value`.
   *
   * @param name Name, in the case to keep.
   * @param value Value.
   */
  add(name: string, value: string): void {
    this.#entries.push(name, value);
    this.#marks |= markOf(name);
  }

  /**
   * Removes all fields with a name, if there are any.
   *
   * @param name Name in any case.
   */
  delete(name: string): void {
    if (!this.has(name)) return;
    const kept: string[] = [];
    for (let i = 0; i < this.#entries.length; i += 2) {
      if (sameName(this.#entries[i]!, name)) continue;
      kept.push(this.#entries[i]!, this.#entries[i + 1]!);
    }
    this.#entries = kept;
  }

  /**
   * Gives the first field with a name another value. Its place and the case of
   * its name stay, and so do further fields with that name.
   *
   * @param name Name in any case.
   * @param value The new value.
   * @throws {RangeError} If there is no such field.
   */
  replaceHeader(name: string, value: string): void {
    const index = this.indexOf(name);
    if (index < 0) {
      throw new RangeError(
        `Cannot replace field "${name}": no field has that name`,
      );
    }
    this.#entries[index * 2 + 1] = value;
  }

  /**
   * All names.
   *
   * @returns A new array, duplicates included.
   */
  keys(): string[] {
    return this.#entries.filter((_, index) => index % 2 === 0);
  }

  /**
   * All values.
   *
   * @returns A new array in the order of {@linkcode keys}.
   */
  values(): string[] {
    return this.#entries.filter((_, index) => index % 2 === 1);
  }

  /**
   * All fields.
   *
   * @returns A new array of name and value.
   */
  items(): [name: string, value: string][] {
    const items: [string, string][] = [];
    for (let i = 0; i < this.#entries.length; i += 2) {
      items.push([this.#entries[i]!, this.#entries[i + 1]!]);
    }
    return items;
  }

  /**
   * Goes through the names, as iterating over a message does in Python.
   *
   * @returns An iterator over the names, duplicates included.
   */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys().values();
  }

  /**
   * Copies the fields into a web `Headers` object.
   *
   * @returns New headers; values of a duplicated name are joined when read.
   * @throws {TypeError} If a name or value is none that `Headers` takes.
   */
  toHeaders(): Headers {
    const headers = new Headers();
    for (let i = 0; i < this.#entries.length; i += 2) {
      headers.append(this.#entries[i]!, this.#entries[i + 1]!);
    }
    return headers;
  }
}

/** One of 32 bits, the same for all spellings of a name. */
function markOf(name: string): number {
  return 1 << (name.charCodeAt(0) | 0x20) + name.length;
}

function noSuchPlace(index: number): never {
  throw new RangeError(`Cannot read field "${index}": there are fewer fields`);
}

// Makes `console.log(headers)` show the fields; defined here because a
// well-known symbol of the runtime has no type that could be published.
Object.defineProperty(Fields.prototype, Symbol.for("Deno.customInspect"), {
  configurable: true,
  value(
    this: Fields,
    inspect: (value: unknown, options: unknown) => string,
    options: unknown,
  ): string {
    return `${this.constructor.name} ${inspect(this.items(), options)}`;
  },
});
