import { assertEquals, assertThrows } from "@std/assert";
import type { CgiVariables } from "./request_from_environ.ts";
import { scriptBodyLength } from "./script_body_length.ts";

const LENGTHS: readonly [
  title: string,
  environ: CgiVariables,
  length: number | null,
][] = [
  ["what CONTENT_LENGTH says", { CONTENT_LENGTH: "12" }, 12],
  ["nothing for 0", { CONTENT_LENGTH: "0" }, 0],
  ["nothing for an empty one", { CONTENT_LENGTH: "" }, 0],
  ["everything without one", {}, null],
  ["everything of decoded chunks", { HTTP_TRANSFER_ENCODING: "chunked" }, null],
  ["everything of decoded chunks beside an empty one", {
    CONTENT_LENGTH: "",
    HTTP_TRANSFER_ENCODING: "chunked",
  }, null],
  ["what the server has counted of decoded chunks", {
    CONTENT_LENGTH: "12",
    HTTP_TRANSFER_ENCODING: "chunked",
  }, 12],
];

for (const [title, environ, length] of LENGTHS) {
  Deno.test(`scriptBodyLength() is ${title}`, () => {
    assertEquals(scriptBodyLength(environ), length);
  });
}

for (
  const CONTENT_LENGTH of [
    "x",
    "-1",
    "1.5",
    " 1",
    "1e3",
    "99999999999999999999",
  ]
) {
  Deno.test(`scriptBodyLength() refuses "${CONTENT_LENGTH}"`, () => {
    assertThrows(
      () => scriptBodyLength({ CONTENT_LENGTH }),
      TypeError,
      `CONTENT_LENGTH is "${CONTENT_LENGTH}"`,
    );
  });
}
