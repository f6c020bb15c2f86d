import { assert, assertEquals, assertThrows } from "@std/assert";
import { everySplit } from "../_tools/testing/every_split.ts";
import { ProtocolError } from "../http_server/protocol/mod.ts";
import { cgiHeadLength, parseCgiHead } from "./response_head.ts";

const utf8 = new TextEncoder();

const LENGTHS: readonly [head: string, rest: string][] = [
  ["A: b\n\n", "body"],
  ["A: b\r\n\r\n", "body"],
  ["A: b\n\r\n", "\nbody"],
  ["A: b\r\n\n", ""],
  ["A: b\nC: d\n\n", "\n\n"],
  ["\n", "body"],
  ["\r\n", "body"],
];

for (const [head, rest] of LENGTHS) {
  Deno.test(`cgiHeadLength() measures ${JSON.stringify(head)}, however it comes`, () => {
    for (const pieces of everySplit(utf8.encode(head + rest))) {
      let all = new Uint8Array(0);
      let length = 0;
      for (const piece of pieces) {
        all = new Uint8Array([...all, ...piece]);
        length = cgiHeadLength(all, -length);
        if (length > 0) break;
      }
      assertEquals(length, head.length);
    }
  });
}

for (const part of ["", "A", "A: b", "A: b\n", "A: b\r\n", "A: b\r\n\r"]) {
  Deno.test(`cgiHeadLength() waits behind ${JSON.stringify(part)}`, () => {
    assert(cgiHeadLength(utf8.encode(part)) <= 0);
  });
}

interface Read {
  status?: number;
  reason?: string;
  fields?: [string, string][];
  contentLength?: number;
  dropped?: string[];
  location?: string;
}

const HEADS: readonly [title: string, head: string, read: Read][] = [
  ["a document", "Content-Type: text/plain\n\n", {
    fields: [["Content-Type", "text/plain"]],
  }],
  ["CRLF", "Content-type: text/plain\r\nX-A:b\r\n\r\n", {
    fields: [["Content-type", "text/plain"], ["X-A", "b"]],
  }],
  ["a status", "Status: 404 No tea\nContent-Type: text/plain\n\n", {
    status: 404,
    reason: "No tea",
    fields: [["Content-Type", "text/plain"]],
  }],
  ["a status without reason", "Status: 503\n\n", {
    status: 503,
    reason: "Service Unavailable",
    fields: [],
  }],
  ["a client redirect", "Location: http://a/b\n\n", {
    status: 302,
    reason: "Found",
    fields: [["Location", "http://a/b"]],
  }],
  [
    "a client redirect with its document",
    "Status: 301 Moved\nLocation: /b\nContent-Type: text/html\n\n",
    {
      status: 301,
      reason: "Moved",
      fields: [["Location", "/b"], ["Content-Type", "text/html"]],
    },
  ],
  [
    "a path with a cookie, which no local redirect would set",
    "Set-Cookie: a=b\nLocation: /b\n\n",
    {
      status: 302,
      reason: "Found",
      fields: [["Set-Cookie", "a=b"], ["Location", "/b"]],
    },
  ],
  ["a local redirect", "Location: /b?c\n\n", { location: "/b?c" }],
  ["a length", "Content-Type: a/b\nContent-Length: 7\n\n", {
    fields: [["Content-Type", "a/b"], ["Content-Length", "7"]],
    contentLength: 7,
  }],
  [
    "repeated fields that are not of CGI",
    "Content-Type: a/b\nSet-Cookie: a\nSet-Cookie: b\n\n",
    {
      fields: [["Content-Type", "a/b"], ["Set-Cookie", "a"], [
        "Set-Cookie",
        "b",
      ]],
    },
  ],
  [
    "what concerns the connection",
    "Content-Type: a/b\nConnection: close\nTransfer-Encoding: chunked\nKeep-Alive: 5\n\n",
    {
      fields: [["Content-Type", "a/b"]],
      dropped: ["Connection", "Transfer-Encoding", "Keep-Alive"],
    },
  ],
];

for (const [title, text, read] of HEADS) {
  Deno.test(`parseCgiHead() reads ${title}`, () => {
    const head = parseCgiHead(utf8.encode(text));
    if (head.kind === "localRedirect") {
      assertEquals(head.location, read.location);
      return;
    }
    const { status = 200, reason = "OK", contentLength = null } = read;
    assertEquals([head.status, head.reason], [status, reason]);
    assertEquals(head.fields.items(), read.fields);
    assertEquals(head.contentLength, contentLength);
    assertEquals(head.dropped, read.dropped ?? []);
  });
}

const BAD: readonly [head: string, why: string][] = [
  ["\n", "no Content-Type"],
  ["X-A: b\n\n", "no Content-Type"],
  ["hello\n\n", "no colon"],
  ["Content-Type : a/b\n\n", "blank"],
  ["Content-Type: a/b\n folded\n\n", "folded"],
  ["Content-Type: a\0b\n\n", "control byte"],
  ["Content-Type: a/b\rX: y\n\n", "CR"],
  ["Status: 200 OK\nStatus: 404 No\n\n", "more than once"],
  ["Content-Type: a/b\nContent-type: c/d\n\n", "more than once"],
  ["Location: /a\nLocation: /b\n\n", "more than once"],
  ["Status: OK\n\n", "Status"],
  ["Status: 20 OK\n\n", "Status"],
  ["Status: 200OK\n\n", "Status"],
  ["Status: 100 Continue\n\n", "Status"],
  ["Status: 101 Switching\n\n", "Status"],
  ["Status: 600 Beyond\n\n", "Status"],
  ["Location: \n\n", "Location is empty"],
  ["Content-Type: a/b\nContent-Length: -1\n\n", "Content-Length"],
  ["Content-Type: a/b\nContent-Length: 5 \t5\n\n", "Content-Length"],
  [
    "Content-Type: a/b\nContent-Length: 5\nContent-Length: 5\n\n",
    "Content-Length",
  ],
];

for (const [text, why] of BAD) {
  Deno.test(`parseCgiHead() refuses ${JSON.stringify(text)}`, () => {
    const error = assertThrows(
      () => parseCgiHead(utf8.encode(text)),
      ProtocolError,
      why,
    );
    assertEquals((error as ProtocolError).status, 502);
  });
}
