import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  type Codec,
  decodeAscii,
  decodeLatin1,
  encodeAscii,
  encodeLatin1,
  type ErrorMode,
  lookupCodec,
} from "./codecs.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

const ENCODINGS = [
  "utf-8",
  "utf-8-sig",
  "utf-16",
  "utf-16-le",
  "utf-16-be",
  "utf-32",
  "utf-32-le",
  "utf-32-be",
  "iso8859-1",
  "ascii",
];

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
    " ",
  );
}

function unhex(text: string): Uint8Array {
  return Uint8Array.from(
    text === "" ? [] : text.split(" "),
    (byte) => Number(`0x${byte}`),
  );
}

/** Decodes byte by byte, going through the state each time. */
function decodeSlowly(
  codec: Codec,
  bytes: Uint8Array,
  errors: ErrorMode,
): string {
  let decoder = codec.incrementalDecoder(errors);
  let text = "";
  for (const byte of bytes) {
    text += decoder.decode(Uint8Array.of(byte));
    const state = decoder.getstate();
    decoder = codec.incrementalDecoder(errors);
    decoder.setstate(state);
  }
  return text + decoder.decode(new Uint8Array(), true);
}

function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.constructor.name : String(error);
  }
}

Deno.test("decodeLatin1() and encodeLatin1() map every byte to the character of its number and back", () => {
  const text = decodeLatin1(ALL_BYTES);
  assertEquals(
    Array.from(text, (character) => character.charCodeAt(0)),
    Array.from(ALL_BYTES),
  );
  assertEquals(encodeLatin1(text), ALL_BYTES);
});

Deno.test("decodeLatin1() leaves alone what is a UTF-8 sequence or a mark", () => {
  assertEquals(decodeLatin1(unhex("ef bb bf c3 a9")), "ï»¿Ã©");
});

Deno.test("decodeLatin1() takes inputs of any length", () => {
  const long = new Uint8Array(3_000_000).fill(0xe9);
  const text = decodeLatin1(long);
  assertEquals(text.length, long.length);
  assertEquals(text.at(-1), "é");
});

Deno.test("decodeLatin1() and decodeAscii() keep to the view they are given", () => {
  const view = unhex("41 42 43 44").subarray(1, 3);
  assertEquals(decodeLatin1(view), "BC");
  assertEquals(decodeAscii(view), "BC");
});

Deno.test("encodeLatin1() refuses what is above U+00FF", () => {
  assertThrows(
    () => encodeLatin1("aĀ"),
    RangeError,
    'Cannot encode U+0100 at 1 as "iso8859-1": it is above U+00FF',
  );
  assertThrows(() => encodeLatin1("😀"), RangeError, "U+1F600 at 0");
});

Deno.test("encodeAscii() and decodeAscii() map 0x00 to 0x7F and refuse the rest", () => {
  const ascii = ALL_BYTES.subarray(0, 128);
  assertEquals(encodeAscii(decodeAscii(ascii)), ascii);
  for (let byte = 0x80; byte <= 0xff; byte++) {
    assertThrows(
      () => decodeAscii(Uint8Array.of(0x41, byte)),
      Deno.errors.InvalidData,
    );
    assertThrows(() => encodeAscii(String.fromCharCode(byte)), RangeError);
  }
  // As many characters as bytes, and yet not ASCII.
  assertThrows(() => decodeAscii(unhex("ff")), Deno.errors.InvalidData);
  assertThrows(
    () => decodeAscii(unhex("41 80")),
    Deno.errors.InvalidData,
    'Cannot decode byte 0x80 at 1 as "ascii": it is above 0x7f',
  );
});

Deno.test("lookupCodec() knows Python's names, whatever their case and punctuation", () => {
  const names: [canonical: string, aliases: string][] = [
    ["utf-8", "utf-8 UTF-8 utf8 Utf_8 U8 utf cp65001"],
    ["utf-8-sig", "utf-8-sig UTF_8_SIG utf8-sig"],
    ["utf-16", "utf-16 UTF16 u16"],
    ["utf-16-le", "utf-16-le UTF-16LE utf_16_le"],
    ["utf-16-be", "utf-16-be UTF-16BE"],
    ["utf-32", "utf-32 utf32 U32"],
    ["utf-32-le", "utf-32-le utf-32LE"],
    ["utf-32-be", "utf-32-be UTF_32BE"],
    [
      "iso8859-1",
      "latin-1 latin1 L1 iso-8859-1 ISO_8859-1 iso8859-1 8859 cp819 ISO-IR-100",
    ],
    ["ascii", "ascii US-ASCII us 646 ANSI_X3.4-1968 ISO646-US"],
  ];
  for (const [canonical, aliases] of names) {
    for (const alias of aliases.split(" ")) {
      assertEquals(lookupCodec(alias).name, canonical, alias);
    }
  }
  assertEquals(lookupCodec("Latin 1").name, "iso8859-1");
});

