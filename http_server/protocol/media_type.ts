/**
 * Media types (RFC 9110 section 8.3): read, written, and guessed from names.
 *
 * - Reading forgives what browsers forgive: a malformed parameter is dropped,
 *   of two with one name the first counts; only the type itself must be right.
 * - Guessing goes in Python's order: the caller's map (case as it is, then in
 *   lower case), the table, the default. It looks at the last extension only
 *   and never into the file.
 * - The table is `@std/media-types`, with the few answers that would be wrong
 *   for who serves a folder to browsers and developers put right here.
 *
 * @module
 */

import { typeByExtension } from "@std/media-types/type-by-extension";
import { consistsOf, TEXT } from "./_chars.ts";
import {
  isToken,
  parseParameters,
  quoteString,
  trimOws,
} from "./field_syntax.ts";

/** A media type in its parts. */
export interface MediaType {
  /** Type and subtype in lower case, such as `text/html`. */
  readonly essence: string;
  /** Parameters by their names in lower case; values as they were. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads a media type.
 *
 * @param text A `Content-Type` value, or a media range of `Accept`: `*` is a
 * token like others.
 * @returns Its parts, or `null` if there is no valid type and subtype.
 *
 * @example Usage
 * ```ts
 * import { parseMediaType } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const { essence, parameters } = parseMediaType('Text/HTML; Charset="UTF-8"')!;
 * assertEquals(essence, "text/html");
 * assertEquals(parameters.get("charset"), "UTF-8");
 * assertEquals(parseMediaType("html"), null);
 * ```
 */
export function parseMediaType(text: string): MediaType | null {
  const { value, parameters: pairs } = parseParameters(text);
  if (!isEssence(value)) return null;
  const parameters = new Map<string, string>();
  for (const [name, parameter] of pairs) {
    // Tokens are ASCII, so lower case is safe.
    if (!isToken(name) || !consistsOf(parameter, TEXT)) continue;
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, parameter);
  }
  return { essence: value.toLowerCase(), parameters };
}

/**
 * Writes a media type.
 *
 * @param essence Type and subtype.
 * @param parameters Pairs of name and value; a value that is no token is
 * quoted.
 * @returns The field value.
 * @throws {TypeError} If type, subtype or a name is no token, or a value holds
 * control characters or characters above U+00FF.
 *
 * @example Usage
 * ```ts
 * import { formatMediaType } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatMediaType("text/html", [["charset", "utf-8"], ["title", "a b"]]),
 *   'text/html; charset=utf-8; title="a b"',
 * );
 * ```
 */
export function formatMediaType(
  essence: string,
  parameters: Iterable<readonly [name: string, value: string]> = [],
): string {
  let text = essence;
  let valid = isEssence(essence);
  for (const [name, value] of parameters) {
    valid &&= isToken(name) && consistsOf(value, TEXT);
    text += `; ${name}=${isToken(value) ? value : quoteString(value)}`;
  }
  if (!valid) {
    throw new TypeError(
      `Cannot format media type ${JSON.stringify(text)}: it is malformed`,
    );
  }
  return text;
}

/** Whether a text is two tokens with a slash between. */
function isEssence(text: string): boolean {
  const slash = text.indexOf("/");
  return slash > 0 && isToken(text.slice(0, slash)) &&
    isToken(text.slice(slash + 1));
}

/** Types by extension: Python's `extensions_map`, whose keys have a dot. */
export type ExtensionsMap =
  | ReadonlyMap<string, string>
  | Readonly<Record<string, string>>;

/** Settings of {@linkcode guessMediaType} and {@linkcode contentType}. */
export interface GuessMediaTypeOptions {
  /** Types that go before the table, by extension with its dot. */
  readonly extensionsMap?: ExtensionsMap;
  /** The answer if nothing is known; `application/octet-stream` if left out. */
  readonly defaultType?: string;
}

const DEFAULT_TYPE = "application/octet-stream";

/**
 * Where the table has no answer, or one that does not help.
 *
 * TypeScript has no registered type, and registries give its extension to MPEG
 * transport streams. Who serves a folder has source there: `text/typescript` is
 * what JSR sends, Deno imports it, and a browser shows it instead of saving it.
 * Who has streams says so: `{ ".ts": "video/mp2t" }`.
 */
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  [".ts", "text/typescript"],
  [".mts", "text/typescript"],
  [".cts", "text/typescript"],
  [".tsx", "text/tsx"],
  [".cjs", "text/javascript"],
  [".py", "text/x-python"],
  [".rs", "text/x-rust"],
  [".go", "text/x-go"],
  [".diff", "text/x-diff"],
  [".patch", "text/x-diff"],
  [".jsonl", "application/jsonl"],
  [".ndjson", "application/x-ndjson"],
  [".flac", "audio/flac"],
  [".tgz", "application/gzip"],
  [".zst", "application/zstd"],
  [".br", "application/x-brotli"],
]);

