// Promises ten bytes and sends none.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Length", "10"]]);
  return [];
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 10\r\n\r\n",
  stays: false,
  log: ['"GET / HTTP/1.1" 200 0', "is shorter than its Content-Length"],
  errors: "",
};
