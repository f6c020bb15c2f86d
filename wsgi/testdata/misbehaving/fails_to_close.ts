// Fails when its body is closed: the answer is whole all the same.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", []);
  const body = [new TextEncoder().encode("a"), new TextEncoder().encode("b")];
  return Object.assign(body, {
    close() {
      throw new Error("a secret");
    },
  });
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
  stays: true,
  log: ['"GET / HTTP/1.1" 200 2'],
  errors: "Error: a secret",
};
