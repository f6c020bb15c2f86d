/**
 * The rules of PEP 3333, one named check each; `validator` applies them.
 *
 * @module
 */
import { AssertionError } from "@std/assert/assertion-error";
import { isHopByHop } from "./is_hop_by_hop.ts";
import type { ExcInfo } from "./types.ts";

/** The name of a softer point, which is a warning on the console. */
export class WSGIWarning extends Error {
  /** The name that it is shown with. */
  override name = "WSGIWarning";
}

/** What a field's name is: Python's `header_re`. */
export const headerRe: RegExp = /^[a-zA-Z][a-zA-Z0-9\-_]*$/;
/** What a field's value must not hold: Python's `bad_header_value_re`. */
// deno-lint-ignore no-control-regex -- that is the rule
export const badHeaderValueRe: RegExp = /[\0-\x1f]/;

/**
 * Insists on something.
 *
 * @param condition What must be true.
 * @param message Which rule that is.
 * @throws {AssertionError} If it is not true.
 */
export function assert_(
  condition: unknown,
  message = "A rule of WSGI is broken",
): asserts condition {
  if (!condition) throw new AssertionError(message);
}

function warn(message: string): void {
  console.warn(String(new WSGIWarning(message)));
}

/** Rules with their names, in the order in which they are checked. */
type Rules<Value> = Readonly<Record<string, (value: Value) => boolean>>;

function check<Value>(rules: Rules<Value>, value: Value): void {
  for (const [name, holds] of Object.entries(rules)) {
    if (!holds(value)) {
      throw new AssertionError(`${name} (got ${Deno.inspect(value, BRIEF)})`);
    }
  }
}

const BRIEF = { depth: 1, breakLength: Infinity, strAbbreviateSize: 80 };

/**
 * Insists on a text whose characters are bytes.
 *
 * @param value What should be one.
 * @param title What it is, for the message.
 * @returns The same text.
 * @throws {AssertionError} If it is none.
 */
export function checkStringType(value: unknown, title: string): string {
  assert_(typeof value === "string", `${title} is a string`);
  assert_(/^[\0-\xff]*$/.test(value), `${title} holds one character per byte`);
  return value;
}

type Environ = Readonly<Record<string, unknown>>;

const REQUIRED = [
  "REQUEST_METHOD",
  "SERVER_NAME",
  "SERVER_PORT",
  "wsgi.version",
  "wsgi.input",
  "wsgi.errors",
  "wsgi.multithread",
  "wsgi.multiprocess",
  "wsgi.run_once",
];

const METHODS: ReadonlySet<unknown> = new Set([
  "GET",
  "HEAD",
  "POST",
  "OPTIONS",
  "PATCH",
  "PUT",
  "DELETE",
  "TRACE",
]);

const ENVIRON_RULES: Rules<Environ> = {
  "The environment is a plain object": (environ) =>
    typeof environ === "object" && environ !== null &&
    [null, Object.prototype].includes(Object.getPrototypeOf(environ)),
  "The environment has all that it must have": (environ) =>
    REQUIRED.every((name) => name in environ),
  "The type of the body is in CONTENT_TYPE": (environ) =>
    !("HTTP_CONTENT_TYPE" in environ),
  "The length of the body is in CONTENT_LENGTH": (environ) =>
    !("HTTP_CONTENT_LENGTH" in environ),
  "The variables of CGI are strings": (environ) =>
    variables(environ).every((value) => typeof value === "string"),
  "The variables of CGI hold one character per byte": (environ) =>
    variables(environ).every((value) => /^[\0-\xff]*$/.test(String(value))),
  "wsgi.version is a pair": ({ "wsgi.version": version }) =>
    Array.isArray(version) && version.length === 2,
  "wsgi.url_scheme is http or https": ({ "wsgi.url_scheme": scheme }) =>
    scheme === "http" || scheme === "https",
  "SCRIPT_NAME is empty or begins with a slash": ({ SCRIPT_NAME }) =>
    isPath(SCRIPT_NAME),
  "PATH_INFO is empty or begins with a slash": ({ PATH_INFO }) =>
    isPath(PATH_INFO),
  "CONTENT_LENGTH is no negative number": ({ CONTENT_LENGTH }) =>
    !CONTENT_LENGTH || /^[0-9]+$/.test(String(CONTENT_LENGTH)),
  "One of SCRIPT_NAME and PATH_INFO is there": (environ) =>
    Boolean(environ.SCRIPT_NAME) || "PATH_INFO" in environ,
  "SCRIPT_NAME is no lone slash": ({ SCRIPT_NAME }) => SCRIPT_NAME !== "/",
};

/**
 * Checks the environment of a request.
 *
 * @param environ What the server gives.
 * @throws {AssertionError} With the rule that it breaks.
 */
