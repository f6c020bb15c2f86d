// Keeps write() and uses it when the next request is answered.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  const write = startResponse("200 OK", []);
  queueMicrotask(() => setTimeout(() => write(new Uint8Array(9)), 0));
  return [new TextEncoder().encode("four")];
};
export default app;

export const expected: Expected = {
  answer: "200 OK\r\nContent-Length: 4\r\n\r\nfour",
  stays: true,
  log: ['"GET / HTTP/1.1" 200 4'],
  errors: "",
};
