// Promises four bytes and writes eight: the second write() throws. The answer
// is whole, but who made it is not, so nothing more comes on this connection.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = async (_environ, startResponse) => {
  const write = startResponse("200 OK", [["Content-Length", "4"]]);
  await write(new TextEncoder().encode("four"));
  await write(new TextEncoder().encode("more"));
  return [];
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 4\r\n\r\nfour",
  stays: false,
  log: ['"GET / HTTP/1.1" 200 4', "failed in the middle"],
  errors: "RangeError: Cannot write: the body is longer",
};