Deno.test("lookupCodec() refuses unknown names (test_check_encoding_errors)", () => {
  const names = [
    "",
    "nonexistent",
    "hex",
    "rot13",
    "cp1252",
    "utf-8\0",
    "utf.8",
    "\udcfe",
    "constructor",
    "utf‐8",
  ];
  for (const name of names) {
    assertThrows(
      () => lookupCodec(name),
      RangeError,
      `Cannot find codec "${name}"`,
    );
  }
  assertThrows(() => lookupCodec(42 as never), TypeError);
});

Deno.test("Codec refuses unknown error modes (test_check_encoding_errors)", () => {
  for (const name of ENCODINGS) {
    const codec = lookupCodec(name);
    const unknown = "nonexistent" as ErrorMode;
    assertThrows(() => codec.incrementalDecoder(unknown), RangeError);
    assertThrows(() => codec.incrementalEncoder(unknown), RangeError);
    assertThrows(() => codec.encode("", unknown), RangeError);
    assertThrows(() => codec.decode(new Uint8Array(), unknown), RangeError);
    assertThrows(() => codec.incrementalDecoder(42 as never), TypeError);
  }
});

Deno.test("Codec encode() writes the bytes that the encoding asks for", () => {
  const cases: [encoding: string, bytes: string][] = [
    ["utf-8", "61 c3 a9 e2 82 ac f0 9f 98 80"],
    ["utf-8-sig", "ef bb bf 61 c3 a9 e2 82 ac f0 9f 98 80"],
    ["utf-16", "ff fe 61 00 e9 00 ac 20 3d d8 00 de"],
    ["utf-16-le", "61 00 e9 00 ac 20 3d d8 00 de"],
    ["utf-16-be", "00 61 00 e9 20 ac d8 3d de 00"],
    ["utf-32", "ff fe 00 00 61 00 00 00 e9 00 00 00 ac 20 00 00 00 f6 01 00"],
    ["utf-32-le", "61 00 00 00 e9 00 00 00 ac 20 00 00 00 f6 01 00"],
    ["utf-32-be", "00 00 00 61 00 00 00 e9 00 00 20 ac 00 01 f6 00"],
  ];
  for (const [encoding, bytes] of cases) {
    const codec = lookupCodec(encoding);
    assertEquals(hex(codec.encode("aé€😀")), bytes, encoding);
    assertEquals(codec.decode(unhex(bytes)), "aé€😀", encoding);
  }
});

Deno.test("Codec decode() goes by the byte order mark, and without one by the first form", () => {
  const cases: [encoding: string, bytes: string, text: string][] = [
    ["utf-8", "ef bb bf 61", "\ufeffa"],
    ["utf-8-sig", "ef bb bf ef bb bf 61", "\ufeffa"],
    ["utf-8-sig", "61", "a"],
    ["utf-8-sig", "", ""],
    ["utf-16", "fe ff 00 61", "a"],
    ["utf-16", "ff fe 61 00", "a"],
    ["utf-16", "61 00", "a"],
    ["utf-16", "ff fe ff fe", "\ufeff"],
    ["utf-16-le", "ff fe 61 00", "\ufeffa"],
    ["utf-32", "00 00 fe ff 00 00 00 61", "a"],
    ["utf-32", "ff fe 00 00 61 00 00 00", "a"],
    ["utf-32", "61 00 00 00", "a"],
    ["utf-32-be", "00 00 fe ff", "\ufeff"],
  ];
  for (const [encoding, bytes, text] of cases) {
    const codec = lookupCodec(encoding);
    assertEquals(codec.decode(unhex(bytes)), text, `${encoding} ${bytes}`);
    assertEquals(decodeSlowly(codec, unhex(bytes), "strict"), text);
  }
});

