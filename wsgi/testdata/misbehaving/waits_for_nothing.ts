// Writes and does not wait for it: the blocks keep their order.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  const write = startResponse("200 OK", []);
  for (const letter of "abc") write(new TextEncoder().encode(letter));
  return [new TextEncoder().encode("d")];
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n0\r\n\r\n",
  stays: true,
  log: ['"GET / HTTP/1.1" 200 4'],
  errors: "",
};
