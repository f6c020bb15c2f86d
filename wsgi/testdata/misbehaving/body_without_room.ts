// Sends a body where there is none, which would be the next answer's head.
import type { Expected } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("204 No Content", []);
  return [new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n")];
};
export default app;

export const expected: Expected = {
  answer: "204 No Content\r\n\r\n",
  stays: true,
  log: ['"GET / HTTP/1.1" 204 0'],
  errors: "",
};