// Each row was checked against CPython.
const MALFORMED: [
  encoding: string,
  bytes: string,
  texts: {
    [mode in Exclude<ErrorMode, "strict">]?: string;
  },
][] = [
  ["utf-8", "61 ff 62", {
    ignore: "ab",
    replace: "a\ufffdb",
    backslashreplace: "a\\xffb",
    surrogateescape: "a\udcffb",
  }],
  ["utf-8", "e2 82 41", { // broken off: one error, not two
    ignore: "A",
    replace: "\ufffdA",
    backslashreplace: "\\xe2\\x82A",
    surrogateescape: "\udce2\udc82A",
  }],
  ["utf-8", "f0 9f 98", { // at the end
    ignore: "",
    replace: "\ufffd",
    backslashreplace: "\\xf0\\x9f\\x98",
    surrogateescape: "\udcf0\udc9f\udc98",
  }],
  ["utf-8", "c0 80", { // overlong
    ignore: "",
    replace: "\ufffd\ufffd",
    backslashreplace: "\\xc0\\x80",
    surrogateescape: "\udcc0\udc80",
  }],
  ["utf-8", "e0 9f bf", { replace: "\ufffd\ufffd\ufffd" }],
  ["utf-8", "f0 8f bf bf", { replace: "\ufffd\ufffd\ufffd\ufffd" }],
  ["utf-8", "f4 90 80 80", { // above U+10FFFF
    replace: "\ufffd\ufffd\ufffd\ufffd",
  }],
  ["utf-8", "61 ed a0 80 62", { // a surrogate
    ignore: "ab",
    replace: "a\ufffd\ufffd\ufffdb",
    backslashreplace: "a\\xed\\xa0\\x80b",
    surrogateescape: "a\udced\udca0\udc80b",
    surrogatepass: "a\ud800b",
  }],
  ["utf-8", "ed b2 80", { surrogatepass: "\udc80" }],
  ["utf-8-sig", "ef bb bf ff", { replace: "\ufffd", ignore: "" }],
  ["utf-8-sig", "ef bb", {
    replace: "\ufffd",
    surrogateescape: "\udcef\udcbb",
  }],
  ["ascii", "61 e9", {
    ignore: "a",
    replace: "a\ufffd",
    backslashreplace: "a\\xe9",
    surrogateescape: "a\udce9",
  }],
  ["utf-16-le", "00 d8 61 00", {
    ignore: "a",
    replace: "\ufffda",
    backslashreplace: "\\x00\\xd8a",
    surrogatepass: "\ud800a",
  }],
  ["utf-16-le", "00 dc", { replace: "\ufffd", surrogatepass: "\udc00" }],
  ["utf-16-be", "d8 00", { replace: "\ufffd", surrogatepass: "\ud800" }],
  ["utf-16-be", "00 61 d8 3d de", {
    ignore: "a",
    replace: "a\ufffd",
    backslashreplace: "a\\xd8\\x3d\\xde",
  }],
  ["utf-16-le", "61", { ignore: "", replace: "\ufffd" }],
  ["utf-16", "fe ff 00", { replace: "\ufffd", backslashreplace: "\\x00" }],
  ["utf-32-le", "00 00 11 00", {
    ignore: "",
    replace: "\ufffd",
    backslashreplace: "\\x00\\x00\\x11\\x00",
  }],
  ["utf-32-be", "00 00 d8 00", { replace: "\ufffd", surrogatepass: "\ud800" }],
  ["utf-32-be", "ff 00 00 00 61", { // goes on one byte later, out of step
    surrogateescape: "\udcffa",
  }],
  ["utf-32", "61 00 00 00 62", { replace: "a\ufffd" }],
];

Deno.test("Codec decode() treats malformed bytes as the error mode says, whole and in pieces", () => {
  for (const [encoding, bytes, texts] of MALFORMED) {
    const codec = lookupCodec(encoding);
    const input = unhex(bytes);
    const label = `${encoding} ${bytes}`;
    const error = assertThrows(() => codec.decode(input));
    assertInstanceOf(error, Deno.errors.InvalidData, label);
    assertThrows(() => decodeSlowly(codec, input, "strict"));
    for (const [mode, text] of Object.entries(texts)) {
      const errors = mode as ErrorMode;
      assertEquals(codec.decode(input, errors), text, `${label} ${mode}`);
      assertEquals(
        decodeSlowly(codec, input, errors),
        text,
        `${label} ${mode}`,
      );
      const cut = Math.floor(input.length / 2);
      const decoder = codec.incrementalDecoder(errors);
      assertEquals(
        decoder.decode(input.subarray(0, cut)) +
          decoder.decode(input.subarray(cut), true),
        text,
        `${label} ${mode} in halves`,
      );
    }
  }
});

