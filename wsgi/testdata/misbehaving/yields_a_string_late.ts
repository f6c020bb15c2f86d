// Yields text behind bytes.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = function* (_environ, startResponse) {
  startResponse("200 OK", [["Content-Length", "8"]]);
  yield new TextEncoder().encode("byte");
  yield "text" as unknown as Uint8Array;
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 8\r\n\r\nbyte",
  stays: false,
  log: ['"GET / HTTP/1.1" 200 4', "failed in the middle"],
  errors: "a block of the body is a Uint8Array",
};
