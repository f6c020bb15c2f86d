// Returns a block where a list of blocks is wanted.
import { errorPage } from "../expected.ts";
import type { WSGIApplication, WSGIResult } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", []);
  return new TextEncoder().encode("four") as unknown as WSGIResult;
};
export default app;

export const expected = errorPage("the application has returned no iterable of blocks");
