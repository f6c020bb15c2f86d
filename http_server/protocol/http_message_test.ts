import { assertEquals } from "@std/assert";
import { HTTPMessage } from "./http_message.ts";

function contentType(value: string): HTTPMessage {
  return new HTTPMessage([["Content-Type", value]]);
}

Deno.test("HTTPMessage getContentType() is in lower case and never malformed", () => {
  for (
    const [value, expected] of [
      ["Text/HTML", "text/html"],
      [" text/html ; charset=x", "text/html"],
      ["garbage", "text/plain"],
      ["a/b/c", "text/plain"],
      ["", "text/plain"],
    ] as const
  ) assertEquals(contentType(value).getContentType(), expected, value);
  const message = contentType("Image/PNG; x");
  assertEquals(message.getContentMaintype(), "image");
  assertEquals(message.getContentSubtype(), "png");
});

Deno.test("HTTPMessage setDefaultType() counts only without the field", () => {
  const message = new HTTPMessage();
  assertEquals(message.getDefaultType(), "text/plain");
  assertEquals(message.getContentType(), "text/plain");
  message.setDefaultType("image/png");
  assertEquals(message.getContentType(), "image/png");
  assertEquals(message.getContentMaintype(), "image");
  assertEquals(message.size, 0);
  message.add("content-type", "garbage");
  assertEquals(message.getContentType(), "text/plain");
});

Deno.test("HTTPMessage getContentCharset() is in lower case", () => {
  assertEquals(
    contentType('a/b; Charset="UTF-8"').getContentCharset(),
    "utf-8",
  );
  assertEquals(contentType("a/b").getContentCharset(), null);
  assertEquals(new HTTPMessage().getContentCharset("x"), "x");
  assertEquals(
    contentType("a/b; charset=\u212a").getContentCharset(),
    "\u212a",
  );
});

Deno.test("HTTPMessage getParams() gives the value and then the parameters", () => {
  const message = contentType(
    'text/html; charset="UTF-8"; a=b;  c ; d="x;y\\"z"',
  );
  assertEquals(message.getParams(), [
    ["text/html", ""],
    ["charset", "UTF-8"],
    ["a", "b"],
    ["c", ""],
    ["d", 'x;y"z'],
  ]);
  assertEquals(message.getParam("CHARSET"), "UTF-8");
  assertEquals(message.getParam("c"), "");
  assertEquals(message.getParam("none"), null);
  assertEquals(message.getParam("text/html", "F"), "F");
  assertEquals(message.getParam("a", null, "X-Other"), null);
  assertEquals(new HTTPMessage().getParams(), null);
  assertEquals(new HTTPMessage().getParams("F"), "F");
});

Deno.test("HTTPMessage setParam() replaces in place, appends, or adds the field", () => {
  const message = new HTTPMessage([
    ["Content-Type", "text/html; charset=a; b=c; d"],
    ["X", "y"],
  ]);
  message.setParam("CHARSET", "latin-1");
  message.setParam("new", 'x "y"');
  assertEquals(message.items(), [
    ["Content-Type", 'text/html; charset="latin-1"; b="c"; d; new="x \\"y\\""'],
    ["X", "y"],
  ]);
  message.setParam("p", "q", "x");
  assertEquals(message.get("x"), 'y; p="q"');

  const empty = new HTTPMessage();
  empty.setParam("charset", "x");
  empty.setParam("filename", "f", "Content-Disposition");
  assertEquals(empty.items(), [
    ["Content-Type", 'text/plain; charset="x"'],
    ["Content-Disposition", 'filename="f"'],
  ]);
});

Deno.test("HTTPMessage delParam() removes a parameter and is silent without it", () => {
  const message = contentType("text/html;  charset=a; b=c; CHARSET=d");
  message.delParam("none");
  assertEquals(
    message.get("content-type"),
    "text/html;  charset=a; b=c; CHARSET=d",
  );
  message.delParam("charset");
  assertEquals(message.get("content-type"), 'text/html; b="c"');
  message.delParam("b", "x-none");
  assertEquals(message.size, 1);
});

Deno.test("HTTPMessage addHeader() writes parameters as Python does", () => {
  const message = new HTTPMessage();
  message.addHeader("Content-Disposition", "attachment", {
    filename: 'a"b\\.txt',
    size: null,
    creation_date: "1",
  });
  message.addHeader("X", null, { a: "b" });
  message.addHeader("Y", "z");
  message.addHeader("Z", "v", { filename: 'Fu\xdfball "x"*.txt' });
  assertEquals(message.values(), [
    'attachment; filename="a\\"b\\\\.txt"; size; creation-date="1"',
    'a="b"',
    "z",
    "v; filename*=utf-8''Fu%C3%9Fball%20%22x%22%2A.txt",
  ]);
});

Deno.test("HTTPMessage toString() is the fields and an empty line", () => {
  assertEquals(
    String(new HTTPMessage([["A", "b"], ["C", ""]])),
    "A: b\nC: \n\n",
  );
});
