/** The requests of `testdata/`, and what each is read as or refused for. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { everySplit } from "../../_tools/testing/every_split.ts";
import { readRequests } from "../../_tools/testing/read_requests.ts";
import type { ChunkedDecoderOptions } from "./chunked_decoder.ts";
import type { RequestFraming } from "./framing.ts";
import type { HeadOptions } from "./head_options.ts";
import { encodeLatin1 } from "./latin1.ts";
import { ProtocolError } from "./protocol_error.ts";

type Options = HeadOptions & ChunkedDecoderOptions;

interface Request {
  method: string;
  target: string;
  version: string;
  fields: [string, string][];
  framing: RequestFraming;
  body: string;
  trailers: [string, string][];
}

/** Beside `valid/*.http`: what each request in it is read as. */
interface Valid {
  why: string;
  options?: Options;
  requests: Request[];
}

/** Beside `invalid/*.http`: how it is refused. */
interface Invalid {
  attack: string;
  options?: Options;
  status: number;
  reason?: string;
  /** Good requests before the bad one. */
  accepted?: number;
}

const root = new URL("./testdata/requests/", import.meta.url);

function* corpus<T>(
  folder: string,
): Generator<[name: string, bytes: Uint8Array, expected: T]> {
  const names = Array.from(Deno.readDirSync(new URL(folder, root)))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".http"))
    .sort();
  assert(names.length > 30);
  for (const name of names) {
    const file = new URL(folder + name, root);
    const expected = new URL(file.href.replace(/http$/, "json"));
    yield [
      name,
      Deno.readFileSync(file),
      JSON.parse(Deno.readTextFileSync(expected)),
    ];
  }
}

const BEHIND: Request = {
  method: "GET",
  target: "/behind",
  version: "HTTP/1.1",
  fields: [["Host", "behind"]],
  framing: { kind: "none" },
  body: "",
  trailers: [],
};
const BEHIND_BYTES = encodeLatin1(
  "GET /behind HTTP/1.1\r\nHost: behind\r\n\r\n",
);

function withBehind(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([...bytes, ...BEHIND_BYTES]);
}

function read(pieces: Uint8Array[], options: Options | undefined) {
  const { requests, rest, error } = readRequests(pieces, options);
  return {
    rest,
    error,
    requests: requests.map(({ head, framing, body, trailers }) => ({
      method: head.method,
      target: head.target,
      version: head.version,
      fields: head.fields.items(),
      framing,
      body,
      trailers,
    })),
  };
}

for (const [name, bytes, expected] of corpus<Valid>("valid/")) {
  Deno.test(`requests/valid/${name}: ${expected.why}`, () => {
    for (const pieces of everySplit(bytes)) {
      assertEquals(read(pieces, expected.options), {
        requests: expected.requests,
        rest: "",
        error: null,
      });
    }
    for (const pieces of everySplit(withBehind(bytes))) {
      assertEquals(read(pieces, expected.options), {
        requests: [...expected.requests, BEHIND],
        rest: "",
        error: null,
      });
    }
  });
}

for (const [name, bytes, expected] of corpus<Invalid>("invalid/")) {
  Deno.test(`requests/invalid/${name}: ${expected.attack}`, () => {
    for (const whole of [bytes, withBehind(bytes)]) {
      for (const pieces of everySplit(whole)) {
        const { requests, error } = read(pieces, expected.options);
        assertInstanceOf(error, ProtocolError);
        assertEquals(error.status, expected.status);
        if (expected.reason !== undefined) {
          assertEquals(error.reason, expected.reason);
        }
        assertEquals(requests.length, expected.accepted ?? 0);
      }
    }
  });
}
