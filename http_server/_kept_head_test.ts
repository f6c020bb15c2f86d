import { assertEquals, assertThrows } from "@std/assert";
import { type Answer, KeptHead } from "./_kept_head.ts";
import {
  applyFraming,
  Fields,
  responseFraming,
  serializeResponseHead,
} from "./protocol/mod.ts";

type Entries = readonly (readonly [name: string, value: string])[];

const ENTRIES: Entries = [["A", "1"], ["Content-Length", "5"]];

function answer(
  { entries = ENTRIES, ...rest }: Partial<Answer> & { entries?: Entries } = {},
): Answer {
  return {
    requestMethod: "GET",
    requestVersion: "HTTP/1.1",
    protocolVersion: "HTTP/1.1",
    status: 200,
    reason: "OK",
    keepAlive: true,
    ...rest,
    fields: new Fields(entries),
  };
}

/** What an answer's head is when nothing is kept. */
function afresh(answer: Answer): [head: string, framing: unknown] {
  const framing = responseFraming(answer);
  applyFraming(answer.fields, framing);
  const head = serializeResponseHead({
    version: answer.protocolVersion,
    ...answer,
  });
  return [text(head), framing];
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const OTHERS: [what: string, other: Parameters<typeof answer>[0]][] = [
  ["the same", {}],
  ["to HEAD", { requestMethod: "HEAD" }],
  ["to HTTP/1.0", { requestVersion: "HTTP/1.0" }],
  ["of HTTP/1.0", { protocolVersion: "HTTP/1.0" }],
  ["of another status", { status: 404 }],
  ["without a body", { status: 204 }],
  ["of another reason", { reason: "Fine" }],
  ["that closes", { keepAlive: false }],
  ["with another value", { entries: [["A", "1"], ["Content-Length", "6"]] }],
  ["with another name", { entries: [["B", "1"], ["Content-Length", "5"]] }],
  ["in another order", { entries: [["Content-Length", "5"], ["A", "1"]] }],
  ["with a field less", { entries: [["A", "1"]] }],
  ["with a field more", { entries: [...ENTRIES, ["B", "2"]] }],
  ["without fields", { entries: [] }],
  ["too long to keep", { entries: [["A", "x".repeat(9000)]] }],
];

for (const [what, other] of OTHERS) {
  Deno.test(`KeptHead makes an answer as if it kept none: ${what}`, () => {
    const kept = new KeptHead();
    for (const each of [{}, other, {}, {}, other, other]) {
      const framing = kept.frame(answer(each));
      assertEquals([text(kept.bytes), framing], afresh(answer(each)));
    }
  });
}

Deno.test("KeptHead keeps nothing of an answer that cannot be sent", () => {
  const kept = new KeptHead();
  kept.frame(answer());
  const bad = { entries: [["A", "1"], ["Content-Length", "x"]] } as const;
  for (let i = 0; i < 2; i++) {
    assertThrows(() => kept.frame(answer(bad)), TypeError);
    assertEquals(kept.has(0, "A", "1"), false);
  }
  kept.frame(answer());
  assertEquals(text(kept.bytes), afresh(answer())[0]);
});
