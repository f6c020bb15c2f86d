// Puts what a client has said into a field: nobody else writes our lines.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("302 Found", [["Location", "/\r\nSet-Cookie: a=b"]]);
  return [];
};
export default app;

export const expected = errorPage("TypeError: ");
