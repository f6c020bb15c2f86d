import { assertEquals, assertRejects } from "@std/assert";
import { latin1, text } from "../_tools/testing/raw_client.ts";
import { BufferedReader, BytesIO, RawIOBase } from "../socketserver/io/mod.ts";
import { parseHeaders } from "./parse_headers.ts";
import {
  Fields,
  type HeadOptions,
  HTTPMessage,
  LineTooLong,
  ProtocolError,
} from "./protocol/mod.ts";

/** Gives its pieces one by one. */
class Pieces extends RawIOBase {
  readonly #pieces: Uint8Array[];
  constructor(pieces: string[]) {
    super();
    this.#pieces = pieces.map(latin1);
  }
  override readable(): boolean {
    return true;
  }
  override readinto(buffer: Uint8Array): Promise<number> {
    const piece = this.#pieces.shift() ?? new Uint8Array(0);
    buffer.set(piece);
    return Promise.resolve(piece.length);
  }
}

/** The ways in which the same bytes can lie in a stream. */
function* streams(data: string): Generator<BytesIO | BufferedReader> {
  yield new BytesIO(latin1(data));
  yield new BufferedReader(new Pieces([data]));
  yield new BufferedReader(new Pieces(data.split("")));
  for (let cut = 1; cut < Math.min(data.length, 200); cut++) {
    yield new BufferedReader(new Pieces([data.slice(0, cut), data.slice(cut)]));
  }
}

for (
  const { title, data, items, rest } of [
    {
      title: "fields, and leaves what follows",
      data: "A: 1\r\nb:2\r\nA:  3 \r\n\r\nbody\r\n\r\n",
      items: [["A", "1"], ["b", "2"], ["A", "3"]],
      rest: "body\r\n\r\n",
    },
    { title: "no fields", data: "\r\nbody", items: [], rest: "body" },
    { title: "nothing", data: "", items: [], rest: "" },
    {
      title: "fields up to the end of the stream",
      data: "A: 1\r\nB: 2\r\n",
      items: [["A", "1"], ["B", "2"]],
      rest: "",
    },
    {
      title: "a last line without its end",
      data: "A: 1\r\nB: 2",
      items: [["A", "1"], ["B", "2"]],
      rest: "",
    },
    {
      title: "Latin-1",
      data: "A: \xe9\x80\r\n\r\n\xff",
      items: [["A", "\xe9\x80"]],
      rest: "\xff",
    },
  ]
) {
  Deno.test(`parseHeaders() reads ${title}`, async () => {
    for (const stream of streams(data)) {
      const headers = await parseHeaders(stream);
      assertEquals(headers.items(), items as [string, string][]);
      assertEquals(text(await stream.read()), rest);
    }
  });
}

Deno.test("parseHeaders() takes 99 fields and no more", async () => {
  const field = "A: b\r\n";
  for (
    const make of [
      (data: string) => new BytesIO(latin1(data)),
      (data: string) => new BufferedReader(new Pieces([data])),
    ]
  ) {
    const headers = await parseHeaders(make(field.repeat(99) + "\r\n"));
    assertEquals(headers.size, 99);
    const error = await assertRejects(
      () => parseHeaders(make(field.repeat(100) + "\r\n")),
      ProtocolError,
    );
    assertEquals([error.status, error.reason], [431, "Too many headers"]);
  }
});

Deno.test("parseHeaders() takes lines of 65536 bytes and no more", async () => {
  const line = (length: number) => `A: ${"x".repeat(length - 5)}\r\n`;
  for (
    const make of [
      (data: string) => new BytesIO(latin1(data)),
      (data: string) =>
        new BufferedReader(new Pieces(data.match(/[^]{1,8000}/g)!)),
    ]
  ) {
    const headers = await parseHeaders(make(line(65536) + "\r\n"));
    assertEquals(headers.get("a")!.length, 65531);
    for (const data of [line(65537) + "\r\n", "A".repeat(65537)]) {
      const error = await assertRejects(
        () => parseHeaders(make(data)),
        LineTooLong,
      );
      assertEquals([error.status, error.reason], [431, "Line too long"]);
    }
  }
});

for (
  const data of [
    "no colon\r\n\r\n",
    "a : b\r\n\r\n",
    " a: b\r\n\r\n",
    "a: b\r\n c\r\n\r\n",
    "a: b\rc\r\n\r\n",
    "a: \0\r\n\r\n",
    ": b\r\n\r\n",
    "a: b\n\n",
    "a: b\r",
  ]
) {
  Deno.test(`parseHeaders() refuses ${JSON.stringify(data)}`, async () => {
    for (const stream of streams(data)) {
      const error = await assertRejects(
        () => parseHeaders(stream),
        ProtocolError,
      );
      assertEquals(error.status, 400);
    }
  });
}

Deno.test("parseHeaders() takes a class of fields and options", async () => {
  class Mine extends Fields {}
  const options: HeadOptions = { lenient: true, maxFields: 2 };
  const headers = await parseHeaders(
    new BytesIO(latin1("a: b\nc: d\n\nbody")),
    Mine,
    options,
  );
  assertEquals(headers instanceof Mine, true);
  assertEquals(headers.items(), [["a", "b"], ["c", "d"]]);
  await assertRejects(
    () =>
      parseHeaders(
        new BytesIO(latin1("a: b\n".repeat(3) + "\n")),
        HTTPMessage,
        options,
      ),
    ProtocolError,
  );
});
