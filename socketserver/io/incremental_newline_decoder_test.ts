import { assertEquals, assertThrows } from "@std/assert";
import { lookupCodec } from "./codecs.ts";
import { IncrementalNewlineDecoder } from "./incremental_newline_decoder.ts";

const ENCODINGS = [
  "utf-8",
  "latin-1",
  "utf-16",
  "utf-16-le",
  "utf-16-be",
  "utf-32",
  "utf-32-le",
  "utf-32-be",
];

function utf8Decoder(translate: boolean): IncrementalNewlineDecoder {
  const decoder = lookupCodec("utf-8").incrementalDecoder();
  return new IncrementalNewlineDecoder(decoder, translate);
}

const CARRIAGE_RETURN = Uint8Array.of(0x0d);
const NOTHING = new Uint8Array();

/** Steps of one decoder, each taken twice from the same state. */
function checkUtf8(decoder: IncrementalNewlineDecoder): void {
  const steps: [bytes: number[], text: string, final?: boolean][] = [
    [[0xe8, 0xa2, 0x88], "\u8888"],
    [[0xe8], ""],
    [[0xa2], ""],
    [[0x88], "\u8888"],
    [[0x0a], "\n"],
    [[0x0d], ""],
    [[], "\n", true],
    [[0x0d], "\n", true],
    [[0x0d], ""],
    [[0x61], "\na"],
    [[0x0d, 0x0d, 0x0a], "\n\n"],
    [[0x0d], ""],
    [[0x0d], "\n"],
    [[0x0a, 0x61], "\na"],
    [[0xe8, 0xa2, 0x88, 0x0d, 0x0a], "\u8888\n"],
    [[0xe8, 0xa2, 0x88, 0x0d], "\u8888"],
    [[0xe8], ""], // the CR is held on while a character is incomplete
    [[0xa2, 0x88], "\n\u8888"],
    [[0x0d], ""],
    [[0x0a], "\n"],
  ];
  for (const [bytes, text, final = false] of steps) {
    const input = Uint8Array.from(bytes);
    const state = decoder.getstate();
    assertEquals(decoder.decode(input, final), text);
    decoder.setstate(state);
    assertEquals(decoder.decode(input, final), text);
  }
  decoder.decode(Uint8Array.of(0xe8));
  assertThrows(() => decoder.decode(NOTHING, true), Deno.errors.InvalidData);
  decoder.reset();
  assertEquals(decoder.decode(Uint8Array.of(0x61)), "a");
}

Deno.test("IncrementalNewlineDecoder goes back to any state (test_newline_decoder, test_translate)", () => {
  checkUtf8(utf8Decoder(true));
});

Deno.test("IncrementalNewlineDecoder leaves line ends alone if it does not translate (test_translate)", () => {
  const decoder = utf8Decoder(false);
  assertEquals(decoder.decode(Uint8Array.of(0x0d, 0x0d, 0x0a)), "\r\r\n");
  assertEquals(decoder.decode(CARRIAGE_RETURN), "");
  assertEquals(decoder.decode(Uint8Array.of(0x0a)), "\r\n");
  assertEquals(decoder.decode(CARRIAGE_RETURN, true), "\r");
});

Deno.test("IncrementalNewlineDecoder counts line ends in pieces of any encoding (test_newline_decoder)", () => {
  for (const encoding of [null, ...ENCODINGS]) {
    const codec = encoding === null ? null : lookupCodec(encoding);
    const encoder = codec?.incrementalEncoder();
    const decoder = new IncrementalNewlineDecoder(
      codec?.incrementalDecoder() ?? null,
      true,
    );
    const decode = (text: string) => {
      const pieces = encoder
        ? Array.from(encoder.encode(text), (byte) => Uint8Array.of(byte))
        : Array.from(text);
      return pieces.map((piece) => decoder.decode(piece)).join("");
    };
    assertEquals(decoder.newlines, null);
    let text = decode("abc\n\r");
    assertEquals(decoder.newlines, "\n", `${encoding}`);
    text += decode("\nabc");
    assertEquals(decoder.newlines, ["\n", "\r\n"]);
    text += decode("abc\r");
    assertEquals(decoder.newlines, ["\n", "\r\n"]);
    text += decode("abc");
    assertEquals(decoder.newlines, ["\r", "\n", "\r\n"]);
    text += decode("abc\r");
    assertEquals(text, "abc\n\nabcabc\nabcabc");
    decoder.reset();
    encoder?.reset();
    assertEquals(decode("abc"), "abc");
    assertEquals(decoder.newlines, null);
  }
});

Deno.test("IncrementalNewlineDecoder tells the kinds within one piece apart", () => {
  const cases: [text: string, newlines: string | string[] | null][] = [
    ["", null],
    ["a", null],
    ["a\nb", "\n"],
    ["a\rb", "\r"],
    ["a\r\nb", "\r\n"],
    ["a\r\n\nb", ["\n", "\r\n"]],
    ["a\r\r\nb", ["\r", "\r\n"]],
    ["a\n\rb", ["\r", "\n"]],
    ["a\n\r\r\nb", ["\r", "\n", "\r\n"]],
  ];
  for (const [text, newlines] of cases) {
    for (const translate of [false, true]) {
      const decoder = new IncrementalNewlineDecoder(null, translate);
      decoder.decode(text, true);
      assertEquals(decoder.newlines, newlines, JSON.stringify(text));
    }
  }
});

Deno.test("IncrementalNewlineDecoder takes no look-alike for a line end (test_newline_bytes)", () => {
  for (const translate of [false, true]) {
    const decoder = new IncrementalNewlineDecoder(null, translate);
    for (const text of ["\u0d00", "\u0a00", "\u2028", "\x85"]) {
      assertEquals(decoder.decode(text), text);
      assertEquals(decoder.newlines, null);
    }
  }
});

Deno.test("IncrementalNewlineDecoder getstate() holds the pending bytes and in its lowest bit the CR", () => {
  const decoder = utf8Decoder(true);
  assertEquals(decoder.getstate(), [NOTHING, 0]);
  decoder.decode(CARRIAGE_RETURN);
  assertEquals(decoder.getstate(), [NOTHING, 1]);
  decoder.decode(Uint8Array.of(0xe8));
  assertEquals(decoder.getstate(), [Uint8Array.of(0xe8), 1]);
  const bigEndian = lookupCodec("utf-16").incrementalDecoder();
  bigEndian.decode(Uint8Array.of(0xfe, 0xff));
  const [, flag] = bigEndian.getstate();
  const over = new IncrementalNewlineDecoder(bigEndian, true);
  over.decode(Uint8Array.of(0, 0x0d));
  assertEquals(over.getstate(), [NOTHING, flag * 2 + 1]);
});

Deno.test("IncrementalNewlineDecoder setstate() refuses what is no pair (test_newline_decoder)", () => {
  const decoder = utf8Decoder(true);
  for (const state of [42, null, undefined, [], [NOTHING], "ab"]) {
    assertThrows(() => decoder.setstate(state as never), TypeError);
  }
});

Deno.test("IncrementalNewlineDecoder refuses text where it needs bytes, and bytes where it needs text", () => {
  const bytes = utf8Decoder(true);
  assertThrows(() => bytes.decode("a"), TypeError, "Cannot decode a string");
  const text = new IncrementalNewlineDecoder(null, true);
  assertThrows(
    () => text.decode(CARRIAGE_RETURN),
    TypeError,
    "Cannot decode bytes",
  );
});