Deno.test("Codec decode() tells which byte is malformed, and why", () => {
  const cases: [encoding: string, bytes: string, message: string][] = [
    [
      "utf-8",
      "61 80",
      'byte 0x80 at 1 as "utf-8": no character starts with it',
    ],
    ["utf-8", "c3 41", 'byte 0xc3 at 0 as "utf-8": what follows does not'],
    ["utf-8", "c3", 'byte 0xc3 at 0 as "utf-8": the input ends within'],
    [
      "utf-16-le",
      "00 dc",
      'byte 0x00 at 0 as "utf-16-le": it belongs to a lone',
    ],
    ["utf-16-le", "61", "the input ends within"],
    ["utf-32-be", "00 00 dc 00", "it belongs to a lone surrogate"],
    ["utf-32-be", "7f 00 00 00", "it belongs to a number above 0x10ffff"],
    ["utf-32-be", "00 00", "the input ends within"],
  ];
  for (const [encoding, bytes, message] of cases) {
    assertThrows(
      () => lookupCodec(encoding).decode(unhex(bytes)),
      Deno.errors.InvalidData,
      message,
    );
  }
});

const UNENCODABLE: [
  encoding: string,
  text: string,
  bytes: {
    [mode in Exclude<ErrorMode, "strict">]?: string;
  },
][] = [
  ["ascii", "aé€😀b", {
    ignore: "61 62",
    replace: "61 3f 3f 3f 62",
    backslashreplace:
      "61 5c 78 65 39 5c 75 32 30 61 63 5c 55 30 30 30 31 66 36 30 30 62",
  }],
  ["latin-1", "é€", { ignore: "e9", replace: "e9 3f" }],
  ["latin-1", "\udcff\udc80", { surrogateescape: "ff 80" }],
  ["ascii", "\udcff", { surrogateescape: "ff", replace: "3f" }],
  ["utf-8", "a\ud800b", {
    ignore: "61 62",
    replace: "61 3f 62",
    backslashreplace: "61 5c 75 64 38 30 30 62",
    surrogatepass: "61 ed a0 80 62",
  }],
  ["utf-8", "é\udcff", { surrogateescape: "c3 a9 ff" }],
  ["utf-8", "\udc80\ud83d\ude00", { surrogateescape: "80 f0 9f 98 80" }],
  ["utf-16-be", "\udc80", { replace: "00 3f", surrogatepass: "dc 80" }],
  ["utf-32-be", "\ud800a", {
    ignore: "00 00 00 61",
    surrogatepass: "00 00 d8 00 00 00 00 61",
  }],
];

Deno.test("Codec encode() treats characters it lacks as the error mode says", () => {
  for (const [encoding, text, results] of UNENCODABLE) {
    const codec = lookupCodec(encoding);
    assertThrows(() => codec.encode(text), RangeError);
    for (const [mode, bytes] of Object.entries(results)) {
      const encoded = codec.encode(text, mode as ErrorMode);
      assertEquals(hex(encoded), bytes, `${encoding} ${mode}`);
    }
  }
});

Deno.test("Codec encode() has no bytes for what an error mode cannot answer for", () => {
  const cases: [encoding: string, text: string, errors: ErrorMode][] = [
    ["utf-8", "\ud800", "surrogateescape"],
    ["utf-8", "\udc7f", "surrogateescape"],
    ["utf-16-le", "\udc80", "surrogateescape"],
    ["utf-32-le", "\udc80", "surrogateescape"],
    ["latin-1", "\ud800", "surrogatepass"],
    ["ascii", "é", "surrogateescape"],
  ];
  for (const [encoding, text, errors] of cases) {
    assertThrows(
      () => lookupCodec(encoding).encode(text, errors),
      RangeError,
      undefined,
      `${encoding} ${errors}`,
    );
  }
});