export function checkEnviron(environ: unknown): void {
  check(ENVIRON_RULES, environ as Environ);
  const { QUERY_STRING, REQUEST_METHOD, ...rest } = environ as Environ;
  if (QUERY_STRING === undefined) {
    warn("QUERY_STRING is not in the environment; other servers may differ");
  }
  if (!METHODS.has(REQUEST_METHOD)) {
    warn(`REQUEST_METHOD is unknown: ${String(REQUEST_METHOD)}`);
  }
  checkInput(rest["wsgi.input"]);
  checkErrors(rest["wsgi.errors"]);
}

function variables(environ: Environ): unknown[] {
  return Object.entries(environ)
    .filter(([name]) => !name.includes("."))
    .map(([, value]) => value);
}

function isPath(value: unknown): boolean {
  return !value || String(value).startsWith("/");
}

function hasMethods(value: unknown, names: readonly PropertyKey[]): boolean {
  return typeof value === "object" && value !== null &&
    names.every((name) =>
      typeof (value as Record<PropertyKey, unknown>)[name] === "function"
    );
}

/**
 * Checks `wsgi.input`.
 *
 * @throws {AssertionError} If it lacks a method.
 */
export function checkInput(input: unknown): void {
  assert_(
    hasMethods(input, ["read", "readline", "readlines", Symbol.asyncIterator]),
    "wsgi.input has read, readline, readlines and iteration",
  );
}

/**
 * Checks `wsgi.errors`.
 *
 * @throws {AssertionError} If it lacks a method.
 */
export function checkErrors(errors: unknown): void {
  assert_(
    hasMethods(errors, ["flush", "write", "writelines"]),
    "wsgi.errors has flush, write and writelines",
  );
}

const STATUS_RULES: Rules<string> = {
  "The status begins with three characters and a blank": (status) =>
    status.split(/\s/, 1)[0]!.length === 3,
  "The status begins with a number from 100 on": (status) =>
    /^[1-9][0-9]{2}/.test(status),
};

/**
 * Checks a status.
 *
 * @throws {AssertionError} With the rule that it breaks.
 */
export function checkStatus(status: unknown): void {
  const text = checkStringType(status, "The status");
  check(STATUS_RULES, text);
  if (text[3] !== " ") {
    warn(`The status "${text}" has no blank and reason behind its number`);
  }
}

const HEADER_RULES: Rules<readonly [name: string, value: string]> = {
  "The status is no field": ([name]) => name.toLowerCase() !== "status",
  "A field's name holds no line break and no colon": ([name]) =>
    !/[\n:]/.test(name),
  "A field's name is letters, digits, dashes and underscores": ([name]) =>
    headerRe.test(name),
  "A field's name does not end in a dash or underscore": ([name]) =>
    !/[-_]$/.test(name),
  "A field's value holds no control character": ([, value]) =>
    !badHeaderValueRe.test(value),
  "A field is no business of the server's": ([name]) => !isHopByHop(name),
};

/**
 * Checks the fields of an answer.
 *
 * @throws {AssertionError} With the rule that they break.
 */
export function checkHeaders(headers: unknown): void {
  assert_(Array.isArray(headers), "The fields come in a list");
  for (const field of headers as unknown[]) {
    assert_(
      Array.isArray(field) && field.length === 2,
      "A field is a pair of name and value",
    );
    check(HEADER_RULES, [
      checkStringType(field[0], "A field's name"),
      checkStringType(field[1], "A field's value"),
    ]);
  }
}

/**
 * Checks that an answer has a type if it can have a body, and only then.
 *
 * @throws {AssertionError} With the rule that it breaks.
 */
export function checkContentType(
  status: string,
  headers: readonly (readonly [name: string, value: string])[],
): void {
  const hasType = headers.some(([name]) =>
    name.toLowerCase() === "content-type"
  );
  const code = Number(status.slice(0, 3));
  if (code === 204 || code === 304) {
    assert_(!hasType, `An answer with status ${code} has no Content-Type`);
  } else {
    assert_(hasType, "An answer with a body has a Content-Type");
  }
}

/**
 * Checks the third argument of `startResponse`.
 *
 * @throws {AssertionError} If it is neither nothing nor an error.
 */
export function checkExcInfo(excInfo: unknown): asserts excInfo is
  | ExcInfo
  | null
  | undefined {
  assert_(
    excInfo === null || excInfo === undefined || excInfo instanceof Error ||
      Array.isArray(excInfo) && excInfo.length === 3,
    "The reason for another answer is an error",
  );
}

/**
 * Checks what an application returns.
 *
 * @throws {AssertionError} If it is no body.
 */
export function checkIterator(iterator: unknown): void {
  assert_(
    typeof iterator !== "string" && !ArrayBuffer.isView(iterator),
    "A body is not one text or block: that would be sent byte by byte",
  );
  assert_(
    typeof iterator === "object" && iterator !== null &&
      (Symbol.iterator in iterator || Symbol.asyncIterator in iterator),
    "A body is an iterable of blocks",
  );
}
