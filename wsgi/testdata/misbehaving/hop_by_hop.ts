// Meddles with the connection.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Transfer-Encoding", "chunked"]]);
  return [new TextEncoder().encode("0\r\n\r\n")];
};
export default app;

export const expected = errorPage('field "Transfer-Encoding" is the server\'s business');