Deno.test("Codec surrogateescape brings any bytes back", () => {
  for (const encoding of ["ascii", "utf-8", "latin-1"]) {
    const codec = lookupCodec(encoding);
    const text = codec.decode(ALL_BYTES, "surrogateescape");
    assertEquals(codec.encode(text, "surrogateescape"), ALL_BYTES, encoding);
  }
});

Deno.test("IncrementalDecoder gives each character with its last byte", () => {
  const decoder = lookupCodec("utf-8").incrementalDecoder();
  const texts = Array.from(
    unhex("61 c3 a9 f0 9f 98 80"),
    (byte) => decoder.decode(Uint8Array.of(byte)),
  );
  assertEquals(texts, ["a", "", "é", "", "", "", "😀"]);
});

Deno.test("IncrementalDecoder stays as it was when it throws", () => {
  for (const encoding of ["utf-8", "utf-8-sig"]) {
    const decoder = lookupCodec(encoding).incrementalDecoder();
    decoder.decode(unhex("c3"));
    const state = decoder.getstate();
    assertThrows(() => decoder.decode(unhex("41")), Deno.errors.InvalidData);
    assertEquals(decoder.getstate(), state);
    assertEquals(decoder.decode(unhex("a9")), "é");
  }
});

Deno.test("IncrementalDecoder reset() goes back before the byte order mark", () => {
  for (const encoding of ["utf-8-sig", "utf-16", "utf-32"]) {
    const codec = lookupCodec(encoding);
    const decoder = codec.incrementalDecoder();
    for (let i = 0; i < 2; i++) {
      assertEquals(decoder.decode(codec.encode("a")), "a", encoding);
      decoder.decode(unhex("c3"));
      decoder.reset();
    }
  }
});

Deno.test("IncrementalDecoder waits for the byte order mark until there is something", () => {
  for (const encoding of ["utf-8-sig", "utf-16", "utf-32"]) {
    const codec = lookupCodec(encoding);
    const decoder = codec.incrementalDecoder();
    assertEquals(decoder.decode(new Uint8Array(), true), "");
    assertEquals(decoder.decode(codec.encode("a")), "a", encoding);
  }
});

Deno.test("IncrementalDecoder does not keep the memory of its input", () => {
  const decoder = lookupCodec("utf-8").incrementalDecoder();
  const input = unhex("c3");
  decoder.decode(input);
  input[0] = 0x41;
  assertEquals(decoder.decode(unhex("a9")), "é");
});

Deno.test("IncrementalDecoder refuses text", () => {
  for (const name of ENCODINGS) {
    const decoder = lookupCodec(name).incrementalDecoder();
    assertThrows(() => decoder.decode("a" as never), TypeError);
  }
});

Deno.test("IncrementalEncoder writes the byte order mark once, and not after setstate(0)", () => {
  for (const encoding of ["utf-8-sig", "utf-16", "utf-32"]) {
    const codec = lookupCodec(encoding);
    const encoder = codec.incrementalEncoder();
    const first = encoder.encode("a");
    const second = encoder.encode("a");
    assert(second.length < first.length, encoding);
    assertEquals(hex(first).endsWith(hex(second)), true, encoding);
    encoder.reset();
    assertEquals(encoder.encode("a"), first);
    encoder.reset();
    encoder.setstate(0);
    assertEquals(encoder.encode("a"), second);
  }
});

Deno.test("Codec decodes random bytes alike in any pieces, in every mode", () => {
  // A small generator of its own, so that a failure can be repeated.
  let seed = 42;
  const random = (limit: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 65536) % limit;
  };
  const likely = unhex(
    "00 0a 0d 41 80 9f a0 bb bf c3 d8 dc e2 ed ef f0 f4 fe ff",
  );
  const modes: ErrorMode[] = [
    "strict",
    "ignore",
    "replace",
    "backslashreplace",
    "surrogateescape",
    "surrogatepass",
  ];
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(
      { length: random(10) },
      () => likely[random(likely.length)]!,
    );
    for (const encoding of ENCODINGS) {
      const codec = lookupCodec(encoding);
      for (const errors of modes) {
        assertEquals(
          outcome(() => decodeSlowly(codec, bytes, errors)),
          outcome(() => codec.decode(bytes, errors)),
          `${encoding} ${errors} ${hex(bytes)}`,
        );
      }
    }
  }
});
