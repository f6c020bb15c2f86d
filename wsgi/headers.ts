import { assert } from "@std/assert/assert";
import { encodeLatin1 } from "../socketserver/io/mod.ts";
import {
  checkFieldName,
  checkFieldValue,
} from "../http_server/protocol/mod.ts";
import type { HeaderList } from "./types.ts";

/** Values of parameters: `null` for a bare name. */
export type HeaderParameters = Readonly<Record<string, string | null>>;

/** Characters that a parameter's value must be quoted for: Python's `tspecials`. */
export const tspecials: RegExp = /[ ()<>@,;:\\"/[\]?=]/;

/**
 * The fields of an answer as a mapping over a list of pairs: Python's
 * `wsgiref.headers.Headers`. Names are compared regardless of case; the list
 * that it was given is the one that it changes.
 *
 * @example Fields with parameters
 * ```ts
 * import { Headers } from "@pystd/server/wsgi";
 * import { assertEquals } from "@std/assert";
 *
 * const headers = new Headers();
 * headers.addHeader("Content-Disposition", "attachment", { filename: "a b.txt" });
 * headers.set("Content-Type", "text/plain");
 * assertEquals(
 *   String(headers),
 *   'Content-Disposition: attachment; filename="a b.txt"\r\n' +
 *     "Content-Type: text/plain\r\n\r\n",
 * );
 * ```
 */
export class Headers {
  readonly #list: HeaderList;

  /**
   * Wraps a list; it is checked, and changed in place later.
   *
   * @param headers The pairs; a new list by default.
   * @throws {TypeError} If it is no list of pairs of texts, or one of them
   * cannot be sent.
   */
  constructor(headers: HeaderList = []) {
    if (!Array.isArray(headers)) {
      throw new TypeError(
        "Cannot make Headers: name and value pairs come in a list",
      );
    }
    for (const pair of headers) this._check(pair[0], pair[1]);
    this.#list = headers;
  }

  /** How many fields there are, repeated ones counted. */
  get size(): number {
    return this.#list.length;
  }

  /**
   * The value of the first field of a name.
   *
   * @param name The name in any case.
   * @param fallback What to return if there is none.
   * @returns The value.
   */
  get(name: string, fallback: string | null = null): string | null {
    const index = this.#indexOf(name);
    return index < 0 ? fallback : this.#list[index]![1];
  }

  /** The values of all fields of a name, in order. */
  getAll(name: string): string[] {
    return this.#list.filter(([own]) => isSame(own, name))
      .map(([, value]) => value);
  }

  /**
   * Replaces all fields of a name by one at the end.
   *
   * @throws {TypeError} If name or value cannot be sent.
   */
  set(name: string, value: string): void {
    this._check(name, value);
    this.delete(name);
    this.#list.push([name, value]);
  }

  /** Takes out all fields of a name, if there are any. */
  delete(name: string): void {
    for (let i = this.#list.length; i-- > 0;) {
      if (isSame(this.#list[i]![0], name)) this.#list.splice(i, 1);
    }
  }

  /** Whether there is a field of a name. */
  has(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }

  /** The names, repeated ones repeatedly. */
  keys(): string[] {
    return this.#list.map(([name]) => name);
  }

  /** The values. */
  values(): string[] {
    return this.#list.map(([, value]) => value);
  }

  /** A copy of the list. */
  items(): HeaderList {
    return this.#list.map(([name, value]) => [name, value]);
  }

  /** Goes through the pairs. */
  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.#list[Symbol.iterator]();
  }

  /**
   * The value of a name, which is added if there is none yet.
   *
   * @throws {TypeError} If it has to be added and cannot be sent.
   */
  setdefault(name: string, value: string): string {
    const own = this.get(name);
    if (own !== null) return own;
    this._check(name, value);
    this.#list.push([name, value]);
    return value;
  }

  /**
   * Adds a field with parameters.
   *
   * @param name Its name.
   * @param value What stands before the parameters; `null` for nothing.
   * @param params Their values by name, with `_` for `-`; `null` or `""` for a
   * bare name.
   * @throws {TypeError} If name or value cannot be sent.
   */
  addHeader(
    name: string,
    value: string | null,
    params: HeaderParameters = {},
  ): void {
    const parts = value === null ? [] : [value];
    for (const [key, own] of Object.entries(params)) {
      const parameter = key.replaceAll("_", "-");
      parts.push(_formatparam(parameter, own));
    }
    const text = parts.join("; ");
    this._check(name, text);
    this.#list.push([name, text]);
  }

  /** The lines with an empty one at the end. */
  toString(): string {
    return [...this.#list.map(([name, value]) => `${name}: ${value}`), "", ""]
      .join("\r\n");
  }

  /** The lines as bytes, one for each character. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return encodeLatin1(this.toString());
  }

  /** Shows the list where Deno prints it. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Headers(${Deno.inspect(this.#list)})`;
  }

  #indexOf(name: string): number {
    for (let i = 0; i < this.#list.length; i++) {
      if (isSame(this.#list[i]![0], name)) return i;
    }
    return -1;
  }

  /** Refuses what cannot be sent; may be overridden to be stricter. */
  protected _check(name: unknown, value: unknown): void {
    assert(
      typeof name === "string" && typeof value === "string",
      `Header names/values must be of type str (got ${String(name)}: ${
        String(value)
      })`,
    );
    checkFieldName(name);
    checkFieldValue(value);
  }
}

/** Names are ASCII: those of other lengths need no other case to differ. */
function isSame(one: string, other: string): boolean {
  return one.length === other.length &&
    (one === other || one.toLowerCase() === other.toLowerCase());
}

/** Another name for {@linkcode Headers}, beside the web's class. */
export { Headers as WSGIHeaders };

/**
 * Writes one parameter of a field.
 *
 * @param param Its name.
 * @param value Its value; `null` or `""` for none.
 * @param quote Whether a value that needs no quotes gets them all the same.
 * @returns Such as `filename="a b.txt"`.
 */
export function _formatparam(
  param: string,
  value: string | null = null,
  quote = true,
): string {
  if (value === null || value === "") return param;
  if (!quote && !tspecials.test(value)) return `${param}=${value}`;
  return `${param}="${value.replace(/[\\"]/g, "\\$&")}"`;
}