/**
 * Guesses the media type of a file by its name. Python's `guess_type`.
 *
 * @param name Name or path of the file, slashes between names.
 * @param options Own types and the default.
 * @returns A media type, without `charset` unless the map gives one.
 *
 * @example Usage
 * ```ts
 * import { guessMediaType } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(guessMediaType("app.mjs"), "text/javascript");
 * assertEquals(guessMediaType("Makefile"), "application/octet-stream");
 * assertEquals(
 *   guessMediaType("page.inc", { extensionsMap: { ".inc": "text/html" } }),
 *   "text/html",
 * );
 * ```
 */
export function guessMediaType(
  name: string,
  options: GuessMediaTypeOptions = {},
): string {
  const { extensionsMap, defaultType = DEFAULT_TYPE } = options;
  const extension = extensionOf(name);
  if (extensionsMap !== undefined) {
    const type = lookUp(extensionsMap, extension) ??
      lookUp(extensionsMap, extension.toLowerCase());
    if (type !== undefined) return type;
  }
  return typeOf(extension) ?? defaultType;
}

/** As Python's `splitext`: dots that begin a name begin no extension. */
function extensionOf(name: string): string {
  const start = name.lastIndexOf("/") + 1;
  const dot = name.lastIndexOf(".");
  for (let i = start; i < dot; i++) {
    if (name[i] !== ".") return name.slice(dot);
  }
  return "";
}

function lookUp(map: ExtensionsMap, extension: string): string | undefined {
  if (map instanceof Map) return map.get(extension);
  // No property that every object has is called "" or begins with a dot.
  return (map as Readonly<Record<string, string>>)[extension];
}

function typeOf(extension: string): string | undefined {
  const lower = extension.toLowerCase();
  return OVERRIDES.get(lower) ?? typeByExtension(lower);
}

/** Types outside `text/` that browsers decode as their locale says. */
const SCRIPTS: ReadonlySet<string> = new Set([
  "application/javascript",
  "application/ecmascript",
  "application/x-javascript",
]);

/**
 * The `Content-Type` to send for a file: its guessed type, with
 * `charset=utf-8` if it is text.
 *
 * Without it browsers take text for windows-1252 or the like. JSON and XML need
 * none: they are UTF-8, or say otherwise themselves. A `charset` that the map or
 * the default type has is left alone.
 *
 * @param name Name or path of the file, slashes between names.
 * @param options Own types and the default.
 * @returns The field value.
 *
 * @example Usage
 * ```ts
 * import { contentType } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(contentType("index.html"), "text/html; charset=utf-8");
 * assertEquals(contentType("data.json"), "application/json");
 * ```
 */
export function contentType(
  name: string,
  options: GuessMediaTypeOptions = {},
): string {
  const type = guessMediaType(name, options);
  const essence = essenceOf(type);
  if (!essence.startsWith("text/") && !SCRIPTS.has(essence)) return type;
  if (essence !== type && parseMediaType(type)?.parameters.has("charset")) {
    return type;
  }
  return `${type}; charset=utf-8`;
}

function essenceOf(type: string): string {
  const end = type.indexOf(";");
  return trimOws(end < 0 ? type : type.slice(0, end)).toLowerCase();
}

/** Compressible types that neither their main type nor a suffix gives away. */
const COMPRESSIBLE: ReadonlySet<string> = new Set([
  ...SCRIPTS,
  "application/graphql",
  "application/json",
  "application/json5",
  "application/jsonl",
  "application/postscript",
  "application/rtf",
  "application/sql",
  "application/toml",
  "application/vnd.ms-fontobject",
  "application/wasm",
  "application/x-httpd-php",
  "application/x-ndjson",
  "application/x-sh",
  "application/x-tar",
  "application/x-tex",
  "application/xml",
  "application/xml-dtd",
  "application/yaml",
  "font/collection",
  "font/otf",
  "font/ttf",
  "image/bmp",
  "image/vnd.microsoft.icon",
  "image/x-icon",
  "model/gltf-binary",
]);

/**
 * Whether content of a type is worth compressing while it is sent.
 *
 * @param type Media type, with or without parameters, or `null`.
 * @returns True for text, JSON, XML and the few others that shrink; false for
 * what is compressed already, for the unknown, and for `text/event-stream`,
 * whose events a compressor would hold back.
 *
 * @example Usage
 * ```ts
 * import { isCompressible } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isCompressible("image/svg+xml"), true);
 * assertEquals(isCompressible("image/png"), false);
 * ```
 */
export function isCompressible(type: string | null): boolean {
  if (type === null) return false;
  const essence = essenceOf(type);
  if (essence.startsWith("text/")) return essence !== "text/event-stream";
  return COMPRESSIBLE.has(essence) || /\+(?:json|xml|yaml)$/.test(essence);
}
