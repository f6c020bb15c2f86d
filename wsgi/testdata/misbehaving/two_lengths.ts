// Tells two lengths: a proxy might believe the other one.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["Content-Length", "4"], ["content-length", "2"]]);
  return [new TextEncoder().encode("four")];
};
export default app;

export const expected = errorPage('Content-Length "4" is none, or repeated');
