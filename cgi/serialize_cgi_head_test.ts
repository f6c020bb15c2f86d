import { assertEquals, assertThrows } from "@std/assert";
import { text } from "../_tools/testing/raw_client.ts";
import { parseCgiHead } from "./response_head.ts";
import { serializeCgiHead } from "./serialize_cgi_head.ts";

const ANSWERS: readonly [title: string, init: ResponseInit, head: string][] = [
  ["a status", { status: 404 }, "Status: 404 Not Found\r\n\r\n"],
  ["a reason", { status: 299, statusText: "Odd" }, "Status: 299 Odd\r\n\r\n"],
  ["a status without a name", { status: 299 }, "Status: 299 \r\n\r\n"],
  [
    "each cookie by itself",
    { headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] },
    "Status: 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n",
  ],
  [
    "what is not about the connection",
    {
      headers: {
        "Connection": "close",
        "Keep-Alive": "timeout=5",
        "Proxy-Authenticate": "Basic",
        "Status": "500 Mine",
        "TE": "trailers",
        "Trailer": "X",
        "Transfer-Encoding": "chunked",
        "Upgrade": "websocket",
        "X-Kept": "yes",
      },
    },
    "Status: 200 OK\r\nx-kept: yes\r\n\r\n",
  ],
  [
    "bytes as bytes",
    { headers: { "X": "\xe9" } },
    "Status: 200 OK\r\nx: \xe9\r\n\r\n",
  ],
];

for (const [title, init, head] of ANSWERS) {
  Deno.test(`serializeCgiHead() writes ${title}`, () => {
    const bytes = serializeCgiHead(new Response(null, init));
    assertEquals(text(bytes), head);
    // What this package writes it also reads.
    assertEquals(parseCgiHead(bytes).kind, "document");
  });
}

Deno.test("serializeCgiHead() refuses what is no answer", () => {
  assertThrows(() => serializeCgiHead(Response.error()), TypeError, "status 0");
  for (
    const field of [["a b", "c"], ["a", "b\r\nc: d"], ["a", "b\0"]] as const
  ) {
    assertThrows(
      () => serializeCgiHead({ status: 200, statusText: "", headers: [field] }),
      TypeError,
    );
  }
});
