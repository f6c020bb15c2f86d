// Yields text where bytes are wanted.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = function* (_environ, startResponse) {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  yield "text" as unknown as Uint8Array;
};
export default app;

export const expected = errorPage("a block of the body is a Uint8Array");
