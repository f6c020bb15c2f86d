// Returns no body, not even an empty one.
import { errorPage } from "../expected.ts";
import type { WSGIApplication, WSGIResult } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", []);
  return undefined as unknown as WSGIResult;
};
export default app;

export const expected = errorPage("the application has returned no iterable of blocks");
