/**
 * The fields of a request with the methods that Python's `email.message` has
 * for them. A handler's `headers` is one of these, made anew for each request.
 *
 * @module
 */

import { sameName } from "./_chars.ts";
import {
  type ParameterizedValue,
  parseParameters,
  quoteString,
} from "./field_syntax.ts";
import { Fields } from "./fields.ts";

/**
 * Fields of a message. Python's `http.client.HTTPMessage`.
 *
 * Left out: `getallmatchingheaders`, which finds nothing in Python either.
 *
 * @example What a handler asks
 * ```ts
 * import { HTTPMessage } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const headers = new HTTPMessage([["Content-Type", "Text/HTML; charset=UTF-8"]]);
 * assertEquals(headers.getContentType(), "text/html");
 * assertEquals(headers.getContentCharset(), "utf-8");
 * ```
 */
export class HTTPMessage extends Fields {
  #defaultType = "text/plain";

  /**
   * Appends a field with parameters.
   *
   * @param name Name of the field.
   * @param value What stands before the parameters, or null for nothing.
   * @param params Parameters: an underscore in a name becomes a dash, null
   *   gives the bare name, and a value beyond ASCII the form of RFC 8187.
   *
   * @example A download with a name
   * ```ts
   * import { HTTPMessage } from "@pystd/server/http-protocol";
   * import { assertEquals } from "@std/assert";
   *
   * const headers = new HTTPMessage();
   * headers.addHeader("Content-Disposition", "attachment", { filename: "a b.txt" });
   * assertEquals(headers.get("content-disposition"), 'attachment; filename="a b.txt"');
   * ```
   */
  addHeader(
    name: string,
    value: string | null,
    params: Readonly<Record<string, string | null>> = {},
  ): void {
    const parts = value === null ? [] : [value];
    for (const [key, parameter] of Object.entries(params)) {
      const shown = key.replaceAll("_", "-");
      parts.push(
        parameter === null ? shown : formatParameter(shown, parameter),
      );
    }
    this.add(name, parts.join("; "));
  }

  /**
   * The media type of the body.
   *
   * @returns Type and subtype in lower case; `text/plain` for a value without
   *   exactly one slash, the default type if the field is missing.
   */
  getContentType(): string {
    const value = this.get("content-type");
    if (value === null) return this.#defaultType;
    const type = asciiLowerCase(parseParameters(value).value);
    return type.split("/").length === 2 ? type : "text/plain";
  }

  /**
   * The part of {@linkcode getContentType} before the slash.
   *
   * @returns Such as `text`.
   */
  getContentMaintype(): string {
    return this.getContentType().split("/")[0]!;
  }

  /**
   * The part of {@linkcode getContentType} behind the slash.
   *
   * @returns Such as `plain`.
   */
  getContentSubtype(): string {
    return this.getContentType().split("/")[1] ?? "";
  }

  /**
   * What {@linkcode getContentType} returns when there is no such field.
   *
   * @returns `text/plain` until it is set.
   */
  getDefaultType(): string {
    return this.#defaultType;
  }

  /**
   * Sets what {@linkcode getContentType} returns when there is no such field.
   *
   * @param type Type and subtype. No field is added.
   */
  setDefaultType(type: string): void {
    this.#defaultType = type;
  }

  /**
   * The charset parameter of Content-Type.
   *
   * @returns Its value in lower case, or null.
   */
  getContentCharset(): string | null;
  /**
   * The charset parameter of Content-Type.
   *
   * @param fallback What to return if there is none.
   * @returns Its value in lower case, or the fallback.
   */
  getContentCharset<T>(fallback: T): string | T;
  getContentCharset<T>(fallback: T | null = null): string | T | null {
    const charset = this.getParam("charset");
    return charset === null ? fallback : asciiLowerCase(charset);
  }

  /**
   * A field's value and its parameters.
   *
   * @param fallback What to return if there is no such field.
   * @param header Name of the field.
   * @returns First the value itself, paired with "", then name and unquoted
   *   value of each parameter.
   */
  getParams<T = null>(
    fallback: T | null = null,
    header = "content-type",
  ): [name: string, value: string][] | T | null {
    const field = this.get(header);
    if (field === null) return fallback;
    const { value, parameters } = parseParameters(field);
    return [[value, ""], ...parameters];
  }

  /**
   * One parameter of a field.
   *
   * @param param Name in any case.
   * @param fallback What to return if there is none.
   * @param header Name of the field.
   * @returns Its unquoted value; of duplicates the first.
   */
  getParam<T = null>(
    param: string,
    fallback: T | null = null,
    header = "content-type",
  ): string | T | null {
    const field = this.get(header);
    if (field === null) return fallback;
    for (const [name, value] of parseParameters(field).parameters) {
      if (sameName(name, param)) return value;
    }
    return fallback;
  }

  /**
   * Sets one parameter of a field, in its place if it was there. A missing
   * field is added, Content-Type with the default type.
   *
   * @param param Name in any case.
   * @param value Its new value, unquoted.
   * @param header Name of the field.
   */
  setParam(param: string, value: string, header = "Content-Type"): void {
    const field = this.get(header);
    if (field === null) {
      const bare = sameName(header, "content-type") ? this.#defaultType : "";
      this.add(
        header,
        formatField({ value: bare, parameters: [[param, value]] }),
      );
      return;
    }
    const parsed = parseParameters(field);
    const old = parsed.parameters.find(([name]) => sameName(name, param));
    if (old === undefined) parsed.parameters.push([param, value]);
    else old[1] = value;
    this.replaceHeader(header, formatField(parsed));
  }

  /**
   * Removes a parameter of a field, if it is there.
   *
   * @param param Name in any case.
   * @param header Name of the field.
   */
  delParam(param: string, header = "content-type"): void {
    const field = this.get(header);
    if (field === null) return;
    const { value, parameters } = parseParameters(field);
    const kept = parameters.filter(([name]) => !sameName(name, param));
    if (kept.length === parameters.length) return;
    this.replaceHeader(header, formatField({ value, parameters: kept }));
  }

  /**
   * The fields as text, for people.
   *
   * @returns A line for each field and an empty one, ended by LF as in Python.
   */
  override toString(): string {
    let text = "";
    for (const [name, value] of this.items()) text += `${name}: ${value}\n`;
    return text + "\n";
  }
}

function formatField({ value, parameters }: ParameterizedValue): string {
  const parts = value === "" ? [] : [value];
  for (const [name, parameter] of parameters) {
    parts.push(parameter === "" ? name : formatParameter(name, parameter));
  }
  return parts.join("; ");
}

function formatParameter(name: string, value: string): string {
  // deno-lint-ignore no-control-regex -- all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(value)) return `${name}=${quoteString(value)}`;
  const encoded = encodeURIComponent(value.toWellFormed()).replace(
    /['()*!]/g,
    (mark) => "%" + mark.charCodeAt(0).toString(16).toUpperCase(),
  );
  return `${name}*=utf-8''${encoded}`;
}

// Media types and charsets are tokens; anything else keeps its case, since
// toLowerCase() turns the Kelvin sign into a k.
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
