// Promises four bytes and has no end: it is cut there and asked for no more.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = function* (_environ, startResponse) {
  startResponse("200 OK", [["Content-Length", "4"]]);
  while (true) yield new TextEncoder().encode("fou");
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 4\r\n\r\nfouf",
  stays: true,
  log: ['"GET / HTTP/1.1" 200 4'],
  errors: "The body is longer than its Content-Length",
};
