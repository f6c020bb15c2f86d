// Promises ten bytes and sends four: the connection is closed, so that the
// client sees that there are six missing.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Length", "10"]]);
  return [new TextEncoder().encode("four")];
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 10\r\n\r\nfour",
  stays: false,
  log: ['"GET / HTTP/1.1" 200 4', "is shorter than its Content-Length"],
  errors: "",
};
