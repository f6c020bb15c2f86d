// Tells a length that is none.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Length", "0x4"]]);
  return [new TextEncoder().encode("four")];
};
export default app;

export const expected = errorPage('Content-Length "0x4" is none, or repeated');
