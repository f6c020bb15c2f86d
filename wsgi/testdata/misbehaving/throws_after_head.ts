// Throws in the middle of its answer: the last chunk is missing, and the
// connection is closed.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = function* (_environ, startResponse) {
  startResponse("200 OK", []);
  yield new TextEncoder().encode("half");
  throw new Error("a secret");
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
  stays: false,
  log: ['"GET / HTTP/1.1" 200 4', "failed in the middle"],
  errors: "Error: a secret\n    at app (",
};
