import { assertEquals } from "@std/assert";
import { isWhole } from "./_whole_body.ts";

function opened(response: Response): Response {
  void response.body;
  return response;
}

Deno.test("isWhole() knows bodies that are complete, and takes no stream for one", () => {
  const form = new FormData();
  form.set("a", "b");
  const cases: [title: string, response: Response, whole: boolean][] = [
    ["a text", new Response("a"), true],
    ["an empty text", new Response(""), true],
    ["JSON", Response.json({ a: 1 }), true],
    ["bytes", new Response(new Uint8Array(2)), true],
    ["a query", new Response(new URLSearchParams("a=b")), true],
    ["nothing", new Response(null), false],
    ["a stream", new Response(new ReadableStream()), false],
    [
      "a stream that says otherwise",
      new Response(new ReadableStream(), {
        headers: {
          "Content-Type": "text/plain;charset=UTF-8",
          "Content-Length": "1",
        },
      }),
      false,
    ],
    ["an opened text", opened(new Response("a")), false],
    ["opened bytes", opened(new Response(new Uint8Array(2))), false],
    ["a copy of an opened text", opened(new Response("a")).clone(), false],
    ["a form", new Response(form), false],
  ];
  for (const [title, response, whole] of cases) {
    assertEquals(isWhole(response), whole, title);
  }
});
