/**
 * Mutated requests against a second opinion: a slow reader made of regular
 * expressions straight from the grammar. What one accepts, the other must
 * accept too, with the same values, however the bytes are cut.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  cut,
  generator,
  mutate,
  validRequests,
} from "../../_tools/testing/mutate.ts";
import {
  type Conversation,
  readRequests,
} from "../../_tools/testing/read_requests.ts";
import { encodeLatin1 } from "./latin1.ts";
import { ProtocolError } from "./protocol_error.ts";

const ROUNDS = 20_000;
const SEED = 0x9112;

Deno.test("readers agree with the grammar on 20,000 mutated requests", () => {
  const random = generator(SEED);
  const samples = validRequests();
  let accepted = 0;
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutate(samples, random);
    const bytes = encodeLatin1(text);
    const what = `round ${round}: ${JSON.stringify(text)}`;
    const whole = readRequests([bytes]);
    assertSame(requestsOf(whole), reference(text), what);
    if (whole.error === null) {
      assert(!hasCompleteHead(whole.rest), `undecided in ${what}`);
    } else {
      assertInstanceOf(whole.error, ProtocolError, what);
      refused++;
    }
    accepted += whole.requests.length;

    const split = readRequests(cut(bytes, random));
    assertSame(requestsOf(split), requestsOf(whole), what);
    assertSame(statusOf(split), statusOf(whole), what);
  }
  // Mutations that break everything, or nothing, would show nothing.
  assert(accepted > ROUNDS / 2 && refused > ROUNDS / 4);
});

type Seen = [
  method: string,
  target: string,
  version: string,
  fields: [string, string][],
  body: string,
  trailers: [string, string][],
];

function requestsOf(conversation: Conversation): Seen[] {
  return conversation.requests.map(({ head, body, trailers }) => [
    head.method,
    head.target,
    head.version,
    head.fields.items(),
    body,
    trailers,
  ]);
}

function statusOf({ error }: Conversation): number | null {
  return error instanceof ProtocolError ? error.status : null;
}

/** assertEquals, but quick when all is well. */
function assertSame(actual: unknown, expected: unknown, message: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    assertEquals(actual, expected, message);
  }
}

function hasCompleteHead(text: string): boolean {
  return /\n\r?\n/.test(text.replace(/^[\r\n]+/, ""));
}

// The second opinion. Every request that `text` begins with.

const FIELD =
  "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n";
const HEAD = new RegExp(
  "^(?:\\r\\n){0,4}([!#$%&'*+\\-.^_`|~0-9A-Za-z]+) ([\\x21-\\x7e\\x80-\\xff]+) " +
    `(HTTP/([0-9]{1,10})\\.([0-9]{1,10}))\\r\\n((?:${FIELD})*)\\r\\n`,
);
const SIMPLE = /^(?:\r\n){0,4}GET ([\x21-\x7e\x80-\xff]+)\r\n/;
const CHUNK = /^([0-9A-Fa-f]{1,16})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r\n/;
const TRAILERS = new RegExp(`^((?:${FIELD})*)\\r\\n`);

function reference(text: string): Seen[] {
  const seen: Seen[] = [];
  for (;;) {
    const simple = SIMPLE.exec(text);
    if (simple !== null) {
      seen.push(["GET", simple[1]!, "HTTP/0.9", [], "", []]);
      text = text.slice(simple[0].length);
      continue;
    }
    const head = HEAD.exec(text);
    if (head === null || Number(head[4]) > 1) return seen;
    const is11 = Number(head[4]) === 1 && Number(head[5]) >= 1;
    const fields = fieldsOf(head[6]!);
    if (!isHostRight(fields, is11)) return seen;
    const read = bodyOf(text.slice(head[0].length), fields, is11);
    if (read === null) return seen;
    const [body, trailers, rest] = read;
    seen.push([head[1]!, head[2]!, head[3]!, fields, body, trailers]);
    text = rest;
  }
}

function fieldsOf(block: string): [string, string][] {
  return block.split("\r\n").slice(0, -1).map((line) => {
    const [, name, value] = /^([^:]+):[\t ]*(.*)$/s.exec(line)!;
    return [name!, value!.replace(/[\t ]*$/, "")];
  });
}

function valuesOf(fields: [string, string][], name: string): string[] {
  return fields.filter((field) => field[0].toLowerCase() === name)
    .map((field) => field[1]);
}

function isHostRight(fields: [string, string][], is11: boolean): boolean {
  const hosts = valuesOf(fields, "host");
  if (hosts.length !== 1) return hosts.length === 0 && !is11;
  const match =
    /^(\[[0-9A-Fa-f:.]*\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})*)(?::([0-9]{0,5}))?$/
      .exec(hosts[0]!);
  return match !== null && Number(match[2] ?? 0) <= 65535 &&
    (!match[1]!.startsWith("[") || URL.canParse(`http://${match[1]}/`));
}

function bodyOf(
  text: string,
  fields: [string, string][],
  is11: boolean,
): [body: string, trailers: [string, string][], rest: string] | null {
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length === 0) {
    if (lengths.length === 0) return ["", [], text];
    const length = Number(lengths[0]);
    if (lengths.length > 1 || !/^[0-9]{1,20}$/.test(lengths[0]!)) return null;
    if (length > text.length) return null;
    return [text.slice(0, length), [], text.slice(length)];
  }
  if (lengths.length > 0 || !is11) return null;
  if (codings.length > 1 || !/^chunked$/i.test(codings[0]!)) return null;
  let body = "";
  for (;;) {
    const chunk = CHUNK.exec(text);
    if (chunk === null) return null;
    text = text.slice(chunk[0].length);
    const size = Number(BigInt("0x" + chunk[1]));
    if (size === 0) break;
    if (text.slice(size, size + 2) !== "\r\n") return null;
    body += text.slice(0, size);
    text = text.slice(size + 2);
  }
  const trailers = TRAILERS.exec(text);
  if (trailers === null) return null;
  return [body, fieldsOf(trailers[1]!), text.slice(trailers[0].length)];
}
